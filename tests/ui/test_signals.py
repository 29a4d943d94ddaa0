"""The screen on a terminal of its own that goes away, or when it is told to end: the run is ended properly."""

from __future__ import annotations

import contextlib
import fcntl
import os
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path

import pytest

from azops_tui.journal.store import Journal


def draw(terminal: int, seconds: float = 0.1) -> None:
    """Take what is drawn, as a terminal does."""
    if select.select([terminal], [], [], seconds)[0]:
        with contextlib.suppress(OSError):  # the other side has closed it
            os.read(terminal, 65536)


@pytest.mark.parametrize("hangs_up", [False, True])
def test_the_step_is_stopped_and_the_journal_has_it(tmp_path: Path, hangs_up: bool) -> None:
    path = tmp_path / "book.md"
    path.write_text(f"# T\n\n```bash {{name=one}}\ntouch {tmp_path}/begun; sleep 60\n```\n")
    env = {**os.environ, "TERM": "xterm-256color", "AZOPS_SIM_SPEED": "1000", "TMPDIR": str(tmp_path)}
    env |= {f"XDG_{name}_HOME": str(tmp_path / name.lower()) for name in ("STATE", "CONFIG", "DATA")}
    env.pop("XDG_RUNTIME_DIR", None)
    trust = [sys.executable, "-m", "azops_tui", "trust", str(path)]
    subprocess.run(trust, env=env, check=True, capture_output=True)
    ours, theirs = os.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 36, 120, 0, 0))
    process = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import fcntl, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0)\nfrom azops_tui.cli import main; main()",
            "open",
            str(path),
        ],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=env,
        start_new_session=True,
    )
    os.close(theirs)
    end = time.monotonic() + 60
    pressed = 0.0
    while not (tmp_path / "begun").exists():
        assert time.monotonic() < end
        draw(ours)
        if time.monotonic() - pressed > 3:
            pressed = time.monotonic()
            os.write(ours, b"\r")
    if hangs_up:
        os.close(ours)
    else:
        process.send_signal(signal.SIGTERM)
        while process.poll() is None and time.monotonic() < end:
            draw(ours)
        os.close(ours)
    assert process.wait(30) == (129 if hangs_up else 4)
    with Journal(tmp_path / "state" / "azops" / "journal.db") as journal:
        assert journal.runs()[0].state == "stopped"
    assert list(tmp_path.glob("azops-*")) == []
