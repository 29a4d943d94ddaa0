"""The resource providers and their types, as the list of providers shows them."""

from __future__ import annotations

from azops_tui.json_types import Json
from azops_tui.simulator.locations import LOCATIONS

_TYPES = """
Microsoft.Compute 2024-07-01
  availabilitySets disks images snapshots sshPublicKeys galleries proximityPlacementGroups hostGroups
  virtualMachines virtualMachines/extensions
  virtualMachineScaleSets virtualMachineScaleSets/extensions virtualMachineScaleSets/virtualMachines
Microsoft.Network 2024-05-01
  virtualNetworks virtualNetworks/subnets networkSecurityGroups publicIPAddresses networkInterfaces loadBalancers
  routeTables natGateways applicationGateways privateDnsZones dnsZones bastionHosts virtualNetworkGateways
Microsoft.Storage 2023-05-01
  storageAccounts storageAccounts/blobServices storageAccounts/fileServices
Microsoft.Resources 2024-03-01
  deployments resourceGroups tags templateSpecs deploymentScripts
Microsoft.Authorization 2022-04-01
  locks roleAssignments roleDefinitions policyAssignments policyDefinitions
Microsoft.KeyVault 2023-07-01 vaults vaults/secrets
Microsoft.ManagedIdentity 2023-01-31 userAssignedIdentities
Microsoft.OperationalInsights 2023-09-01 workspaces
microsoft.insights 2022-10-01 autoscalesettings actionGroups components metricAlerts diagnosticSettings
Microsoft.ContainerService 2024-05-01 managedClusters managedClusters/agentPools
Microsoft.ContainerRegistry 2023-07-01 registries
Microsoft.Web 2023-12-01 sites serverfarms
Microsoft.Sql 2021-11-01 servers servers/databases
"""
KNOWN = {row.split()[0].lower(): row.split() for row in _TYPES.strip().replace("\n ", " ").splitlines()}


def namespaces(subscription: str) -> list[Json]:
    """All providers."""
    return [namespace_view(subscription, row[0]) for row in KNOWN.values()]


def namespace_view(subscription: str, namespace: str) -> Json:
    """One provider; a name that is not known has no types."""
    row = KNOWN.get(namespace.lower(), [namespace, "2023-01-01"])
    return {
        "id": f"/subscriptions/{subscription}/providers/{row[0]}",
        "namespace": row[0],
        "resourceTypes": [_type_view(kind, row[1]) for kind in row[2:]],
        "registrationState": "Registered",
        "registrationPolicy": "RegistrationRequired",
    }


def _type_view(kind: str, version: str) -> Json:
    return {
        "resourceType": kind,
        "locations": [r[1] for r in LOCATIONS.values()],
        "apiVersions": [version, "2023-09-01", "2022-09-01", "2021-04-01", "2019-06-01"],
        "defaultApiVersion": version,
        "capabilities": "SupportsTags, SupportsLocation",
    }


def function_view(namespace: str, kind: str | None) -> Json:
    """What the template function ``providers`` gives: a provider, or with ``kind`` one of its types."""
    found = namespace_view("", namespace)
    if kind is None:
        return {"namespace": found["namespace"], "resourceTypes": found["resourceTypes"]}
    wanted = kind.lower()
    version = KNOWN.get(namespace.lower(), ["", "2023-01-01"])[1]
    return next((t for t in found["resourceTypes"] if t["resourceType"].lower() == wanted), _type_view(kind, version))
