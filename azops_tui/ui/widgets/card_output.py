"""The output of a step on its card: whole if it is short, else head, tail and a count; JSON as a table or a tree."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Literal

from azops_tui.events.step_view import StepView, Table
from azops_tui.json_types import Json
from azops_tui.text import strip_ansi
from azops_tui.ui.format import count
from azops_tui.ui.glyphs import Glyphs
from azops_tui.ui.lines import Line, crop, crop_line, safe, width
from azops_tui.ui.pictures import picture_lines

OutputMode = Literal["folded", "short", "full"]
SHORT_LINES = 12
"""Lines of output shown whole; of more, the head and the tail."""
HEAD_LINES = 5
LIVE_LINES = 3
"""Lines of output shown while a step runs."""
FAILED_LINES = 8
FULL_LINES = 200
"""Lines of output that an opened card shows; the output screen shows all."""
_COLUMN_CELLS = 40
_WITHOUT_OUTPUT = frozenset({"azops=group", "azops=deploy", "azops=scale", "azops=gate", "azops=keypair"})
"""Kinds of steps whose result is a sentence; what they wrote on the way is shown on request."""


def default_mode(step: StepView) -> OutputMode | None:
    """How a card shows output that the user neither opened nor folded; None to show none."""
    if step.state in ("waiting", "skipped") or step.hide in ("output", "both"):
        return None
    if step.state == "done" and step.kind in _WITHOUT_OUTPUT and step.table is None:
        return None
    return "short"


def next_mode(mode: OutputMode | None) -> OutputMode:
    """The mode after this one: folded, short, full, and folded again."""
    modes: tuple[OutputMode, ...] = ("folded", "short", "full")
    return modes[(modes.index(mode) + 1) % len(modes)] if mode is not None else "short"


def output_lines(step: StepView, mode: OutputMode, room: int, marks: Glyphs) -> list[Line]:
    """The lines of output that a card shows, each at most ``room`` cells wide."""
    return [*_written_lines(step, mode, room, marks), *_pictures(step, mode, room, marks)]


def _pictures(step: StepView, mode: OutputMode, room: int, marks: Glyphs) -> list[Line]:
    lines: list[Line] = []
    for picture in step.pictures:
        if mode == "folded" or not (picture.small and marks.half):
            lines.append([(crop(f"a picture of {picture.width} x {picture.height} pixels", room), "muted")])
        else:
            lines += picture_lines(picture, room)
    return lines


def _written_lines(step: StepView, mode: OutputMode, room: int, marks: Glyphs) -> list[Line]:
    if step.state in ("running", "asking") and mode == "short":
        return _text_lines(step.tail(LIVE_LINES), room)
    if step.state in ("failed", "unknown", "stopped") and mode == "short":
        return _failed_tail(step, room, marks)
    value = _json_value(step) if step.table is None else None
    table = step.table or _json_table(value)
    if table is not None:
        return _folded(_table_label(table), room) if mode == "folded" else _table_lines(table, mode, room, marks)
    if isinstance(value, dict | list) and value:
        if mode == "folded":
            return _folded(_brief(value), room)
        return _cut(_tree(value, room, marks, depth=1 if mode == "short" else 99), mode, marks)
    return _plain(step, mode, room, marks)


def _plain(step: StepView, mode: OutputMode, room: int, marks: Glyphs) -> list[Line]:
    output = step.output
    total = output.total + bool(output.partial)
    if not total:
        return [[("(no output)", "faint")]] if mode == "full" else []
    if mode == "folded":
        telling = next((text for text in [*output.first, *output.tail()] if strip_ansi(text).strip()), "")
        more = f" {marks.separator} {count(total, 'line')}" if total > 1 else ""
        return [[(crop(strip_ansi(telling).strip(), room - len(more)), "muted"), (more, "faint")]]
    if mode == "full":
        lines = _text_lines(step.tail(FULL_LINES), room)
        return [_omitted(total - len(lines), marks), *lines] if total > len(lines) else lines
    if total <= SHORT_LINES:
        return _text_lines(step.tail(SHORT_LINES), room)
    tail = SHORT_LINES - HEAD_LINES - 1
    return [
        *_text_lines(output.first[:HEAD_LINES], room),
        _omitted(total - HEAD_LINES - tail, marks),
        *_text_lines(step.tail(tail), room),
    ]


def _failed_tail(step: StepView, room: int, marks: Glyphs) -> list[Line]:
    total = step.output.total + bool(step.output.partial)
    told = step.failure.message if step.failure is not None else step.summary
    texts = [text for text in step.tail(FAILED_LINES) if not _is_told(strip_ansi(text), told)]
    lines = _text_lines(texts, room)
    return [_omitted(total - FAILED_LINES, marks), *lines] if total > FAILED_LINES else lines


def _is_told(text: str, message: str) -> bool:
    """True if the message of the failure says what a line of output says."""
    words = text.strip().removeprefix("ERROR: ")
    return len(words) > 8 and words in message


def _text_lines(texts: Sequence[str], room: int) -> list[Line]:
    return [[(crop(safe(strip_ansi(text)), room), "output")] for text in texts]


def _omitted(number: int, marks: Glyphs) -> Line:
    return [(f"{marks.ellipsis} {count(number, 'line')} (O)", "faint")]


def _folded(label: str, room: int) -> list[Line]:
    return [[(crop(label, room), "muted")]]


def _cut(lines: list[Line], mode: OutputMode, marks: Glyphs) -> list[Line]:
    limit = FULL_LINES if mode == "full" else SHORT_LINES
    if len(lines) <= limit:
        return lines
    return [*lines[: limit - 1], [(f"{marks.ellipsis} {count(len(lines) - limit + 1, 'line')} (o)", "faint")]]


def _json_value(step: StepView) -> Json:
    """The output as JSON; None if it is not JSON, or not all of it is kept."""
    output = step.output
    if output.total > len(output.lines):
        return None
    lines = output.tail()
    if not lines or not lines[0].lstrip().startswith(("{", "[")) or not lines[-1].rstrip().endswith(("}", "]")):
        return None
    try:
        value: Json = json.loads("\n".join(lines))
    except (ValueError, RecursionError):
        return None
    return value


def _json_table(value: Json) -> Table | None:
    """A list of objects as a table; columns without any value are left out."""
    if not isinstance(value, list) or not value:
        return None
    rows = [row for row in value if isinstance(row, dict)]
    if len(rows) < len(value):
        return None
    names = list(dict.fromkeys(name for row in rows for name in row))
    kept = tuple(name for name in names if any(row.get(name) not in (None, "", [], {}) for row in rows))
    if not kept:
        return None
    return Table(kept, tuple(tuple(_cell(row.get(name)) for name in kept) for row in rows))


def _cell(value: Json) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _table_label(table: Table) -> str:
    return f"table: {count(len(table.rows), 'row')}, {', '.join(table.columns)}"


def _table_lines(table: Table, mode: OutputMode, room: int, marks: Glyphs) -> list[Line]:
    """Header and rows; as many columns as fit, numbers aligned to the right."""
    limit = FULL_LINES if mode == "full" else SHORT_LINES - 1
    rows = table.rows[:limit] if len(table.rows) <= limit else table.rows[: limit - 1]
    columns: list[tuple[int, int, bool]] = []
    used = 0
    for index, name in enumerate(table.columns):
        cells = [row[index] if index < len(row) else "" for row in rows]
        size = min(_COLUMN_CELLS, max([width([(safe(text), "")]) for text in (name, *cells)]))
        if used + size > room and columns:
            break
        columns.append((index, min(size, room - used), _is_numeric(cells)))
        used += size + 2
    shown = [_row(table.columns, columns, "muted"), *(_row(row, columns, "output") for row in rows)]
    left_out = len(table.columns) - len(columns)
    notes = [count(len(table.rows) - len(rows), "more row")] if len(table.rows) > len(rows) else []
    notes += [count(left_out, "more column")] if left_out else []
    if notes:
        shown.append([(f"{marks.ellipsis} {', '.join(notes)} ({'O' if mode == 'full' else 'o'})", "faint")])
    return [crop_line(line, room) for line in shown]


def _row(cells: Sequence[str], columns: list[tuple[int, int, bool]], style: str) -> Line:
    line: Line = []
    for index, size, numeric in columns:
        text = crop(safe(cells[index]).replace("\n", " "), size) if index < len(cells) else ""
        padding = " " * (size - width([(text, "")]))
        line.append((f"{padding}{text}  " if numeric else f"{text}{padding}  ", style))
    return line


def _is_numeric(cells: Sequence[str]) -> bool:
    filled = [cell for cell in cells if cell]
    return bool(filled) and all(cell.replace(".", "", 1).lstrip("-").isdigit() for cell in filled)


def _tree(value: Json, room: int, marks: Glyphs, depth: int, indent: int = 0) -> list[Line]:
    """An object or a list as indented lines; below ``depth`` levels, objects are folded to one line."""
    items: list[tuple[str, Json]]
    if isinstance(value, dict):
        items = list(value.items())
    elif isinstance(value, list):
        items = [(f"{number}", item) for number, item in enumerate(value)]
    else:
        return []
    lines: list[Line] = []
    for name, item in items:
        opens = isinstance(item, dict | list) and bool(item) and depth > 1
        glyph = marks.opened if opens else marks.closed if isinstance(item, dict | list) and item else " "
        head: Line = [(" " * indent + f"{glyph} ", "faint"), (safe(name), "option"), ("  ", "")]
        lines.append(crop_line(head if opens else [*head, (safe(_brief(item)).replace("\n", " "), "output")], room))
        if opens:
            lines += _tree(item, room, marks, depth - 1, indent + 2)
    return lines


def _brief(value: Json) -> str:
    """A value on one line; of an object its names, of a list its length."""
    if isinstance(value, dict):
        return "{" + ", ".join(value) + "}" if value else "{}"
    if isinstance(value, list):
        return f"[{count(len(value), 'item')}]" if value else "[]"
    return value if isinstance(value, str) else json.dumps(value)
