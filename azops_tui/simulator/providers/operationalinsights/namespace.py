"""Types of Microsoft.OperationalInsights."""

from __future__ import annotations

from dataclasses import replace

from azops_tui.simulator.lro_profiles import PLAIN, QUIET
from azops_tui.simulator.providers.registration import Registration
from azops_tui.simulator.providers.resource_types import ProviderNamespace, ResourceType

TYPES = {
    "workspaces": ResourceType(
        lro=replace(PLAIN, create_seconds=10),
        generated={
            "customerId": "{guid}",
            "createdDate": "{now}",
            "modifiedDate": "{now}",
            "retentionInDays": 30,
            "sku": {"name": "PerGB2018", "lastSkuUpdate": "{now}"},
            "features": {"legacy": 0, "searchVersion": 1, "enableLogAccessUsingOnlyResourcePermissions": True},
            "workspaceCapping": {
                "dailyQuotaGb": -1.0,
                "quotaNextResetTime": "{now}",
                "dataIngestionStatus": "RespectQuota",
            },
            "publicNetworkAccessForIngestion": "Enabled",
            "publicNetworkAccessForQuery": "Enabled",
        },
    ),
    "workspaces/dataSources": ResourceType(has_dated_etag=True, lro=replace(QUIET, created=200)),
    "workspaces/savedSearches": ResourceType(lro=replace(QUIET, created=200)),
}

REGISTRATION = Registration(
    ProviderNamespace(
        "Microsoft.OperationalInsights", TYPES, api_version="2023-09-01", lro=replace(PLAIN, create_seconds=10)
    ),
)
