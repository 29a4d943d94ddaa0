"""Types of Microsoft.ManagedIdentity."""

from __future__ import annotations

from azops_tui.simulator.lro_profiles import QUIET
from azops_tui.simulator.providers.registration import Registration
from azops_tui.simulator.providers.resource_types import ProviderNamespace, ResourceType

TYPES = {
    "userAssignedIdentities": ResourceType(
        shows_empty_tags=True, generated={"principalId": "{guid}", "clientId": "{guid}"}
    ),
}

REGISTRATION = Registration(
    ProviderNamespace("Microsoft.ManagedIdentity", TYPES, api_version="2023-01-31", lro=QUIET, has_system_data=True),
)
