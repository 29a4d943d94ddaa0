"""A query over what is there, shown as a table."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import partial
from typing import Any

import msgspec

from azops_tui.engine.context import Outcome, Prepared, StepContext
from azops_tui.engine.steps.scale import set_name
from azops_tui.engine.variables import scalar, search
from azops_tui.events.azure_views import ResourceView
from azops_tui.events.records import ResourcesChanged, TableShown
from azops_tui.json_types import Json
from azops_tui.runbook.native import ResourcesStep

_COLUMNS: dict[str, tuple[str, ...]] = {
    "resources": ("name", "type", "location", "state"),
    "addresses": ("name", "address", "fqdn", "machine"),
    "machines": ("name", "size", "power", "private_address", "public_address", "fqdn"),
    "instances": ("name", "state", "power", "address", "fault_domain"),
}
_ROWS = 1_000


async def prepare(context: StepContext[ResourcesStep]) -> Prepared:
    """The query only reads: there is nothing to ask."""
    return Prepared(partial(_execute, context))


async def _execute(context: StepContext[ResourcesStep]) -> Outcome:
    """Read, query, show, and put the result into a variable."""
    body = context.body
    rows = await _read(context)
    value: Json = search(body.query, rows) if body.query else rows
    columns, cells = table(value, _COLUMNS[body.kind])
    context.record(TableShown(at=context.now(), step=context.name, columns=columns, rows=cells[:_ROWS]))
    if body.capture:
        text = scalar(value) if not isinstance(value, list | dict) else json.dumps(value, ensure_ascii=False)
        await context.assign(body.capture, text, "capture")
    number = len(value) if isinstance(value, list) else 1
    what = {"addresses": "address", "machines": "machine", "instances": "instance"}.get(body.kind, "resource")
    plural = what if number == 1 else f"{what}{'es' if what.endswith('s') else 's'}"
    return Outcome("done", summary=f"{number} {plural}.", value=value, has_value=True)


async def _read(context: StepContext[ResourcesStep]) -> list[dict[str, Any]]:
    body = context.body
    cloud = await context.cloud.open()
    groups = [body.group] if body.group else [group.name for group in await cloud.groups.list()]
    if body.kind == "instances":
        scale_set = await cloud.scale_sets.get(body.group, set_name(body.scale_set))
        return [msgspec.to_builtins(instance) for instance in scale_set.instances]
    if body.kind == "machines":
        return [msgspec.to_builtins(one) for group in groups for one in await cloud.machines.list(group)]
    resources: list[ResourceView] = []
    for group in groups:
        found = tuple(await cloud.groups.resources(group))
        context.record(ResourcesChanged(at=context.now(), step=context.name, group=group, resources=found))
        resources += found
    if body.kind == "addresses":
        return [row for group in groups for row in await _addresses(context, group, resources)]
    if body.type:
        resources = [resource for resource in resources if resource.type.lower() == body.type.lower()]
    return [msgspec.to_builtins(resource) for resource in resources]


async def _addresses(context: StepContext[ResourcesStep], group: str, resources: Sequence[Any]) -> list[dict[str, Any]]:
    """The public addresses of a group, with the machine behind each where it is one's."""
    cloud = await context.cloud.open()
    machines = {machine.public_address: machine.name for machine in await cloud.machines.list(group)}
    rows = []
    for resource in resources:
        if resource.type.lower() != "microsoft.network/publicipaddresses" or resource.group.lower() != group.lower():
            continue
        properties = (await cloud.resources.get(resource.id)).get("properties") or {}
        address = properties.get("ipAddress") or ""
        rows.append(
            {
                "name": resource.name,
                "address": address,
                "fqdn": (properties.get("dnsSettings") or {}).get("fqdn") or "",
                "machine": machines.get(address, ""),
                "group": group,
                "id": resource.id,
            }
        )
    return rows


def table(value: Json, columns: Sequence[str]) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """A JSON value as columns and rows of text.

    Args:
        value: a list of objects, of lists or of scalars, an object, or a scalar.
        columns: those to show of objects that have them; other objects show all of theirs.
    """
    items = value if isinstance(value, list) else [value]
    if items and all(isinstance(item, dict) for item in items):
        names = list(dict.fromkeys(name for item in items for name in item))
        shown = [name for name in columns if name in names] if set(columns) & set(names) else names
        rows = tuple(tuple(_cell(item.get(name)) for name in shown) for item in items)
        return tuple(shown), rows
    if items and all(isinstance(item, list) for item in items):
        width = max(len(item) for item in items)
        rows = tuple(tuple(_cell(item[n]) if n < len(item) else "" for n in range(width)) for item in items)
        return tuple(str(n + 1) for n in range(width)), rows
    if not items:
        return tuple(columns), ()
    return ("value",), tuple((_cell(item),) for item in items)


def _cell(value: Json) -> str:
    return scalar(value) if not isinstance(value, list | dict) else json.dumps(value, ensure_ascii=False)
