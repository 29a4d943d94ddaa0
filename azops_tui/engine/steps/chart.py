"""Numbers as a plot of characters, so that the journal, the console and a replay show the same."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from functools import partial
from itertools import pairwise
from typing import Any

from azops_tui.engine.context import Outcome, Prepared, StepContext
from azops_tui.engine.problems import problem
from azops_tui.engine.variables import scalar, search
from azops_tui.json_types import Json
from azops_tui.runbook.native import ChartStep

_BAR_WIDTH = 50
_LABEL_WIDTH = 30
_LINE_HEIGHT = 8
_LINE_WIDTH = 100
_MOST_BARS = 200
_EIGHTHS = " ▏▎▍▌▋▊▉█"
_LEVELS = " ▁▂▃▄▅▆▇█"
_NUMBER = re.compile(r"[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?")

Point = tuple[str, float]


async def prepare(context: StepContext[ChartStep]) -> Prepared:
    """A chart only shows what is known."""
    return Prepared(partial(_execute, context))


async def _execute(context: StepContext[ChartStep]) -> Outcome:
    """Plot the numbers of the variable or the step."""
    body = context.body
    data = _of_step(context, body.step) if body.step else _parsed(body.data)
    value = search(body.query, data) if body.query else data
    points = _points(value, body.label, body.value)
    if not points:
        raise problem(
            "NoNumbers",
            f"The chart has no numbers to plot{f' in the output of {body.step}' if body.step else ''}.",
            "Choose them with 'query', or name the field with 'value'.",
            target="data",
        )
    title = f"{body.title}\n" if body.title else ""
    context.output.write(title + (_bars(points) if body.kind == "bar" else _columns(points)))
    numbers = [number for _, number in points]
    return Outcome(
        "done",
        summary=f"{len(points)} values from {min(numbers):g} to {max(numbers):g}.",
        value=[{"label": label, "value": number} for label, number in points],
        has_value=True,
    )


def _of_step(context: StepContext[ChartStep], name: str) -> Json:
    """The table of an earlier step as objects, else its output.

    Raises:
        StepProblem: there is no such step, or it has not run.
    """
    prefix = context.name.rpartition("/")[0]
    steps = context.view.steps
    view = steps.get(f"{prefix}/{name}" if prefix else name) or steps.get(name)
    if view is None or view.state not in ("done", "failed", "running"):
        raise problem("StepNotRun", f"The step {name} has not run, so its output cannot be plotted.", target="step")
    if view.table is not None:
        return [dict(zip(view.table.columns, row, strict=False)) for row in view.table.rows]
    return _parsed("\n".join(view.output.tail()))


def _parsed(data: str | list[Any] | dict[str, Any]) -> Json:
    if not isinstance(data, str):
        return data
    try:
        return json.loads(data)
    except ValueError:
        return data.splitlines()


def _number(value: Json) -> float | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return float(value)
    if isinstance(value, str) and _NUMBER.fullmatch(value.strip()):
        return float(value)
    return None


def _points(value: Json, label: str, field: str) -> list[Point]:
    """Labels and numbers of JSON: numbers, lines, pairs, objects, or an object of numbers."""
    if isinstance(value, dict):
        value = [[name, item] for name, item in value.items()]
    points: list[Point] = []
    for place, item in enumerate(value if isinstance(value, list) else [value], start=1):
        if isinstance(item, dict):
            point = _of_object(item, label, field, place)
        elif isinstance(item, list):
            point = _of_object({str(n): inner for n, inner in enumerate(item)}, label, field, place)
        elif isinstance(item, str) and _number(item) is None:
            words = item.replace(",", " ").replace("\t", " ").split()
            number = _number(words[-1]) if words else None
            point = None if number is None else (" ".join(words[:-1]) or str(place), number)
        else:
            number = _number(item)
            point = None if number is None else (str(place), number)
        if point is not None:
            points.append(point)
    return points


def _of_object(item: dict[str, Json], label: str, field: str, place: int) -> Point | None:
    name = field or next((key for key in item if key != label and _number(item[key]) is not None), "")
    number = _number(item.get(name))
    if number is None:
        return None
    title = label or next((key for key in item if key != name and isinstance(item[key], str)), "")
    return scalar(item[title]) if title in item else str(place), number


def _bars(points: Sequence[Point]) -> str:
    points = points[:_MOST_BARS]
    widest = min(_LABEL_WIDTH, max(len(label) for label, _ in points))
    most = max(abs(number) for _, number in points) or 1.0
    lines = []
    for label, number in points:
        eighths = round(abs(number) / most * _BAR_WIDTH * 8)
        bar = "█" * (eighths // 8) + _EIGHTHS[eighths % 8].strip()
        sign = "-" if number < 0 else ""
        lines.append(f"{label[:widest]:<{widest}} │{sign}{bar} {number:g}")
    return "\n".join(lines) + "\n"


def _columns(points: Sequence[Point]) -> str:
    """Columns of one character, the lowest value at the bottom; many values share a column by their mean."""
    numbers = [number for _, number in points]
    if len(numbers) > _LINE_WIDTH:
        edges = [round(n * len(numbers) / _LINE_WIDTH) for n in range(_LINE_WIDTH + 1)]
        parts = [numbers[start:end] for start, end in pairwise(edges)]
        numbers = [sum(part) / len(part) for part in parts]
    low, high = min(numbers), max(numbers)
    scale = (high - low) or 1.0
    levels = [1 + round((number - low) / scale * (_LINE_HEIGHT * 8 - 1)) for number in numbers]
    names = [f"{high:g}", *[""] * (_LINE_HEIGHT - 2), f"{low:g}"]
    width = max(map(len, names))
    lines = []
    for row in range(_LINE_HEIGHT):
        floor = (_LINE_HEIGHT - 1 - row) * 8
        cells = "".join(_LEVELS[max(0, min(8, level - floor))] for level in levels)
        lines.append(f"{names[row]:>{width}} │{cells.rstrip()}")
    return "\n".join(lines) + "\n"
