"""The endpoint of a local cloud, and how to start one. Imports neither the server nor the SDKs."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

import msgspec

from azops_tui import paths
from azops_tui.errors import AzopsError

DEMO_SUBSCRIPTION = "5a1c0de0-0000-4000-8000-00000000a20b"
"""The first subscription of every simulator."""
DEMO_TENANT = "7e4a4700-0000-4000-8000-00000000a20b"
"""The tenant of every simulator."""
PATIENCE = 20.0
"""Seconds to wait until a child process reports that it is ready."""


class SimulatorError(AzopsError):
    """The simulator cannot be started or stopped."""


class SimulatorEndpoint(msgspec.Struct, frozen=True, kw_only=True):
    """Where a simulator listens, and the files a client needs to use it.

    Attributes:
        url: ``https://127.0.0.1:PORT``, for Resource Manager and for sign-in.
        proxy: ``http://USER:PASSWORD@127.0.0.1:PORT``, a proxy that leads the hosts of Azure here.
        ca: path of the certificate authority, PEM.
        bundle: path of a file with that authority and the public ones, for shells, which reach both this cloud and
            the internet.
        az_config: a private ``AZURE_CONFIG_DIR`` with which the real ``az`` acts on this cloud.
        known_hosts: path of a file with the host keys of this simulator's machines only.
        ssh_config: path of a file with which plain ``ssh -F`` reaches the machines by name and address.
        programs: folder, for a shell's PATH, with an ``ssh``, ``scp`` and ``sftp`` that use ssh_config; they reach all
            other hosts as usual.
        pid: process id of the simulator.
    """

    url: str
    proxy: str
    ca: str
    bundle: str
    subscription: str
    subscription_name: str
    tenant: str
    client_id: str
    client_secret: str
    az_config: str
    known_hosts: str
    ssh_config: str
    programs: str
    pid: int


class SimulatorSettings(msgspec.Struct, frozen=True):
    """Settings of a simulator.

    Attributes:
        faults: injected faults, each as people write them.
        seed: makes random names, durations, addresses and faults repeatable.
        state: SQLite file in which the state is kept; empty for none.
    """

    faults: tuple[str, ...] = ()
    seed: int | None = None
    state: str = ""

    def arguments(self) -> list[str]:
        """The settings as arguments of ``python -m azops_tui.simulator``."""
        arguments = [part for fault in self.faults for part in ("--fault", fault)]
        if self.seed is not None:
            arguments += ["--seed", str(self.seed)]
        if self.state:
            arguments += ["--state", str(Path(self.state).absolute())]
        return arguments


def folder() -> Path:
    """The folder of the simulator that ``azops sim up`` started."""
    return paths.state() / "simulator"


def recorded() -> SimulatorEndpoint | None:
    """The endpoint in that folder, whether it answers or not; None if there is none or it cannot be read."""
    try:
        return msgspec.json.decode((folder() / "endpoint.json").read_bytes(), type=SimulatorEndpoint)
    except (OSError, msgspec.DecodeError):
        return None


def running() -> SimulatorEndpoint | None:
    """The simulator that ``azops sim up`` started, or None if it does not answer. Takes milliseconds."""
    endpoint = recorded()
    if endpoint is None or status(endpoint) is None:
        return None
    return endpoint


def status(endpoint: SimulatorEndpoint, timeout: float = 2.0) -> dict[str, object] | None:
    """A simulator's pid, speed, groups and resources; None if it does not answer or is another one."""
    try:
        reply = msgspec.json.decode(call(endpoint, "GET", "/simulator/status", timeout=timeout), type=dict[str, object])
    except (SimulatorError, msgspec.DecodeError):
        return None
    return reply if reply.get("pid") == endpoint.pid else None


def call(endpoint: SimulatorEndpoint, method: str, path: str, body: object = None, *, timeout: float = 30.0) -> bytes:
    """The body of the reply to a request for one of the simulator's own paths.

    Raises:
        SimulatorError: the simulator does not answer, or refuses the request.
    """
    import http.client
    import ssl

    address = urlsplit(endpoint.url)
    try:
        context = ssl.create_default_context(cafile=endpoint.ca)
        connection = http.client.HTTPSConnection(address.hostname or "", address.port, timeout=timeout, context=context)
        with contextlib.closing(connection):
            headers = {"Authorization": f"Bearer {endpoint.client_secret}", "Content-Type": "application/json"}
            content = None if body is None else msgspec.json.encode(body)
            connection.request(method, path, content, headers)
            response = connection.getresponse()
            reply = response.read()
    except (OSError, http.client.HTTPException) as problem:
        raise SimulatorError(f"The simulator at {endpoint.url} does not answer: {problem}") from None
    if response.status >= 400:
        raise SimulatorError(f"The simulator refused the request: {_message(reply)}")
    return reply


def _message(reply: bytes) -> str:
    """The message of an error."""
    try:
        error = msgspec.json.decode(reply, type=dict[str, dict[str, object]])["error"]
    except (msgspec.DecodeError, KeyError):
        return reply.decode("utf-8", "replace")[:200]
    return str(error.get("message") or error.get("code"))


class LocalCloud:
    """An open local cloud."""

    def __init__(self, endpoint: SimulatorEndpoint, child: subprocess.Popen[bytes] | None = None) -> None:
        self.endpoint = endpoint
        self._child = child

    @property
    def is_owned(self) -> bool:
        """Whether closing this cloud stops its simulator."""
        return self._child is not None

    async def close(self) -> None:
        """Stop the simulator if it belongs to this cloud. A second call does nothing."""
        child, self._child = self._child, None
        if child is not None:
            await asyncio.to_thread(stop, child)


async def open_local(*, speed: float | None = None) -> LocalCloud:
    """Open the cloud that ``azops sim up`` started, or a new one in a child process that ends with this process.

    Args:
        speed: how many times faster than Azure; None for ``AZOPS_SIM_SPEED`` or the default. A simulator that
            is already running keeps its speed.

    Raises:
        SimulatorError: the simulator cannot be started; the message says why.
    """
    kept = await asyncio.to_thread(running)
    if kept is not None:
        return LocalCloud(kept)
    abandoned = threading.Event()
    starting = asyncio.ensure_future(asyncio.to_thread(_start_for, abandoned, speed))
    try:
        endpoint, child = await asyncio.shield(starting)
    except asyncio.CancelledError:
        abandoned.set()
        if starting.done() and starting.exception() is None:
            await asyncio.to_thread(stop, starting.result()[1])
        raise
    return LocalCloud(endpoint, child)


def _start_for(abandoned: threading.Event, speed: float | None) -> tuple[SimulatorEndpoint, subprocess.Popen[bytes]]:
    """Start a simulator; stop it again if nobody waits for it any more, such as after a document that was closed."""
    endpoint, child = start(speed=speed)
    if abandoned.is_set():
        stop(child)
    return endpoint, child


def start(
    *, speed: float | None = None, keep: Path | None = None, verbose: bool = False, arguments: Sequence[str] = ()
) -> tuple[SimulatorEndpoint, subprocess.Popen[bytes]]:
    """Start a simulator as a child process and wait until it is ready.

    A child ends with its standard input, which the kernel closes when this process ends. A simulator that stays
    (``keep``: its folder) has its own session and reads nothing. ``arguments`` are passed on.

    Raises:
        SimulatorError: the simulator cannot be started; the message says why.
    """
    command = [sys.executable, "-P", "-m", "azops_tui.simulator"]
    environment = dict(os.environ)
    root = str(Path(__file__).resolve().parents[2])
    environment["PYTHONPATH"] = os.pathsep.join(p for p in (root, environment.get("PYTHONPATH", "")) if p)
    if speed is not None:
        command += ["--speed", f"{speed:g}"]
    if verbose:
        command.append("--verbose")
    command += arguments
    errors: IO[bytes] | int = subprocess.PIPE
    if keep is not None:
        command += ["--keep", str(keep)]
        log = os.open(paths.private(keep) / "log", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        os.fchmod(log, 0o600)
        errors = os.fdopen(log, "ab")
    try:
        child = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL if keep else subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            env=environment,
            start_new_session=True,
        )
    except OSError as problem:
        raise SimulatorError(f"Cannot start the simulator: {problem}") from None
    finally:
        if not isinstance(errors, int):
            errors.close()
    line = _first_line(child)
    try:
        return msgspec.json.decode(line, type=SimulatorEndpoint), child
    except msgspec.DecodeError:
        child.kill()
        child.wait()
        errors_text = child.stderr.read().decode("utf-8", "replace").strip() if child.stderr else ""
        _close_pipes(child)
        last = errors_text.splitlines()[-1] if errors_text else "it ended without saying why"
        raise SimulatorError(f"Cannot start the simulator: {last}") from None


def _first_line(child: subprocess.Popen[bytes]) -> bytes:
    """The child's first line; empty if it ends or prints nothing in time."""
    timer = threading.Timer(PATIENCE, child.kill)
    timer.daemon = True
    timer.start()
    try:
        return child.stdout.readline() if child.stdout else b""
    finally:
        timer.cancel()


def stop(child: subprocess.Popen[bytes]) -> None:
    """Stop a child: close its input, then terminate it, then kill it."""
    if child.stdin:
        with contextlib.suppress(OSError):
            child.stdin.close()
    try:
        child.wait(timeout=3)
    except subprocess.TimeoutExpired:
        child.terminate()
        try:
            child.wait(timeout=2)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
    _close_pipes(child)


def _close_pipes(child: subprocess.Popen[bytes]) -> None:
    for pipe in (child.stdin, child.stdout, child.stderr):
        if pipe is not None:
            with contextlib.suppress(OSError):
                pipe.close()


def wait_gone(endpoint: SimulatorEndpoint, seconds: float) -> bool:
    """Wait until a simulator stops listening. Returns False after ``seconds``."""
    address = urlsplit(endpoint.url)
    end = time.monotonic() + seconds
    while True:
        try:
            socket.create_connection((address.hostname or "", address.port or 0), timeout=1).close()
        except OSError:
            return True
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
