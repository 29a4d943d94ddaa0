"""Deployment stacks: a deployment whose resources are managed together, and detached or deleted when they leave it."""

from __future__ import annotations

import copy
from datetime import UTC, datetime

from azops_tui.arm.resource_id import ResourceId
from azops_tui.json_types import Json
from azops_tui.simulator.arm_reply import ArmReply
from azops_tui.simulator.arm_request import ArmRequest
from azops_tui.simulator.errors import ArmError
from azops_tui.simulator.lro_profiles import ASYNC, LOCATION
from azops_tui.simulator.operations import OperationFormat
from azops_tui.simulator.providers.base import authors
from azops_tui.simulator.providers.documents import get
from azops_tui.simulator.services import ArmServices
from azops_tui.simulator.store import Resource

STACK_TYPE = "Microsoft.Resources/deploymentStacks"
_FORMAT = OperationFormat(
    "deploymentStackOperationStatus", "deploymentStackOperationResults", has_times=False, has_id=True
)


def put(services: ArmServices, request: ArmRequest) -> ArmReply:
    """Create or update a stack: deploy its template, then let go of what it no longer contains."""
    address, sent, manager = request.address, request.document(), services.resources
    manager.group(address)
    before = services.cloud.store.get(address.id)
    properties: dict[str, Json] = dict(sent.get("properties") or {})
    now = services.cloud.clock.now()
    name = f"{address.last_name[:30]}-{datetime.fromtimestamp(now, UTC):%Y-%m-%d-%H-%M-%S}-{request_number(services)}"
    scope = str(properties.get("deploymentScope") or address.scope)
    target = ResourceId.parse(f"{scope}/providers/Microsoft.Resources/deployments/{name}")
    inner = {k: copy.deepcopy(properties[k]) for k in ("template", "templateLink", "parameters") if k in properties}
    body: dict[str, Json] = {"properties": {**inner, "mode": "Incremental"}}
    if not target.group:
        body["location"] = sent.get("location") or "eastus"
    deployment, _ = services.deployments.start(target, body, request.api_version)
    resource = before or Resource(address, {}, created=now)
    managed = [dict(r) for r in resource.properties.get("resources") or []] if before else []
    shown: dict[str, Json] = {
        "id": address.id,
        "name": address.last_name,
        "type": STACK_TYPE,
        "tags": sent.get("tags") or {},
        "systemData": authors(before, now),
        "properties": {
            "actionOnUnmanage": unmanage(properties),
            "denySettings": {"mode": "none", "applyToChildScopes": False} | (properties.get("denySettings") or {}),
            "parameters": _parameters(deployment.shown.get("parameters") or {}),
            "resources": managed,
            "provisioningState": "initializing",
            "detachedResources": [],
            "deletedResources": [],
            "failedResources": [],
        },
    }
    if sent.get("location") and not address.group:
        shown["location"] = sent["location"]
    for name_ in ("description", "deploymentScope", "bypassStackOutOfSyncError"):
        if name_ in properties:
            shown["properties"][name_] = properties[name_]
    resource.body, resource.changed = shown, now
    resource.private["template"] = deployment.template
    services.cloud.store.add(resource)
    place = _place(services, resource)
    operation = services.cloud.operations.make(STACK_TYPE, address.subscription, place, format=_FORMAT)
    operation.result = lambda: resource.body

    async def work() -> None:
        await deployment.finished.wait()
        state = resource.properties
        state["deploymentId"] = deployment.id
        record = deployment.as_json(services.cloud.clock.now())["properties"]
        state["duration"] = record["duration"]
        if record.get("outputs"):
            state["outputs"] = record["outputs"]
        kept = [{"status": "managed", "denyStatus": "none", "id": id_} for id_ in deployment.all_output_resources()]
        if deployment.state != "Succeeded":
            state["provisioningState"] = "failed"
            state["error"] = (deployment.error or deployment.failure()).error()
            raise deployment.error or deployment.failure()
        names = {str(r["id"]).lower() for r in kept}
        leaving = [str(r["id"]) for r in managed if str(r["id"]).lower() not in names]
        await _let_go(services, resource, leaving, state["actionOnUnmanage"])
        state["resources"] = kept
        state["provisioningState"] = "succeeded"

    services.cloud.operations.start(operation, work)
    return ArmReply(200 if before else 201, copy.deepcopy(shown), operation, (ASYNC,))


def _place(services: ArmServices, stack: Resource) -> str:
    """The region whose operations show the progress of a stack: its own, or that of its group."""
    address = stack.address
    group = services.cloud.store.group(address.subscription, address.group) if address.group else None
    return str(stack.body.get("location") or (group.location if group is not None else "eastus"))


def request_number(services: ArmServices) -> str:
    """Five hexadecimal digits that tell a stack's deployments of the same second apart."""
    return f"{services.cloud.random.randrange(16**5):05x}"


def unmanage(properties: dict[str, Json]) -> dict[str, Json]:
    """What happens to resources, groups and management groups that a stack lets go of."""
    sent = properties.get("actionOnUnmanage") or {}
    return {kind: get(sent, kind) or "detach" for kind in ("resources", "resourceGroups", "managementGroups")}


def _parameters(shown: dict[str, Json]) -> dict[str, Json]:
    return {
        name: {**value, "type": str(value["type"])[:1].lower() + str(value["type"])[1:]} if "type" in value else value
        for name, value in shown.items()
    }


async def _let_go(services: ArmServices, stack: Resource, ids: list[str], actions: dict[str, Json]) -> None:
    """Delete or detach resources that are no longer part of a stack."""
    state = stack.properties
    for id_ in ids:
        address = ResourceId.parse(id_)
        is_group = not address.names
        kind = "resourceGroups" if is_group else "resources"
        entry: dict[str, Json] = {"id": id_}
        if actions.get(kind) != "delete":
            state["detachedResources"].append(entry)
            continue
        try:
            reply = services.resources.delete(address)
            if reply.operation is not None:
                await reply.operation.wait()
        except ArmError as problem:
            state["failedResources"].append({**entry, "error": problem.error()})
            continue
        state["deletedResources"].append(entry)


def delete(services: ArmServices, request: ArmRequest) -> ArmReply:
    """Delete a stack, and its resources if the query says so."""
    address = request.address
    services.resources.group(address)
    stack = services.cloud.store.get(address.id)
    if stack is None:
        return ArmReply(204)
    actions = {
        kind: request.query.get(f"unmanageaction.{kind.lower()}", "detach")
        for kind in ("resources", "resourceGroups", "managementGroups")
    }
    ids = [str(r["id"]) for r in stack.properties.get("resources") or []]
    if not any(action == "delete" for action in actions.values()):
        services.cloud.store.remove(stack)
        return ArmReply(200)
    stack.properties["provisioningState"] = "deleting"
    place = _place(services, stack)
    operation = services.cloud.operations.make(STACK_TYPE, address.subscription, place, format=_FORMAT)

    async def work() -> None:
        await _let_go(services, stack, ids, dict(actions))
        services.cloud.store.remove(stack)

    services.cloud.operations.start(operation, work)
    return ArmReply(202, None, operation, (ASYNC, LOCATION))


def export_template(services: ArmServices, request: ArmRequest) -> ArmReply:
    """The template of a stack."""
    stack = services.resources.get(ResourceId.parse(request.path.rpartition("/")[0]))
    template = stack.private.get("template")
    return ArmReply(200, {"template": template})
