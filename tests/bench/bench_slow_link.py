"""Bytes written to a terminal of 120 x 36 over SSH: opening, one key, a quick step, a deployment, a pane, and idle.

The screen runs in a process of its own in a pty with SSH_CONNECTION set, on a local cloud. What a key costs is what is
written until nothing has come for a while. Prints a table with the bar of each.
"""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import sys
import tempfile
import termios
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
QUIET_SECONDS = 2.0
AZOPS = """
from pathlib import Path
from azops_tui.azure.profiles import Profile
from azops_tui.ui.start import open_app
open_app(Path("runbooks/generic-cluster.md"), profile=Profile(name="local", cloud="local"), parameters={})
"""
KEYS = (
    ("j", b"j", 2_000),
    ("k", b"k", 2_000),
    ("n, a quick step", b"n", 8_000),
    ("n, the next step", b"n", 8_000),
    ("pane switch", b"2", 10_000),
    ("back to the document", b"\t", 10_000),
    ("page down", b"\x1b[6~", 14_000),
    ("all other steps: the question", b"a", 14_000),
    ("a question that waits, 5 s", b"", 0),
    ("all other steps, with the deployments", b"\x1b[C\r", 60_000),
)


def read_until_quiet(terminal: int, quiet: float = QUIET_SECONDS, limit: float = 90.0) -> int:
    """Number of bytes that arrive until none have come for ``quiet`` seconds."""
    total, end = 0, time.monotonic() + limit
    while time.monotonic() < end and select.select([terminal], [], [], quiet)[0]:
        total += len(os.read(terminal, 65536))
    return total


def main() -> None:
    with tempfile.TemporaryDirectory() as home:
        environment = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor", "AZOPS_SIM_SPEED": "20"}
        environment |= {f"XDG_{name}_HOME": f"{home}/{name}" for name in ("STATE", "CONFIG", "DATA", "CACHE")}
        if "--plain" not in sys.argv:
            environment["SSH_CONNECTION"] = "192.0.2.1 50000 192.0.2.2 22"
        child, terminal = pty.fork()
        if not child:
            fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", 36, 120, 0, 0))
            os.chdir(ROOT)
            os.execve(sys.executable, [sys.executable, "-c", AZOPS], environment)
        try:
            report("opening", read_until_quiet(terminal, 3.0, 20.0), 30_000)
            for name, key, bar in KEYS:
                os.write(terminal, key)
                report(name, read_until_quiet(terminal, 4.0 if key.startswith(b"\x1b[C") else QUIET_SECONDS, 30.0), bar)
            report("idle, 5 s", read_until_quiet(terminal, 5.0, 5.0), 0)
        finally:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            os.close(terminal)


def report(name: str, size: int, bar: int) -> None:
    print(f"{name:<40} {size:>8,} bytes   bar {bar:>7,}   {'' if size <= bar else 'over'}", flush=True)


if __name__ == "__main__":
    main()
