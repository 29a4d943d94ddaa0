"""Operations of a deployment: running, finished and waiting."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from azops_tui.arm.resource_id import split_id
from azops_tui.azure.client import Clients
from azops_tui.azure.errors import AzureFailure, explained, flatten
from azops_tui.azure.trouble import items
from azops_tui.durations import parse_iso_duration, start_time
from azops_tui.events.azure_views import DeploymentView, OperationView
from azops_tui.json_types import Json

DEEPEST = 8
"""Depth to which nested deployments are followed; the service allows five levels."""

_NESTED = "microsoft.resources/deployments"
_FINISHED = ("Succeeded", "Failed", "Canceled")


class ExpectedResource(NamedTuple):
    """A resource that a deployment will create, from the expansion of its template."""

    id: str
    type: str
    name: str
    depends_on: tuple[str, ...] = ()
    """Ids, in any case."""


class OperationWatch:
    """Polls the operations of a deployment and of the deployments nested in it."""

    def __init__(
        self,
        clients: Clients,
        scope: str,
        name: str,
        raw: Json,
        expected: Sequence[ExpectedResource] = (),
        depth: int = 0,
    ) -> None:
        self._clients = clients
        self._scope = scope
        self._name = name
        self._depth = depth
        self._known: dict[str, ExpectedResource] = {resource.id.lower(): resource for resource in expected}
        self._is_complete = bool(expected)
        self._nested: dict[str, OperationWatch] = {}
        self._last: tuple[OperationView, ...] = ()
        self._is_over = False
        self._correlation = (raw.get("properties") or {}).get("correlationId") or ""
        self._learn(raw)

    def _learn(self, raw: Json) -> None:
        """Learn the dependencies that the deployment reports."""
        properties = raw.get("properties") or {}
        for dependency in properties.get("dependencies") or []:
            needs = tuple(needed.get("id", "") for needed in dependency.get("dependsOn") or [])
            for target, depends in [
                (dependency, needs),
                *((needed, ()) for needed in dependency.get("dependsOn") or []),
            ]:
                identity = target.get("id", "")
                known = self._known.get(identity.lower())
                if known is not None and (known.depends_on or not depends):
                    continue
                if known is None and self._is_complete:
                    # The caller named everything; what is not among it exists already and is not made here.
                    continue
                _, kind, name = split_id(identity)
                self._known[identity.lower()] = ExpectedResource(
                    identity, target.get("resourceType") or kind, name or target.get("resourceName", ""), depends
                )

    def waiting(self, begun: Sequence[OperationView] = ()) -> tuple[OperationView, ...]:
        """Known resources without an operation in ``begun``, as waiting operations."""
        started = {operation.resource_id.lower() for operation in begun}
        return tuple(
            OperationView(
                id=f"waiting:{key}",
                name=resource.name,
                type=resource.type,
                resource_id=resource.id,
                state="Waiting",
                depth=self._depth,
                depends_on=self._needs(key),
            )
            for key, resource in self._known.items()
            if key not in started
        )

    async def look(self, *, final: bool = False) -> tuple[OperationView, ...]:
        """Read all operations: started ones in order, each followed by its nested ones, then waiting ones.

        Args:
            final: the deployment is finished; waiting operations are left out unless one failed.

        Raises:
            AzureFailure: the list cannot be read.
        """
        client = await self._clients.deployments()
        with explained():
            listed = client.deployment_operations.list_at_scope(self._scope.strip("/"), self._name)
            raw = [operation.as_dict() async for operation in items(listed)]
        begun = [operation for operation in map(self._view, raw) if operation is not None]
        order = {key: index for index, key in enumerate(self._known)} if self._is_complete else {}
        begun.sort(
            key=lambda operation: (
                order.get(operation.resource_id.lower(), len(order)),
                operation.started or 0,
                operation.name,
            )
        )
        shown: list[OperationView] = []
        for operation in begun:
            shown.append(operation)
            if operation.type.lower() == _NESTED and operation.action == "Create" and self._depth < DEEPEST:
                shown += await self._inside(operation)
        failed = any(operation.state in ("Failed", "Canceled") for operation in begun)
        if not final or failed:
            # The caller may have named what is in nested deployments too: those are shown there once they are.
            shown += self.waiting(shown)
        self._last = tuple(shown)
        return self._last

    async def _inside(self, parent: OperationView) -> tuple[OperationView, ...]:
        """Operations of a nested deployment; read no more once it is finished."""
        key = parent.resource_id.lower()
        watch = self._nested.get(key)
        finished = parent.state in _FINISHED
        if watch is not None and watch._is_over:
            return watch._last
        scope, _, name = split_id(parent.resource_id)
        try:
            if watch is None:
                client = await self._clients.deployments()
                with explained(parent.resource_id):
                    raw = (await client.deployments.get_at_scope(scope.strip("/"), name)).as_dict()
                watch = self._nested[key] = OperationWatch(self._clients, scope, name, raw, (), self._depth + 1)
            operations = await watch.look(final=finished)
        except AzureFailure:
            # It is not there yet, or in a group that we may not read; its parent is shown all the same.
            return watch._last if watch is not None else ()
        watch._is_over = finished
        return operations

    def _view(self, raw: Json) -> OperationView | None:
        """Convert an operation; None for internal bookkeeping of the service."""
        properties = raw.get("properties") or {}
        target = properties.get("targetResource") or {}
        identity = target.get("id") or ""
        state = _state(properties.get("provisioningState") or "")
        if not identity and state != "Failed":
            return None
        _, kind, name = split_id(identity)
        failure = None
        if state == "Failed":
            message = properties.get("statusMessage")
            failure = flatten(message, resource=identity, correlation_id=self._correlation)[0]
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
        return tuple(id.lower() for id in known.depends_on) if known is not None else ()


def with_cause(view: DeploymentView) -> DeploymentView:
    """Replace a deployment's failure by that of the failed operation, which names the resource."""
    causes = [operation for operation in view.operations if operation.failure is not None]
    inner = [operation for operation in causes if operation.type.lower() != _NESTED] or causes
    return msgspec.structs.replace(view, failure=inner[0].failure) if inner else view


def _state(word: str) -> str:
    return word if word in _FINISHED else "Running"
