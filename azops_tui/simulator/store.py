"""The state of the cloud in memory: subscriptions, resource groups and resources. Lookups ignore case."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field

from azops_tui.arm.resource_id import ResourceId, Scope
from azops_tui.json_types import Json


@dataclass(slots=True, eq=False)
class ResourceGroupRecord:
    """A resource group."""

    subscription: str
    name: str
    location: str
    tags: dict[str, str] = field(default_factory=dict)
    managed_by: str = ""
    state: str = "Succeeded"
    created: float = 0.0

    @property
    def id(self) -> str:
        return Scope(self.subscription, self.name).id

    def as_json(self) -> dict[str, Json]:
        """The group as the service shows it."""
        body: dict[str, Json] = {
            "id": self.id,
            "name": self.name,
            "type": "Microsoft.Resources/resourceGroups",
            "location": self.location,
            "tags": self.tags,
            "properties": {"provisioningState": self.state},
        }
        if self.managed_by:
            body["managedBy"] = self.managed_by
        return body


@dataclass(slots=True, eq=False)
class Resource:
    """A resource of any type.

    Attributes:
        address: parsed id, as first spelled.
        body: the document that GET answers: id, name, type, location, tags, properties …
        private: state that the document does not show: keys, power states, counters.
        api_version: API version of the last write.
    """

    address: ResourceId
    body: dict[str, Json]
    private: dict[str, Json] = field(default_factory=dict)
    api_version: str = ""
    created: float = 0.0
    changed: float = 0.0
    etag: str = field(default_factory=lambda: str(uuid.uuid4()))

    @property
    def id(self) -> str:
        """The id in the service's spelling."""
        return str(self.body.get("id") or self.address.id)

    @property
    def type(self) -> str:
        """The type in the service's spelling."""
        return str(self.body.get("type") or self.address.type)

    @property
    def properties(self) -> dict[str, Json]:
        """The properties; added to the document if missing."""
        properties = self.body.setdefault("properties", {})
        return properties if isinstance(properties, dict) else {}

    @property
    def state(self) -> str:
        """The provisioning state; ``Succeeded`` for types without one."""
        return str(self.properties.get("provisioningState") or "Succeeded")

    @state.setter
    def state(self, value: str) -> None:
        if "provisioningState" in self.properties or value != "Succeeded":
            self.properties["provisioningState"] = value

    @property
    def location(self) -> str:
        """The region; empty if the resource has none."""
        return str(self.body.get("location") or "")


class ResourceStore:
    """All state of the simulated cloud."""

    def __init__(self) -> None:
        self.subscriptions: dict[str, str] = {}
        """Display names by subscription id."""
        self.subscription_tags: dict[str, dict[str, str]] = {}
        """Tags of subscriptions, by subscription id."""
        self.tag_names: dict[str, dict[str, list[str]]] = {}
        """Predefined tag names with their values, by subscription id."""
        self.groups: dict[tuple[str, str], ResourceGroupRecord] = {}
        self.resources: dict[str, Resource] = {}
        """By lower-case id, in order of creation."""
        self._by_scope: dict[str, dict[str, Resource]] = {}
        self._by_type: dict[str, dict[str, Resource]] = {}

    def clear(self) -> None:
        """Remove everything."""
        for part in (self.subscriptions, self.subscription_tags, self.tag_names, self.groups, self.resources):
            part.clear()
        self._by_scope.clear()
        self._by_type.clear()

    def group(self, subscription: str, name: str) -> ResourceGroupRecord | None:
        return self.groups.get((subscription.lower(), name.lower()))

    def add_group(self, group: ResourceGroupRecord) -> None:
        self.groups[group.subscription.lower(), group.name.lower()] = group

    def remove_group(self, group: ResourceGroupRecord) -> None:
        """Remove a group whose resources are already removed."""
        self.groups.pop((group.subscription.lower(), group.name.lower()), None)

    def groups_of(self, subscription: str) -> list[ResourceGroupRecord]:
        """The groups of a subscription in order of creation."""
        lower = subscription.lower()
        return [g for (s, _), g in self.groups.items() if s == lower]

    def get(self, resource_id: str) -> Resource | None:
        """A resource by id in any spelling, or None."""
        return self.resources.get(resource_id.lower().rstrip("/"))

    def add(self, resource: Resource) -> None:
        key = resource.address.key
        self.resources[key] = resource
        self._by_scope.setdefault(_place(resource.address), {})[key] = resource
        self._by_type.setdefault(resource.address.type.lower(), {})[key] = resource

    def remove(self, resource: Resource) -> None:
        """Remove a resource, but not its children and extensions."""
        key = resource.address.key
        self.resources.pop(key, None)
        self._by_scope.get(_place(resource.address), {}).pop(key, None)
        self._by_type.get(resource.address.type.lower(), {}).pop(key, None)

    def in_group(self, group: ResourceGroupRecord) -> list[Resource]:
        """All resources of a group, with children and extensions."""
        return list(self._by_scope.get(group.id.lower(), {}).values())

    def below(self, address: ResourceId) -> list[Resource]:
        """Children and extensions of a resource, of any depth."""
        prefix = address.key + "/"
        return [r for k, r in self._by_scope.get(_place(address), {}).items() if k.startswith(prefix)]

    def of_type(self, type_: str, scope: str = "") -> Iterator[Resource]:
        """Resources of a type below ``scope``: a group, a subscription, a resource, or all."""
        prefix = scope.lower().rstrip("/") + "/"
        for key, resource in list(self._by_type.get(type_.lower(), {}).items()):
            if key.startswith(prefix):
                yield resource

    def all(self, subscription: str) -> list[Resource]:
        prefix = f"/subscriptions/{subscription}/".lower()
        return [r for k, r in self.resources.items() if k.startswith(prefix)]


def _place(address: ResourceId) -> str:
    if address.group:
        return Scope(address.subscription, address.group).id.lower()
    return f"/subscriptions/{address.subscription}".lower() if address.subscription else ""
