"""Types of Microsoft.Web."""

from __future__ import annotations

from dataclasses import replace

from azops_tui.simulator.lro_profiles import PLAIN
from azops_tui.simulator.providers.registration import Registration
from azops_tui.simulator.providers.resource_types import ProviderNamespace, ResourceType

TYPES = {
    "sites": ResourceType(effects={"start": {"state": "Running"}, "stop": {"state": "Stopped"}}),
    "serverfarms": ResourceType(lro=replace(PLAIN, created=200, create_seconds=10)),
}

REGISTRATION = Registration(
    ProviderNamespace(
        "Microsoft.Web", TYPES, api_version="2023-12-01", lro=replace(PLAIN, created=200, create_seconds=15)
    ),
)
