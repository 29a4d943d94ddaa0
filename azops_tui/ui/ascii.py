"""Draw a whole screen without box, block and other symbols, for terminals that have only ASCII."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

_SIGNS = {
    "…": "~", "•": "*", "·": "-", "–": "-", "—": "-", "“": '"', "”": '"', "‘": "'", "’": "'", "⏎": "<", "☁": "@",
    "→": ">", "←": "<", "↑": "^", "↓": "v", "✓": "+", "✕": "x", "⊘": "-", "‖": "=", "☐": "o", "☑": "x", "␛": "^",
    "≈": "~", "×": "x", "≥": ">", "≤": "<",
}  # fmt: skip
_GEOMETRIC = {"■": "#", "□": "o", "▣": "+", "▤": "=", "○": ".", "●": "+", "◐": ">", "◇": "!", "▾": "v", "▸": ">"}


def _replacements() -> Iterator[tuple[int, str]]:
    """Replacements of one cell for symbols of one cell."""
    for point in range(0x2500, 0x2580):
        name = unicodedata.name(chr(point))
        turns = "AND" in name.split() or "DIAGONAL" in name or "ARC" in name
        yield point, "+" if turns else "-" if "HORIZONTAL" in name or "LEFT" in name or "RIGHT" in name else "|"
    for point in range(0x2580, 0x25A0):
        yield point, {0x258F: "|", 0x258E: "|", 0x258C: "|", 0x2591: ":"}.get(point, "#")
    for point in range(0x25A0, 0x2600):
        yield point, _GEOMETRIC.get(chr(point), "*")
    for point in range(0x2800, 0x2900):
        yield point, " " if point == 0x2800 else ":"
    for point in range(0x1FB00, 0x1FBB0):
        yield point, "#"
    for sign, replacement in _SIGNS.items():
        yield ord(sign), replacement


_TABLE = dict(_replacements())


class AsciiFilter(LineFilter):
    """Replaces symbols in everything that is drawn: frames, scroll bars and messages, too."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The segments of a line, as wide as they were."""
        return [
            segment if segment.text.isascii() else Segment(segment.text.translate(_TABLE), segment.style)
            for segment in segments
        ]
