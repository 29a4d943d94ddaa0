"""Reads PNG pictures in small, for terminals. Pure Python, so that no picture of a step can do more than be wrong.

The format: https://www.w3.org/TR/png-3/ (read in November 2026). Pictures that are interlaced are not read.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_MOST_PIXELS = 4_000_000
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
"""Colour type -> samples of a pixel."""


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

    Raises:
        ValueError: the data is not a PNG picture that can be read.
    """
    try:
        return _small(data, width, height)
    except (struct.error, zlib.error, IndexError, KeyError) as error:
        raise ValueError(f"not a valid PNG picture: {error}") from None


def _small(data: bytes, most_columns: int, most_rows: int) -> SmallPicture:
    chunks = dict(_chunks(data))
    width, height, depth, colour, _, _, interlaced = struct.unpack(">IIBBBBB", chunks[b"IHDR"])
    if not width or not height or width * height > _MOST_PIXELS or interlaced or depth not in (8, 16):
        raise ValueError("the picture is too large, or in a form that is not read")
    factor = max(width / most_columns, height / most_rows, 1.0)
    columns, rows = max(1, int(width / factor)), max(1, int(height / factor))
    edges = [column * width // columns for column in range(columns + 1)]
    lines = _lines(chunks[b"IDAT"], width, height, _CHANNELS[colour] * depth // 8)
    pixels = bytearray()
    palette = chunks.get(b"PLTE", b"")
    for row in range(rows):
        sums = [[0] * columns for _ in range(3)]
        count = (row + 1) * height // rows - row * height // rows
        for _ in range(count):
            for channel, values in enumerate(_colours(next(lines)[:: depth // 8], colour, palette)):
                totals = [0, *accumulate(values)]
                line = sums[channel]
                for column in range(columns):
                    line[column] += totals[edges[column + 1]] - totals[edges[column]]
        sizes = [count * (edges[column + 1] - edges[column]) for column in range(columns)]
        for column in range(columns):
            pixels += bytes(sums[channel][column] // sizes[column] for channel in range(3))
    return SmallPicture(width, height, columns, rows, bytes(pixels))


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Types and contents of the chunks; the parts of the picture itself come joined, at the end."""
    if not data.startswith(_SIGNATURE):
        raise ValueError("not a PNG picture")
    at = len(_SIGNATURE)
    parts: list[bytes] = []
    while at + 8 <= len(data):
        size, kind = struct.unpack(">I4s", data[at : at + 8])
        content = data[at + 8 : at + 8 + size]
        if kind == b"IDAT":
            parts.append(content)
        else:
            yield kind, content
        at += 12 + size
    yield b"IDAT", b"".join(parts)


def _lines(compressed: bytes, width: int, height: int, pixel: int) -> Iterator[bytes]:
    """The lines of a picture, without their filters; ``pixel`` is the size of a pixel in bytes."""
    size = width * pixel
    unpacked = zlib.decompressobj().decompress(compressed, height * (size + 1))
    before = bytes(size)
    for row in range(height):
        start = row * (size + 1)
        before = _unfiltered(unpacked[start], bytearray(unpacked[start + 1 : start + 1 + size]), before, pixel)
        if len(before) < size:
            raise ValueError("the picture ends early")
        yield before


def _unfiltered(kind: int, line: bytearray, above: bytes, pixel: int) -> bytes:
    if kind == 1:
        for channel in range(pixel):
            line[channel::pixel] = bytes(value & 255 for value in accumulate(line[channel::pixel]))
    elif kind == 2:
        return bytes((value + up) & 255 for value, up in zip(line, above, strict=False))
    elif kind == 3:
        for at, up in enumerate(above[: len(line)]):
            left = line[at - pixel] if at >= pixel else 0
            line[at] = (line[at] + (left + up) // 2) & 255
    elif kind == 4:
        for at, up in enumerate(above[: len(line)]):
            left, corner = (line[at - pixel], above[at - pixel]) if at >= pixel else (0, 0)
            by_left, by_up = abs(up - corner), abs(left - corner)
            by_corner = abs(left + up - 2 * corner)
            best = left if by_left <= by_up and by_left <= by_corner else up if by_up <= by_corner else corner
            line[at] = (line[at] + best) & 255
    return bytes(line)


def _colours(line: bytes, colour: int, palette: bytes) -> list[bytes]:
    """Red, green and blue of a line, on white where it is transparent."""
    if colour == 3:
        return [bytes(palette[3 * index + channel] for index in line) for channel in range(3)]
    if colour in (0, 2):
        return [line] * 3 if colour == 0 else [line[channel::3] for channel in range(3)]
    step = 2 if colour == 4 else 4
    alpha = line[step - 1 :: step]
    channels = [line[0::2]] * 3 if colour == 4 else [line[channel::4] for channel in range(3)]
    if alpha.count(255) == len(alpha):
        return channels
    return [
        bytes((value * opaque + 255 * (255 - opaque)) // 255 for value, opaque in zip(values, alpha, strict=True))
        for values in channels
    ]
