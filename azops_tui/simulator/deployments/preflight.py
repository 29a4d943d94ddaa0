"""Preflight validation: the checks of a deployment before it creates anything."""

from __future__ import annotations

import uuid

from azops_tui.arm.resource_id import ResourceId
from azops_tui.simulator import locations
from azops_tui.simulator.deployments.expansion import Expansion
from azops_tui.simulator.errors import ArmError, group_not_found
from azops_tui.simulator.resource_manager import ResourceManager


def preflight(manager: ResourceManager, address: ResourceId, expansion: Expansion) -> None:
    """Refuse a deployment with unknown groups, unknown regions or names that are not valid.

    Raises:
        ArmError: InvalidTemplateDeployment with one detail for each problem, or ResourceGroupNotFound.
    """
    problems = []
    for resource in expansion.resources:
        if not resource.condition or resource.existing:
            continue
        target = ResourceId.parse(resource.id)
        if target.group and manager.cloud.store.group(target.subscription, target.group) is None:
            created = any(
                r.type.lower() == "microsoft.resources/resourcegroups" and r.name.lower() == target.group.lower()
                for r in expansion.resources
            )
            if not created:
                raise group_not_found(target.group)
        where = resource.location
        if isinstance(where, str) and where and "[" not in where and not locations.is_known(where):
            known = ",".join(sorted(locations.LOCATIONS))
            problems.append(
                ArmError(
                    400,
                    "LocationNotAvailableForResourceType",
                    f"The provided location '{where}' is not available for resource type '{target.type}'. "
                    f"List of available regions for the resource type is '{known}'.",
                )
            )
        problems += manager.provider(target).preflight(target)
    if problems:
        raise invalid_deployment(address.last_name, problems)


def invalid_deployment(name: str, problems: list[ArmError]) -> ArmError:
    """The error of a deployment that fails preflight validation."""
    return ArmError(
        400,
        "InvalidTemplateDeployment",
        f"The template deployment '{name}' is not valid according to the validation procedure. The tracking id is "
        f"'{uuid.uuid4()}'. See inner errors for details.",
        details=[p.error() for p in problems],
    )
