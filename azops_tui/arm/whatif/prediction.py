"""Predicts the effect of a deployment on each resource."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from azops_tui.arm.deployment_options import options_of
from azops_tui.arm.expanded_resource import ExpandedResource
from azops_tui.arm.expansion import Expansion
from azops_tui.arm.resource_header import DEPLOYMENTS
from azops_tui.arm.symbolic import plain
from azops_tui.arm.whatif.changes import ChangeType, ResourceChange
from azops_tui.arm.whatif.difference import difference, masked, merged, tidy
from azops_tui.json_types import Json

_SENT = ("extendedLocation", "identity", "kind", "location", "managedBy", "plan", "properties", "sku", "tags", "zones")
"""Members of a resource definition that are sent; the others (``dependsOn``, ``copy`` …) only steer the deployment."""
_READ_ONLY = frozenset(
    {
        "creationtime", "etag", "instanceview", "lastmodifiedat", "primaryendpoints", "primarylocation",
        "provisioningstate", "resourceguid", "secondaryendpoints", "secondarylocation", "statusofprimary",
        "statusofsecondary", "systemdata", "timecreated", "uniqueid", "vmid",
    }
)  # fmt: skip
"""Members that only the service sets, at any depth."""


def what_if(
    expansion: Expansion,
    live: Mapping[str, Mapping[str, Json]],
    *,
    mode: Literal["incremental", "complete"] = "incremental",
) -> list[ResourceChange]:
    """Return the predicted changes, sorted by resource id.

    Args:
        expansion: the expanded template.
        live: the existing resources as read, by id in any case. Resources of the deployment's group that are not in
            the template are deleted in complete mode and listed as ignored otherwise.
        mode: ``complete`` deletes resources that are not in the template.
    """
    existing = {id.lower(): resource for id, resource in live.items()}
    changes: dict[str, ResourceChange] = {}
    for resource in expansion.resources:
        if resource.type.lower() == DEPLOYMENTS or resource.existing or not resource.condition:
            continue
        changes[resource.id.lower()] = _change(resource, existing.get(resource.id.lower()))
    group = expansion.scope.id.lower().rstrip("/") + "/"
    for id, current in existing.items():
        if id in changes or not id.startswith(group):
            continue
        # Complete mode spares managed resources, for example a virtual machine's disks.
        kind = ChangeType.DELETE if mode == "complete" and not current.get("managedBy") else ChangeType.IGNORE
        changes[id] = ResourceChange(str(current.get("id", id)), kind, before=_shown(current))
    return [changes[id] for id in sorted(changes)]


def _change(resource: ExpandedResource, live: Mapping[str, Json] | None) -> ResourceChange:
    if "[" in resource.id:
        return ResourceChange(resource.id, ChangeType.UNSUPPORTED, reason="The resource id is known only at run time.")
    desired = _wanted(resource)
    if live is None:
        return ResourceChange(resource.id, ChangeType.CREATE, after=desired)
    if options_of(resource).only_if_not_exists:
        shown = _shown(live)
        return ResourceChange(str(shown.get("id", resource.id)), ChangeType.NO_CHANGE, shown, shown)
    before = {"apiVersion": resource.api_version, **_shown(live)}
    before = masked(before, desired)
    delta = tuple(difference(before, desired))
    after = tidy({**merged(before, desired), "id": before.get("id", resource.id), "name": before.get("name")}) or {}
    if "tags" not in desired:
        after.pop("tags", None)
    kind = ChangeType.MODIFY if any(change.effective for change in delta) else ChangeType.NO_CHANGE
    return ResourceChange(str(before.get("id", resource.id)), kind, dict(sorted(before.items())), after, delta)


def _wanted(resource: ExpandedResource) -> dict[str, Json]:
    """Return the resource as the template defines it, in the form of the service."""
    names = {name.lower(): name for name in _SENT}
    sent = {names[key.lower()]: value for key, value in resource.body.items() if key.lower() in names}
    return tidy(
        {
            "apiVersion": resource.api_version,
            "id": resource.id,
            "name": resource.name.rsplit("/", 1)[-1],
            "type": resource.type,
            **_writable(plain(sent)),
        }
    ) or {}  # fmt: skip


def _shown(live: Mapping[str, Json]) -> dict[str, Json]:
    """Return an existing resource without the members that only the service sets."""
    kept = {key: value for key, value in live.items() if key in ("apiVersion", "id", "name", "type") or key in _SENT}
    return tidy(_writable(kept)) or {}


def _writable(value: Json) -> Json:
    if isinstance(value, dict):
        return {key: _writable(item) for key, item in value.items() if key.lower() not in _READ_ONLY}
    if isinstance(value, list):
        return [_writable(item) for item in value]
    return value
