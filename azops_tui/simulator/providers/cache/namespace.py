"""Types of Microsoft.Cache."""

from __future__ import annotations

from dataclasses import replace

from azops_tui.simulator.lro_profiles import SLOW
from azops_tui.simulator.providers.registration import Registration
from azops_tui.simulator.providers.resource_types import ProviderNamespace, ResourceType

TYPES = {
    "redis": ResourceType(lro=replace(SLOW, create_seconds=400)),
}

REGISTRATION = Registration(
    ProviderNamespace("Microsoft.Cache", TYPES, api_version="2023-08-01"),
)
