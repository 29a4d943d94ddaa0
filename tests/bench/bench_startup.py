"""How soon the screen shows something, against a Textual app of one line, and how soon it shows a long document.

Each start is a process of its own in a terminal of 120 x 36 (a pty). Measured from the start of the process: until the
first text of the document is written to the terminal, and until the whole first screen is there (its footer, with the
keys of the document). Prints medians and ratios; the aims are 1.3 for the first text and 2.5 for the whole screen.
A document of 10,000 lines and 1,000 steps may take 1.5 times as long as one of 100 lines, and 30 MB more.
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
open_app(Path({path!r}), profile=Profile(name="local", cloud="local"), parameters={{}})
"""
PIECE = "## Heading {0}\n\nSome *text*, `code`, [link](x).\n\n```bash\nexport A{0}=1\naz vm start -n $A{0}\n```\n\n\n"
"""Ten lines with a step."""
_ESCAPES = re.compile(rb"\x1b\[[0-9;?<>=]*[A-Za-z]|\x1b[()][A-Z0-9]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b.")


def start(code: str, marks: list[bytes], home: str, limit: float = 20.0) -> tuple[list[float], float]:
    """Start a process and end it when each mark has been written to its terminal.

    Returns the seconds from its start until each mark, and the megabytes that it had most.
    """
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
    usage = os.wait4(child, 0)[2]
    os.close(terminal)
    return found, usage.ru_maxrss / 1024


def main() -> None:
    """Measure in turns, so that a busy machine is busy for all."""
    with tempfile.TemporaryDirectory() as home:
        shipped = AZOPS.format(path="runbooks/generic-cluster.md")
        start(MINIMAL, [b"hello there"], home)
        start(shipped, [b"run+next"], home)
        rows: list[tuple[float, float, float]] = []
        for _ in range(ROUNDS):
            baseline = start(MINIMAL, [b"hello there"], home)[0][0]
            text, whole = start(shipped, [b"A generic cluster", b"run+next"], home)[0]
            rows.append((baseline, text, whole))
        baseline, text, whole = (statistics.median(column) for column in zip(*rows, strict=True))
        print(f"minimal Textual app    {baseline * 1000:6.0f} ms   1.00x")
        print(f"azops, first text      {text * 1000:6.0f} ms   {text / baseline:.2f}x   (aim 1.3x)")
        print(f"azops, whole screen    {whole * 1000:6.0f} ms   {whole / baseline:.2f}x   (aim 2.5x)")
        short, long = Path(home, "short.md"), Path(home, "long.md")
        short.write_text("# Short\n\n" + "".join(PIECE.format(number) for number in range(10)))
        long.write_text("# Long\n\n" + "".join(PIECE.format(number) for number in range(1000)))
        code = {path: AZOPS.format(path=str(path)) for path in (short, long)}
        opened = [
            (start(code[short], [b"run+next"], home), start(code[long], [b"run+next"], home)) for _ in range(ROUNDS)
        ]
        times = [statistics.median(pair[which][0][0] for pair in opened) for which in (0, 1)]
        sizes = [statistics.median(pair[which][1] for pair in opened) for which in (0, 1)]
        print(f"100 lines, whole screen     {times[0] * 1000:6.0f} ms   1.00x   {sizes[0]:4.0f} MB")
        print(
            f"10,000 lines, 1,000 steps   {times[1] * 1000:6.0f} ms   {times[1] / times[0]:.2f}x   "
            f"{sizes[1] - sizes[0]:+.0f} MB   (aims 1.5x, +30 MB)"
        )


if __name__ == "__main__":
    main()
