"""Types of Microsoft.Resources."""

from __future__ import annotations

from dataclasses import replace

from azops_tui.simulator.lro_profiles import QUIET, SLOW
from azops_tui.simulator.operations import OperationFormat
from azops_tui.simulator.providers.registration import Registration
from azops_tui.simulator.providers.resource_types import ProviderNamespace, ResourceType
from azops_tui.simulator.providers.resources.stack_provider import DeploymentStackProvider

TYPES = {
    "deployments": ResourceType(is_tracked=False),
    "resourceGroups": ResourceType(),
    "tags": ResourceType(is_tracked=False, lro=replace(QUIET, created=200)),
    "templateSpecs": ResourceType(has_system_data=True, lro=replace(QUIET, updated=201)),
    "deploymentScripts": ResourceType(lro=replace(SLOW, create_seconds=40)),
    "templateSpecs/versions": ResourceType(has_system_data=True, lro=replace(QUIET, updated=201)),
    "deploymentStacks": ResourceType(has_system_data=True),
}

REGISTRATION = Registration(
    ProviderNamespace(
        "Microsoft.Resources", TYPES, api_version="2024-03-01", operations=OperationFormat(has_times=False)
    ),
    providers=(DeploymentStackProvider,),
)
