"""Types of Microsoft.DocumentDB."""

from __future__ import annotations

from dataclasses import replace

from azops_tui.simulator.lro_profiles import SLOW
from azops_tui.simulator.providers.registration import Registration
from azops_tui.simulator.providers.resource_types import ProviderNamespace, ResourceType

TYPES = {
    "databaseAccounts": ResourceType(lro=replace(SLOW, created=200, create_seconds=120)),
}

REGISTRATION = Registration(
    ProviderNamespace("Microsoft.DocumentDB", TYPES, api_version="2023-11-15"),
)
