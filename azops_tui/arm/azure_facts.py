"""Facts about tenant, subscription, group and cloud that functions such as `subscription` return."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from azops_tui.json_types import Json


@dataclass(slots=True)
class AzureFacts:
    """What functions such as `subscription` and `environment` return for a deployment."""

    tenant: str
    tenant_details: dict[str, Json]
    subscription_details: dict[str, Json]
    group_details: dict[str, Json]
    environment: dict[str, Json]
    providers: Callable[[str, str | None], Json] | None = None
    deployer: dict[str, Json] = field(default_factory=dict)
    zones: int = 3


PUBLIC_CLOUD: dict[str, Json] = {
    "name": "AzureCloud",
    "gallery": "https://gallery.azure.com/",
    "graph": "https://graph.windows.net/",
    "portal": "https://portal.azure.com",
    "graphAudience": "https://graph.windows.net/",
    "activeDirectoryDataLake": "https://datalake.azure.net/",
    "batch": "https://batch.core.windows.net/",
    "media": "https://rest.media.azure.net",
    "sqlManagement": "https://management.core.windows.net:8443/",
    "vmImageAliasDoc": "https://raw.githubusercontent.com/Azure/azure-rest-api-specs/master/arm-compute/quickstart-templates/aliases.json",
    "resourceManager": "https://management.azure.com/",
    "authentication": {
        "loginEndpoint": "https://login.microsoftonline.com/",
        "audiences": ["https://management.core.windows.net/", "https://management.azure.com/"],
        "tenant": "common",
        "identityProvider": "AAD",
    },
    "suffixes": {
        "acrLoginServer": ".azurecr.io",
        "azureDatalakeAnalyticsCatalogAndJob": "azuredatalakeanalytics.net",
        "azureDatalakeStoreFileSystem": "azuredatalakestore.net",
        "azureFrontDoorEndpointSuffix": "azurefd.net",
        "keyvaultDns": ".vault.azure.net",
        "sqlServerHostname": ".database.windows.net",
        "storage": "core.windows.net",
    },
}


def azure_facts(
    *,
    tenant: str,
    location: str,
    tags: Mapping[str, str] | None = None,
    subscription_name: str = "",
    cloud: Mapping[str, Json] | None = None,
    deployer: Mapping[str, Json] | None = None,
    providers: Any = None,
) -> AzureFacts:
    """Facts for a deployment; values that the caller does not pass get defaults."""
    group: dict[str, Json] = {"location": location}
    if tags:
        group["tags"] = dict(tags)
    return AzureFacts(
        tenant=tenant,
        tenant_details={
            "id": f"/tenants/{tenant}",
            "tenantCategory": "Home",
            "countryCode": "US",
            "displayName": "Contoso",
            "defaultDomain": "contoso.onmicrosoft.com",
            "domains": ["contoso.onmicrosoft.com"],
        },
        subscription_details={"displayName": subscription_name or "Subscription"},
        group_details=group,
        environment=dict(cloud or PUBLIC_CLOUD),
        providers=providers,
        deployer=dict(deployer or {}),
    )
