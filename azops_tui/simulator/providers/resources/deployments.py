"""Requests about deployments, at every scope."""

from __future__ import annotations

import copy
from dataclasses import replace

from azops_tui.arm.resource_id import ResourceId
from azops_tui.json_types import Json
from azops_tui.simulator.arm_reply import ArmReply
from azops_tui.simulator.arm_request import ArmRequest
from azops_tui.simulator.deployments import whatif
from azops_tui.simulator.deployments.engine import DEPLOYMENT_TYPE
from azops_tui.simulator.errors import ArmError
from azops_tui.simulator.lro_profiles import LOCATION
from azops_tui.simulator.services import ArmServices


def _deployment(request: ArmRequest) -> ResourceId:
    """Id of the deployment itself, without an action."""
    return replace(request.address, tail="")


def list_deployments(services: ArmServices, request: ArmRequest) -> ArmReply:
    """The deployments of a scope, newest first."""
    services.resources.group(request.address)
    now = services.cloud.clock.now()
    documents: list[Json] = [d.as_json(now) for d in services.deployments.of_scope(request.address.scope)]
    filter_ = request.query.get("$filter", "").lower()
    if "provisioningstate eq '" in filter_:
        state = filter_.split("provisioningstate eq '")[1].split("'")[0]
        documents = [d for d in documents if d["properties"]["provisioningState"].lower() == state]
    return ArmReply(200, {"value": request.top(documents)})


def show(services: ArmServices, request: ArmRequest) -> ArmReply:
    document = services.deployments.get(request.address).as_json(services.cloud.clock.now())
    return ArmReply(200, copy.deepcopy(document))


def exists(services: ArmServices, request: ArmRequest) -> ArmReply:
    """204 or 404."""
    services.resources.group(request.address)
    return ArmReply(204 if services.deployments.find(request.address) else 404)


def put(services: ArmServices, request: ArmRequest) -> ArmReply:
    """Start a deployment."""
    engine, address, version = services.deployments, request.address, request.api_version
    existed = engine.find(address) is not None
    deployment, operation = engine.start(address, request.document(), version)
    url = f"{services.cloud.base}{deployment.id}/operationStatuses/{operation.id}?api-version={version}"
    headers = {"Azure-AsyncOperation": url} | services.cloud.clock.retry_after()
    body = copy.deepcopy(deployment.as_json(services.cloud.clock.now()))
    return ArmReply(200 if existed else 201, body, headers=headers)


def delete(services: ArmServices, request: ArmRequest) -> ArmReply:
    """Delete the record of a deployment."""
    address, cloud = request.address, services.cloud
    deployment = services.deployments.find(address)
    services.resources.group(address)
    if deployment is None:
        return ArmReply(204)
    if not deployment.is_done:
        raise ArmError(
            409,
            "DeploymentActive",
            f"Unable to delete deployment '{deployment.name}': it is still active. Cancel it first.",
        )

    async def work() -> None:
        await cloud.clock.sleep(2)
        services.deployments.known.pop(address.key, None)

    operation = cloud.operations.make(DEPLOYMENT_TYPE, address.subscription)
    operation.empty_status = 204
    cloud.operations.start(operation, work)
    return ArmReply(202, None, operation, (LOCATION,))


def validate(services: ArmServices, request: ArmRequest) -> ArmReply:
    """Validate a deployment without starting it."""
    return ArmReply(200, services.deployments.validate(_deployment(request), request.document()))


def cancel(services: ArmServices, request: ArmRequest) -> ArmReply:
    """Cancel a running deployment."""
    services.deployments.cancel(_deployment(request))
    return ArmReply(204)


def export_template(services: ArmServices, request: ArmRequest) -> ArmReply:
    return ArmReply(200, {"template": copy.deepcopy(services.deployments.get(_deployment(request)).template)})


def list_secure_outputs(services: ArmServices, request: ArmRequest) -> ArmReply:
    return ArmReply(200, services.deployments.get(_deployment(request)).secure_values())


def what_if(services: ArmServices, request: ArmRequest) -> ArmReply:
    """Predict the changes of a deployment."""
    address, sent, cloud = _deployment(request), request.document(), services.cloud
    services.resources.group(address)
    whatif.check(sent, address)
    prediction: dict[str, Json] = {}

    async def work() -> None:
        await cloud.clock.sleep(cloud.operations.vary(4))
        prediction.update(whatif.predict(services.deployments, address, sent))

    operation = cloud.operations.make(DEPLOYMENT_TYPE, address.subscription)
    operation.result = lambda: prediction
    cloud.operations.start(operation, work)
    return ArmReply(202, None, operation, (LOCATION,))


def list_operations(services: ArmServices, request: ArmRequest) -> ArmReply:
    operations = services.deployments.get(_deployment(request)).operations(services.cloud.clock.now())
    return ArmReply(200, {"value": request.top(operations)})


def show_operation(services: ArmServices, request: ArmRequest) -> ArmReply:
    deployment, name = request.address.parent, request.address.last_name
    if deployment is not None:
        for operation in services.deployments.get(deployment).operations(services.cloud.clock.now()):
            if str(operation["operationId"]).lower() == name.lower():
                return ArmReply(200, operation)
    raise ArmError(404, "DeploymentOperationNotFound", f"The operation '{name}' could not be found.")
