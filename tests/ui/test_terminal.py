"""What is sent over a slow link leaves the terminal as whole frames would."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azops_tui.ui.terminal import FrameFilter, driver_class

ROWS, COLUMNS = 20, 60
_TOKEN = re.compile(
    r"\x1b\[(\d+);(\d+)r|\x1b\[(\d+)([ST])|\x1b\[r|"
    r"\x1b\[(\d+);(\d+)H|\x1b\[(\d+)C|\x1b\[([\d;]*)m|\x1b\[\?\d+[hl]|(\n)|([^\x1b\n])"
)
_CODE = re.compile(r"[34]8;2;\d+;\d+;\d+|[34]8;5;\d+|\d+")


class Terminal:
    """A terminal of a few rows that knows cursor positions, styles and text."""

    def __init__(self) -> None:
        self.cells: dict[tuple[int, int], tuple[str, dict[str, str]]] = {}
        self.cursor = (1, 1)

    def write(self, data: str) -> None:
        style: dict[str, str] = {}
        top, bottom = 1, ROWS
        for *scroll, row, column, by, codes, newline, character in _TOKEN.findall(data):
            if scroll[0]:
                top, bottom = int(scroll[0]), int(scroll[1])
            elif scroll[2]:
                by = int(scroll[2]) if scroll[3] == "S" else -int(scroll[2])
                region = {place: cell for place, cell in self.cells.items() if top <= place[0] <= bottom}
                self.cells = {place: cell for place, cell in self.cells.items() if place not in region}
                moved = {(place[0] - by, place[1]): cell for place, cell in region.items()}
                self.cells |= {place: cell for place, cell in moved.items() if top <= place[0] <= bottom}
            elif row:
                self.cursor = (int(row), int(column))
            elif by:
                self.cursor = (self.cursor[0], self.cursor[1] + int(by))
            elif character:
                seen = style
                if character == " " and not style.keys() & {"4", "7"}:
                    seen = {name: code for name, code in style.items() if name == "back"}
                self.cells[self.cursor] = (character, seen)
                self.cursor = (self.cursor[0], self.cursor[1] + 1)
            elif not newline:
                style = _styled(style, codes)
        assert not style, "what follows would have this style"


ENDS = {"22": ("1", "2"), "23": ("3",), "24": ("4",), "27": ("7",), "39": ("fore",), "49": ("back",)}


def _styled(style: dict[str, str], codes: str) -> dict[str, str]:
    for code in _CODE.findall(codes or "0"):
        if code == "0":
            style = {}
        elif code in ENDS:
            style = {name: value for name, value in style.items() if name not in ENDS[code]}
        else:
            is_colour = code[:2] in ("38", "48") or (code[0] in "34" and len(code) == 2)
            name = ("fore" if code[0] in "39" else "back") if is_colour else code
            style = {**style, name: code}
    return style


STYLES = [
    "",
    "1",
    "1;31",
    "31;42",
    "38;2;1;2;3",
    "1;38;2;1;2;3;48;2;4;5;6",
    "38;2;9;9;9;48;2;4;5;6",
    "3;38;5;17",
    "4;31",
    "2;1",
    "7",
]
segments = st.tuples(st.sampled_from(STYLES), st.text(alphabet="ab é", min_size=1, max_size=6))
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


WORDS = ["", "alpha beta", "gamma", "delta epsilon", "zeta", "eta theta", "iota", "kappa lambda", "mu", "nu xi"]


@given(
    st.lists(st.sampled_from(WORDS), min_size=40, max_size=60),
    st.lists(st.tuples(st.integers(0, 30), st.integers(0, 3)), min_size=1, max_size=5),
)
def test_text_that_moves_beside_other_text_leaves_the_same(text: list[str], moves: list[tuple[int, int]]) -> None:
    whole, reduced, lean = Terminal(), Terminal(), FrameFilter()
    for number, (offset, beside) in enumerate(moves):
        shown = [line.ljust(20)[:20] for line in text[offset : offset + 16]]
        content = [(row, 2, [("38;2;1;2;3", line)]) for row, line in enumerate(shown, 2)]
        if not number or beside == 3:
            content += [
                (row, column, [("", letter * size)])
                for row in range(1, 19)
                for column, letter, size in ((1, "|", 1), (22, str(beside), 8))
            ]
        data = frame(content)
        whole.write(data)
        reduced.write(lean.reduce(data))
        assert reduced.cells == whole.cells


def test_moved_text_is_scrolled_by_the_terminal() -> None:
    lean = FrameFilter()
    text = [f"{number**9} {number**7} {number**5}" for number in range(2, 42)]
    border = [(row, 60, [("", "|")]) for row in range(1, 21)]
    lean.reduce(frame([(row, 1, [("", text[row].ljust(59))]) for row in range(1, 21)] + border))
    sent = lean.reduce(frame([(row, 1, [("", text[row + 3].ljust(59))]) for row in range(1, 21)]))
    assert "\x1b[1;20r\x1b[3S\x1b[r" in sent
    assert len(sent) < 300


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


def test_of_a_style_only_what_differs_is_sent() -> None:
    lean = FrameFilter()
    sent = lean.reduce("\x1b[1;1H\x1b[38;2;1;2;3;48;2;9;9;9ma\x1b[0m\x1b[38;2;4;5;6;48;2;9;9;9mb\x1b[0m\x1b[1;1H")
    assert sent == "\x1b[1;1H\x1b[38;2;1;2;3;48;2;9;9;9ma\x1b[38;2;4;5;6mb\x1b[0m\x1b[1;1H"


def test_wide_characters_are_sent_with_their_line() -> None:
    lean = FrameFilter()
    lean.reduce("\x1b[1;1Ha世b")
    assert lean.reduce("\x1b[1;1Ha世c") == "\x1b[1;1Ha世c"


def test_the_driver_is_for_ssh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SSH_CONNECTION", raising=False)
    assert driver_class() is None
    monkeypatch.setenv("SSH_CONNECTION", "192.0.2.1 1 192.0.2.2 22")
    assert driver_class() is not None
