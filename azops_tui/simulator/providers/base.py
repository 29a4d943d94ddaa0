"""What every resource provider does, in the plain way; those of named types override what is special about them."""

from __future__ import annotations

import copy
import uuid
from dataclasses import dataclass
from typing import Any, ClassVar
from urllib.parse import quote

from azops_tui.json_types import Json
from azops_tui.simulator.arm_reply import ArmReply
from azops_tui.simulator.clock import stamp
from azops_tui.simulator.cloud import CLIENT, SimulatedCloud
from azops_tui.simulator.errors import ArmError
from azops_tui.simulator.faults import refusal
from azops_tui.simulator.ids import Address
from azops_tui.simulator.lro_profiles import LroProfile, style_of
from azops_tui.simulator.operations import Operation
from azops_tui.simulator.providers.defaults import DATED, PROPERTIES, SIGNED, TAGGED, fill
from azops_tui.simulator.store import Resource


@dataclass(slots=True)
class ResourceWrite:
    """A PUT or PATCH on its way.

    Attributes:
        address: what is written.
        sent: the request's body.
        before: the resource as it was; None when it is made.
        patch: whether what is not sent stays.
        api_version: as asked for; empty inside the simulator.
    """

    address: Address
    sent: dict[str, Json]
    before: Resource | None
    patch: bool = False
    api_version: str = ""

    @property
    def creates(self) -> bool:
        """Whether the resource is new."""
        return self.before is None

    @property
    def properties(self) -> dict[str, Json]:
        """The properties as sent; a copy."""
        found = self.sent.get("properties")
        return copy.deepcopy(found) if isinstance(found, dict) else {}


class ResourceProvider:
    """Resources of one type. This class serves any type; its methods are called in the order they stand here."""

    types: ClassVar[tuple[str, ...]] = ()
    """The types a subclass serves, in lower case."""

    def __init__(self, cloud: SimulatedCloud) -> None:
        self.cloud = cloud

    def style(self, type_: str) -> LroProfile:
        """How the type answers."""
        return style_of(type_)

    def find(self, address: Address) -> Resource | None:
        """The resource at an address, or None."""
        return self.cloud.store.get(address.id)

    def check(self, change: ResourceWrite) -> None:
        """Refuses a change that Azure would refuse.

        Raises:
            ArmError: with the service's code and sentence.
        """

    def build(self, change: ResourceWrite) -> dict[str, Json]:
        """The new document of the resource, without id, name and type: what was sent, with the service's defaults.

        PATCH merges into what is there, PUT replaces it and keeps what the service has added before.
        """
        old = change.before.body if change.before else {}
        if change.patch:
            merged: dict[str, Json] = merge(copy.deepcopy(old), change.sent)
            return merged
        body = {k: clean(v) for k, v in change.sent.items() if k not in _NOT_KEPT and v is not None}
        body.setdefault("properties", {})
        if "location" not in body and "location" in old:
            body["location"] = old["location"]
        self.add_defaults(change, body)
        return body

    def add_defaults(self, change: ResourceWrite, body: dict[str, Json]) -> None:
        """Adds what the service shows of every resource of the type; what it made up before stays as it was."""
        address, type_ = change.address, change.address.type.lower()
        properties = body["properties"]
        defaults = PROPERTIES.get(type_, {})
        if defaults and isinstance(properties, dict):
            old = change.before.properties if change.before else {}
            words = {
                "name": address.last_name,
                "NAME": address.last_name.upper(),
                "now": stamp(self.cloud.clock.now()),
                "guid": str(uuid.uuid4()),
                "subscription": address.subscription,
                "scope": address.scope,
            }
            fill(properties, {k: old.get(k, v) for k, v in defaults.items()}, words)
        sku = body.get("sku")
        if isinstance(sku, dict) and type_.startswith("microsoft.containerregistry/"):
            sku.setdefault("tier", sku.get("name"))
            if sku["tier"] == "Premium":
                properties.setdefault("networkRuleSet", {"defaultAction": "Allow", "ipRules": []})
        if type_ in TAGGED:
            body.setdefault("tags", {})
        if type_ in DATED:
            body["etag"] = f"W/\"datetime'{quote(stamp(self.cloud.clock.now()))}'\""
        if type_.startswith(SIGNED):
            body["systemData"] = authors(change.before, self.cloud.clock.now())

    def made(self, resource: Resource, change: ResourceWrite) -> None:
        """Called when the document is in place and before the answer: for references, addresses and the like."""

    def seconds(self, resource: Resource, change: ResourceWrite) -> float:
        """How long the work takes, in Azure's time."""
        style = self.style(resource.type)
        return style.seconds if change.creates else style.update_seconds

    async def work(self, resource: Resource, change: ResourceWrite) -> None:
        """The work itself, from the first answer to the end.

        Raises:
            ArmError: it fails; the resource is then ``Failed``.
        """
        await self.cloud.clock.sleep(self.cloud.operations.span(self.seconds(resource, change)))

    def settle(self, resource: Resource) -> None:
        """Called when the work is done and the resource's state is final."""

    def show(self, resource: Resource, query: dict[str, str]) -> dict[str, Json]:
        """The document that GET answers."""
        return resource.body

    def list_view(self, resource: Resource, query: dict[str, str]) -> dict[str, Json]:
        """The document as it stands in the list of its type."""
        return self.show(resource, query)

    def check_delete(self, resource: Resource) -> None:
        """Refuses to delete what is in use.

        Raises:
            ArmError: it is in use.
        """

    async def delete(self, resource: Resource) -> None:
        """The work of deleting, until the resource may be forgotten."""
        await self.cloud.clock.sleep(self.cloud.operations.span(self.style(resource.type).delete_seconds))

    def gone(self, resource: Resource) -> None:
        """Called when it is forgotten."""

    async def act(self, resource: Resource, action: str, body: Json, query: dict[str, str]) -> ArmReply | None:
        """A POST on the resource (or a GET of something below it that is no resource).

        Returns:
            The answer, or None where the type has no such action.
        """
        return None

    def collection(self, parent: Address, query: dict[str, str]) -> list[Json] | None:
        """A list that is not a list of stored resources, as ``…/virtualMachines/v/vmSizes``; None if there is none."""
        return None

    def begin(self, resource: Resource, work: Any, *, kind: str = "", empty: bool = False) -> Operation:
        """Starts work on a resource and returns its operation; ``work`` is a coroutine function of no arguments."""
        operations, address = self.cloud.operations, resource.address
        operation = operations.make(kind or resource.type, address.subscription, resource.location)
        if not empty:
            operation.result = lambda: self.show(resource, {})
        return operations.start(operation, work)

    def strike(self, method: str, resource: Resource) -> None:
        """Raises the failure that was asked for on purpose, if there is one for this resource."""
        fault = self.cloud.faults.hit(method, resource.id, work=True)
        if fault is not None:
            raise refusal(fault)


_NOT_KEPT = ("id", "name", "type", "apiVersion")
_BOOLEANS = {"true": True, "false": False}


def clean(value: Json, key: str = "") -> Json:
    """A copy of what was sent as the service reads it: members that are null left out, truth as truth.

    Free text (tags, settings, values) stays as it is.
    """
    if isinstance(value, dict):
        if key.lower() in ("tags", "settings", "template", "parameters", "metadata", "data", "value"):
            return copy.deepcopy(value)
        return {k: clean(v, k) for k, v in value.items() if v is not None}
    if isinstance(value, list):
        return [clean(v, key) for v in value]
    if isinstance(value, str) and key.lower().startswith(("is", "enable", "disable", "primary")):
        return _BOOLEANS.get(value.lower(), value)
    return value


def merge(old: Json, new: Json) -> Json:
    """JSON merge: objects member by member, everything else replaced; a null member removes."""
    if not isinstance(old, dict) or not isinstance(new, dict):
        return copy.deepcopy(new)
    for key, value in new.items():
        existing = next((k for k in old if k.lower() == key.lower()), key)
        if value is None:
            old.pop(existing, None)
        elif existing.lower() in ("tags", "identity") and existing in old:
            old[existing] = copy.deepcopy(value)
        else:
            old[existing] = merge(old.get(existing), value)
    return old


def authors(before: Resource | None, now: float) -> dict[str, Json]:
    """Who made and who changed a resource, and when."""
    mine = {"createdBy": CLIENT, "createdByType": "Application", "createdAt": stamp(now)}
    old = before.body.get("systemData") if before else None
    made = {k: v for k, v in old.items() if k.startswith("created")} if isinstance(old, dict) else mine
    changed = {"lastModifiedBy": CLIENT, "lastModifiedByType": "Application", "lastModifiedAt": stamp(now)}
    return made | changed


def get(value: Json, *path: str) -> Json:
    """The member at a path of names, without regard to case; None where there is none."""
    for name in path:
        if not isinstance(value, dict):
            return None
        if name in value:
            value = value[name]
        else:
            value = next((v for k, v in value.items() if k.lower() == name.lower()), None)
    return value


def reference_id(value: Json) -> str:
    """The id of ``{"id": …}``; empty where there is none."""
    found = get(value, "id")
    return found if isinstance(found, str) else ""


def need(condition: Json, error: ArmError) -> None:
    """Raises the error unless the condition holds."""
    if not condition:
        raise error
