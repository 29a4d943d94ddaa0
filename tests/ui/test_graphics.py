"""Pictures as they are, on a terminal that answers as kitty, as one with sixels, or not at all."""

from __future__ import annotations

import base64
import os
import pty
import re
import select
import threading
from collections.abc import Iterator

import pytest

from azops_tui.ui.graphics import kitty, show_pictures, sixel
from tests.engine.test_pictures import FLAG

KITTY, SIXEL, PLAIN = b"\x1b_Gi=31;OK\x1b\\\x1b[?62;c", b"\x1b[?62;4;22c", b"\x1b[?62;22c"


@pytest.fixture
def terminal() -> Iterator[tuple[int, int]]:
    leader, follower = pty.openpty()
    yield leader, follower
    os.close(leader)
    os.close(follower)


def shown(terminal: tuple[int, int], answer: bytes) -> tuple[bool, bytes]:
    """Show a picture on a terminal that answers so; returns whether it was drawn, and all that was written."""
    leader, follower = terminal
    drawn: list[bool] = []
    drawing = threading.Thread(target=lambda: drawn.append(show_pictures([FLAG], follower)))
    drawing.start()
    written = b""
    while drawing.is_alive():
        if select.select([leader], [], [], 0.05)[0]:
            written += os.read(leader, 65536)
        if answer and b"\x1b[c" in written:
            os.write(leader, answer)
            answer = b""
        if b"any key" in written:
            os.write(leader, b"x")
    drawing.join()
    return drawn[0], written


def test_by_kittys_protocol(terminal: tuple[int, int]) -> None:
    drawn, written = shown(terminal, KITTY)
    assert drawn
    assert kitty(FLAG) in written
    pieces = re.findall(rb"\x1b_G(?:a=T,f=100,q=2,)?m=(\d);([^\x1b]*)", kitty(FLAG * 100))
    assert [more for more, _ in pieces] == [b"1"] * (len(pieces) - 1) + [b"0"]
    assert base64.b64decode(b"".join(data for _, data in pieces)) == FLAG * 100


def test_as_sixels(terminal: tuple[int, int]) -> None:
    drawn, written = shown(terminal, SIXEL)
    assert drawn
    assert sixel(FLAG) in written
    match = re.fullmatch(rb"\x1bPq\"1;1;2;2(#\d;2;\d+;\d+;\d+)+?#0(..)\$#1(..)\x1b\\", sixel(FLAG))
    assert match is not None
    # Two rows of two pixels: each colour has one pixel in each row, on the diagonal.
    assert {match[2], match[3]} == {b"@A", b"A@"}
    assert sixel(b"GIF89a") == b""


@pytest.mark.parametrize("answer", [PLAIN, b""])
def test_a_terminal_that_draws_none(terminal: tuple[int, int], answer: bytes) -> None:
    drawn, written = shown(terminal, answer)
    assert not drawn
    assert b"any key" not in written
