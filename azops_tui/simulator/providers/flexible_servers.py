"""Flexible servers, which MySQL and PostgreSQL have alike."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from azops_tui.simulator.arm_reply import ArmReply
from azops_tui.simulator.arm_request import ArmRequest
from azops_tui.simulator.lro_profiles import ASYNC, LOCATION, SLOW
from azops_tui.simulator.providers.registration import Registration
from azops_tui.simulator.providers.resource_types import ProviderNamespace, ResourceType
from azops_tui.simulator.services import ArmServices

_SERVER = replace(
    SLOW,
    created=202,
    updated=202,
    put_headers=(ASYNC, LOCATION),
    patched=202,
    patch_headers=(ASYNC, LOCATION),
    shows_state=False,
    create_seconds=240,
)

_TYPES = {
    "flexibleServers": ResourceType(
        lro=_SERVER,
        effects={
            "start": {"state": "Ready"},
            "stop": {"state": "Stopped"},
            "restart": {},
            "failover": {},
        },
    ),
}


def flexible_servers(namespace: str) -> Registration:
    """The registration of a namespace with flexible servers."""
    return Registration(
        ProviderNamespace(
            namespace, _TYPES, api_version="2023-12-30", lro=replace(SLOW, created=202), requires_location=True
        )
    )


def name_check(namespace: str) -> Callable[[ArmServices, ArmRequest], ArmReply]:
    """The handler that tells whether the name of a server is free: server names are unique in the cloud."""
    kind = f"{namespace}/flexibleServers".lower()

    def check_name(services: ArmServices, request: ArmRequest) -> ArmReply:
        name = str(request.document().get("name") or "").lower()
        free = not any(server.address.last_name.lower() == name for server in services.cloud.store.of_type(kind))
        message = "" if free else f"Specified server name '{name}' is already used."
        return ArmReply(200, {"nameAvailable": free, "reason": "" if free else "AlreadyExists", "message": message})

    return check_name
