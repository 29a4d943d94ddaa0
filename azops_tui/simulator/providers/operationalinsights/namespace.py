"""Types of Microsoft.OperationalInsights."""

from __future__ import annotations

from dataclasses import replace

from azops_tui.simulator.lro_profiles import ASYNC, LOCATION, PLAIN, QUIET, LroProfile
from azops_tui.simulator.operations import OperationFormat
from azops_tui.simulator.providers.operationalinsights.tables import DataSourceProvider, TableProvider
from azops_tui.simulator.providers.registration import Registration
from azops_tui.simulator.providers.resource_types import ProviderNamespace, ResourceType

TYPES = {
    "workspaces": ResourceType(
        lro=replace(PLAIN, create_seconds=10, put_headers=(LOCATION,), state="Creating"),
        has_dated_etag=True,
        generated={
            "source": "Azure",
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
    "workspaces/tables": ResourceType(
        lro=LroProfile(
            created=202,
            updated=202,
            put_headers=(ASYNC, LOCATION),
            put_body=False,
            patched=202,
            patch_headers=(ASYNC, LOCATION),
            deleted=202,
            delete_headers=(ASYNC, LOCATION),
            create_seconds=10,
        ),
        generated={
            "plan": "Analytics",
            "lastPlanModifiedDate": "{now}",
            "schema": {
                "tableSubType": "DataCollectionRuleBased",
                "tableType": "CustomLog",
                "standardColumns": [{"name": "TenantId", "type": "guid", "isDefaultDisplay": False, "isHidden": False}],
                "solutions": ["LogManagement"],
                "isTroubleshootingAllowed": True,
            },
        },
        nested={"schema.columns[].isDefaultDisplay": False, "schema.columns[].isHidden": False},
        operations=OperationFormat(has_path=True),
    ),
    "workspaces/savedSearches": ResourceType(lro=replace(QUIET, created=200)),
}

REGISTRATION = Registration(
    ProviderNamespace(
        "Microsoft.OperationalInsights", TYPES, api_version="2023-09-01", lro=replace(PLAIN, create_seconds=10)
    ),
    providers=(DataSourceProvider, TableProvider),
)
