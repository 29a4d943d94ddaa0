"""Types of Microsoft.KeyVault."""

from __future__ import annotations

from dataclasses import replace

from azops_tui.simulator.lro_profiles import PLAIN, QUIET
from azops_tui.simulator.providers.keyvault.vaults import VaultProvider, VaultSecretProvider
from azops_tui.simulator.providers.registration import Registration
from azops_tui.simulator.providers.resource_types import ProviderNamespace, ResourceType

TYPES = {
    "vaults": ResourceType(
        shows_empty_tags=True,
        generated={
            "vaultUri": "https://{name}.vault.azure.net/",
            "accessPolicies": [],
            "enabledForDeployment": False,
            "enableSoftDelete": True,
            "softDeleteRetentionInDays": 90,
            "publicNetworkAccess": "Enabled",
        },
    ),
    "vaults/secrets": ResourceType(lro=replace(QUIET, created=200)),
}

REGISTRATION = Registration(
    ProviderNamespace(
        "Microsoft.KeyVault",
        TYPES,
        api_version="2023-07-01",
        lro=replace(PLAIN, created=200, create_seconds=10),
        has_system_data=True,
    ),
    providers=(VaultProvider, VaultSecretProvider),
)
