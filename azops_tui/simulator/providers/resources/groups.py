"""Requests about resource groups."""

from __future__ import annotations

from azops_tui.simulator.arm_reply import ArmReply
from azops_tui.simulator.arm_request import ArmRequest
from azops_tui.simulator.lro_profiles import LOCATION
from azops_tui.simulator.resource_listing import select
from azops_tui.simulator.services import ArmServices
from azops_tui.simulator.store import ResourceGroupRecord


def _group(services: ArmServices, request: ArmRequest) -> ResourceGroupRecord:
    return services.groups.get(request.params["subscription"], request.params["group"])


def list_groups(services: ArmServices, request: ArmRequest) -> ArmReply:
    """The resource groups of a subscription."""
    return ArmReply(200, {"value": services.groups.list(request.params["subscription"], request.query)})


def show(services: ArmServices, request: ArmRequest) -> ArmReply:
    """One resource group."""
    return ArmReply(200, _group(services, request).as_json())


def exists(services: ArmServices, request: ArmRequest) -> ArmReply:
    """204 or 404."""
    group = services.cloud.store.group(request.params["subscription"], request.params["group"])
    return ArmReply(204 if group else 404)


def put(services: ArmServices, request: ArmRequest) -> ArmReply:
    """Create or update a resource group."""
    return services.groups.put(request.params["subscription"], request.params["group"], request.document())


def patch(services: ArmServices, request: ArmRequest) -> ArmReply:
    """Replace the tags of a resource group."""
    return services.groups.patch(request.params["subscription"], request.params["group"], request.document())


def delete(services: ArmServices, request: ArmRequest) -> ArmReply:
    """Delete a resource group with its resources."""
    return services.groups.delete(request.params["subscription"], request.params["group"])


def list_resources(services: ArmServices, request: ArmRequest) -> ArmReply:
    """The tracked resources of a group."""
    resources = services.cloud.store.in_group(_group(services, request))
    return ArmReply(200, {"value": select(filter(services.resources.is_tracked, resources), request.query)})


def export_template(services: ArmServices, request: ArmRequest) -> ArmReply:
    subscription = request.params["subscription"]
    exported = services.groups.export(subscription, request.params["group"], request.document())
    operations = services.cloud.operations
    operation = operations.make("Microsoft.Resources/resourceGroups", subscription)
    operation.result = lambda: exported
    operations.start(operation, lambda: services.cloud.clock.sleep(2))
    return ArmReply(202, None, operation, (LOCATION,))


def move_resources(services: ArmServices, request: ArmRequest) -> ArmReply:
    """Move resources to another group, or validate the move."""
    source, sent, cloud = _group(services, request), request.document(), services.cloud
    move = services.groups.plan_move(source, sent)
    validates = request.path.lower().endswith("/validatemoveresources")

    async def work() -> None:
        await cloud.clock.sleep(20)
        if not validates:
            services.groups.move(*move)

    operation = cloud.operations.make("Microsoft.Resources/resourceGroups", source.subscription)
    operation.empty_status = 204
    cloud.operations.start(operation, work)
    return ArmReply(202, None, operation, (LOCATION,))
