"""Types of Microsoft.DBforMySQL."""

from __future__ import annotations

from dataclasses import replace

from azops_tui.simulator.lro_profiles import ASYNC, LOCATION, SLOW
from azops_tui.simulator.providers.registration import Registration
from azops_tui.simulator.providers.resource_types import ProviderNamespace, ResourceType

SERVER = replace(
    SLOW,
    created=202,
    updated=202,
    put_headers=(ASYNC, LOCATION),
    patched=202,
    patch_headers=(ASYNC, LOCATION),
    shows_state=False,
    create_seconds=240,
)

TYPES = {
    "flexibleServers": ResourceType(
        lro=SERVER,
        effects={
            "start": {"state": "Ready"},
            "stop": {"state": "Stopped"},
            "restart": {},
            "failover": {},
        },
    ),
}

REGISTRATION = Registration(
    ProviderNamespace(
        "Microsoft.DBforMySQL", TYPES, api_version="2023-12-30", lro=replace(SLOW, created=202), requires_location=True
    )
)
