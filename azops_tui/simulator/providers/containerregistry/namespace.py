"""Types of Microsoft.ContainerRegistry."""

from __future__ import annotations

from dataclasses import replace

from azops_tui.simulator.lro_profiles import SLOW
from azops_tui.simulator.providers.containerregistry.registries import RegistryProvider
from azops_tui.simulator.providers.registration import Registration
from azops_tui.simulator.providers.resource_types import ProviderNamespace, ResourceType

_OFF = {"status": "disabled"}
_ON = {"status": "enabled"}

TYPES = {
    "registries": ResourceType(
        shows_empty_tags=True,
        generated={
            "loginServer": "{name}.azurecr.io",
            "creationDate": "{now}",
            "adminUserEnabled": False,
            "policies": {
                "quarantinePolicy": _OFF,
                "trustPolicy": {"type": "Notary", "status": "disabled"},
                "retentionPolicy": {"days": 7, "lastUpdatedTime": "{now}", "status": "disabled"},
                "exportPolicy": _ON,
                "azureADAuthenticationAsArmPolicy": _ON,
                "softDeletePolicy": {"retentionDays": 7, "lastUpdatedTime": "{now}", "status": "disabled"},
            },
            "encryption": _OFF,
            "dataEndpointEnabled": False,
            "dataEndpointHostNames": [],
            "privateEndpointConnections": [],
            "publicNetworkAccess": "Enabled",
            "networkRuleBypassOptions": "AzureServices",
            "zoneRedundancy": "Disabled",
            "anonymousPullEnabled": False,
        },
    ),
}

REGISTRATION = Registration(
    ProviderNamespace(
        "Microsoft.ContainerRegistry",
        TYPES,
        api_version="2023-07-01",
        lro=replace(SLOW, create_seconds=12, delete_seconds=5, deleted=200, delete_headers=()),
        has_system_data=True,
    ),
    providers=(RegistryProvider,),
)
