"""Formats the description of a template as text, at most 100 columns wide."""

from __future__ import annotations

import dataclasses
import json
import re
import shutil
import textwrap
from collections.abc import Iterable
from typing import Any

import click

from azops_tui.arm.describe import Description, ParameterRow, ResourceRow, ValueRow

_WIDEST = 100


def describe_text(description: Description, scope: str) -> str:
    """Format parameters, variables, resources by level, and outputs.

    Args:
        description: description of the template.
        scope: id of the deployment scope; ids within it are shortened.
    """
    description = _within(description, scope)
    width = min(_WIDEST, shutil.get_terminal_size((_WIDEST, 24)).columns)
    lines: list[str] = []
    if description.text:
        lines += [*textwrap.wrap(description.text, width), ""]
    if description.parameters:
        lines += [_heading("Parameters", len(description.parameters)), *_parameters(description.parameters, width), ""]
    if description.variables:
        lines += [_heading("Variables", len(description.variables)), *_values(description.variables, width), ""]
    lines += [_resources_heading(description), *_resources(description.resources, width)]
    if description.outputs:
        lines += ["", _heading("Outputs", len(description.outputs)), *_values(description.outputs, width)]
    if description.problems:
        lines += ["", _heading("Not known, because the template is not valid there", len(description.problems))]
        lines += [line for problem in description.problems for line in _hanging("  ", problem, width)]
    return "\n".join(line.rstrip() for line in lines)


def _within(description: Description, scope: str) -> Description:
    """Shorten ids within the scope: ``Microsoft.Network/virtualNetworks/vnet``."""
    prefix = re.compile(re.escape(scope.rstrip("/")) + "/providers/", re.IGNORECASE)

    def short(row: ValueRow) -> ValueRow:
        if isinstance(row.value, str):
            return dataclasses.replace(row, value=prefix.sub("", row.value))
        return row

    return dataclasses.replace(
        description,
        variables=tuple(map(short, description.variables)),
        outputs=tuple(map(short, description.outputs)),
    )


def short_type(type: str) -> str:
    """Return a type without ``Microsoft.``: ``Compute/virtualMachines``."""
    return type[len("Microsoft.") :] if type.lower().startswith("microsoft.") else type


def compact(value: Any) -> str:
    """Return a value on one line: a string as it is, anything else as compact JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(", ", ": "))


def _heading(title: str, count: int) -> str:
    return click.style(f"{title} ({count})", bold=True)


def _resources_heading(description: Description) -> str:
    if not description.resources:
        return click.style("Resources", bold=True) + "  none"
    count, levels = description.count, description.levels
    summary = (
        f"{count} in {levels} step{'s' if levels != 1 else ''}; the resources of a step are deployed at the same time"
    )
    common = _common_location(description.resources)
    where = f"\n    all in {common}" if common else ""
    return click.style("Resources", bold=True) + f"  {summary}{where}"


def _common_location(rows: Iterable[ResourceRow]) -> str:
    """Return the location that all rows with a location share; empty if they differ."""
    locations = {row.location for row in rows if row.location}
    return locations.pop() if len(locations) == 1 else ""


def _parameters(rows: Iterable[ParameterRow], width: int) -> list[str]:
    rows = list(rows)
    names = min(32, max(len(row.name) for row in rows))
    types = max(len(row.type) for row in rows)
    lines = []
    for row in rows:
        if row.secure:
            value = "(secret)"
        elif row.required and not row.given:
            value = click.style("(no value)", fg="yellow")
        else:
            value = compact(row.value)
        head = f"  {row.name:<{names}}  {row.type:<{types}}  "
        lines += _hanging(head, value if row.given or row.required else f"{value}  (default)", width)
        facts = [row.limits] if row.limits else []
        if row.allowed:
            facts.append("one of " + ", ".join(compact(value) for value in row.allowed))
        text = ". ".join(filter(None, (row.description.rstrip("."), "; ".join(facts))))
        lines += [click.style(line, dim=True) for line in textwrap.wrap(text, width - 6, initial_indent="      ",
                  subsequent_indent="      ")]  # fmt: skip
    return lines


def _values(rows: Iterable[ValueRow], width: int) -> list[str]:
    rows = list(rows)
    names = min(32, max(len(row.name) for row in rows))
    lines = []
    for row in rows:
        value = (
            "(secret)"
            if row.value is None and row.known and row.type.lower().startswith("secure")
            else compact(row.value)
        )
        lines += _hanging(f"  {row.name:<{names}}  ", value, width)
    return lines


def _resources(rows: Iterable[ResourceRow], width: int) -> list[str]:
    rows = list(rows)
    if not rows:
        return []
    names = min(40, max(len(_counted(row)) + 2 * row.depth for row in rows))
    types = min(44, max(len(short_type(row.type)) for row in rows))
    lines, level, common = [], 0, _common_location(rows)
    for row in rows:
        mark = f"{row.level:>3}" if row.level != level and not row.depth else "   "
        level = row.level if not row.depth else level
        state = " (exists)" if row.existing else f" ({row.skipped} excluded)" if row.skipped else ""
        location = row.location if row.location != common else ""
        facts = "  ".join(filter(None, (row.sku or row.kind, location))) + state
        name = "  " * row.depth + _counted(row)
        lines += _hanging(f"{mark} {name:<{names}}  {short_type(row.type):<{types}}  ", facts, width)
        if row.after:
            indent = " " * (6 + 2 * row.depth)
            text = "after " + ", ".join(row.after)
            lines += [click.style(line, dim=True) for line in textwrap.wrap(text, width, initial_indent=indent,
                      subsequent_indent=indent + "      ", break_on_hyphens=False)]  # fmt: skip
    return lines


def _counted(row: ResourceRow) -> str:
    if row.repeated:
        return f"{row.name} ×?"
    return f"{row.name} ×{row.count}" if row.count > 1 else row.name


def _hanging(head: str, text: str, width: int) -> list[str]:
    """Return the head with the text beside it, wrapped below itself if there is room, else on indented lines."""
    indent = len(head) if len(head) <= width // 2 else 6
    plain = click.unstyle(text)
    if len(head) + len(plain) <= width:
        return [head + text]
    wrapped = textwrap.wrap(plain, max(20, width - indent), break_on_hyphens=False) or [""]
    if indent == len(head):
        return [head + wrapped[0], *(" " * indent + line for line in wrapped[1:])]
    return [head.rstrip(), *(" " * indent + line for line in wrapped)]
