"""Plain text: escape sequences, last lines, tables, the tail of an output; durations."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azops_tui.durations import format_duration, format_iso_duration, parse_iso_duration
from azops_tui.text import LineTail, format_table, last_line, strip_ansi


@given(st.lists(st.text("ab", max_size=5), min_size=1, max_size=12), st.lists(st.integers(0, 70), max_size=6))
def test_the_tail_does_not_depend_on_the_pieces(lines: list[str], cuts: list[int]) -> None:
    text = "\n".join(lines)
    tail = LineTail(3, 5)
    for start, end in pairwise([0, *sorted(cuts), len(text)]):
        tail.feed(text[start:end])
    assert tail.total == len(lines) - 1
    assert tail.tail() == [*lines[:-1][-3:], *filter(None, lines[-1:])]


def test_the_tail_keeps_the_last_lines_and_one_without_an_end() -> None:
    tail = LineTail(2, 100)
    tail.feed("a\nb\nc")
    tail.feed("d\ne")
    assert (tail.tail(), tail.tail(1), tail.total) == (["b", "cd", "e"], ["e"], 3)
    tail.clear()
    assert (tail.tail(), tail.total) == ([], 0)


def test_escape_sequences_are_stripped() -> None:
    assert strip_ansi("\x1b[1;31mred\x1b[0m \x1b]0;title\x07plain\x1b[") == "red plain"
    assert last_line("one\n two \n\n") == "two"
    assert last_line("") == ""


def test_tables_are_aligned() -> None:
    assert format_table([("a", ""), ("bcd", "x"), ("e",)], ("NAME", "VALUE")) == "NAME  VALUE\na\nbcd   x\ne"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(None, ""), (0.012, "12 ms"), (0.8, "0.8 s"), (48, "48 s"), (59.7, "00:59"), (151, "02:31"), (3751, "1:02:31")],
)
def test_durations_are_shown_in_few_cells(seconds: float | None, text: str) -> None:
    assert format_duration(seconds) == text


@given(st.integers(0, 10**6))
def test_durations_of_azure_are_read_as_they_are_written(seconds: int) -> None:
    assert parse_iso_duration(format_iso_duration(seconds)) == seconds
