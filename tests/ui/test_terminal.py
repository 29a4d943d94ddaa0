"""What is sent over a slow link leaves the terminal as whole frames would."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azops_tui.ui.terminal import FrameFilter, driver_class

ROWS, COLUMNS = 4, 24
_TOKEN = re.compile(r"\x1b\[(\d+);(\d+)H|\x1b\[([\d;]*)m|\x1b\[\?\d+[hl]|(\n)|([^\x1b\n])")


class Terminal:
    """A terminal of a few rows that knows cursor positions, styles and text."""

    def __init__(self) -> None:
        self.cells: dict[tuple[int, int], tuple[str, str]] = {}
        self.cursor = (1, 1)

    def write(self, data: str) -> None:
        style = ""
        for row, column, codes, newline, character in _TOKEN.findall(data):
            if row:
                self.cursor = (int(row), int(column))
            elif character:
                self.cells[self.cursor] = (character, style)
                self.cursor = (self.cursor[0], self.cursor[1] + 1)
            elif not newline:
                style = "" if codes in ("", "0") else codes.removeprefix("0;")


segments = st.tuples(st.sampled_from(["", "1;31", "38;2;1;2;3"]), st.text(alphabet="ab é", min_size=1, max_size=6))
lines = st.tuples(st.integers(1, ROWS), st.integers(1, 6), st.lists(segments, min_size=1, max_size=3))
frames = st.lists(st.lists(lines, max_size=ROWS), max_size=6)


def frame(content: list[tuple[int, int, list[tuple[str, str]]]]) -> str:
    parts = []
    for row, column, spans in content:
        drawn = "".join(f"\x1b[{style}m{text}\x1b[0m" if style else text for style, text in spans)
        parts.append(f"\x1b[{row};{column}H{drawn}\n")
    return "".join(parts) + "\x1b[1;1H"


@given(frames)
def test_the_terminal_shows_the_same(contents: list[list[tuple[int, int, list[tuple[str, str]]]]]) -> None:
    whole, reduced, lean = Terminal(), Terminal(), FrameFilter()
    for content in contents:
        data = frame(content)
        whole.write(data)
        reduced.write(lean.reduce(data))
        assert reduced.cells == whole.cells
        assert reduced.cursor == whole.cursor
        assert lean.reduce(data) == "" or len({row for row, _, _ in content}) < len(content)


def test_only_changed_cells_are_sent() -> None:
    lean = FrameFilter()
    lean.reduce("\x1b[1;1H\x1b[1mhello\x1b[0m world\x1b[1;1H")
    assert lean.reduce("\x1b[1;1H\x1b[1mhello\x1b[0m there\x1b[1;1H") == "\x1b[1;7Hthere\x1b[1;1H"


@pytest.mark.parametrize("data", ["\x1b[2J", "\x1b[?1049h", "\x1b]0;title\x07", "plain"])
def test_other_data_passes_and_makes_the_screen_unknown(data: str) -> None:
    lean = FrameFilter()
    line = "\x1b[1;1Hhello\x1b[1;1H"
    lean.reduce(line)
    assert lean.reduce(line) == ""
    assert lean.reduce(data) == data
    assert "hello" in lean.reduce(line)


def test_wide_characters_are_sent_with_their_line() -> None:
    lean = FrameFilter()
    lean.reduce("\x1b[1;1Ha世b")
    assert lean.reduce("\x1b[1;1Ha世c") == "\x1b[1;1Ha世c"


def test_the_driver_is_for_ssh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SSH_CONNECTION", raising=False)
    assert driver_class() is None
    monkeypatch.setenv("SSH_CONNECTION", "192.0.2.1 1 192.0.2.2 22")
    assert driver_class() is not None
