"""How quick the panes and the lists are: ten thousand resources, and the first row against ``az group list``.

Usage: ``python -m tests.bench.bench_panes [PATH_OF_AZ]``. Without ``az`` only the screen is measured. The aims: the
tree of 10,000 resources in 1.5 s, a key in it in 30 ms; the first row of the groups pane in 0.4 of the time that
``az group list`` takes, ``azops groups --output json`` in half of it.
"""

from __future__ import annotations

import asyncio
import os
import pty
import select
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from azops_tui.ui.app import AzopsApp
from tests.ui import fakes
from tests.ui.test_main import ready, until
from tests.ui.test_subscription import subscription

ROUNDS = 5


async def tree() -> tuple[float, float]:
    """Seconds until 10,000 resources that arrive stand in the tree, and the median seconds to move and draw in it."""
    controller = fakes.FakeController(events=fakes.started())
    async with AzopsApp(controller, pane=1).run_test(size=(120, 36)) as pilot:
        screen = await ready(pilot)
        pane = screen.frame.active_pane
        assert pane is not None
        pane.set_filter("rg")
        began = time.perf_counter()
        controller.play(subscription(100, 100))
        await until(pilot, lambda: len(pane.rows) >= 10_000)
        took = time.perf_counter() - began
        keys = []
        for move in ("cursor_down", "page_down", "cursor_up", "last", "page_up", "first") * 10:
            began = time.perf_counter()
            getattr(pane, f"action_{move}")()
            pane.render_lines(pane.size.region)
            keys.append(time.perf_counter() - began)
        return took, statistics.median(keys)


def first_row(command: list[str], mark: bytes, environment: dict[str, str]) -> float:
    """Seconds from the start of a program in a terminal until it has written a text."""
    began = time.perf_counter()
    child, terminal = pty.fork()
    if not child:
        os.execve(command[0], command, environment)
    written = b""
    while mark not in written:
        if not select.select([terminal], [], [], 60)[0]:
            raise SystemExit(f"{command} did not write {mark!r}: {written[-400:]!r}")
        written += os.read(terminal, 65536)
    took = time.perf_counter() - began
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    os.close(terminal)
    return took


def against_az(az: str) -> None:
    with tempfile.TemporaryDirectory() as home:
        environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "120", "LINES": "36"}
        environment |= {f"XDG_{name}_HOME": f"{home}/{name}" for name in ("STATE", "CONFIG", "DATA", "CACHE")}
        azops = [sys.executable, "-m", "azops_tui"]
        subprocess.run([*azops, "sim", "up"], env=environment, check=True, capture_output=True)
        try:
            script = "az group create --name first-group --location westeurope"
            page = Path(home, "page.md")
            page.write_text(f"```bash\n{script}\n```\n")
            path = f"{Path(az).parent}{os.pathsep}{environment['PATH']}"
            subprocess.run([*azops, "run", str(page), "--yes"], env={**environment, "PATH": path}, check=True)
            shown = subprocess.run([*azops, "sim", "env"], env=environment, check=True, capture_output=True, text=True)
            for_az = dict(environment)
            for line in shown.stdout.splitlines():
                name, equals, value = line.removeprefix("export ").partition("=")
                if equals:
                    for_az[name] = value.strip("'\"")
            times: dict[str, list[float]] = {"az group list": [], "groups pane": [], "azops groups --output json": []}
            for _ in range(ROUNDS):
                times["az group list"].append(first_row([az, "group", "list"], b"first-group", for_az))
                times["groups pane"].append(first_row([*azops, "groups"], b"first-group", environment))
                words = [*azops, "groups", "--output", "json"]
                times["azops groups --output json"].append(first_row(words, b"first-group", environment))
            base = statistics.median(times["az group list"])
            for name, seconds in times.items():
                median = statistics.median(seconds)
                print(f"{name:28} {median:6.2f} s  {median / base:5.2f} of az")
        finally:
            subprocess.run([*azops, "sim", "down"], env=environment, check=False, capture_output=True)


def main() -> None:
    took, key = asyncio.run(tree())
    print(f"10,000 resources in the tree {took:6.2f} s; a move in it {1000 * key:5.1f} ms")
    if len(sys.argv) > 1:
        against_az(sys.argv[1])


if __name__ == "__main__":
    main()
