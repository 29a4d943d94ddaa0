"""Management groups: the tree above subscriptions, with the subscriptions in it and its settings."""

from __future__ import annotations

import copy
from collections.abc import Mapping

from azops_tui.arm.resource_id import MANAGEMENT_GROUPS, ResourceId
from azops_tui.json_types import Json
from azops_tui.simulator.clock import stamp
from azops_tui.simulator.cloud import CLIENT, TENANT, SimulatedCloud
from azops_tui.simulator.errors import ArmError
from azops_tui.simulator.providers.documents import get
from azops_tui.simulator.store import Resource

TYPE = "Microsoft.Management/managementGroups"
ROOT_NAME = "Tenant Root Group"


def not_found(name: str) -> ArmError:
    """The error for a management group that does not exist."""
    return ArmError(404, "NotFound", f"'{TYPE}/{name}' not found")


class ManagementGroups:
    """The management groups of a cloud."""

    def __init__(self, cloud: SimulatedCloud) -> None:
        self.cloud = cloud

    def find(self, name: str) -> Resource | None:
        """A management group; the root exists without having been created."""
        stored = self.cloud.store.get(MANAGEMENT_GROUPS + name)
        if stored is None and name.lower() == TENANT:
            stored = Resource(ResourceId.parse(MANAGEMENT_GROUPS + TENANT), self._document(TENANT, ROOT_NAME, None))
        return stored

    def get(self, name: str) -> Resource:
        """A management group.

        Raises:
            ArmError: it does not exist.
        """
        group = self.find(name)
        if group is None:
            raise not_found(name)
        return group

    def documents(self) -> list[Json]:
        """All management groups as lists show them."""
        shown = []
        for group in self.cloud.store.of_type(TYPE):
            properties = {k: group.properties[k] for k in ("tenantId", "displayName")}
            shown.append({"id": group.id, "type": TYPE, "name": group.address.last_name, "properties": properties})
        return shown

    def put(self, name: str, sent: Mapping[str, Json]) -> Resource:
        """Create or replace a management group.

        Raises:
            ArmError: its parent does not exist.
        """
        before = self.cloud.store.get(MANAGEMENT_GROUPS + name)
        display = get(sent, "properties", "displayName") or (before.properties["displayName"] if before else name)
        parent = str(get(sent, "properties", "details", "parent", "id") or "").rpartition("/")[2]
        group = before or Resource(ResourceId.parse(MANAGEMENT_GROUPS + name), {}, created=self.cloud.clock.now())
        group.body = self._document(name, str(display), self.get(parent or TENANT), before)
        self.cloud.store.add(group)
        return group

    def patch(self, name: str, sent: Mapping[str, Json]) -> Resource:
        """Rename or move a management group.

        Raises:
            ArmError: it or its new parent does not exist.
        """
        group = self.get(name)
        parent = str(sent.get("parentGroupId") or get(group.properties, "details", "parent", "id") or "")
        display = str(sent.get("displayName") or group.properties["displayName"])
        group.body = self._document(name, display, self.get(parent.rpartition("/")[2] or TENANT), group)
        return group

    def check_delete(self, name: str) -> Resource:
        """The group to delete.

        Raises:
            ArmError: it does not exist, or has children.
        """
        group = self.get(name)
        if self._children(group) or self.subscriptions(name):
            raise ArmError(
                400, "BadRequest", f"Management group '{name}' cannot be deleted because it has children.", details=[]
            )
        return group

    def show(self, group: Resource, query: Mapping[str, str]) -> dict[str, Json]:
        """The document, with the children that ``$expand`` and ``$recurse`` request."""
        body = copy.deepcopy(group.body)
        if "children" in query.get("$expand", "").lower():
            deep = query.get("$recurse", "").lower() == "true"
            body["properties"]["children"] = self._child_documents(group, deep) or None
        return body

    def _child_documents(self, group: Resource, deep: bool) -> list[Json]:
        documents: list[Json] = []
        for child in self._children(group):
            document: dict[str, Json] = {
                "id": child.id,
                "type": TYPE,
                "name": child.address.last_name,
                "displayName": child.properties["displayName"],
            }
            below = self._child_documents(child, deep) if deep else []
            documents.append(document | ({"children": below} if below else {}))
        for subscription in self.subscriptions(group.address.last_name):
            id_ = subscription.address.last_name
            name = subscription.properties["displayName"]
            documents.append(
                {"id": f"/subscriptions/{id_}", "type": "/subscriptions", "name": id_, "displayName": name}
            )
        return documents

    def _children(self, group: Resource) -> list[Resource]:
        key = group.id.lower()
        groups = self.cloud.store.of_type(TYPE)
        return [g for g in groups if str(get(g.properties, "details", "parent", "id")).lower() == key]

    def _document(
        self, name: str, display: str, parent: Resource | None, before: Resource | None = None
    ) -> dict[str, Json]:
        version = int(get(before.properties, "details", "version") or 0) + 1 if before is not None else 1
        details: dict[str, Json] = {
            "version": version,
            "updatedTime": stamp(self.cloud.clock.now()),
            "updatedBy": CLIENT,
        }
        if parent is not None:
            details["parent"] = {
                "id": parent.id,
                "name": parent.address.last_name,
                "displayName": parent.properties["displayName"],
            }
        properties = {"tenantId": TENANT, "displayName": display, "details": details}
        return {"id": MANAGEMENT_GROUPS + name, "type": TYPE, "name": name, "properties": properties}

    def subscriptions(self, name: str) -> list[Resource]:
        """The subscriptions that were put into a management group."""
        return list(self.cloud.store.of_type(f"{TYPE}/subscriptions", MANAGEMENT_GROUPS + name))

    def add_subscription(self, name: str, subscription: str) -> Resource:
        """Put a subscription into a management group; it leaves its former one.

        Raises:
            ArmError: the group does not exist.
        """
        group = self.get(name)
        for other in list(self.cloud.store.of_type(f"{TYPE}/subscriptions")):
            if other.address.last_name.lower() == subscription.lower():
                self.cloud.store.remove(other)
        address = group.address.child("subscriptions", subscription)
        shown = self.cloud.store.subscriptions.get(subscription.lower(), subscription)
        member = Resource(address, {}, created=self.cloud.clock.now())
        member.body = {
            "name": subscription,
            "id": address.id,
            "type": f"{TYPE}/subscriptions",
            "properties": {
                "displayName": shown,
                "parent": {"id": group.id, "name": None, "displayName": None},
                "state": "Active",
                "tenant": TENANT,
            },
        }
        self.cloud.store.add(member)
        return member

    def settings(self, name: str) -> Resource | None:
        """The hierarchy settings of a management group, or None."""
        return self.cloud.store.get(f"{MANAGEMENT_GROUPS}{name}/settings/default")

    def put_settings(self, name: str, sent: Mapping[str, Json], *, patch: bool) -> Resource:
        """Write the hierarchy settings of a management group."""
        address = ResourceId.parse(MANAGEMENT_GROUPS + name).child("settings", "default")
        before = self.settings(name)
        properties: dict[str, Json] = {
            "tenantId": TENANT,
            "requireAuthorizationForGroupCreation": False,
            "defaultManagementGroup": None,
        }
        if patch and before is not None:
            properties |= before.properties
        properties |= get(sent, "properties") or {}
        default = properties["defaultManagementGroup"]
        if isinstance(default, str):
            properties["defaultManagementGroup"] = default.rpartition("/")[2]
        resource = before or Resource(address, {}, created=self.cloud.clock.now())
        resource.body = {"id": address.id, "type": f"{TYPE}/settings", "name": "default", "properties": properties}
        self.cloud.store.add(resource)
        return resource
