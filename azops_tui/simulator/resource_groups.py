"""Resource groups: create, update, list, delete and export them."""

from __future__ import annotations

import asyncio
import copy
import re
from collections.abc import Callable, Mapping

from azops_tui.arm.resource_id import ResourceId
from azops_tui.json_types import Json
from azops_tui.simulator import locations
from azops_tui.simulator.arm_reply import ArmReply
from azops_tui.simulator.errors import ArmError, group_not_found, resource_not_found
from azops_tui.simulator.lro_profiles import LOCATION
from azops_tui.simulator.operations import Operation
from azops_tui.simulator.providers.authorization.locks import check_group_delete, check_lock
from azops_tui.simulator.resource_manager import ResourceManager
from azops_tui.simulator.store import Resource, ResourceGroupRecord

NAME = re.compile(r"^[\w.()-]{1,90}(?<!\.)$")


class ResourceGroupManager:
    """The resource groups."""

    def __init__(self, manager: ResourceManager) -> None:
        self.manager = manager
        self.cloud = manager.cloud
        self.store = manager.cloud.store
        self.on_removed: Callable[[ResourceGroupRecord], None] = lambda group: None
        """Called when a group is gone."""

    def get(self, subscription: str, name: str) -> ResourceGroupRecord:
        """A group.

        Raises:
            ArmError: it is not there.
        """
        group = self.store.group(subscription, name)
        if group is None:
            raise group_not_found(name)
        return group

    def put(self, subscription: str, name: str, sent: dict[str, Json]) -> ArmReply:
        """Create a group, or replace its tags."""
        if not NAME.match(name):
            raise ArmError(
                400,
                "InvalidResourceGroupName" if len(name) <= 90 else "InvalidResourceGroup",
                f"The provided resource group name '{name}' has these invalid characters or length. The name can only "
                "be a letter, digit, '-', '.', '(', ')' or '_', and at most 90 characters long.",
            )
        before = self.store.group(subscription, name)
        location = str(sent.get("location") or (before.location if before else ""))
        if not location:
            raise ArmError(400, "LocationRequired", "The location property is required for this definition.")
        if not locations.is_known(location):
            known = ",".join(sorted(locations.LOCATIONS))
            raise ArmError(
                400,
                "LocationNotAvailableForResourceGroup",
                f"The provided location '{location}' is not available for resource group. List of available regions is "
                f"'{known}'.",
            )
        location = locations.region_name(location)
        tags = {str(k): str(v) for k, v in (sent.get("tags") or {}).items()}
        if before is None:
            group = ResourceGroupRecord(subscription, name, location, tags, str(sent.get("managedBy") or ""))
            group.created = self.cloud.clock.now()
            self.store.add_group(group)
            return ArmReply(201, group.as_json())
        if before.state == "Deleting":
            raise ArmError(
                409,
                "ResourceGroupBeingDeleted",
                f"The resource group '{before.name}' is in deprovisioning state and cannot perform this operation.",
            )
        if before.location != location:
            raise ArmError(
                409,
                "InvalidResourceGroupLocation",
                f"Invalid resource group location '{location}'. The Resource group already exists in location "
                f"'{before.location}'.",
            )
        before.tags = tags
        return ArmReply(200, before.as_json())

    def patch(self, subscription: str, name: str, sent: dict[str, Json]) -> ArmReply:
        """Replace the tags of a group."""
        group = self.get(subscription, name)
        if "tags" in sent:
            group.tags = {str(k): str(v) for k, v in (sent["tags"] or {}).items()}
        return ArmReply(200, group.as_json())

    def delete(self, subscription: str, name: str) -> ArmReply:
        group = self.get(subscription, name)
        check_group_delete(self.store, group)
        group.state = "Deleting"
        operation = self.cloud.operations.make(
            "Microsoft.Resources/resourceGroups", subscription, group.location, target=group.id
        )
        operation.empty_status = 200
        self.cloud.operations.start(operation, lambda: self._delete_all(group))
        return ArmReply(202, None, operation, (LOCATION,))

    def resume_deletion(self, group: ResourceGroupRecord, pending: list[Operation]) -> None:
        """Go on with a deletion that the end of a simulator interrupted; ``pending`` are its operations."""

        async def work() -> None:
            await self._delete_all(group)
            for operation in pending:
                operation.end("Succeeded")

        self.cloud.operations.spawn(work())

    async def _delete_all(self, group: ResourceGroupRecord) -> None:
        await self.cloud.clock.sleep(4)
        for phase in range(3):
            chosen = [r for r in self.store.in_group(group) if self.manager.deletion_phase(r) == phase]
            operations = [self._start_deletion(r) for r in chosen if phase == 2 or r.state != "Deleting"]
            await asyncio.gather(*(o.finished.wait() for o in operations if o is not None))
        for resource in self.store.in_group(group):
            self.manager.remove(resource)
        self.store.remove_group(group)
        self.on_removed(group)

    def _start_deletion(self, resource: Resource) -> Operation | None:
        if self.store.get(resource.id) is not resource or len(resource.address.types) > 1:
            return None
        profile = self.manager.registry.of(resource.address.type).lro(resource.type)
        if profile.shows_state:
            resource.properties["provisioningState"] = "Deleting"
        return self.manager.start_deletion(resource)

    def plan_move(
        self, source: ResourceGroupRecord, sent: Mapping[str, Json]
    ) -> tuple[list[Resource], ResourceGroupRecord]:
        """The resources and the target of a move.

        Raises:
            ArmError: a resource or the target does not exist, or a resource stands in another group.
        """
        target_id = ResourceId.parse(str(sent.get("targetResourceGroup") or ""))
        target = self.get(target_id.subscription, target_id.group)
        resources = []
        for id_ in sent.get("resources") or []:
            resource = self.store.get(str(id_))
            address = ResourceId.parse(str(id_))
            if resource is None:
                raise resource_not_found(address.title, address.group)
            if address.group.lower() != source.name.lower():
                raise ArmError(
                    400, "ResourcesNotInResourceGroup", f"The resource '{id_}' is not in group '{source.name}'."
                )
            if len(address.types) > 1:
                raise ArmError(
                    400,
                    "ResourceMoveProviderValidationFailed",
                    f"The resource '{id_}' is a child resource and moves with its parent only.",
                )
            check_lock(self.store, address, "delete")
            resources.append(resource)
        if not resources:
            raise ArmError(400, "InvalidRequestContent", "The request has no resources to move.")
        return resources, target

    def move(self, resources: list[Resource], target: ResourceGroupRecord) -> None:
        """Move resources with their children; references to them in other resources follow."""
        for resource in resources:
            old, new = resource.address.scope, target.id
            moved = [resource, *self.store.below(resource.address)]
            root = resource.address.id
            renamed = new + root[len(old) :]
            for member in moved:
                self.store.remove(member)
                member.address = ResourceId.parse(renamed + member.address.id[len(root) :])
            for other in (*self.store.resources.values(), *moved):
                other.body = _with_ids(other.body, root.lower(), renamed)
            for member in moved:
                self.store.add(member)

    def list(self, subscription: str, query: Mapping[str, str]) -> list[Json]:
        """The groups of a subscription, filtered by tag (``$filter``) and number (``$top``)."""
        groups = self.store.groups_of(subscription)
        match = re.match(r"(?i)tagname eq '([^']*)'(?: and tagvalue eq '([^']*)')?", query.get("$filter", ""))
        if match:
            groups = [g for g in groups if _tagged(g.tags, match[1], match[2])]
        top = query.get("$top", "")
        if top.isdecimal() and len(top) < 10:
            groups = groups[: int(top)]
        return [g.as_json() for g in groups]

    def export(self, subscription: str, name: str, sent: dict[str, Json]) -> Json:
        """Export the group as a template that creates its resources."""
        group = self.get(subscription, name)
        requested_ids = {str(r).lower() for r in sent.get("resources") or ["*"]}
        resources, parameters = [], {}
        for resource in self.store.in_group(group):
            if not self.manager.is_tracked(resource) or (
                "*" not in requested_ids and resource.address.key not in requested_ids
            ):
                continue
            address = resource.address
            parameter = re.sub(r"\W", "_", "_".join((*address.types, *address.names, "name")))
            parameters[parameter] = {"defaultValue": address.name, "type": "String"}
            body = {
                "type": resource.type,
                "apiVersion": resource.api_version or "2023-01-01",
                "name": f"[parameters('{parameter}')]",
            }
            kept = copy.deepcopy({k: v for k, v in resource.body.items() if k not in ("id", "name", "type", "etag")})
            kept.get("properties", {}).pop("provisioningState", None)
            resources.append(body | kept)
        return {
            "template": {
                "$schema": "https://schema.management.azure.com/schemas/2015-01-01/deploymentTemplate.json#",
                "contentVersion": "1.0.0.0",
                "parameters": parameters,
                "variables": {},
                "resources": resources,
            }
        }


def _with_ids(value: Json, old: str, new: str) -> Json:
    """The document with every id at or below ``old`` (in lower case) moved to ``new``."""
    if isinstance(value, dict):
        return {k: _with_ids(v, old, new) for k, v in value.items()}
    if isinstance(value, list):
        return [_with_ids(v, old, new) for v in value]
    if isinstance(value, str) and value[: len(old)].lower() == old and value[len(old) :][:1] in ("", "/"):
        return new + value[len(old) :]
    return value


def _tagged(tags: dict[str, str], name: str, value: str | None) -> bool:
    tag = next((v for k, v in tags.items() if k.lower() == name.lower()), None)
    return tag is not None and (value is None or tag == value)
