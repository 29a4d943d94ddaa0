"""Source lines of a document, numbered as the parser numbers them, and its containers (lists, quotes)."""

from __future__ import annotations

import re
from dataclasses import dataclass

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_FENCE = re.compile(r"^(?P<before>.*?)(?P<fence>`{3,}|~{3,})(?P<info>.*)$", re.DOTALL)


def split_lines(text: str) -> list[str]:
    """Lines with their ends; only ``\\n``, ``\\r\\n`` and ``\\r`` end a line."""
    return _LINE.findall(text)


def line_end(text: str) -> str:
    """The line end that a document uses: that of its first line, or ``\\n``."""
    match = re.search(r"\r\n|\r|\n", text)
    return match.group() if match else "\n"


@dataclass(frozen=True, slots=True)
class FenceLine:
    """The opening line of a fence."""

    before: str
    """Indent, quote marks and list markers before the fence."""
    fence: str
    """The backticks or tildes."""
    info: str

    @property
    def prefix(self) -> str:
        """What the lines of the code begin with: ``before`` with list markers as spaces."""
        return re.sub(r"[^\s>]", " ", self.before)

    @property
    def opens_item(self) -> bool:
        """True if the fence stands on the line of a list marker."""
        return self.prefix != self.before


def read_fence(line: str) -> FenceLine:
    """Read the opening line of a fence; a line without one counts as three backticks."""
    match = _FENCE.match(line.rstrip("\r\n"))
    return FenceLine(match["before"], match["fence"], match["info"]) if match else FenceLine("", "```", "")


def longer_fence(code: str, fence: str = "```") -> str:
    """A fence of the same character that no line of the code can close."""
    runs = re.findall(rf"^\s*({re.escape(fence[0])}{{3,}})", code, re.MULTILINE)
    return fence[0] * max(len(fence), *(len(run) + 1 for run in runs), 3)


def prefixed(lines: list[str], prefix: str, end: str) -> list[str]:
    """Lines in a container; empty lines have no trailing spaces."""
    return [(prefix + line if line else prefix.rstrip()) + end for line in lines]
