"""Pictures of steps as lines of coloured blocks: a cell shows two pixels, one above the other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

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


def _colour(pixels: bytes, at: int) -> Colour:
    return pixels[at], pixels[at + 1], pixels[at + 2]


def _hex(colour: Colour) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour)
