"""Resources of every type: writing, reading, listing, deleting and acting on them, with what Azure checks first."""

from __future__ import annotations

import copy
import uuid
from dataclasses import replace

from azops_tui.json_types import Json
from azops_tui.simulator import locations
from azops_tui.simulator.arm_reply import ArmReply
from azops_tui.simulator.cloud import TENANT, SimulatedCloud
from azops_tui.simulator.errors import ArmError, group_not_found, resource_not_found
from azops_tui.simulator.ids import Address, group_id
from azops_tui.simulator.operations import Operation
from azops_tui.simulator.providers.authorization.locks import check_lock
from azops_tui.simulator.providers.base import ResourceProvider, ResourceWrite
from azops_tui.simulator.providers.network import watchers
from azops_tui.simulator.providers.registry import ProviderRegistry
from azops_tui.simulator.store import Resource, ResourceGroupRecord

UNPLACED = {"microsoft.authorization", "microsoft.insights", "microsoft.advisor", "microsoft.maintenance"}
"""Namespaces whose resources have no region."""


NOT_FOUND = {
    "microsoft.authorization/policydefinitions": (
        "PolicyDefinitionNotFound",
        "The policy definition '{name}' could not be found.",
    ),
    "microsoft.authorization/policyassignments": (
        "PolicyAssignmentNotFound",
        "The policy assignment '{name}' is not found.",
    ),
    "microsoft.resources/deploymentstacks": (
        "DeploymentStackResourceNotFound",
        "The deployment stack '{id}' could not be found.",
    ),
    "microsoft.authorization/locks": ("LockNotFound", "The lock '{name}' could not be found."),
}
"""Code and sentence for what is not there, of types that have their own."""


class ResourceManager:
    """Writes and reads resources. All methods raise ArmError where Azure refuses."""

    def __init__(self, cloud: SimulatedCloud) -> None:
        self.cloud = cloud
        self.registry = ProviderRegistry(cloud)

    def group(self, address: Address) -> ResourceGroupRecord | None:
        """The group an address lies in; None for an address outside of groups.

        Raises:
            ArmError: the group is not there.
        """
        if not address.group:
            return None
        group = self.cloud.store.group(address.subscription, address.group)
        if group is None and address.group.lower() == watchers.GROUP.lower() and address.namespace:
            return watchers.make_group(self.cloud, address.subscription)
        if group is None:
            raise group_not_found(address.group)
        return group

    def provider(self, address: Address) -> ResourceProvider:
        """Who serves the type of an address."""
        return self.registry.of(address.type)

    def get(self, address: Address) -> Resource:
        """A resource.

        Raises:
            ArmError: it, or its group, is not there.
        """
        self.group(address)
        watchers.make_asked(self.cloud, address)
        found = self.provider(address).find(address)
        if found is None:
            raise self.missing(address)
        return found

    def missing(self, address: Address) -> ArmError:
        """Why a resource is not found: its parent is missing, or itself."""
        parent = address.parent
        while parent is not None:
            if self.provider(parent).find(parent) is None and not implied(parent):
                address = replace(parent)
            parent = parent.parent
        if len(address.names) > 1 and address.namespace == "Microsoft.Network":
            return ArmError(404, "NotFound", f"Resource {address.id} not found.", details=[])
        special = NOT_FOUND.get(address.type.lower())
        if special is not None:
            code, words = special
            return ArmError(404, code, words.format(name=address.last_name, id=address.id))
        return resource_not_found(address.title, address.group)

    def put(self, address: Address, sent: dict[str, Json], *, api_version: str = "", patch: bool = False) -> ArmReply:
        """Makes or changes a resource; the work may go on after the answer."""
        group = self.group(address)
        watchers.make_asked(self.cloud, address)
        provider = self.provider(address)
        before = provider.find(address)
        if patch and before is None:
            raise self.missing(address)
        check_lock(self.cloud.store, address, "write")
        self._check_parent(address)
        change = ResourceWrite(address, sent, before, patch, api_version)
        self._check_location(change, group)
        provider.check(change)
        body = provider.build(change)
        identify(body, before.body if before else {})
        resource = self._place(change, body)
        provider.made(resource, change)
        style = provider.style(address.type)
        headers = style.patch_headers if patch else style.put_headers
        status = style.patched if patch else style.created if change.creates else style.updated
        if not headers or (style.created == 202 and not style.put_body and not change.creates):
            provider.strike("PATCH" if patch else "PUT", resource)
            settle(provider, resource)
            return ArmReply(status, copy.deepcopy(provider.show(resource, {})))
        if style.shows_state:
            resource.properties["provisioningState"] = style.state if change.creates else style.updating
        operation = self._begin(provider, resource, change)
        operation.output = style.output
        shown = copy.deepcopy(provider.show(resource, {})) if style.put_body else style.empty
        return ArmReply(status, shown, operation, headers)

    def _begin(self, provider: ResourceProvider, resource: Resource, change: ResourceWrite) -> Operation:
        async def carry_out() -> None:
            try:
                await provider.work(resource, change)
                provider.strike("PATCH" if change.patch else "PUT", resource)
            except ArmError:
                resource.properties["provisioningState"] = "Failed"
                raise
            settle(provider, resource)

        return provider.begin(resource, carry_out)

    def _place(self, change: ResourceWrite, body: dict[str, Json]) -> Resource:
        address, now = change.address, self.cloud.clock.now()
        resource = change.before
        if resource is None:
            resource = Resource(address, {}, created=now)
        resource.changed = now
        resource.etag = str(uuid.uuid4())
        resource.api_version = change.api_version or resource.api_version
        first = {
            "name": resource.body.get("name") or address.last_name,
            "id": resource.body.get("id") or address.id,
            "type": resource.body.get("type") or address.type,
        }
        resource.body = first | body
        self.cloud.store.add(resource)
        return resource

    def _check_parent(self, address: Address) -> None:
        parent = address.parent
        if parent is not None and self.provider(parent).find(parent) is None and not implied(parent):
            top = parent.id
            raise ArmError(
                404,
                "ParentResourceNotFound",
                f"Failed to perform 'write' on resource(s) of type '{'/'.join(address.types)}', because the parent "
                f"resource '{top}' could not be found.",
            )

    def _check_location(self, change: ResourceWrite, group: ResourceGroupRecord | None) -> None:
        sent = change.sent.get("location")
        address = change.address
        tracked = len(address.types) == 1 and group is not None and "/providers/" not in address.scope.lower()
        if not sent or not isinstance(sent, str):
            if tracked and change.creates and address.namespace.lower() in ("microsoft.compute", "microsoft.storage"):
                raise ArmError(400, "LocationRequired", "The location property is required for this definition.")
            return
        if not locations.known(sent):
            known = ",".join(sorted(locations.LOCATIONS))
            raise ArmError(
                400,
                "LocationNotAvailableForResourceType",
                f"The provided location '{sent}' is not available for resource type '{address.type}'. "
                f"List of available regions for the resource type is '{known}'.",
            )
        if change.before is not None and change.before.location:
            old = change.before.location
            if locations.normal(old) != locations.normal(sent):
                where = f" in resource group '{address.group}'" if address.group else ""
                raise ArmError(
                    409,
                    "InvalidResourceLocation",
                    f"The resource '{address.last_name}' already exists in location '{old}'{where}. A resource with "
                    f"the same name cannot be created in location '{sent}'. Please select a new resource name.",
                )
        if change.before is None and sent != locations.normal(sent) and locations.known(sent):
            change.sent = {**change.sent, "location": locations.normal(sent)}

    def delete(self, address: Address) -> ArmReply:
        """Deletes a resource with its children; the work may go on after the answer."""
        self.group(address)
        provider = self.provider(address)
        style = provider.style(address.type)
        resource = provider.find(address)
        if resource is None:
            return ArmReply(style.missing)
        check_lock(self.cloud.store, resource.address, "delete")
        provider.check_delete(resource)
        if not style.delete_headers:
            provider.strike("DELETE", resource)
            self.forget(resource)
            return ArmReply(style.deleted)
        if style.shows_state:
            resource.properties["provisioningState"] = "Deleting"
        operation = self.begin_delete(resource)
        return ArmReply(style.deleted, None, operation, style.delete_headers)

    def begin_delete(self, resource: Resource) -> Operation:
        """The work of deleting a resource, as an operation."""
        provider = self.registry.of(resource.address.type)

        async def carry_out() -> None:
            await provider.delete(resource)
            try:
                provider.strike("DELETE", resource)
            except ArmError:
                resource.properties["provisioningState"] = "Failed"
                raise
            self.forget(resource)

        return provider.begin(resource, carry_out, empty=True)

    def forget(self, resource: Resource) -> None:
        """Removes a resource and everything beneath it from the store."""
        for child in self.cloud.store.below(resource.address):
            self.registry.of(child.address.type).gone(child)
            self.cloud.store.remove(child)
        provider = self.registry.of(resource.address.type)
        self.cloud.store.remove(resource)
        provider.gone(resource)

    def list_type(self, address: Address, query: dict[str, str]) -> list[Json]:
        """The resources of the type that ``address.tail`` names, under the address' scope or resource."""
        self.group(address)
        type_ = f"{address.type}/{address.tail}"
        provider = self.registry.of(type_)
        if type_.lower() == watchers.TYPE and not address.group:
            watchers.make_used(self.cloud, address.subscription)
        if address.names:
            own = self.registry.of(address.type).collection(address, query)
            if own is not None:
                return own
        scope = address.id if address.names else address.scope
        depth = len(address.names) + 1
        found = provider.cloud.store.of_type(type_, scope)
        return [copy.deepcopy(provider.list_view(r, query)) for r in found if len(r.address.names) == depth]


def settle(provider: ResourceProvider, resource: Resource) -> None:
    """Marks the work on a resource as done."""
    if provider.style(resource.type).shows_state:
        resource.properties["provisioningState"] = "Succeeded"
    provider.settle(resource)


def identify(body: dict[str, Json], before: dict[str, Json]) -> None:
    """Gives a resource with an identity of its own the principal behind it, and keeps the one it had."""
    identity = body.get("identity")
    if not isinstance(identity, dict):
        return
    kind = str(identity.get("type") or "").replace(" ", "").lower()
    if "systemassigned" in kind:
        old = before.get("identity") or {}
        identity["principalId"] = old.get("principalId") or str(uuid.uuid4())
        identity["tenantId"] = TENANT
    users = identity.get("userAssignedIdentities")
    if isinstance(users, dict):
        for name, value in users.items():
            if not value:
                users[name] = {"principalId": str(uuid.uuid4()), "clientId": str(uuid.uuid4())}


def implied(address: Address) -> bool:
    """Whether a parent need not be made: the single ``default`` services of an account, and regions."""
    return address.last_name.lower() in ("default", "current") or address.types[-1].lower() in (
        "locations",
        "blobservices",
        "fileservices",
        "queueservices",
        "tableservices",
    )


def tracked(resource: Resource) -> bool:
    """Whether a resource stands in the lists of a group and a subscription: of the first level, or an extension
    of a machine or the like that has a region of its own."""
    address = resource.address
    if "/providers/" in address.scope.lower() or address.namespace.lower() in UNPLACED:
        return bool(resource.location) and "/providers/" not in address.scope.lower()
    if len(address.types) == 1:
        return address.type.lower() != "microsoft.resources/deployments"
    return (
        bool(resource.location) and address.type.lower() != "microsoft.compute/virtualmachinescalesets/virtualmachines"
    )


def scope_of(address: Address) -> str:
    """The group or subscription that an address lies in."""
    return group_id(address.subscription, address.group) if address.group else f"/subscriptions/{address.subscription}"
