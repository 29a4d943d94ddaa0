"""Pictures of steps and of the document as lines of coloured blocks: a cell shows two pixels, one above the other."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

from azops_tui.ui.lines import Line

if TYPE_CHECKING:
    from azops_tui.events.records import PictureShown

Colour = tuple[int, int, int]


def block_rows(picture: PictureShown) -> Iterator[list[tuple[Colour, Colour]]]:
    """Rows of cells, each with the colours of its upper and its lower pixel."""
    width, pixels = picture.small_width, picture.small
    height = len(pixels) // (3 * width) if width else 0
    for row in range(0, height - 1, 2):
        upper, lower = 3 * width * row, 3 * width * (row + 1)
        yield [(_colour(pixels, upper + 3 * column), _colour(pixels, lower + 3 * column)) for column in range(width)]


def picture_lines(picture: PictureShown, room: int) -> list[Line]:
    """A picture as lines of at most ``room`` cells; one that does not fit is drawn smaller."""
    every = -(-picture.small_width // max(1, room))
    rows = list(block_rows(picture))[::every]
    return [[("▀", f"{_hex(upper)}/{_hex(lower)}") for upper, lower in row[::every]] for row in rows]


_MOST_ROWS = 16
_LARGEST = 4 * 1024 * 1024


def document_picture(folder: Path, address: str, room: int) -> list[Line]:
    """A PNG picture in the folder of a document, or below it, as lines; none for any other address.

    Over SSH none: a picture would take more than the whole page.
    """
    if os.environ.get("SSH_CONNECTION") or not address.casefold().endswith(".png"):
        return []
    try:
        path = (folder / unquote(address)).resolve()
        if not path.is_relative_to(folder.resolve()) or not path.is_file():
            return []
        state = path.stat()
        return _picture_of_file(path, state.st_mtime_ns, room) if state.st_size <= _LARGEST else []
    except (OSError, ValueError):
        return []


@lru_cache(maxsize=32)
def _picture_of_file(path: Path, changed: int, room: int) -> list[Line]:
    """The picture; read again if its file has changed (a time in nanoseconds)."""
    from azops_tui.events.records import PictureShown
    from azops_tui.png import read_small

    small = read_small(path.read_bytes(), room, 2 * _MOST_ROWS)
    return picture_lines(PictureShown(at=0, png=b"", small=small.pixels, small_width=small.width), room)


def _colour(pixels: bytes, at: int) -> Colour:
    return pixels[at], pixels[at + 1], pixels[at + 2]


def _hex(colour: Colour) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour)
