"""Why a host could not be reached or a command not be run: one sentence each."""

from __future__ import annotations

import errno
import socket

from azops_tui.errors import AzopsError


class HostProblem(AzopsError):  # noqa: N818 - it is what happened to a host, said to people
    """A host cannot be used; the text is one sentence that says why and what to do."""


def explain(error: BaseException, where: str, seconds: float) -> HostProblem:
    """What an exception of a connection attempt means.

    Args:
        error: the exception.
        where: what was connected to, as ``10.0.0.4`` or ``host:2222``.
        seconds: the time a connection may take.
    """
    import asyncssh

    if isinstance(error, HostProblem):
        return error
    if isinstance(error, asyncssh.PermissionDenied):
        return HostProblem(f"{where} did not accept the user or the key: check both.")
    if isinstance(error, asyncssh.HostKeyNotVerifiable):
        return HostProblem(f"The host key of {where} is not trusted.")
    if isinstance(error, asyncssh.KeyExchangeFailed):
        return HostProblem(f"{where} has no algorithm in common with us that is still safe: update its SSH server.")
    if isinstance(error, asyncssh.ChannelOpenError):
        return HostProblem(f"The host jumped over cannot reach {where}: {_said(error)}.")
    if isinstance(error, TimeoutError):
        return HostProblem(f"{where} did not answer within {seconds:g} s: is it running, and is its port open to us?")
    if isinstance(error, asyncssh.ConnectionLost | ConnectionResetError | BrokenPipeError):
        return HostProblem(f"{where} closed the connection: it may be starting or have too many connections.")
    if isinstance(error, asyncssh.DisconnectError):
        return HostProblem(f"{where} ended the connection: {_said(error)}.")
    if isinstance(error, socket.gaierror):
        return HostProblem(f"The name {where} cannot be resolved.")
    if isinstance(error, OSError):
        return HostProblem(_os_sentence(error, where))
    return HostProblem(f"{where} cannot be used: {_said(error)}.")


def _os_sentence(error: OSError, where: str) -> str:
    known = {
        errno.ECONNREFUSED: f"{where} refused the connection: no SSH server listens there.",
        errno.EHOSTUNREACH: f"There is no route to {where}.",
        errno.ENETUNREACH: f"There is no network to {where}.",
        errno.ETIMEDOUT: f"{where} did not answer: is it running, and is its port open to us?",
        errno.EMFILE: "This process may open no more connections: raise “ulimit -n”.",
    }
    said = error.strerror or str(error)
    if "Connect call failed" in said and error.errno is None:
        return known[errno.ECONNREFUSED]
    return known.get(error.errno or 0, f"{where} cannot be reached: {said}.")


def _said(error: BaseException) -> str:
    return (str(getattr(error, "reason", "")) or str(error) or type(error).__name__).strip().rstrip(".").splitlines()[0]
