"""Types of Microsoft.Sql."""

from __future__ import annotations

from dataclasses import replace

from azops_tui.simulator.lro_profiles import SLOW
from azops_tui.simulator.providers.registration import Registration
from azops_tui.simulator.providers.resource_types import ProviderNamespace, ResourceType

TYPES = {
    "servers": ResourceType(lro=replace(SLOW, created=202, create_seconds=60)),
    "servers/databases": ResourceType(
        effects={"failover": {}, "pause": {"status": "Paused"}, "resume": {"status": "Online"}}
    ),
}

REGISTRATION = Registration(
    ProviderNamespace("Microsoft.Sql", TYPES, api_version="2021-11-01", lro=replace(SLOW, created=202)),
)
