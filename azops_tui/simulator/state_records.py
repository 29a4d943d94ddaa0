"""The state of a simulated cloud as rows of JSON, and back."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

import msgspec

from azops_tui.arm.resource_id import ResourceId
from azops_tui.json_types import Json
from azops_tui.simulator.cloud import SimulatedCloud
from azops_tui.simulator.deployments.record import DeploymentRecord, OperationRecord
from azops_tui.simulator.directory import DirectoryObject
from azops_tui.simulator.errors import ArmError
from azops_tui.simulator.operations import Operation, OperationFormat
from azops_tui.simulator.services import ArmServices
from azops_tui.simulator.store import Resource, ResourceGroupRecord

Row = tuple[str, str, bytes]
"""Kind, key and JSON of one record."""

VERSION = 1
KEPT_S = 3600.0
"""Seconds for which ended operations can still be polled."""


def rows(services: ArmServices) -> Iterator[Row]:
    """All records of a cloud."""
    cloud, store = services.cloud, services.cloud.store
    taken, given = cloud.addresses.state()
    yield _row("meta", "version", VERSION)
    yield _row("meta", "clock", {"offset": cloud.clock.offset})
    yield _row("meta", "addresses", {"taken": taken, "given": given})
    yield _row("meta", "subscriptions", store.subscriptions)
    yield _row("meta", "subscription tags", store.subscription_tags)
    yield _row("meta", "tag names", store.tag_names)
    for number, group in enumerate(store.groups.values()):
        yield _row("group", group.id.lower(), {"order": number, **_fields(group)})
    for number, resource in enumerate(store.resources.values()):
        yield _row("resource", resource.address.key, {"order": number, **_resource(resource)})
    for item in cloud.directory.objects.values():
        yield _row("directory", item.id.lower(), _fields(item))
    yield _row("meta", "passwords", {key: digest.hex() for key, digest in cloud.directory.passwords.items()})
    for key, deployment in services.deployments.known.items():
        yield _row("deployment", key, _deployment(deployment))
    now = cloud.clock.now()
    for key, operation in cloud.operations.known.items():
        if operation.ended is None or operation.ended > now - KEPT_S:
            yield _row("operation", key, _operation(operation))


def _row(kind: str, key: str, value: object) -> Row:
    return kind, key, msgspec.json.encode(value)


def _fields(item: Any) -> dict[str, object]:
    return {f.name: getattr(item, f.name) for f in dataclasses.fields(item)}


def _resource(resource: Resource) -> dict[str, object]:
    return {**_fields(resource), "address": resource.address.id}


def _error(error: ArmError | None) -> dict[str, object] | None:
    if error is None:
        return None
    return {"status": error.status, **{k: getattr(error, k) for k in _ERROR}}


_ERROR = ("code", "message", "target", "details", "extra")


def _deployment(deployment: DeploymentRecord) -> dict[str, object]:
    fields = {k: v for k, v in _fields(deployment).items() if k not in ("task", "finished", "children", "steps")}
    steps = [{**_fields(step), "error": _error(step.error)} for step in deployment.steps]
    children = [child.id for child in deployment.children]
    return {**fields, "error": _error(deployment.error), "steps": steps, "children": children}


def _operation(operation: Operation) -> dict[str, object]:
    result = operation.result() if operation.result is not None and operation.is_done else None
    return {
        "id": operation.id,
        "kind": operation.kind,
        "subscription": operation.subscription,
        "location": operation.location,
        "format": dataclasses.asdict(operation.format),
        "started": operation.started,
        "ended": operation.ended,
        "status": operation.status,
        "error": _error(operation.error),
        "empty_status": operation.empty_status,
        "output": operation.output,
        "target": operation.target,
        "has_result": operation.result is not None,
        "result": result,
    }


class StateReader:
    """Reads the records of a cloud into it."""

    def __init__(self, services: ArmServices, records: list[Row]) -> None:
        self.services = services
        self.cloud: SimulatedCloud = services.cloud
        self._records: dict[str, dict[str, Any]] = {}
        for kind, key, value in records:
            self._records.setdefault(kind, {})[key] = msgspec.json.decode(value)

    @property
    def version(self) -> int:
        """Version of the records; 0 if they are not those of a simulator."""
        return int(self._of("meta").get("version") or 0)

    def _of(self, kind: str) -> dict[str, Any]:
        return self._records.get(kind, {})

    def read(self) -> list[Operation]:
        """Replace the state of the cloud. Returns the operations that were in progress."""
        meta, store = self._of("meta"), self.cloud.store
        self.cloud.clock.offset = float(meta["clock"]["offset"])
        self.cloud.addresses.restore(meta["addresses"]["taken"], meta["addresses"]["given"])
        store.clear()
        store.subscriptions |= meta["subscriptions"]
        store.subscription_tags |= meta["subscription tags"]
        store.tag_names |= meta["tag names"]
        for row in sorted(self._of("group").values(), key=lambda r: int(r["order"])):
            store.add_group(ResourceGroupRecord(**{k: v for k, v in row.items() if k != "order"}))
        for row in sorted(self._of("resource").values(), key=lambda r: int(r["order"])):
            fields = {k: v for k, v in row.items() if k not in ("order", "address")}
            store.add(Resource(address=ResourceId.parse(row["address"]), **fields))
        directory = self.cloud.directory
        directory.objects = {key: DirectoryObject(**row) for key, row in self._of("directory").items()}
        directory.passwords = {key: bytes.fromhex(digest) for key, digest in meta["passwords"].items()}
        self._read_deployments()
        return self._read_operations()

    def _read_deployments(self) -> None:
        known = self.services.deployments.known
        known.clear()
        for key, row in self._of("deployment").items():
            steps = [OperationRecord(**{**step, "error": _read_error(step["error"])}) for step in row["steps"]]
            fields = {k: v for k, v in row.items() if k not in ("steps", "children", "error")}
            known[key] = DeploymentRecord(**fields, steps=steps, error=_read_error(row["error"]))
            if known[key].is_done:
                known[key].finished.set()
        for key, row in self._of("deployment").items():
            children = (known.get(str(child).lower()) for child in row["children"])
            known[key].children = [child for child in children if child is not None]

    def _read_operations(self) -> list[Operation]:
        operations, pending = self.cloud.operations, []
        operations.known.clear()
        for row in self._of("operation").values():
            format = OperationFormat(**row["format"])
            operation = operations.make(
                row["kind"], row["subscription"], row["location"], id_=row["id"], format=format, target=row["target"]
            )
            operation.started, operation.output = row["started"], row["output"]
            operation.empty_status = row["empty_status"]
            if row["ended"] is None:
                pending.append(operation)
                if row["has_result"]:
                    operation.result = self._shown(operation.target)
                continue
            operation.end(row["status"], _read_error(row["error"]))
            operation.ended = row["ended"]
            if row["has_result"]:
                operation.result = _constant(row["result"])
        return pending

    def _shown(self, target: str) -> Any:
        """A function that returns the document of a resource when it is called."""

        def document() -> Json:
            resource = self.cloud.store.get(target)
            return self.services.resources.registry.of(resource.address.type).show(resource, {}) if resource else None

        return document


def _constant(value: Json) -> Any:
    return lambda: value


def _read_error(row: dict[str, Any] | None) -> ArmError | None:
    if row is None:
        return None
    return ArmError(
        row["status"],
        row["code"],
        row["message"],
        target=row["target"],
        details=row["details"],
        extra=row["extra"],
    )
