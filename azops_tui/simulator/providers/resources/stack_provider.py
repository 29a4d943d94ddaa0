"""Deployment stacks as resources: what is special about reading them."""

from __future__ import annotations

from azops_tui.arm.resource_id import ResourceId
from azops_tui.simulator.errors import ArmError
from azops_tui.simulator.providers.base import ResourceProvider


class DeploymentStackProvider(ResourceProvider):
    """Microsoft.Resources/deploymentStacks."""

    types = ("microsoft.resources/deploymentstacks",)

    def not_found(self, address: ResourceId) -> ArmError:
        """The error of stacks in groups; stacks of other scopes have Resource Manager's."""
        if address.group:
            message = f"The deployment stack '{address.id}' could not be found."
            return ArmError(404, "DeploymentStackResourceNotFound", message)
        message = (
            f"The resource '{address.last_name}' was not found. "
            "For more details please go to https://aka.ms/ARMResourceNotFoundFix"
        )
        return ArmError(404, "ResourceNotFound", message)
