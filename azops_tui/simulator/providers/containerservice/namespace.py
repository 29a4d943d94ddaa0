"""Types of Microsoft.ContainerService."""

from __future__ import annotations

from dataclasses import replace

from azops_tui.simulator.lro_profiles import SLOW
from azops_tui.simulator.operations import OperationFormat
from azops_tui.simulator.providers.containerservice.managed_clusters import AgentPoolProvider, ManagedClusterProvider
from azops_tui.simulator.providers.registration import Registration
from azops_tui.simulator.providers.resource_types import ProviderNamespace, ResourceType

TYPES = {
    "managedClusters": ResourceType(),
    "managedClusters/agentPools": ResourceType(lro=replace(SLOW, create_seconds=60, delete_seconds=30)),
}

REGISTRATION = Registration(
    ProviderNamespace(
        "Microsoft.ContainerService",
        TYPES,
        api_version="2024-05-01",
        lro=SLOW,
        operations=OperationFormat("operations", "operationresults"),
    ),
    providers=(
        AgentPoolProvider,
        ManagedClusterProvider,
    ),
)
