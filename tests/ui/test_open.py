"""``azops open`` on a terminal of its own: what is wrong with a document is on the screen, and said again after it."""

from __future__ import annotations

import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import time
from fcntl import ioctl
from pathlib import Path

import pytest


def on_screen(file: Path, *, when: str, keys: str) -> tuple[int, str]:
    """Open a document, type ``keys`` one by one once ``when`` is seen.

    Returns the exit code, and what was said when the screen was gone.
    """
    ours, theirs = pty.openpty()
    ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    with subprocess.Popen(
        [sys.executable, "-m", "azops_tui", "open", str(file)],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={**os.environ, "TERM": "xterm-256color", "HOME": str(file.parent)},
        start_new_session=True,
    ) as process:
        os.close(theirs)
        seen, end, at = "", time.monotonic() + 60, 0.0
        while process.poll() is None and time.monotonic() < end:
            if select.select([ours], [], [], 0.2)[0]:
                try:
                    seen += os.read(ours, 65536).decode(errors="replace")
                except OSError:
                    break
            if when in seen and keys and time.monotonic() > at:
                os.write(ours, keys[0].encode())
                keys, at = keys[1:], time.monotonic() + 1.0
        if process.poll() is None and time.monotonic() >= end:
            process.kill()
        code = process.wait()
        while select.select([ours], [], [], 0)[0]:
            try:
                seen += os.read(ours, 65536).decode(errors="replace")
            except OSError:
                break
    os.close(ours)
    assert when in seen
    return code, re.sub(r"\x1b\[[0-9;?<>=]*[a-zA-Z]", "", seen.rpartition("\x1b[?1049l")[2]).replace("\r\n", "\n")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("---\nazops: [1\n---\n\n# A\n\n```bash\ntrue\n```\n", 3),
        ("# A\n\n```yaml {azops=group name=x}\ngroup: a\nloccation: b\n```\n", 5),
    ],
    ids=["front matter", "native step"],
)
def test_a_bad_document_is_told_on_the_screen_and_afterwards(tmp_path: Path, text: str, line: int) -> None:
    file = tmp_path / "bad.md"
    file.write_text(text)
    code, said = on_screen(file, when="cannot run", keys="qq")
    assert code == 3, said
    assert said.startswith(f"azops: {file}:"), said
    assert abs(int(said.removeprefix(f"azops: {file}:").partition(":")[0]) - line) <= 1, said


def test_a_good_document_opens_and_closes(tmp_path: Path) -> None:
    file = tmp_path / "good.md"
    file.write_text("# A\n\n```bash\ntrue\n```\n")
    assert on_screen(file, when="nothing run yet", keys="q") == (0, "")


@pytest.mark.parametrize("content", [None, b"\xff\xfe# A\n"], ids=["missing", "not UTF-8"])
def test_what_is_no_document_never_opens_a_screen(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "no.md"
    if content is not None:
        file.write_bytes(content)
    done = subprocess.run(
        [sys.executable, "-m", "azops_tui", "open", str(file)],
        capture_output=True,
        encoding="utf-8",
        stdin=subprocess.DEVNULL,
        check=False,
    )
    assert done.returncode == 3
    assert done.stdout == ""
    assert done.stderr.startswith(f"azops: {file}:")
