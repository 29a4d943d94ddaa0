"""Plain text for people: escape sequences, lines of output, tables."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Sequence

_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[PX^_][^\x1b]*(?:\x1b\\)?|.)?")


def strip_ansi(text: str) -> str:
    """The text without escape sequences."""
    return _ESCAPES.sub("", text) if "\x1b" in text else text


def last_line(text: str, longest: int = 300) -> str:
    """The last line that is not blank, at most ``longest`` characters of it; empty if there is none."""
    return next((line.strip()[:longest] for line in reversed(text.splitlines()) if line.strip()), "")


def format_table(rows: Iterable[Sequence[str]], header: Sequence[str]) -> str:
    """Rows under a header as lines with aligned columns, two spaces apart; a short row ends early."""
    table = [header, *rows]
    widths = [max(len(row[n]) if n < len(row) else 0 for row in table) for n in range(len(header))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=False)).rstrip() for row in table
    )


FIRST_LINES = 12
"""First lines of an output that a :class:`LineTail` keeps."""


class LineTail:
    """The last lines of a text that arrives in pieces.

    Args:
        keep: number of whole lines kept.
        longest: characters kept of a line.
    """

    __slots__ = ("_longest", "first", "lines", "partial", "total")

    def __init__(self, keep: int, longest: int) -> None:
        self._longest = longest
        self.lines: deque[str] = deque(maxlen=keep)
        """Whole lines, without their ends."""
        self.first: list[str] = []
        """The first whole lines, which are kept however many follow."""
        self.partial = ""
        """The last line while it has no end."""
        self.total = 0
        """Number of whole lines so far, kept or not."""

    def feed(self, text: str) -> None:
        """Add a piece of text. The cost of a large piece is that of the part that is kept."""
        keep = self.lines.maxlen or 0
        room = (keep + 1) * (self._longest + 1)
        if len(self.first) < FIRST_LINES:
            beginning = (self.partial + text[: FIRST_LINES * (self._longest + 1)]).split("\n")[:-1]
            self.first += [line[: self._longest] for line in beginning[: FIRST_LINES - len(self.first)]]
        if len(text) > room:
            self.total += text.count("\n", 0, len(text) - room)
            self.partial, text = "", text[-room:]
        *whole, partial = (self.partial + text).split("\n")
        self.total += len(whole)
        self.lines.extend(line[: self._longest] for line in whole[-keep:])
        self.partial = partial[-self._longest :]

    def tail(self, count: int | None = None) -> list[str]:
        """The last ``count`` lines, all that are kept by default, including one without an end."""
        lines = [*self.lines, self.partial] if self.partial else list(self.lines)
        return lines if count is None else lines[-count:]

    def clear(self) -> None:
        """Forget all lines."""
        self.lines.clear()
        self.first.clear()
        self.partial, self.total = "", 0
