"""What services add to the properties of a resource, for types that need no provider of their own.

A text may hold ``{name}`` (the resource's name), ``{now}`` or ``{guid}``; the rest stands as it is shown.
"""

from __future__ import annotations

import copy

from azops_tui.json_types import Json

_OFF = {"status": "disabled"}
_ON = {"status": "enabled"}

PROPERTIES: dict[str, dict[str, Json]] = {
    "microsoft.containerregistry/registries": {
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
    "microsoft.keyvault/vaults": {
        "vaultUri": "https://{name}.vault.azure.net/",
        "accessPolicies": [],
        "enabledForDeployment": False,
        "enableSoftDelete": True,
        "softDeleteRetentionInDays": 90,
        "publicNetworkAccess": "Enabled",
    },
    "microsoft.operationalinsights/workspaces": {
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
    "microsoft.managedidentity/userassignedidentities": {"principalId": "{guid}", "clientId": "{guid}"},
    "microsoft.network/networkwatchers/connectionmonitors": {
        "connectionMonitorType": "MultiEndpoint",
        "monitoringStatus": "Running",
        "startTime": "{now}",
    },
    "microsoft.network/applicationgateways": {
        "operationalState": "Running",
        "sslCertificates": [],
        "trustedRootCertificates": [],
        "trustedClientCertificates": [],
        "sslProfiles": [],
        "authenticationCertificates": [],
        "urlPathMaps": [],
        "probes": [],
        "rewriteRuleSets": [],
        "redirectConfigurations": [],
        "privateLinkConfigurations": [],
        "privateEndpointConnections": [],
        "loadDistributionPolicies": [],
        "backendSettingsCollection": [],
        "listeners": [],
        "routingRules": [],
    },
    "microsoft.network/virtualnetworkgateways": {
        "packetCaptureDiagnosticState": "None",
        "enablePrivateIpAddress": False,
        "isMigrateToCSES": False,
        "natRules": [],
        "virtualNetworkGatewayPolicyGroups": [],
        "enableBgpRouteTranslationForNat": False,
        "disableIPSecReplayProtection": False,
        "enableBgp": False,
        "activeActive": False,
        "bgpSettings": {"asn": 0, "peerWeight": 0},
        "vpnGatewayGeneration": "Generation1",
        "vpnClientConfiguration": {
            "vpnClientProtocols": ["OpenVPN", "IkeV2"],
            "vpnAuthenticationTypes": [],
            "vpnClientRootCertificates": [],
            "vpnClientRevokedCertificates": [],
            "vngClientConnectionConfigurations": [],
            "radiusServers": [],
            "vpnClientIpsecPolicies": [],
        },
    },
    "microsoft.network/privateendpoints": {
        "customDnsConfigs": [],
        "customNetworkInterfaceName": "",
        "ipConfigurations": [],
        "manualPrivateLinkServiceConnections": [],
        "privateLinkServiceConnections": [],
        "networkInterfaces": [],
    },
    "microsoft.network/dnszones": {
        "maxNumberOfRecordSets": 10000,
        "maxNumberOfRecordsPerRecordSet": None,
        "numberOfRecordSets": 2,
        "nameServers": [
            "ns1-01.azure-dns.com.",
            "ns2-01.azure-dns.net.",
            "ns3-01.azure-dns.org.",
            "ns4-01.azure-dns.info.",
        ],
        "zoneType": "Public",
    },
    "microsoft.network/privatednszones": {
        "maxNumberOfRecordSets": 25000,
        "maxNumberOfVirtualNetworkLinks": 1000,
        "maxNumberOfVirtualNetworkLinksWithRegistration": 100,
        "numberOfRecordSets": 1,
        "numberOfVirtualNetworkLinks": 0,
        "numberOfVirtualNetworkLinksWithRegistration": 0,
    },
    "microsoft.network/privatednszones/virtualnetworklinks": {"virtualNetworkLinkState": "Completed"},
    "microsoft.compute/galleries": {"identifier": {"uniqueName": "{subscription}-{NAME}"}},
    "microsoft.compute/galleries/images": {"architecture": "x64"},
    "microsoft.compute/hostgroups/hosts": {"hostId": "{guid}", "timeCreated": "{now}", "autoReplaceOnFailure": True},
    "microsoft.compute/hostgroups": {"supportAutomaticPlacement": False},
    "microsoft.insights/components": {
        "ApplicationId": "{name}",
        "AppId": "{guid}",
        "InstrumentationKey": "{guid}",
        "ConnectionString": "InstrumentationKey={guid}",
        "Name": "{name}",
        "CreationDate": "{now}",
        "TenantId": "{subscription}",
        "RetentionInDays": 90,
        "IngestionMode": "ApplicationInsights",
        "publicNetworkAccessForIngestion": "Enabled",
        "publicNetworkAccessForQuery": "Enabled",
    },
    "microsoft.authorization/policydefinitions": {"policyType": "Custom", "mode": "Indexed"},
    "microsoft.authorization/roleassignments": {
        "scope": "{scope}",
        "createdOn": "{now}",
        "updatedOn": "{now}",
        "createdBy": None,
        "updatedBy": "{guid}",
        "condition": None,
        "conditionVersion": None,
        "delegatedManagedIdentityResourceId": None,
        "description": None,
    },
    "microsoft.resources/templatespecs": {},
}

ELEMENTS: dict[str, dict[str, Json]] = {
    "microsoft.network/applicationgateways/httplisteners": {"hostNames": [], "requireServerNameIndication": False},
    "microsoft.network/applicationgateways/backendhttpsettingscollection": {
        "cookieBasedAffinity": "Disabled",
        "pickHostNameFromBackendAddress": False,
        "requestTimeout": 30,
    },
    "microsoft.network/applicationgateways/backendaddresspools": {"backendAddresses": []},
    "microsoft.network/applicationgateways/frontendipconfigurations": {"privateIPAllocationMethod": "Dynamic"},
    "microsoft.network/privateendpoints/privatelinkserviceconnections": {
        "privateLinkServiceConnectionState": {
            "status": "Approved",
            "description": "Auto Approved",
            "actionsRequired": "None",
        }
    },
}
"""Defaults of elements of a resource's lists, by their type."""

SIGNED = (
    "microsoft.containerregistry/",
    "microsoft.keyvault/vaults",
    "microsoft.resources/templatespecs",
    "microsoft.resources/deploymentstacks",
    "microsoft.managedidentity/",
)
"""Beginnings of types whose documents say who made and changed them."""

DATED = ("microsoft.operationalinsights/workspaces/datasources",)
"""Types whose documents show an etag that says when they were changed."""

TAGGED = ("microsoft.containerregistry/registries", "microsoft.network/dnszones", "microsoft.keyvault/vaults")
"""Types that show empty tags where none were sent."""


def fill(properties: dict[str, Json], defaults: dict[str, Json], words: dict[str, str]) -> None:
    """Adds the defaults that are not there, at any depth; ``words`` stand in for what braces name."""
    for key, value in defaults.items():
        there = properties.get(key)
        if isinstance(there, dict) and isinstance(value, dict):
            fill(there, value, words)
        elif key not in properties:
            properties[key] = _written(copy.deepcopy(value), words)


def _written(value: Json, words: dict[str, str]) -> Json:
    if isinstance(value, str) and "{" in value:
        for name, word in words.items():
            value = value.replace("{" + name + "}", word)
        return value
    if isinstance(value, dict):
        return {k: _written(v, words) for k, v in value.items()}
    return [_written(v, words) for v in value] if isinstance(value, list) else value
