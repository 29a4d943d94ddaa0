"""Operations of a deployment: what is running, what is done, and what has not begun yet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from azops_tui.arm.resource_id import split_id
from azops_tui.azure.client import Clients
from azops_tui.azure.errors import AzureFailure, explained, flatten
from azops_tui.durations import parse_iso_duration, start_time
from azops_tui.events.azure_views import DeploymentView, OperationView
from azops_tui.json_types import Json

DEEPEST = 8
"""Levels of nested deployments that are followed; the service allows five."""

_NESTED = "microsoft.resources/deployments"
_FINISHED = ("Succeeded", "Failed", "Canceled")


class Expected(NamedTuple):
    """A resource that a deployment is going to make, as the template's expansion knows it."""

    id: str
    type: str
    name: str
    depends_on: tuple[str, ...] = ()
    """Ids, in any case."""


class Watch:
    """Looks at the operations of one deployment again and again, and at those of the deployments nested in it."""

    def __init__(
        self, clients: Clients, scope: str, name: str, raw: Json, expected: Sequence[Expected] = (), depth: int = 0
    ) -> None:
        self._clients = clients
        self._scope = scope
        self._name = name
        self._depth = depth
        self._known: dict[str, Expected] = {one.id.lower(): one for one in expected}
        self._told = bool(expected)
        self._nested: dict[str, Watch] = {}
        self._last: tuple[OperationView, ...] = ()
        self._over = False
        self._correlation = (raw.get("properties") or {}).get("correlationId") or ""
        self._learn(raw)

    def _learn(self, raw: Json) -> None:
        """What the deployment says about what waits for what."""
        properties = raw.get("properties") or {}
        for dependency in properties.get("dependencies") or []:
            needs = tuple(one.get("id", "") for one in dependency.get("dependsOn") or [])
            for one, depends in [(dependency, needs), *((one, ()) for one in dependency.get("dependsOn") or [])]:
                identity = one.get("id", "")
                known = self._known.get(identity.lower())
                if known is not None and (known.depends_on or not depends):
                    continue
                if known is None and self._told:
                    # The caller named everything; what is not among it exists already and is not made here.
                    continue
                _, kind, name = split_id(identity)
                self._known[identity.lower()] = Expected(
                    identity, one.get("resourceType") or kind, name or one.get("resourceName", ""), depends
                )

    def waiting(self, begun: Sequence[OperationView] = ()) -> tuple[OperationView, ...]:
        """Everything known that is not among ``begun``, as waiting."""
        there = {one.resource_id.lower() for one in begun}
        return tuple(
            OperationView(
                id=f"waiting:{key}",
                name=one.name,
                type=one.type,
                resource_id=one.id,
                state="Waiting",
                depth=self._depth,
                depends_on=self._needs(key),
            )
            for key, one in self._known.items()
            if key not in there
        )

    async def look(self, *, final: bool = False) -> tuple[OperationView, ...]:
        """All operations now: begun ones by their beginning, each followed by those nested in it, then waiting ones.

        Args:
            final: the deployment is finished: what has not begun is left out, unless something failed.

        Raises:
            AzureFailure: they cannot be read.
        """
        client = await self._clients.deployments()
        with explained():
            listed = client.deployment_operations.list_at_scope(self._scope.strip("/"), self._name)
            raw = [operation.as_dict() async for operation in listed]
        begun = [one for one in map(self._view, raw) if one is not None]
        order = {key: index for index, key in enumerate(self._known)} if self._told else {}
        begun.sort(key=lambda one: (order.get(one.resource_id.lower(), len(order)), one.started or 0, one.name))
        shown: list[OperationView] = []
        for one in begun:
            shown.append(one)
            if one.type.lower() == _NESTED and one.action == "Create" and self._depth < DEEPEST:
                shown += await self._inside(one)
        failed = any(one.state in ("Failed", "Canceled") for one in begun)
        if not final or failed:
            # The caller may have named what is in nested deployments too: those are shown there once they are.
            shown += self.waiting(shown)
        self._last = tuple(shown)
        return self._last

    async def _inside(self, parent: OperationView) -> tuple[OperationView, ...]:
        """The operations of a nested deployment. Once it is finished they are not read again."""
        key = parent.resource_id.lower()
        watch = self._nested.get(key)
        finished = parent.state in _FINISHED
        if watch is not None and watch._over:
            return watch._last
        scope, _, name = split_id(parent.resource_id)
        try:
            if watch is None:
                client = await self._clients.deployments()
                with explained(parent.resource_id):
                    raw = (await client.deployments.get_at_scope(scope.strip("/"), name)).as_dict()
                watch = self._nested[key] = Watch(self._clients, scope, name, raw, (), self._depth + 1)
            operations = await watch.look(final=finished)
        except AzureFailure:
            # It is not there yet, or in a group that we may not read; its parent is shown all the same.
            return watch._last if watch is not None else ()
        watch._over = finished
        return operations

    def _view(self, raw: Json) -> OperationView | None:
        """The view of an operation; None for one that is only the service's own bookkeeping."""
        properties = raw.get("properties") or {}
        target = properties.get("targetResource") or {}
        identity = target.get("id") or ""
        state = _state(properties.get("provisioningState") or "")
        if not identity and state != "Failed":
            return None
        _, kind, name = split_id(identity)
        failure = None
        if state == "Failed":
            said = properties.get("statusMessage")
            failure = flatten(said, resource=identity, correlation_id=self._correlation)[0]
        return OperationView(
            id=raw.get("id") or raw.get("operationId") or "",
            name=name or target.get("resourceName") or "outputs",
            type=target.get("resourceType") or kind,
            resource_id=identity,
            action=properties.get("provisioningOperation") or "Create",
            state=state,
            started=start_time(properties.get("timestamp"), properties.get("duration")),
            duration=parse_iso_duration(properties.get("duration")),
            failure=failure,
            depth=self._depth,
            depends_on=self._needs(identity.lower()),
        )

    def _needs(self, key: str) -> tuple[str, ...]:
        known = self._known.get(key)
        return tuple(one.lower() for one in known.depends_on) if known is not None else ()


def with_cause(view: DeploymentView) -> DeploymentView:
    """The deployment with the failure of the operation that failed, which names the resource; its own says less."""
    causes = [one for one in view.operations if one.failure is not None]
    inner = [one for one in causes if one.type.lower() != _NESTED] or causes
    return msgspec.structs.replace(view, failure=inner[0].failure) if inner else view


def _state(word: str) -> str:
    return word if word in _FINISHED else "Running"
