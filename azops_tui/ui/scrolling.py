"""Text that has moved up or down, which a terminal can move by itself.

A terminal scrolls whole rows, so what stands beside the text is written again; the caller chooses the shorter way.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from azops_tui.ui.cell_writer import Cell, FrameLine

_FEWEST_ROWS = 8
"""Rows that a frame must change before it is worth looking."""
_FEWEST_MATCHES = 4
_EDGE = 2
"""Cells at the end of a line that do not count: a scroll bar."""

Rows = Mapping[int, Mapping[int, Cell]]


@dataclass(frozen=True)
class Scroll:
    """Rows that move together."""

    top: int
    bottom: int
    by: int
    """Number of rows that the text moves up; negative for down."""

    def sequence(self) -> str:
        """Limit scrolling to the rows, scroll, and lift the limit."""
        way = f"{self.by}S" if self.by > 0 else f"{-self.by}T"
        return f"\x1b[{self.top};{self.bottom}r\x1b[{way}\x1b[r"

    def shift(self, rows: Rows) -> dict[int, dict[int, Cell]]:
        """The rows after it; rows that come in are unknown."""
        return {
            row: dict(rows[row + self.by])
            for row in range(self.top, self.bottom + 1)
            if self.top <= row + self.by <= self.bottom
        }


def moved(lines: Sequence[FrameLine], rows: Rows) -> Scroll | None:
    """How the text of a frame has moved against what the terminal shows; None if it has not, or that is not certain.

    Args:
        lines: lines that differ from what is shown.
        rows: what is shown.
    """
    column = Counter(line.column for line in lines).most_common(1)[0][0] if lines else 0
    block = [line for line in lines if line.column == column and len(line.cells) > _EDGE]
    if len(block) < _FEWEST_ROWS:
        return None
    top, bottom = min(line.row for line in block), max(line.row for line in block)
    width = max((max(cells, default=0) for cells in rows.values()), default=0)
    if not width or any(len(rows.get(row, {})) != width for row in range(top, bottom + 1)):
        return None  # something is unknown that would move, too
    size = min(len(line.cells) for line in block) - _EDGE
    places: dict[str, list[int]] = {}
    for row in range(top, bottom + 1):
        text = "".join(rows[row].get(at, ("", ""))[0] for at in range(column, column + size))
        if text.strip():
            places.setdefault(text, []).append(row)
    votes: Counter[int] = Counter()
    for line in block:
        text = "".join(character for character, _ in line.cells[:size])
        votes.update(row - line.row for row in places.get(text, ()) if row != line.row)
    if not votes:
        return None
    by, matches = votes.most_common(1)[0]
    return Scroll(top, bottom, by) if matches >= _FEWEST_MATCHES else None
