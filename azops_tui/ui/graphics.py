"""Pictures as they are, on terminals that draw them: kitty's graphics protocol, or sixel.

The terminal is asked what it draws (https://sw.kovidgoyal.net/kitty/graphics-protocol, and the attribute 4 of a
primary device attributes reply, https://invisible-island.net/xterm/ctlseqs/ctlseqs.html; read in November 2026).
"""

from __future__ import annotations

import base64
import io
import os
import re
import select
import termios
import time
import tty
from collections.abc import Sequence
from typing import Literal

Graphics = Literal["kitty", "sixel", ""]

_ASK = b"\x1b_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\\x1b[c"
"""Whether it draws by kitty's protocol, and what it is; every terminal answers the second question."""
_ATTRIBUTES = re.compile(rb"\x1b\[\?([\d;]*)c")
_SECONDS = 1.0
_CHUNK = 4096
_COLOURS = 64
_MOST_COLUMNS = 1000
"""Pixels of a row of a sixel picture."""
_REPEATED = re.compile(rb"(.)\1{3,254}", re.DOTALL)


def show_pictures(pictures: Sequence[bytes], terminal: int) -> bool:
    """Draw PNG pictures and wait for a key; False, with nothing drawn, if the terminal draws none.

    Args:
        pictures: the pictures.
        terminal: descriptor of the terminal, which nobody else uses meanwhile.
    """
    before = termios.tcgetattr(terminal)
    tty.setcbreak(terminal)
    try:
        kind = graphics_of(terminal)
        if not kind:
            return False
        _write(terminal, b"\x1b[2J\x1b[H")
        for picture in pictures:
            _write(terminal, kitty(picture) if kind == "kitty" else sixel(picture))
            _write(terminal, b"\r\n")
        _write(terminal, b"any key: back to azops\r\n")
        os.read(terminal, 64)
        _write(terminal, b"\x1b_Ga=d\x1b\\" if kind == "kitty" else b"")
        return True
    finally:
        termios.tcsetattr(terminal, termios.TCSAFLUSH, before)


def graphics_of(terminal: int) -> Graphics:
    """Ask a terminal in cbreak mode how it draws pictures; empty if it does not, or does not answer in a second."""
    _write(terminal, _ASK)
    answer = b""
    deadline = time.monotonic() + _SECONDS
    while not (attributes := _ATTRIBUTES.search(answer)):
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([terminal], [], [], left)[0]:
            return ""
        answer += os.read(terminal, 1024)
    if b"\x1b_Gi=31;OK" in answer:
        return "kitty"
    return "sixel" if b"4" in attributes[1].split(b";")[1:] else ""


def kitty(png: bytes) -> bytes:
    """The control sequences that draw a PNG picture by kitty's protocol."""
    data = base64.b64encode(png)
    pieces = [data[start : start + _CHUNK] for start in range(0, len(data), _CHUNK)]
    last = len(pieces) - 1
    return b"".join(
        b"\x1b_G%sm=%d;%s\x1b\\" % (b"" if number else b"a=T,f=100,q=2,", number < last, piece)
        for number, piece in enumerate(pieces)
    )


def sixel(png: bytes) -> bytes:
    """The control sequence that draws a PNG picture as sixels; empty for what is not a picture."""
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(io.BytesIO(png), formats=["PNG"]) as picture:
            paper = Image.new("RGBA", picture.size, "white")
            paper.alpha_composite(picture.convert("RGBA"))
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError):
        return b""
    paper.thumbnail((_MOST_COLUMNS, _MOST_COLUMNS))
    drawn = paper.convert("RGB").quantize(_COLOURS)
    palette = (drawn.getpalette() or [])[: 3 * _COLOURS]
    colours = [palette[start : start + 3] for start in range(0, len(palette), 3)]
    head = b"".join(b"#%d;2;%d;%d;%d" % (n, *(value * 100 // 255 for value in c)) for n, c in enumerate(colours))
    width, height, indices = drawn.width, drawn.height, drawn.tobytes()
    bands = []
    for top in range(0, height, 6):
        rows = [indices[row * width : (row + 1) * width] for row in range(top, min(top + 6, height))]
        bands.append(b"$".join(b"#%d%s" % (n, _sixels(rows, n)) for n in sorted(set().union(*rows))))
    return b"\x1bPq" + b'"1;1;%d;%d' % (width, height) + head + b"-".join(bands) + b"\x1b\\"


def _sixels(rows: Sequence[bytes], colour: int) -> bytes:
    """The pixels of one colour in six rows: each column is a letter, whose bits are the rows."""
    columns = 0
    for bit, row in enumerate(rows):
        marks = bytes((1 << bit) if value == colour else 0 for value in range(256))
        columns |= int.from_bytes(row.translate(marks), "big")
    letters = bytes(value + 63 for value in columns.to_bytes(len(rows[0]), "big"))
    return _REPEATED.sub(lambda match: b"!%d%s" % (len(match[0]), match[1]), letters)


def _write(terminal: int, data: bytes) -> None:
    while data:
        data = data[os.write(terminal, data) :]
