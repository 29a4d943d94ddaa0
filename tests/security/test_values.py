"""Values of secrets need not stand in an argument list: --set reads them from a file or asks for them."""

from __future__ import annotations

import os
import pty
import sys
from pathlib import Path

from tests.cli.azops import azops

_TEXT = "---\nazops:\n  params:\n    TOKEN: {type: secret}\n---\n"
_TEXT += '```bash\n[ "$TOKEN" = hunter-22 ] && echo right $TOKEN\n```\n'


def _document(folder: Path) -> Path:
    path = folder / "x.md"
    path.write_text(_TEXT)
    return path


def test_a_value_is_read_from_a_file_and_not_shown(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("hunter-22\n")
    done = azops("run", _document(tmp_path), "--set", f"TOKEN=@{tmp_path / 'token'}")
    assert (done.returncode, "hunter" in done.stdout + done.stderr) == (0, False)
    assert "right •••" in done.stdout


def test_a_missing_file_or_terminal_is_a_usage_error(tmp_path: Path) -> None:
    missing = azops("run", _document(tmp_path), "--set", f"TOKEN=@{tmp_path / 'none'}")
    assert (missing.returncode, "cannot be read from" in missing.stderr) == (2, True)
    unasked = azops("run", _document(tmp_path), "--set", "TOKEN")
    assert (unasked.returncode, "no terminal to ask on" in unasked.stderr) == (2, True)


def test_a_name_alone_asks_without_showing_what_is_typed(tmp_path: Path) -> None:
    document = _document(tmp_path)
    child, terminal = pty.fork()
    if child == 0:
        os.execv(sys.executable, [sys.executable, "-m", "azops_tui", "run", str(document), "--set", "TOKEN"])
    shown = b""
    while b"TOKEN: " not in shown:
        shown += os.read(terminal, 4096)
    os.write(terminal, b"hunter-22\n")
    try:
        while piece := os.read(terminal, 4096):
            shown += piece
    except OSError:  # the end of a terminal
        pass
    os.close(terminal)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert "right •••" in shown.decode()
    assert b"hunter" not in shown
