"""The simulator that keeps running: ``azops sim up``, ``down`` and ``status``."""

from __future__ import annotations

import contextlib
import os
import signal
from pathlib import Path

import msgspec

from azops_tui import paths
from azops_tui.simulator.endpoint import (
    SimulatorEndpoint,
    SimulatorError,
    SimulatorSettings,
    folder,
    recorded,
    running,
    start,
    status,
    wait_gone,
)


class SimulatorStatus(msgspec.Struct, frozen=True, kw_only=True):
    """State of the simulator that keeps running."""

    endpoint: SimulatorEndpoint | None
    """None if no simulator is running."""
    speed: float = 0.0
    groups: tuple[str, ...] = ()
    resources: int = 0


def up(
    *, speed: float | None = None, verbose: bool = False, settings: SimulatorSettings | None = None
) -> tuple[SimulatorEndpoint, bool]:
    """Start the simulator in the background, unless it is running.

    Returns:
        The endpoint, and whether this call started the simulator.

    Raises:
        SimulatorError: the simulator cannot be started; the message says why.
    """
    kept = running()
    if kept is not None:
        return kept, False
    keep = paths.private(folder())
    arguments = (settings or SimulatorSettings()).arguments()
    endpoint, child = start(speed=speed, keep=keep, verbose=verbose, arguments=arguments)
    if child.stdout:
        child.stdout.close()
    child.returncode = 0  # it is on its own now: nobody waits for it
    return endpoint, True


def foreground(*, speed: float | None = None, verbose: bool = False, settings: SimulatorSettings | None = None) -> int:
    """Run the simulator in this process until it is interrupted. Returns the exit code.

    Raises:
        SimulatorError: a simulator is already running.
    """
    kept = running()
    if kept is not None:
        raise SimulatorError(f"A simulator is already running at {kept.url} (process {kept.pid}).")
    from azops_tui.simulator.__main__ import serve_until_told

    keep, chosen = paths.private(folder()), settings or SimulatorSettings()
    return serve_until_told(speed=speed, keep=keep, verbose=verbose, announce=True, leash=False, settings=chosen)


def down() -> bool:
    """Stop the simulator. Returns whether one was running.

    Raises:
        SimulatorError: the simulator does not end.
    """
    kept = running()
    if kept is None:
        _remove(folder() / "endpoint.json")
        return False
    for number, patience in ((signal.SIGTERM, 5.0), (signal.SIGKILL, 2.0)):
        with contextlib.suppress(ProcessLookupError):
            os.kill(kept.pid, number)
        if wait_gone(kept, patience):
            break
    else:
        raise SimulatorError(f"The simulator (process {kept.pid}) does not end.")
    with contextlib.suppress(ChildProcessError):
        os.waitpid(kept.pid, os.WNOHANG)
    _remove(folder() / "endpoint.json")
    return True


def state() -> SimulatorStatus:
    """The state of the simulator that keeps running."""
    endpoint = recorded()
    reply = status(endpoint) if endpoint else None
    if endpoint is None or reply is None:
        return SimulatorStatus(endpoint=None)
    return msgspec.convert({**reply, "endpoint": msgspec.to_builtins(endpoint)}, SimulatorStatus, strict=False)


def _remove(path: Path) -> None:
    path.unlink(missing_ok=True)
