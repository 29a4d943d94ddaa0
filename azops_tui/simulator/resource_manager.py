"""Resources of every type: write, read, list, delete and act on them, with the checks that all types share."""

from __future__ import annotations

import copy
import uuid
from collections.abc import Mapping
from dataclasses import replace

from azops_tui.arm.resource_id import ResourceId
from azops_tui.json_types import Json
from azops_tui.simulator import locations
from azops_tui.simulator.arm_reply import ArmReply
from azops_tui.simulator.cloud import TENANT, SimulatedCloud
from azops_tui.simulator.computed_values import CHILDREN, add_computed_values
from azops_tui.simulator.errors import ArmError, bad_content, group_not_found
from azops_tui.simulator.operations import Operation
from azops_tui.simulator.providers.authorization.locks import check_lock
from azops_tui.simulator.providers.base import ActionCall, ResourceProvider, ResourceWrite
from azops_tui.simulator.providers.registry import ProviderRegistry
from azops_tui.simulator.store import Resource, ResourceGroupRecord
from azops_tui.simulator.type_defaults import add_measured_defaults, add_nested_defaults


class ResourceManager:
    """Writes, reads and deletes resources. All methods raise ArmError for requests that Azure refuses."""

    def __init__(self, cloud: SimulatedCloud) -> None:
        self.cloud = cloud
        self.registry = ProviderRegistry(cloud)

    def group(self, address: ResourceId) -> ResourceGroupRecord | None:
        """The resource group of an id; None for an id outside of groups.

        Raises:
            ArmError: the group does not exist.
        """
        if not address.group:
            return None
        group = self.cloud.store.group(address.subscription, address.group)
        if group is None and address.namespace:
            group = self.provider(address).implicit_group(address)
        if group is None:
            raise group_not_found(address.group)
        return group

    def provider(self, address: ResourceId) -> ResourceProvider:
        """The provider of the type of an id."""
        return self.registry.of(address.type)

    def get(self, address: ResourceId) -> Resource:
        """A resource.

        Raises:
            ArmError: the resource or its group does not exist.
        """
        self.group(address)
        resource = self.provider(address).find(address)
        if resource is None:
            raise self.missing(address)
        return resource

    def missing(self, address: ResourceId) -> ArmError:
        """The error for a missing resource: the outermost missing parent, or the resource itself."""
        parent = address.parent
        while parent is not None:
            if self.provider(parent).find(parent) is None and not exists_implicitly(parent):
                address = replace(parent)
            parent = parent.parent
        return self.provider(address).not_found(address)

    def put(
        self, address: ResourceId, sent: dict[str, Json], *, api_version: str = "", patch: bool = False
    ) -> ArmReply:
        """Create or update a resource. Long-running work continues after the reply."""
        check_envelope(sent)
        group = self.group(address)
        provider = self.provider(address)
        if provider.namespace.client_facts is not None:
            sent = provider.namespace.client_facts.respell(sent)
        before = provider.find(address)
        if patch and before is None:
            raise self.missing(address)
        check_lock(self.cloud.store, address, "write")
        self._check_parent(address)
        write = ResourceWrite(address, sent, before, patch, api_version)
        self._check_location(write, group)
        provider.check(write)
        body = provider.build_document(write)
        if not patch:
            words = provider.words(address) | {"location": str(body.get("location") or "")}
            old = copy.deepcopy(before.body) if before else {}
            add_computed_values(address.type, body, old, words)
            add_measured_defaults(address.type, body, sent, old, api_version, words)
            add_nested_defaults(body, provider.namespace.facts(address.type).nested)
        add_principals(body, before.body if before else {})
        resource = self._place(write, body)
        provider.on_written(resource, write)
        if write.creates:
            self._add_children(resource)
        profile = provider.lro(address.type)
        headers = profile.patch_headers if patch else profile.put_headers
        status = profile.patched if patch else profile.created if write.creates else profile.updated
        is_update_at_once = status == 200 and profile.created == 202 and not profile.put_body and not write.creates
        if not headers or is_update_at_once:
            provider.raise_injected_fault("PATCH" if patch else "PUT", resource)
            record_success(provider, resource)
            return ArmReply(status, copy.deepcopy(provider.show(resource, {"api-version": api_version})))
        if profile.shows_state:
            updating = "Succeeded" if write.is_unchanged else profile.updating
            resource.properties["provisioningState"] = profile.state if write.creates else updating
        operation = self._begin(provider, resource, write)
        operation.output = profile.output
        shown = (
            copy.deepcopy(provider.show(resource, {"api-version": api_version})) if profile.put_body else profile.empty
        )
        return ArmReply(status, shown, operation, headers)

    def _begin(self, provider: ResourceProvider, resource: Resource, write: ResourceWrite) -> Operation:
        async def carry_out() -> None:
            try:
                await provider.work(resource, write)
                await provider.meet_injected_fault("PATCH" if write.patch else "PUT", resource)
            except ArmError:
                resource.properties["provisioningState"] = "Failed"
                raise
            record_success(provider, resource)

        operation = provider.start_operation(resource, carry_out)
        operation.result = lambda: provider.show(resource, {"api-version": write.api_version})
        return operation

    def _place(self, write: ResourceWrite, body: dict[str, Json]) -> Resource:
        address, now = write.address, self.cloud.clock.now()
        resource = write.before
        if resource is None:
            resource = Resource(address, {}, created=now)
        resource.changed = now
        resource.etag = str(uuid.uuid4())
        resource.api_version = write.api_version or resource.api_version
        first = {
            "name": resource.body.get("name") or address.last_name,
            "id": resource.body.get("id") or address.id,
            "type": resource.body.get("type") or address.type,
        }
        resource.body = first | body
        self.cloud.store.add(resource)
        return resource

    def _add_children(self, resource: Resource) -> None:
        """Add the children that every new resource of a type has."""
        for kind, name, properties in CHILDREN.get(resource.address.type.lower(), ()):
            address = resource.address.child(kind, name)
            child = Resource(address, {}, created=resource.created, changed=resource.created)
            child.body = {"id": address.id, "name": name, "type": f"{resource.type}/{kind}"}
            child.body["properties"] = copy.deepcopy(properties)
            self.cloud.store.add(child)

    def _check_parent(self, address: ResourceId) -> None:
        parent = address.parent
        if parent is not None and self.provider(parent).find(parent) is None and not exists_implicitly(parent):
            top = parent.id
            raise ArmError(
                404,
                "ParentResourceNotFound",
                f"Failed to perform 'write' on resource(s) of type '{'/'.join(address.types)}', because the parent "
                f"resource '{top}' could not be found.",
            )

    def _check_location(self, write: ResourceWrite, group: ResourceGroupRecord | None) -> None:
        sent = write.sent.get("location")
        address = write.address
        tracked = len(address.types) == 1 and group is not None and "/providers/" not in address.scope.lower()
        if not sent or not isinstance(sent, str):
            if tracked and write.creates and self.provider(address).namespace.requires_location:
                raise ArmError(400, "LocationRequired", "The location property is required for this definition.")
            return
        if not locations.is_known(sent):
            known = ",".join(sorted(locations.LOCATIONS))
            raise ArmError(
                400,
                "LocationNotAvailableForResourceType",
                f"The provided location '{sent}' is not available for resource type '{address.type}'. "
                f"List of available regions for the resource type is '{known}'.",
            )
        if write.before is not None and write.before.location:
            old = write.before.location
            if locations.region_name(old) != locations.region_name(sent):
                where = f" in resource group '{address.group}'" if address.group else ""
                raise ArmError(
                    409,
                    "InvalidResourceLocation",
                    f"The resource '{address.last_name}' already exists in location '{old}'{where}. A resource with "
                    f"the same name cannot be created in location '{sent}'. Please select a new resource name.",
                )
        keeps = self.provider(address).namespace.facts(address.type).keeps_location
        if write.before is None and not keeps and sent != locations.region_name(sent):
            write.sent = {**write.sent, "location": locations.region_name(sent)}

    def delete(self, address: ResourceId) -> ArmReply:
        """Delete a resource with its children. Long-running work continues after the reply."""
        self.group(address)
        provider = self.provider(address)
        profile = provider.lro(address.type)
        resource = provider.find(address)
        if resource is None:
            return ArmReply(profile.missing)
        check_lock(self.cloud.store, resource.address, "delete")
        provider.check_delete(resource)
        if not profile.delete_headers:
            provider.raise_injected_fault("DELETE", resource)
            self.remove(resource)
            return ArmReply(profile.deleted, copy.deepcopy(resource.body) if profile.shows_deleted else None)
        if profile.shows_state:
            resource.properties["provisioningState"] = "Deleting"
        operation = self.start_deletion(resource)
        return ArmReply(profile.deleted, None, operation, profile.delete_headers)

    def start_deletion(self, resource: Resource) -> Operation:
        provider = self.registry.of(resource.address.type)

        async def carry_out() -> None:
            await provider.delete(resource)
            try:
                await provider.meet_injected_fault("DELETE", resource)
            except ArmError:
                resource.properties["provisioningState"] = "Failed"
                raise
            self.remove(resource)

        operation = provider.start_operation(resource, carry_out, empty=True)
        operation.empty_status = operation.format.deleted_status
        return operation

    def remove(self, resource: Resource) -> None:
        """Remove a resource with its children and extensions from the store."""
        for child in self.cloud.store.below(resource.address):
            self.registry.of(child.address.type).on_deleted(child)
            self.cloud.store.remove(child)
        provider = self.registry.of(resource.address.type)
        self.cloud.store.remove(resource)
        provider.on_deleted(resource)

    def list(self, address: ResourceId, query: Mapping[str, str]) -> ArmReply:
        """List what ``address.tail`` names below a scope or resource: child resources, or an action's list.

        Raises:
            ArmError: the group or the resource does not exist.
        """
        self.group(address)
        if address.names:
            reply = self.provider(address).act(self.get(address), "GET", ActionCall(address.tail.lower(), None, query))
            if reply is not None:
                return reply
            self._check_list(address)
        provider = self.registry.of(f"{address.type}/{address.tail}")
        return ArmReply(200, {"value": provider.list_documents(address, query)})

    def _check_list(self, address: ResourceId) -> None:
        """Refuse a list that the type does not have."""
        namespace = self.provider(address).namespace
        facts, kind = namespace.client_facts, "/".join(address.types)
        listed, child = f"{kind}/{address.tail}".lower(), f"{address.type}/{address.tail}"
        if facts is not None and facts.has_child(kind, address.tail):
            return
        if self.registry.has_class(child) or listed in (known.lower() for known in namespace.types):
            return
        if next(self.cloud.store.of_type(child), None) is None:
            raise unknown_type(address)

    def act(self, address: ResourceId, body: Json, query: Mapping[str, str]) -> ArmReply:
        """Run the POST action that ``address.tail`` names.

        Raises:
            ArmError: the resource does not exist, its type has no such action, or the action is refused.
        """
        resource = self.get(address)
        provider = self.provider(address)
        reply = provider.act(resource, "POST", ActionCall(address.tail.lower(), body, query))
        reply = reply or provider.act_without_class(resource, address.tail)
        if reply is None:
            raise unknown_type(address)
        return reply

    def is_tracked(self, resource: Resource) -> bool:
        """Whether lists of a group or subscription show a resource.

        They show resources of the first level, and children with a region of their own, such as a virtual machine's
        extensions.
        """
        address = resource.address
        namespace = self.provider(address).namespace
        is_extension = "/providers/" in address.scope.lower()
        if is_extension or not namespace.has_regions:
            return bool(resource.location) and not is_extension
        is_top_level = len(address.types) == 1
        return namespace.facts(address.type).is_tracked and (is_top_level or bool(resource.location))

    def deletion_phase(self, resource: Resource) -> int:
        """The phase of a deletion of many resources in which this one may go; see `ResourceType`."""
        return self.provider(resource.address).namespace.facts(resource.address.type).deletion_phase


def unknown_type(address: ResourceId) -> ArmError:
    """The error for a list or an action that a type does not have."""
    return ArmError(
        404,
        "InvalidResourceType",
        f"The resource type '{'/'.join((*address.types, address.tail))}' could not be found in the namespace "
        f"'{address.namespace}'.",
    )


def check_envelope(sent: dict[str, Json]) -> None:
    """Refuse a document whose members that all types share have the wrong form: later lists read them."""
    for name in ("tags", "properties", "identity", "plan"):
        if sent.get(name) is not None and not isinstance(sent[name], dict):
            raise bad_content(f"'{name}' must be an object")
    if any(not isinstance(value, str) for value in (sent.get("tags") or {}).values()):
        raise bad_content("the values of tags must be strings")
    for name in ("location", "kind", "managedBy"):
        if not isinstance(sent.get(name) or "", str):
            raise bad_content(f"'{name}' must be a string")


def record_success(provider: ResourceProvider, resource: Resource) -> None:
    if provider.lro(resource.type).shows_state:
        resource.properties["provisioningState"] = "Succeeded"
    provider.on_completed(resource)


def add_principals(body: dict[str, Json], before: dict[str, Json]) -> None:
    """Add principals to the identities in a document; existing ones are kept."""
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


def exists_implicitly(address: ResourceId) -> bool:
    """Whether a parent exists without having been created: single services named ``default``, and regions."""
    return address.last_name.lower() in ("default", "current") or address.types[-1].lower() == "locations"
