"""Predicts the effect of a deployment on each resource."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from azops_tui.arm.deployment_options import options_of
from azops_tui.arm.errors import ExpressionError, Unknown
from azops_tui.arm.expanded_resource import ExpandedResource
from azops_tui.arm.expansion import Expansion
from azops_tui.arm.resource_header import DEPLOYMENTS
from azops_tui.arm.symbolic import Symbolic, is_known, plain, transform
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
    follow_references: bool = False,
) -> list[ResourceChange]:
    """Return the predicted changes, sorted by resource id.

    Args:
        expansion: the expanded template.
        live: the existing resources as read, by id in any case. Resources of the deployment's group that are not in
            the template are deleted in complete mode and listed as ignored otherwise.
        mode: ``complete`` deletes resources that are not in the template.
        follow_references: evaluate `reference` of resources that exist and that the deployment leaves as they are,
            which the service's own what-if does not. What it cannot evaluate is not known before the deployment runs.
    """
    existing = {id.lower(): resource for id, resource in live.items()}
    changes: dict[str, ResourceChange] = {}
    deployed = [
        resource
        for resource in expansion.resources
        if resource.type.lower() != DEPLOYMENTS and not resource.existing and resource.condition
    ]
    for resource in deployed:
        changes[resource.id.lower()] = _change(resource, existing.get(resource.id.lower()))
    if follow_references:
        changed = {id for id, change in changes.items() if change.type is not ChangeType.NO_CHANGE}
        reads = _Reads({id: resource for id, resource in existing.items() if id not in changed})
        for resource in deployed:
            if not is_known(resource.body):
                changes[resource.id.lower()] = _change(resource, existing.get(resource.id.lower()), reads)
    group = expansion.scope.id.lower().rstrip("/") + "/"
    for id, current in existing.items():
        if id in changes or not id.startswith(group):
            continue
        # Complete mode spares managed resources, for example a virtual machine's disks.
        kind = ChangeType.DELETE if mode == "complete" and not current.get("managedBy") else ChangeType.IGNORE
        changes[id] = ResourceChange(str(current.get("id", id)), kind, before=_shown(current))
    return [changes[id] for id in sorted(changes)]


class _Reads:
    """Answers `reference` from resources as they were read; nothing else is known before a deployment runs."""

    def __init__(self, resources: Mapping[str, Mapping[str, Json]]) -> None:
        self.resources = resources
        """By id in lower case."""

    def reference(self, resource_id: str, api_version: str | None, full: bool) -> Json:
        resource = self.resources[resource_id.lower()]
        return dict(resource) if full else resource["properties"]

    def list_action(self, action: str, resource_id: str, api_version: str, body: Json | None) -> Json:
        raise LookupError(resource_id)

    def secret(self, vault_id: str, name: str, version: str | None) -> str:
        raise LookupError(vault_id)

    def settled(self, value: Symbolic) -> Json:
        """The value of an expression, or the expression if it cannot be known yet."""
        try:
            return value.settled(value.environment.run.live(self))
        except (ExpressionError, Unknown, RecursionError):
            return value


def _change(resource: ExpandedResource, live: Mapping[str, Json] | None, reads: _Reads | None = None) -> ResourceChange:
    if "[" in resource.id:
        return ResourceChange(resource.id, ChangeType.UNSUPPORTED, reason="The resource id is known only at run time.")
    desired = _wanted(resource, reads)
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


def _wanted(resource: ExpandedResource, reads: _Reads | None) -> dict[str, Json]:
    """Return the resource as the template defines it, in the form of the service."""
    names = {name.lower(): name for name in _SENT}
    sent = {names[key.lower()]: value for key, value in resource.body.items() if key.lower() in names}
    if reads is not None:
        sent = transform(sent, reads.settled)
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
