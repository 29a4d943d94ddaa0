"""How soon the screen shows something, against a Textual app of one line on the same machine, in the same run.

Each start is a process of its own in a terminal of 120 x 36 (a pty). Measured from the start of the process: until the
first text of the document is written to the terminal, and until the whole first screen is there (its footer, with the
keys of the document). Prints medians and ratios; the aims are 1.3 for the first text and 2.5 for the whole screen.
"""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import statistics
import struct
import sys
import tempfile
import termios
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROUNDS = 7
MINIMAL = """
from textual.app import App
from textual.widgets import Static
class Minimal(App):
    def compose(self):
        yield Static("hello there")
Minimal().run()
"""
AZOPS = """
from pathlib import Path
from azops_tui.azure.profiles import Profile
from azops_tui.ui.start import open_app
open_app(Path("runbooks/generic-cluster.md"), profile=Profile(name="local", cloud="local"), parameters={})
"""
_ESCAPES = re.compile(rb"\x1b\[[0-9;?<>=]*[A-Za-z]|\x1b[()][A-Z0-9]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b.")


def start(code: str, marks: list[bytes], home: str, limit: float = 20.0) -> list[float]:
    """Seconds from the start of a process until each mark has been written to its terminal; ends the process."""
    environment = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor", "AZOPS_SIM_SPEED": "1000"}
    environment |= {f"XDG_{name}_HOME": f"{home}/{name}" for name in ("STATE", "CONFIG", "DATA", "CACHE")}
    environment.pop("SSH_CONNECTION", None)
    began = time.perf_counter()
    child, terminal = pty.fork()
    if not child:
        os.chdir(ROOT)
        os.execve(sys.executable, [sys.executable, "-c", code], environment)
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 36, 120, 0, 0))
    written, found = b"", [0.0] * len(marks)
    while not all(found) and time.perf_counter() - began < limit:
        if not select.select([terminal], [], [], 0.2)[0]:
            continue
        try:
            written += os.read(terminal, 65536)
        except OSError:
            break
        plain = _ESCAPES.sub(b"", written)
        for index, mark in enumerate(marks):
            if not found[index] and mark in plain:
                found[index] = time.perf_counter() - began
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    os.close(terminal)
    return found


def main() -> None:
    """Measure in turns, so that a busy machine is busy for both."""
    marks = [b"A generic cluster", b"run+next"]
    rows: list[tuple[float, float, float]] = []
    with tempfile.TemporaryDirectory() as home:
        start(MINIMAL, [b"hello there"], home)
        start(AZOPS, marks, home)
        for _ in range(ROUNDS):
            baseline = start(MINIMAL, [b"hello there"], home)[0]
            text, whole = start(AZOPS, marks, home)
            rows.append((baseline, text, whole))
    baseline, text, whole = (statistics.median(column) for column in zip(*rows, strict=True))
    print(f"minimal Textual app    {baseline * 1000:6.0f} ms   1.00x")
    print(f"azops, first text      {text * 1000:6.0f} ms   {text / baseline:.2f}x   (aim 1.3x)")
    print(f"azops, whole screen    {whole * 1000:6.0f} ms   {whole / baseline:.2f}x   (aim 2.5x)")


if __name__ == "__main__":
    main()
