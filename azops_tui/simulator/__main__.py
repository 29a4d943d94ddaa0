"""``python -m azops_tui.simulator``: the simulator as a process.

It prints its endpoint as one line of JSON when it is ready. As a child (no ``--keep``) it ends when its standard
input does, so that it cannot outlive the program that started it.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import logging
import os
import signal
import sys
import tempfile
from pathlib import Path

import msgspec

from azops_tui.errors import AzopsError
from azops_tui.simulator.endpoint import SimulatorSettings
from azops_tui.simulator.fault_specs import parse_fault


def main() -> int:
    """Read the arguments and serve."""
    parser = argparse.ArgumentParser(prog="python -m azops_tui.simulator", description="A local Azure.")
    parser.add_argument("--speed", type=float, help="times faster than Azure (default: AZOPS_SIM_SPEED, else 12)")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="stay, and write endpoint.json there")
    parser.add_argument("--fault", action="append", default=[], metavar="SPEC", help="inject a fault")
    parser.add_argument("--seed", type=int, help="make random names, durations and faults repeatable")
    parser.add_argument("--state", default="", metavar="FILE", help="keep the state in a SQLite file")
    parser.add_argument("--verbose", action="store_true", help="say on standard error what is refused and why")
    options = parser.parse_args()
    return serve_until_told(
        speed=options.speed,
        keep=options.keep,
        verbose=options.verbose,
        announce=True,
        leash=options.keep is None,
        settings=SimulatorSettings(faults=tuple(options.fault), seed=options.seed, state=options.state),
    )


def serve_until_told(
    *,
    speed: float | None,
    keep: Path | None,
    verbose: bool,
    announce: bool,
    leash: bool,
    settings: SimulatorSettings,
) -> int:
    """Serve until a signal or, on a leash, the end of standard input. Returns the exit code."""
    logging.basicConfig(
        level=logging.INFO if verbose else logging.ERROR, format="%(asctime)s %(message)s", stream=sys.stderr
    )
    if not verbose:
        logging.getLogger("asyncio").setLevel(logging.CRITICAL)
    try:
        asyncio.run(_serve(speed, keep, announce, leash, settings))
    except (OSError, ValueError, AzopsError) as problem:
        print(f"Cannot start the simulator: {problem}", file=sys.stderr)  # noqa: T201
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


async def _serve(
    speed: float | None, keep: Path | None, announce: bool, leash: bool, settings: SimulatorSettings
) -> None:
    from azops_tui.files import write_private
    from azops_tui.net.upstream import allow_many_connections
    from azops_tui.simulator.server import serve

    os.umask(0o077)
    allow_many_connections()
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        loop.add_signal_handler(number, stop.set)
    with contextlib.ExitStack() as files:
        place = keep or Path(files.enter_context(tempfile.TemporaryDirectory(prefix="azops-sim-")))
        state = Path(settings.state) if settings.state else None
        async with serve(speed=speed, place=place, with_hosts=True, seed=settings.seed, state=state) as server:
            server.cloud.faults.add([parse_fault(spec) for spec in settings.faults])
            if keep is not None:
                write_private(keep / "endpoint.json", msgspec.json.encode(server.endpoint))
                files.callback((keep / "endpoint.json").unlink, missing_ok=True)
            if announce:
                sys.stdout.buffer.write(msgspec.json.encode(server.endpoint) + b"\n")
                sys.stdout.flush()
            if leash:
                await _watch_input(loop, stop)
            await stop.wait()


async def _watch_input(loop: asyncio.AbstractEventLoop, stop: asyncio.Event) -> None:
    """Set ``stop`` at the end of standard input."""

    class Leash(asyncio.Protocol):
        def connection_lost(self, exc: Exception | None) -> None:
            stop.set()

    await loop.connect_read_pipe(Leash, sys.stdin.buffer)


if __name__ == "__main__":
    sys.exit(main())
