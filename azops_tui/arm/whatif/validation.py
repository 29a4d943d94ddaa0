"""Checks that the service makes before it accepts a deployment: resource groups exist, core quotas suffice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from azops_tui.arm.expansion import Expansion
from azops_tui.arm.resource_id import parse_scope
from azops_tui.arm.sections import get
from azops_tui.arm.symbolic import plain
from azops_tui.json_types import Json

_MACHINES = "microsoft.compute/virtualmachines"
_SCALE_SETS = "microsoft.compute/virtualmachinescalesets"


@dataclass(frozen=True, slots=True)
class Quota:
    """Core quota of a region."""

    limit: int
    used: int


@dataclass(frozen=True, slots=True)
class CloudFacts:
    """Facts about the cloud that checks rely on. What is unknown is not checked."""

    groups: frozenset[str] | None = None
    """Names of the existing resource groups, in lower case; None if unknown."""
    cores: Mapping[str, Quota] = field(default_factory=dict)
    """Region, in lower case without spaces -> quota."""
    sizes: Mapping[str, int] = field(default_factory=dict)
    """Machine size, in lower case -> number of cores."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """The service's error for a deployment that it refuses."""

    code: str
    message: str
    details: tuple[Refusal, ...] = ()

    def as_error(self) -> dict[str, Json]:
        """Return the ``error`` object of the response."""
        error: dict[str, Json] = {"code": self.code, "message": self.message}
        if self.details:
            error["details"] = [detail.as_error() for detail in self.details]
        return error


def validate(expansion: Expansion, facts: CloudFacts) -> Refusal | None:
    """Return the error with which the service would refuse the deployment, or None.

    ``ResourceGroupNotFound`` if the group of a nested deployment does not exist; ``InvalidTemplateDeployment`` with
    ``QuotaExceeded`` details if machines exceed a region's core quota.

    Args:
        expansion: the expanded template.
        facts: facts about the cloud.
    """
    missing = _missing_group(expansion, facts)
    if missing:
        return Refusal("ResourceGroupNotFound", f"Resource group '{missing}' could not be found.")
    details = _exceeded(expansion, facts)
    if not details:
        return None
    return Refusal(
        "InvalidTemplateDeployment",
        f"The template deployment '{expansion.deployment.name}' is not valid according to the validation "
        "procedure. See inner errors for details.",
        details,
    )


def _missing_group(expansion: Expansion, facts: CloudFacts) -> str:
    if facts.groups is None:
        return ""
    created = {
        resource.name.lower()
        for resource in expansion.resources
        if resource.type.lower() == "microsoft.resources/resourcegroups"
    }
    for resource in expansion.resources:
        scope = parse_scope(resource.scope)
        group = scope.group if scope is not None else ""
        if group and resource.condition and "[" not in group and group.lower() not in facts.groups | created:
            return group
    return ""


def _exceeded(expansion: Expansion, facts: CloudFacts) -> tuple[Refusal, ...]:
    required: dict[str, int] = {}
    for resource in expansion.resources:
        if not resource.condition or resource.existing:
            continue
        cores = _cores(resource.type.lower(), resource.body, facts.sizes)
        if cores:
            region = resource.location.replace(" ", "").lower()
            required[region] = required.get(region, 0) + cores
    errors = []
    for region, cores in required.items():
        quota = facts.cores.get(region)
        if quota is not None and quota.used + cores > quota.limit:
            message = (
                "Operation could not be completed as it results in exceeding approved Total Regional Cores quota. "
                f"Additional details - Deployment Model: Resource Manager, Location: {region}, Current Limit: "
                f"{quota.limit}, Current Usage: {quota.used}, Additional Required: {cores}, (Minimum) New Limit "
                f"Required: {quota.used + cores}."
            )
            errors.append(Refusal("QuotaExceeded", message))
    return tuple(errors)


def _cores(type: str, body: Mapping[str, Json], sizes: Mapping[str, int]) -> int:
    """Return the number of cores of a machine or scale set; 0 if its size is unknown."""
    if type == _MACHINES:
        size, count = plain(get(get(get(body, "properties", {}), "hardwareProfile", {}), "vmSize", "")), 1
    elif type == _SCALE_SETS:
        sku = get(body, "sku", {})
        size, count = plain(get(sku, "name", "")), plain(get(sku, "capacity", 0))
    else:
        return 0
    try:
        return sizes.get(str(size).lower(), 0) * int(count)
    except ValueError:
        return 0
