"""Predict what deployments would change: by the service's own what-if, else computed here from fresh reads."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Mapping, Sequence
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
"""Number of concurrent reads."""
_QUIET = ("NoChange", "Ignore")
"""Types of changes that a question leaves out."""
_LINES = 40
"""Number of lines that a question has room for."""


class Layer(NamedTuple):
    """One of several deployments that a step sends one after the other."""

    name: str
    template: Mapping[str, Json]
    parameters: Mapping[str, Json]


async def predict_changes(cloud: Cloud, group: str, layers: Sequence[Layer], mode: str) -> ForeseenChanges:
    """Predict what deploying templates one after the other would change in a group; ``mode`` is that of the last one.

    Raises:
        AzureFailure: the service would refuse the first of them, or nothing can be read.
    """
    scope = f"/subscriptions/{cloud.subscription}/resourceGroups/{group}"
    changes: dict[str, ChangeView] = {}
    notes: list[str] = []
    for number, layer in enumerate(layers):
        own_mode = mode.lower() if number == len(layers) - 1 else "incremental"
        try:
            predicted = await cloud.deployments.what_if(group, *layer, own_mode)
        except AzureFailure as failure:
            if number == 0:
                # Either the deployment would be refused, which validation says too, or what-if alone is.
                await cloud.deployments.validate(group, *layer, own_mode)
            predicted, note = await _compute_changes(cloud, scope, layer, own_mode)
            notes.append(note or f"Computed by azops from fresh reads, as the service's what-if failed: {failure}")
        for change in predicted:
            known = changes.get(change.resource_id.lower())
            # What one layer leaves alone another may change; what one creates a later one modifies again.
            if known is None or known.type in _QUIET:
                changes[change.resource_id.lower()] = msgspec.structs.replace(change, after=None)
    note = " ".join(dict.fromkeys(notes))
    return ForeseenChanges(at=time.time(), changes=tuple(changes.values()), scope=scope, note=note)


def with_deletions(predicted: ForeseenChanges, deleted: Iterable[ResourceView]) -> ForeseenChanges:
    """The same prediction with exactly these deletions, which were read from the group itself."""
    ids = {resource.id.lower(): resource.id for resource in deleted}
    others = [
        change for change in predicted.changes if change.type != "Delete" and change.resource_id.lower() not in ids
    ]
    deletions = [ChangeView(resource_id=id, type="Delete") for id in ids.values()]
    return msgspec.structs.replace(predicted, changes=(*deletions, *others))


def change_lines(predicted: ForeseenChanges) -> list[Line]:
    """All changes as lines with their marks."""
    from azops_tui.arm.whatif import lines

    return lines(predicted.changes, scope=predicted.scope)


def question_lines(predicted: ForeseenChanges) -> list[str]:
    """The lines of a question: how much is changed, and what exactly, as far as there is room."""
    from azops_tui.arm.whatif import lines, summary

    news = [change for change in predicted.changes if change.type not in _QUIET]
    shown = [clean(str(line)) for line in lines(news, scope=predicted.scope)]
    more = [f"… and {len(shown) - _LINES} lines more"] if len(shown) > _LINES else []
    note = [clean(predicted.note)] if predicted.note else []
    return [f"What-if: {summary(predicted.changes)}", *note, *shown[:_LINES], *more]


async def read_resources(cloud: Cloud, expansion: Expansion, group: str, *, whole: bool) -> dict[str, Json]:
    """Read the resources of a group, and those that a template names elsewhere; returns them by id.

    Resources that the template does not name have only what the group's list says, unless ``whole`` is true.

    Args:
        cloud: cloud to read.
        expansion: the expanded template.
        group: name of the group; empty if it does not exist.
        whole: read all resources of the group.

    Raises:
        AzureFailure: a resource cannot be read.
    """
    listed = await cloud.groups.resources(group) if group else []
    resources: dict[str, Any] = {
        item.id: {
            "id": item.id,
            "name": item.name,
            "type": item.type,
            "location": item.location,
            "tags": item.tags,
            "managedBy": item.managed_by or None,
        }
        for item in listed
    }
    known = {id.lower(): id for id in resources}
    ids = {
        known.get(item.id.lower(), item.id)
        for item in expansion.resources
        if "[" not in item.id and item.type.lower() != "microsoft.resources/deployments"
    }
    ids |= {
        known.get(use.id.lower(), use.id)
        for item in expansion.resources
        for use in item.uses
        if not use.action and "[" not in use.id and "/microsoft.resources/deployments/" not in use.id.lower()
    }
    if whole:
        ids |= set(resources)
    limit = asyncio.Semaphore(_AT_ONCE)

    async def read(id: str) -> None:
        async with limit:
            try:
                resources[id] = await cloud.resources.get(id)
            except AzureFailure as failure:
                # A listed resource exists, whether or not it can be read; a missing parent has no children.
                if id not in resources and not is_missing(failure) and failure.view.code != "ParentResourceNotFound":
                    raise

    await asyncio.gather(*(read(id) for id in sorted(ids)))
    return resources


async def _compute_changes(cloud: Cloud, scope: str, layer: Layer, mode: str) -> tuple[list[ChangeView], str]:
    """The changes as azops computes them itself, and a note if it cannot."""
    from azops_tui.arm import TemplateError, expand
    from azops_tui.arm.secure import concealed
    from azops_tui.arm.whatif import what_if
    from azops_tui.azure.deployments import change_view

    group = await cloud.groups.get(scope.rpartition("/")[2])
    try:
        parameters = concealed(layer.template, layer.parameters)
        location = group.location if group is not None else ""
        expansion = expand(layer.template, parameters, scope=scope, name=layer.name, mode="plan", location=location)
    except (TemplateError, LookupError):
        return [], f"The changes of {layer.name} cannot be predicted: only Azure can read its template."
    name = group.name if group is not None else ""
    existing = await read_resources(cloud, expansion, name, whole=mode == "complete")
    deployment_mode: Literal["complete", "incremental"] = "complete" if mode == "complete" else "incremental"
    changes = what_if(expansion, existing, mode=deployment_mode, follow_references=True)
    return [change_view(change.as_json()) for change in changes], ""
