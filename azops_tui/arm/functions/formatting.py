"""Composite formatting as .NET has it: ``{index[,width][:format]}`` in a text, with ``{{`` and ``}}`` for braces."""

from __future__ import annotations

import re
from collections.abc import Sequence

from azops_tui.arm.functions.errors import FunctionError
from azops_tui.arm.functions.jsontext import text, write_json
from azops_tui.arm.functions.numerals import FormatError, format_number
from azops_tui.arm.functions.values import LARGEST_TEXT, bounded_text, length
from azops_tui.json_types import Json

_PIECE = re.compile(
    r"[^{}]+|\{\{|\}\}|\{(?P<index>[0-9]{1,7}) *(?:, *(?P<width>-?[0-9]{1,7}) *)?(?::(?P<format>[^{}]*))?\}"
)
_MALFORMED = "Input string was not in a correct format."
_NO_ARGUMENT = "Index (zero based) must be greater than or equal to zero and less than the size of the argument list."


def composite(pattern: str, values: Sequence[Json]) -> str:
    """`pattern` with its placeholders filled in. Raises FunctionError for a pattern that .NET refuses."""
    parts: list[str] = []
    at = size = 0
    shown: dict[tuple[int, str], str] = {}
    while at < len(pattern):
        match = _PIECE.match(pattern, at)
        if match is None:
            raise _invalid(_MALFORMED)
        at = match.end()
        part = match[0]
        if match["index"] is not None:
            part = _placeholder(match, values, shown)
        elif part in ("{{", "}}"):
            part = part[0]
        size += len(part)
        bounded_text("format", size)
        parts.append(part)
    return "".join(parts)


def _placeholder(match: re.Match[str], values: Sequence[Json], shown: dict[tuple[int, str], str]) -> str:
    index = int(match["index"])
    if index >= len(values):
        raise _invalid(_NO_ARGUMENT)
    # A value that is shown often is made into text once.
    key = (index, match["format"] or "")
    part = shown.get(key)
    if part is None:
        part = shown[key] = _shown(values[index], key[1])
    width = int(match["width"] or 0)
    bounded_text("format", min(abs(width), LARGEST_TEXT + 1))
    filler = " " * (abs(width) - length(part))
    return part + filler if width < 0 else filler + part


def _shown(value: Json, pattern: str) -> str:
    if pattern and type(value) in (int, float):
        try:
            return format_number(value, pattern)
        except FormatError as error:
            raise _invalid(str(error)) from None
    return write_json(value, "'") if isinstance(value, (dict, list)) else text(value)


def _invalid(problem: str) -> FunctionError:
    return FunctionError(
        f"Unable to evaluate language function 'format': the format is invalid: '{problem}'. "
        "Please see https://aka.ms/arm-function-format for usage details."
    )
