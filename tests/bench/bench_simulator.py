"""How long a local cloud takes to start, as a ratio to starting Python with the HTTP library it stands on."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time

from azops_tui.simulator.endpoint import start, stop

ROUNDS = 5


def baseline() -> float:
    """Seconds to start Python and import aiohttp."""
    begun = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import aiohttp.web"], check=True)
    return time.perf_counter() - begun


def simulator() -> float:
    """Seconds until a simulator says that it is ready."""
    begun = time.perf_counter()
    _, child = start(speed=1000)
    passed = time.perf_counter() - begun
    stop(child)
    return passed


def main() -> None:
    """Prints both medians and their ratio."""
    with tempfile.TemporaryDirectory() as home:
        os.environ["XDG_STATE_HOME"] = home
        base = statistics.median(baseline() for _ in range(ROUNDS))
        ready = statistics.median(simulator() for _ in range(ROUNDS))
    print(f"python with aiohttp {base:.2f} s, simulator ready {ready:.2f} s: {ready / base:.1f} x")


if __name__ == "__main__":
    main()
