"""Connection errors as sentences for people."""

from __future__ import annotations

import errno
import socket

from azops_tui.errors import AzopsError


class HostProblem(AzopsError):  # noqa: N818 - a sentence about a host, for people
    """A host cannot be used. The text says why and what to do."""


def explain(error: BaseException, where: str, seconds: float) -> HostProblem:
    """Explain an exception of a connection attempt.

    Args:
        error: the exception.
        where: the endpoint, for example ``10.0.0.4`` or ``host:2222``.
        seconds: the connection timeout.
    """
    import asyncssh

    if isinstance(error, HostProblem):
        return error
    if isinstance(error, asyncssh.PermissionDenied):
        return HostProblem(f"{where} rejected the user or the key. Check both.")
    if isinstance(error, asyncssh.HostKeyNotVerifiable):
        return HostProblem(f"The host key of {where} is not trusted.")
    if isinstance(error, asyncssh.KeyExchangeFailed):
        return HostProblem(f"{where} offers no secure algorithm that azops supports. Update its SSH server.")
    if isinstance(error, asyncssh.ChannelOpenError):
        return HostProblem(f"The jump host cannot reach {where}: {_reason(error)}.")
    if isinstance(error, TimeoutError):
        return HostProblem(
            f"{where} did not answer within {seconds:g} s. Check that it runs and that its port is open."
        )
    if isinstance(error, asyncssh.ConnectionLost | ConnectionResetError | BrokenPipeError):
        return HostProblem(f"{where} closed the connection. It may be starting, or have too many connections.")
    if isinstance(error, asyncssh.DisconnectError):
        return HostProblem(f"{where} ended the connection: {_reason(error)}.")
    if isinstance(error, socket.gaierror):
        return HostProblem(f"The name {where} cannot be resolved.")
    if isinstance(error, OSError):
        return HostProblem(_os_sentence(error, where))
    return HostProblem(f"{where} cannot be used: {_reason(error)}.")


def _os_sentence(error: OSError, where: str) -> str:
    known = {
        errno.ECONNREFUSED: f"{where} refused the connection: no SSH server listens there.",
        errno.EHOSTUNREACH: f"There is no route to {where}.",
        errno.ENETUNREACH: f"The network of {where} is unreachable.",
        errno.ETIMEDOUT: f"{where} did not answer. Check that it runs and that its port is open.",
        errno.EMFILE: "The limit of open files is reached; raise it with 'ulimit -n'.",
    }
    reason = error.strerror or str(error)
    if "Connect call failed" in reason and error.errno is None:
        return known[errno.ECONNREFUSED]
    return known.get(error.errno or 0, f"{where} cannot be reached: {reason}.")


def _reason(error: BaseException) -> str:
    return (str(getattr(error, "reason", "")) or str(error) or type(error).__name__).strip().rstrip(".").splitlines()[0]
