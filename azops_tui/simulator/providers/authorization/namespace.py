"""Types of Microsoft.Authorization."""

from __future__ import annotations

from dataclasses import replace

from azops_tui.simulator.lro_profiles import QUIET
from azops_tui.simulator.providers.authorization.policies import PolicyDefinitionProvider
from azops_tui.simulator.providers.authorization.roles import RoleAssignmentProvider, RoleDefinitionProvider
from azops_tui.simulator.providers.registration import Registration
from azops_tui.simulator.providers.resource_types import ProviderNamespace, ResourceType

TYPES = {
    "locks": ResourceType(not_found=("LockNotFound", "The lock '{name}' could not be found.")),
    "roleAssignments": ResourceType(
        lro=replace(QUIET, updated=201, shows_deleted=True),
        generated={
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
    ),
    "roleDefinitions": ResourceType(lro=replace(QUIET, updated=201, shows_deleted=True)),
    "policyAssignments": ResourceType(
        not_found=("PolicyAssignmentNotFound", "The policy assignment '{name}' is not found."),
        lro=replace(QUIET, updated=201, shows_deleted=True),
        has_system_data=True,
    ),
    "policyDefinitions": ResourceType(
        not_found=("PolicyDefinitionNotFound", "The policy definition '{name}' could not be found."),
        lro=replace(QUIET, updated=201, shows_deleted=True),
        generated={"policyType": "Custom", "mode": "Indexed"},
    ),
}

REGISTRATION = Registration(
    ProviderNamespace("Microsoft.Authorization", TYPES, api_version="2022-04-01", lro=QUIET, has_regions=False),
    providers=(PolicyDefinitionProvider, RoleAssignmentProvider, RoleDefinitionProvider),
)
