"""Lines of an output that differ from the expected ones."""

from __future__ import annotations

import difflib

MOST_LINES = 12
"""Lines of a difference that a failure tells."""
_PAIRS = 4_000_000
"""Product of the numbers of lines up to which texts are compared."""


def different_lines(expected: list[str], actual: list[str]) -> tuple[str, ...]:
    """The lines that differ, expected ones (``- …``) before those that stand in their place (``+ …``)."""
    if len(expected) * len(actual) > _PAIRS:
        return ()
    lines: list[str] = []
    for tag, a, b, c, d in difflib.SequenceMatcher(None, expected, actual, autojunk=False).get_opcodes():
        if tag != "equal" and len(lines) < MOST_LINES:
            lines += [f"- {line}" for line in expected[a:b][: MOST_LINES // 2]]
            lines += [f"+ {line}" for line in actual[c:d][: MOST_LINES // 2]]
    return tuple(lines[:MOST_LINES])
