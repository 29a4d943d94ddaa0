"""What deployments would change: from the service's own what-if, else computed here from fresh reads."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import msgspec

from azops_tui.azure.errors import AzureFailure, is_missing
from azops_tui.events.azure_views import ChangeView, ResourceView
from azops_tui.events.records import ForeseenChanges
from azops_tui.json_types import Json
from azops_tui.sanitise import clean

if TYPE_CHECKING:
    from azops_tui.arm import Expansion
    from azops_tui.arm.whatif import Line
    from azops_tui.azure.cloud import Cloud

_AT_ONCE = 8
"""Reads that go on at the same time."""
_QUIET = ("NoChange", "Ignore")
_LINES = 40
"""Lines that a question has room for."""


class Layer(NamedTuple):
    """A deployment: one of several that a step deploys one after the other."""

    name: str
    template: Mapping[str, Json]
    parameters: Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What was found out."""

    changes: tuple[ChangeView, ...]
    scope: str
    note: str = ""
    """Why not all of it comes from the service; empty where it does."""


async def foresee(cloud: Cloud, group: str, layers: Sequence[Layer], mode: str) -> Foreseen:
    """What templates deployed one after the other would change in a group, the last of them in this mode.

    Raises:
        AzureFailure: the service would refuse the first of them, or nothing can be read.
    """
    scope = f"/subscriptions/{cloud.subscription}/resourceGroups/{group}"
    found: dict[str, ChangeView] = {}
    notes: list[str] = []
    for number, (name, template, parameters) in enumerate(layers):
        own = mode.lower() if number == len(layers) - 1 else "incremental"
        try:
            changes = await cloud.deployments.what_if(group, name, template, parameters, own)
        except AzureFailure as failure:
            if number == 0:
                # Either the deployment would be refused, which validation says too, or what-if alone is.
                await cloud.deployments.validate(group, name, template, parameters, own)
            changes, note = await _computed(cloud, scope, Layer(name, template, parameters), own)
            notes.append(note or f"Computed by azops from fresh reads, as the service's what-if said: {failure}")
        for change in changes:
            known = found.get(change.resource_id.lower())
            # What one layer leaves alone another may change; what is made by one is changed again by a later one.
            if known is None or known.type in _QUIET:
                found[change.resource_id.lower()] = msgspec.structs.replace(change, after=None)
    return Foreseen(tuple(found.values()), scope, " ".join(dict.fromkeys(notes)))


def only_deleting(foreseen: Foreseen, gone: Iterable[ResourceView]) -> Foreseen:
    """The same with these deletions and no others, as they were found by reading what is there."""
    ids = {resource.id.lower(): resource.id for resource in gone}
    others = [
        change for change in foreseen.changes if change.type != "Delete" and change.resource_id.lower() not in ids
    ]
    deleted = [ChangeView(resource_id=id, type="Delete") for id in ids.values()]
    return Foreseen((*deleted, *others), foreseen.scope, foreseen.note)


def drawn(foreseen: Foreseen | ForeseenChanges) -> list[Line]:
    """All changes as lines with their marks."""
    from azops_tui.arm.whatif import lines

    return lines(foreseen.changes, scope=foreseen.scope)


def said(foreseen: Foreseen | ForeseenChanges) -> list[str]:
    """What a question says of it: how much is changed, and what exactly, as far as there is room."""
    from azops_tui.arm.whatif import lines, summary

    news = [change for change in foreseen.changes if change.type not in _QUIET]
    shown = [clean(str(line)) for line in lines(news, scope=foreseen.scope)]
    more = [f"… and {len(shown) - _LINES} lines more"] if len(shown) > _LINES else []
    note = [clean(foreseen.note)] if foreseen.note else []
    return [f"What-if: {summary(foreseen.changes)}", *note, *shown[:_LINES], *more]


async def live(cloud: Cloud, expansion: Expansion, group: str, *, whole: bool) -> dict[str, Json]:
    """The resources of a group, and those that a template names elsewhere, by id.

    Those that the template does not name are known from the group's list only, unless `whole` asks to read them too.

    Args:
        cloud: to read.
        expansion: of the template.
        group: name of the group; empty where it is not there.
        whole: whether to read all of the group.

    Raises:
        AzureFailure: something cannot be read.
    """
    listed = await cloud.groups.resources(group) if group else []
    found: dict[str, Any] = {
        one.id: {
            "id": one.id,
            "name": one.name,
            "type": one.type,
            "location": one.location,
            "tags": one.tags,
            "managedBy": one.managed_by or None,
        }
        for one in listed
    }
    known = {id.lower(): id for id in found}
    wanted = {known.get(one.id.lower(), one.id) for one in expansion.resources if _readable(one.id, one.type)}
    if whole:
        wanted |= set(found)
    turn = asyncio.Semaphore(_AT_ONCE)

    async def read(id: str) -> None:
        async with turn:
            try:
                found[id] = await cloud.resources.get(id)
            except AzureFailure as failure:
                # What is listed is there, whether or not it can be read; a parent that is missing has no children.
                if id not in found and not is_missing(failure) and failure.view.code != "ParentResourceNotFound":
                    raise

    await asyncio.gather(*(read(id) for id in sorted(wanted)))
    return found


def _readable(id: str, type: str) -> bool:
    return "[" not in id and type.lower() != "microsoft.resources/deployments"


async def _computed(cloud: Cloud, scope: str, layer: Layer, mode: str) -> tuple[list[ChangeView], str]:
    """The changes as they can be told without the service, and what is to be said where they cannot."""
    from azops_tui.arm import TemplateError, expand
    from azops_tui.arm.secure import concealed
    from azops_tui.arm.whatif import what_if
    from azops_tui.azure.deployments import change_view

    name, template, parameters = layer
    group = scope.rpartition("/")[2]
    there = await cloud.groups.get(group)
    location = there.location if there is not None else ""
    try:
        hidden = concealed(template, parameters)
        expansion = expand(template, hidden, scope=scope, name=name, mode="plan", location=location)
    except (TemplateError, LookupError):
        return [], f"What {name} would change cannot be told: its template can be read by Azure only."
    found = await live(cloud, expansion, group if there is not None else "", whole=mode == "complete")
    how: Literal["complete", "incremental"] = "complete" if mode == "complete" else "incremental"
    return [change_view(change.as_json()) for change in what_if(expansion, found, mode=how)], ""
