"""Paths of Microsoft.KeyVault that are not resources: deleted vaults and free names."""

from __future__ import annotations

from azops_tui.simulator.arm_reply import ArmReply
from azops_tui.simulator.arm_request import ArmRequest
from azops_tui.simulator.lro_profiles import LOCATION
from azops_tui.simulator.operations import RESOURCE_MANAGER_FORMAT
from azops_tui.simulator.providers.keyvault.vaults import DELETIONS
from azops_tui.simulator.providers.soft_deletion import SoftDeletion
from azops_tui.simulator.routing import Route
from azops_tui.simulator.services import ArmServices


def _deletion(request: ArmRequest) -> SoftDeletion:
    segments = request.path.lower().split("/")
    return next(d for d in DELETIONS.values() if d.kind.lower() in segments)


def list_deleted(services: ArmServices, request: ArmRequest) -> ArmReply:
    """The deleted vaults or HSMs of a subscription."""
    kept = _deletion(request).all(services.cloud, request.params["subscription"])
    return ArmReply(200, {"value": [r.body for r in kept]})


def show_deleted(services: ArmServices, request: ArmRequest) -> ArmReply:
    """One deleted vault or HSM."""
    p = request.params
    return ArmReply(200, _deletion(request).find(services.cloud, p["subscription"], p["location"], p["name"]).body)


def purge(services: ArmServices, request: ArmRequest) -> ArmReply:
    """Delete a vault or HSM for good."""
    cloud, p, deletion = services.cloud, request.params, _deletion(request)
    kept = deletion.find(cloud, p["subscription"], p["location"], p["name"])
    deletion.check_purge(kept)

    async def work() -> None:
        await cloud.clock.sleep(15)
        cloud.store.remove(kept)

    operation = cloud.operations.make(deletion.type, p["subscription"], p["location"], format=RESOURCE_MANAGER_FORMAT)
    return ArmReply(202, None, cloud.operations.start(operation, work), (LOCATION,))


def check_name(services: ArmServices, request: ArmRequest) -> ArmReply:
    """Whether a vault name is free; the names of deleted vaults are not."""
    name = str(request.document().get("name") or "")
    cloud = services.cloud
    used = any(
        r.address.last_name.lower() == name.lower() for kind in DELETIONS for r in cloud.store.of_type(kind)
    ) or any(deletion.named(cloud, name) for deletion in DELETIONS.values())
    if not used:
        return ArmReply(200, {"nameAvailable": True})
    message = f"The name '{name}' is already in use."
    return ArmReply(200, {"nameAvailable": False, "reason": "AlreadyExists", "message": message})


_PROVIDER = "/subscriptions/{subscription}/providers/Microsoft.KeyVault"
_LOCATION = f"{_PROVIDER}/locations/{{location}}"

URLS = (
    Route("POST", f"{_PROVIDER}/checkNameAvailability", check_name),
    Route("POST", f"{_PROVIDER}/checkMhsmNameAvailability", check_name),
    *(
        route
        for deletion in DELETIONS.values()
        for route in (
            Route("GET", f"{_PROVIDER}/{deletion.kind}", list_deleted),
            Route("POST", f"{_LOCATION}/{deletion.kind}/{{name}}/purge", purge),
            Route("GET", f"{_LOCATION}/{deletion.kind}/{{name}}", show_deleted),
        )
    ),
)
