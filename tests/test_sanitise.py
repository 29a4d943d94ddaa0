"""Nothing that a terminal would obey survives, however the stream is cut."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azops_tui.sanitise import Sanitiser, clean

_SGR = re.compile(r"\x1b\[[0-9;:]*m")
_BITS = "\x1b \x1b[ [ ] 0;1m m \x07 \x1b\\ \x9b \x9d \x90 \x9c \x1b]52;c; \x18 2J 8 \x1b(B \x1bPq \u202e \ud800 é a"
_PIECES = st.lists(
    st.one_of(st.text(max_size=5), st.sampled_from(["\r", "\n", "\r\n", *_BITS.split(" ")])), max_size=12
)


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("plain é\ttext\n", "plain é\ttext\n"),
        ("\x1b]0;title\x07after", "after"),
        ("\x1b]52;c;aGk=\x1b\\after", "after"),
        ("\x1bPq#0;2;0;0;0\x1b\\x", "x"),
        ("\x9d0;title\x9cx", "x"),
        ("\x9b2Jx", "x"),
        ("\x1b[2J\x1b[1;1Hx", "x"),
        ("\x1b[?1049hx\x1b[!p", "x"),
        ("\x1b(Bx\x1b7\x1bcy", "xy"),
        ("a\x08b\x07c\x00", "abc"),
        ("one\r\ntwo\r\r\n", "one\ntwo\n"),
        ("10%\r20%\r\n", "10%\n20%\n"),
        ("\rline", "line"),
        ("user\u202etxt.exe", "usertxt.exe"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b[31", ""),
    ],
)
def test_what_is_shown(raw: str, shown: str) -> None:
    assert clean(raw) == shown


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("\x1b[1;31mx\x1b[0m", "\x1b[1;31mx\x1b[0m"),
        ("\x1b[mx", "\x1b[mx"),
        ("\x1b[8mhidden\x1b[m", "hidden\x1b[m"),
        ("\x1b[1;8;5mx", "\x1b[1mx"),
        ("\x1b[38;5;8mx", "\x1b[38;5;8mx"),
        ("\x1b[38;2;5;8;6mx", "\x1b[38;2;5;8;6mx"),
        ("\x1b[?1mx\x1b[>4;1my", "xy"),
    ],
)
def test_colours_stay_where_wanted_and_hide_nothing(raw: str, shown: str) -> None:
    assert clean(raw, colours=True) == shown


def test_bytes_that_are_not_utf8_become_replacement_characters() -> None:
    assert clean(b"a\xff\xe2\x82") == "a\ufffd\ufffd"
    assert clean(b"\xc2\x9b2Jx") == "x", "C1 controls come as UTF-8 too"


def test_a_string_that_never_ends_does_not_swallow_all() -> None:
    assert clean("\x1b]0;" + "a" * 100_000).startswith("a")


@given(_PIECES, st.booleans())
def test_no_control_survives_and_cuts_do_not_matter(pieces: list[str], colours: bool) -> None:
    stream = Sanitiser(colours=colours)
    cut = "".join(stream.feed(piece) for piece in pieces) + stream.flush()
    assert cut == clean("".join(pieces), colours=colours)
    rest = _SGR.sub("", cut) if colours else cut
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", rest)


@given(st.binary(max_size=60), st.integers(1, 7))
def test_bytes_may_be_cut_anywhere(raw: bytes, size: int) -> None:
    stream = Sanitiser()
    cut = "".join(stream.feed(raw[at : at + size]) for at in range(0, len(raw), size)) + stream.flush()
    assert cut == clean(raw, colours=True)
