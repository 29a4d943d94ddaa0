"""The whole difference between an expected output and the real one."""

from __future__ import annotations

import difflib
import json
from math import isqrt

from azops_tui.engine.expectations.similarity import MISSING, closest, documents, lenient_json, plain

_MOST_LINES = 4_000
_LONGEST = 1_000
"""Characters of a line."""
_PAIRS = 4_000_000
"""Product of the numbers of lines up to which texts are compared whole."""


def whole_difference(expected: str, actual: str) -> tuple[str, ...]:
    """The difference in the unified form, of JSON as it is indented, with three lines around each place."""
    wanted, got = plain(expected), plain(actual)
    try:
        example = lenient_json(wanted)
        values = documents(got) if example is not MISSING else []
        if values:
            wanted, got = (json.dumps(v, indent=2, ensure_ascii=False) for v in (example, closest(example, values)[1]))
    except RecursionError:
        pass  # nested too deeply to be indented
    before, after = wanted.split("\n"), got.split("\n")
    if len(before) * len(after) > _PAIRS:
        before, after = before[: isqrt(_PAIRS)], after[: isqrt(_PAIRS)]
    lines = [*difflib.unified_diff(before, after, "expected", "output", lineterm="")]
    if len(lines) > _MOST_LINES:
        lines = [*lines[:_MOST_LINES], f"… {len(lines) - _MOST_LINES} more lines"]
    return tuple(line[:_LONGEST] for line in lines)
