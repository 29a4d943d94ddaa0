"""The simulator that keeps running: ``azops sim up``, ``down`` and ``status``."""

from __future__ import annotations

import contextlib
import os
import signal
from pathlib import Path

import msgspec

from azops_tui import paths
from azops_tui.simulator.endpoint import SimulatorEndpoint, folder, recorded, running, start, status, wait_gone


class SimulatorStatus(msgspec.Struct, frozen=True, kw_only=True):
    """State of the simulator that keeps running."""

    endpoint: SimulatorEndpoint | None
    """None if no simulator is running."""
    speed: float = 0.0
    groups: tuple[str, ...] = ()
    resources: int = 0


def up(*, speed: float | None = None, verbose: bool = False) -> tuple[SimulatorEndpoint, bool]:
    """Start the simulator in the background, unless it is running.

    Returns:
        The endpoint, and whether this call started the simulator.

    Raises:
        RuntimeError: the simulator cannot be started; the message says why.
    """
    found = running()
    if found is not None:
        return found, False
    keep = paths.private(folder())
    endpoint, child = start(speed=speed, keep=keep, verbose=verbose)
    if child.stdout:
        child.stdout.close()
    child.returncode = 0  # it is on its own now: nobody waits for it
    return endpoint, True


def foreground(*, speed: float | None = None, verbose: bool = False) -> int:
    """Run the simulator in this process until it is interrupted. Returns the exit code.

    Raises:
        RuntimeError: a simulator is already running.
    """
    found = running()
    if found is not None:
        raise RuntimeError(f"a local cloud is running already at {found.url} (process {found.pid})")
    from azops_tui.simulator.__main__ import serve_until_told

    return serve_until_told(speed=speed, keep=paths.private(folder()), verbose=verbose, announce=True, leash=False)


def down() -> bool:
    """Stop the simulator. Returns whether one was running.

    Raises:
        RuntimeError: the simulator does not end.
    """
    found = running()
    if found is None:
        _remove(folder() / "endpoint.json")
        return False
    for number, patience in ((signal.SIGTERM, 5.0), (signal.SIGKILL, 2.0)):
        with contextlib.suppress(ProcessLookupError):
            os.kill(found.pid, number)
        if wait_gone(found, patience):
            break
    else:
        raise RuntimeError(f"the local cloud (process {found.pid}) does not end")
    with contextlib.suppress(ChildProcessError):
        os.waitpid(found.pid, os.WNOHANG)
    _remove(folder() / "endpoint.json")
    return True


def state() -> SimulatorStatus:
    """The state of the simulator that keeps running."""
    found = recorded()
    said = status(found) if found else None
    if found is None or said is None:
        return SimulatorStatus(endpoint=None)
    return msgspec.convert({**said, "endpoint": msgspec.to_builtins(found)}, SimulatorStatus, strict=False)


def _remove(path: Path) -> None:
    path.unlink(missing_ok=True)
