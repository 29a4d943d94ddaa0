"""Types of Microsoft.ContainerInstance."""

from __future__ import annotations

from azops_tui.simulator.providers.containerinstance.containers import ContainerProvider
from azops_tui.simulator.providers.registration import Registration
from azops_tui.simulator.providers.resource_types import ProviderNamespace, ResourceType

TYPES = {
    "containerGroups": ResourceType(
        effects={
            "start": {"instanceView": {"state": "Running", "events": []}},
            "stop": {"instanceView": {"state": "Stopped", "events": []}},
        }
    ),
    "containerGroups/containers": ResourceType(),
}

REGISTRATION = Registration(
    ProviderNamespace("Microsoft.ContainerInstance", TYPES, api_version="2023-05-01"),
    providers=(ContainerProvider,),
)
