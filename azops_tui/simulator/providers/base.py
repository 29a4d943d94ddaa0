"""The base class of resource providers, and the writes and actions that they handle."""

from __future__ import annotations

import asyncio
import copy
import uuid
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import ClassVar, TypeAlias
from urllib.parse import quote

from azops_tui.arm.resource_id import ResourceId
from azops_tui.json_types import Json
from azops_tui.simulator.arm_reply import ArmReply
from azops_tui.simulator.clock import stamp
from azops_tui.simulator.cloud import CLIENT, TENANT, SimulatedCloud
from azops_tui.simulator.errors import ArmError, resource_not_found
from azops_tui.simulator.faults import refusal
from azops_tui.simulator.lro_profiles import ASYNC, LOCATION, LroProfile
from azops_tui.simulator.operations import Operation
from azops_tui.simulator.providers.documents import clean, fill, merge, replace_words
from azops_tui.simulator.providers.key_actions import SHOWN_BY_LIST, key_reply
from azops_tui.simulator.providers.private_links import link_documents
from azops_tui.simulator.providers.resource_types import ProviderNamespace
from azops_tui.simulator.store import Resource, ResourceGroupRecord


@dataclass(slots=True)
class ResourceWrite:
    """A PUT or PATCH in progress.

    Attributes:
        address: id of the resource.
        sent: the request's body.
        before: the existing resource; None for a new one.
        patch: whether members that the body lacks keep their values.
        api_version: API version of the request; empty for writes of the simulator itself.
        is_unchanged: whether the body says what the resource says already; services then have no work to do.
    """

    address: ResourceId
    sent: dict[str, Json]
    before: Resource | None
    patch: bool = False
    api_version: str = ""
    is_unchanged: bool = False

    @property
    def creates(self) -> bool:
        return self.before is None

    @property
    def properties(self) -> dict[str, Json]:
        """A copy of the properties in the body."""
        properties = self.sent.get("properties")
        return copy.deepcopy(properties) if isinstance(properties, dict) else {}


@dataclass(slots=True)
class ActionCall:
    """A POST or GET on a name below a resource, as ``POST …/virtualMachines/vm/start``.

    Attributes:
        name: the action in lower case.
    """

    name: str
    body: Json = None
    query: Mapping[str, str] = field(default_factory=dict)


Action: TypeAlias = tuple[str, str, Callable[..., ArmReply | None]]
"""HTTP method, name, and the method of the provider that handles it: ``handler(self, resource, call)``."""


def posts(handler: Callable[..., ArmReply | None], *names: str) -> tuple[Action, ...]:
    """POST actions that share a handler."""
    return tuple(("POST", name, handler) for name in names)


class ResourceProvider:
    """Serves resources of any type; subclasses override what is special about theirs.

    A write calls `check`, `build_document`, `on_written`, then (after the reply, for long-running types) `work` and
    `on_completed`. A deletion calls `check_delete`, `delete` and `on_deleted`.
    """

    types: ClassVar[tuple[str, ...]] = ()
    """Full types that a subclass serves, in lower case."""
    actions: ClassVar[tuple[Action, ...]] = ()
    """The actions of the types, and the documents and lists that are not child resources."""

    def __init__(
        self, cloud: SimulatedCloud, namespace: ProviderNamespace, provider_of: Callable[[str], ResourceProvider]
    ) -> None:
        self.cloud = cloud
        self.namespace = namespace
        self.provider_of = provider_of
        self._actions = {(method, name.lower()): handler for method, name, handler in self.actions}

    def lro(self, type_: str) -> LroProfile:
        """The long-running operation profile of a type."""
        return self.namespace.lro(type_)

    def preflight(self, address: ResourceId) -> list[ArmError]:
        """Errors that the validation of a deployment reports about a resource that it would write."""
        return []

    def implicit_group(self, address: ResourceId) -> ResourceGroupRecord | None:
        """The group of an address whose group does not exist, where Azure creates that group by itself."""
        return None

    def find(self, address: ResourceId) -> Resource | None:
        return self.cloud.store.get(address.id)

    def not_found(self, address: ResourceId) -> ArmError:
        facts = self.namespace.facts(address.type)
        if self.namespace.missing_child_code and len(address.names) > 1:
            return ArmError(404, self.namespace.missing_child_code, f"Resource {address.id} not found.", details=[])
        if facts.not_found is not None:
            code, message = facts.not_found
            return ArmError(404, code, message.format(name=address.last_name, id=address.id))
        return resource_not_found(address.title, address.group)

    def check(self, write: ResourceWrite) -> None:
        """Refuse a write that Azure would refuse.

        Raises:
            ArmError: with the service's code and message.
        """

    def build_document(self, write: ResourceWrite) -> dict[str, Json]:
        """The new document of the resource without id, name and type: the request's body with the service's defaults.

        PATCH merges into the existing document; PUT replaces it and keeps generated properties.
        """
        old = write.before.body if write.before else {}
        if write.patch:
            merged: dict[str, Json] = merge(copy.deepcopy(old), write.sent)
            return merged
        body = {k: clean(v, k) for k, v in write.sent.items() if k not in _IDENTIFYING and v is not None}
        body.setdefault("properties", {})
        if "location" not in body and "location" in old:
            body["location"] = old["location"]
        self.add_defaults(write, body)
        return body

    def add_defaults(self, write: ResourceWrite, body: dict[str, Json]) -> None:
        """Add what the service shows for every resource of the type, from the namespace's facts."""
        address, facts = write.address, self.namespace.facts(write.address.type)
        now = stamp(self.cloud.clock.now())
        properties = body["properties"]
        if facts.generated and isinstance(properties, dict):
            old = write.before.properties if write.before else {}
            fill(properties, {k: old.get(k, v) for k, v in facts.generated.items()}, self.words(address))
        if facts.shows_empty_tags:
            body.setdefault("tags", {})
        if facts.has_dated_etag:
            body["etag"] = f"W/\"datetime'{quote(now)}'\""
        if facts.has_system_data or self.namespace.has_system_data:
            body["systemData"] = authors(write.before, self.cloud.clock.now())

    def on_written(self, resource: Resource, write: ResourceWrite) -> None:
        """Called when the document is stored and before the reply: for references, addresses and the like."""

    def work_seconds(self, resource: Resource, write: ResourceWrite) -> float:
        """Duration of the work, in Azure's time."""
        profile = self.lro(resource.type)
        return profile.create_seconds if write.creates else profile.update_seconds

    async def work(self, resource: Resource, write: ResourceWrite) -> None:
        """The work of a long-running write, from the reply to the end of the operation.

        Raises:
            ArmError: the work fails; the resource is then ``Failed``.
        """
        await self.cloud.clock.sleep(self.cloud.operations.vary(self.work_seconds(resource, write)))

    def on_completed(self, resource: Resource) -> None:
        """Called when the work has succeeded."""

    def show(self, resource: Resource, query: Mapping[str, str]) -> dict[str, Json]:
        """The document that GET answers."""
        return resource.body

    def list_documents(self, address: ResourceId, query: Mapping[str, str]) -> list[Json]:
        """The resources of type ``address.type/address.tail`` directly below the address's scope or resource."""
        scope = address.id if address.names else address.scope
        stored = self.cloud.store.of_type(f"{address.type}/{address.tail}", scope)
        return [copy.deepcopy(self.show(r, query)) for r in stored if len(r.address.names) == len(address.names) + 1]

    def check_delete(self, resource: Resource) -> None:
        """Refuse to delete a resource that is in use.

        Raises:
            ArmError: the resource is in use.
        """

    async def delete(self, resource: Resource) -> None:
        """The work of a deletion, until the resource may be removed from the store."""
        await self.cloud.clock.sleep(self.cloud.operations.vary(self.lro(resource.type).delete_seconds))

    def on_deleted(self, resource: Resource) -> None:
        """Called when the resource is removed from the store."""

    async def restore(self, resource: Resource) -> None:
        """Start what runs for a resource, such as a host, when the state of a simulator has been loaded."""

    def act(self, resource: Resource, method: str, call: ActionCall) -> ArmReply | None:
        """The reply of an action; None where `actions` has no such entry, or its handler declines."""
        handler = self._actions.get((method, call.name))
        if handler is not None:
            return handler(self, resource, call)
        if call.name == "list" and resource.type.lower() in SHOWN_BY_LIST:
            return ArmReply(200, self.show(resource, {}))
        if method == "GET" and call.name == "privatelinkresources":
            links = link_documents(resource)
            return ArmReply(200, {"value": links}) if links is not None else None
        return key_reply(self.cloud, resource, call.name, call.body, self.words(resource.address))

    def act_without_class(self, resource: Resource, action: str) -> ArmReply | None:
        """The reply of an action that no class models but that clients know: work that sets its declared effects.

        None if clients do not know the action.

        Raises:
            ArmError: the action returns or changes something that the simulator does not model.
        """
        known = self.namespace.client_facts
        facts = known.type(resource.type.partition("/")[2]) if known is not None else None
        actions = {name.lower(): call for name, call in facts.actions.items()} if facts is not None else {}
        call = actions.get(action.lower())
        if call is None:
            return None
        type_facts = self.namespace.facts(resource.type)
        declared = {name.lower(): effect for name, effect in type_facts.effects.items()}
        effect = declared.get(action.lower())
        words = self.words(resource.address)
        results = {name.lower(): replace_words(value, words) for name, value in type_facts.results.items()}
        result = results.get(action.lower())
        is_unseen = action.lower() in UNSEEN_ACTIONS and (call.is_slow or not call.has_result)
        if effect is None and result is None and not is_unseen:
            raise ArmError(
                501,
                "NotImplemented",
                f"The local Azure does not simulate the action '{action}' of '{resource.type}'. Nothing was changed.",
            )

        async def work() -> None:
            await self.cloud.clock.sleep(5)
            for name, value in (effect or {}).items():
                resource.properties.pop(name, None)
                fill(resource.properties, {name: value}, words)

        if not call.is_slow:
            for name, value in (effect or {}).items():
                resource.properties.pop(name, None)
                fill(resource.properties, {name: value}, words)
            return ArmReply(204 if 204 in call.statuses and result is None else 200, result)
        status = 202 if 202 in call.statuses else call.statuses[-1]
        operation = self.start_operation(resource, work, empty=True)
        if result is not None:
            operation.result, operation.output = (lambda: result), True
        return ArmReply(status, None, operation, (ASYNC, LOCATION))

    def words(self, address: ResourceId) -> dict[str, str]:
        """The words that generated values may hold."""
        return {
            "name": address.last_name,
            "NAME": address.last_name.upper(),
            "now": stamp(self.cloud.clock.now()),
            "lower": address.last_name.lower(),
            "parent": address.names[-2].lower() if len(address.names) > 1 else "",
            "guid": str(uuid.uuid4()),
            "hex": uuid.uuid4().hex,
            "hex12": uuid.uuid4().hex[:12],
            "hex8": uuid.uuid4().hex[:8],
            "number16": str(uuid.uuid4().int)[:16],
            "subscription": address.subscription,
            "scope": address.scope,
            "id": address.id,
            "tenant": TENANT,
        }

    def start_operation(
        self, resource: Resource, work: Callable[[], Awaitable[None]], *, empty: bool = False
    ) -> Operation:
        """Start work on a resource. The operation's result is the resource, or nothing if ``empty``."""
        operations, address = self.cloud.operations, resource.address
        format = self.namespace.facts(resource.type).operations or self.namespace.operations
        operation = operations.make(
            resource.type, address.subscription, resource.location, format=format, target=address.id
        )
        if not empty:
            operation.result = lambda: self.show(resource, {})
        return operations.start(operation, work)

    def raise_injected_fault(self, method: str, resource: Resource) -> None:
        """Raise the failure that is injected for this resource, if any."""
        fault = self.cloud.faults.hit(method, resource.id, work=True)
        if fault is not None and fault.fail:
            raise refusal(fault)

    async def meet_injected_fault(self, method: str, resource: Resource) -> None:
        """Raise the failure that is injected for the work on this resource, or wait for ever."""
        fault = self.cloud.faults.hit(method, resource.id, work=True)
        if fault is not None and fault.never_ends:
            await asyncio.Event().wait()
        if fault is not None:
            raise refusal(fault)


_IDENTIFYING = ("id", "name", "type", "apiVersion")
UNSEEN_ACTIONS = frozenset(
    (
        "ping",
        "reboot",
        "refresh",
        "reset",
        "restart",
        "rotatediskencryptionkey",
        "sync",
        "synckeys",
        "upgradenodeimageversion",
    )
)
"""Actions that end without a change that any document shows."""


def authors(before: Resource | None, now: float) -> dict[str, Json]:
    """The systemData of a document: who created and who last changed the resource, and when."""
    creation = {"createdBy": CLIENT, "createdByType": "Application", "createdAt": stamp(now)}
    old = before.body.get("systemData") if before else None
    if isinstance(old, dict):
        creation = {k: v for k, v in old.items() if k.startswith("created")}
    change = {"lastModifiedBy": CLIENT, "lastModifiedByType": "Application", "lastModifiedAt": stamp(now)}
    return creation | change
