"""Reads PNG pictures in small, for terminals."""

from __future__ import annotations

import io
import struct
from dataclasses import dataclass

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_MOST_PIXELS = 4_000_000


@dataclass(frozen=True, slots=True)
class SmallPicture:
    """A picture with fewer pixels."""

    full_width: int
    full_height: int
    width: int
    height: int
    pixels: bytes
    """3 bytes (red, green, blue) for each pixel, row by row."""


def png_size(data: bytes) -> tuple[int, int]:
    """Width and height in pixels; zeros for what is not a PNG picture."""
    if not data.startswith(_SIGNATURE) or len(data) < 24:
        return 0, 0
    width, height = struct.unpack(">II", data[16:24])
    return width, height


def read_small(data: bytes, width: int, height: int) -> SmallPicture:
    """Read a picture and make it fit into so many pixels; its proportions stay, and it never grows.

    Transparent parts are white.

    Raises:
        ValueError: the data is not a PNG picture that can be read, or the picture has more than four million pixels.
    """
    from PIL import Image, UnidentifiedImageError

    full_width, full_height = png_size(data)
    if not 0 < full_width * full_height <= _MOST_PIXELS:
        raise ValueError("not a PNG picture, or one that is too large")
    try:
        with Image.open(io.BytesIO(data), formats=["PNG"]) as picture:
            paper = Image.new("RGBA", picture.size, "white")
            paper.alpha_composite(picture.convert("RGBA"))
            shown = paper.convert("RGB")
            shown.thumbnail((width, height), Image.Resampling.BOX)
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise ValueError(f"not a valid PNG picture: {error}") from None
    return SmallPicture(full_width, full_height, shown.width, shown.height, shown.tobytes())
