"""The simulator's use of the template language: expansion, and the functions that read the cloud."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from azops_tui.arm import ExpandedResource, Expansion, TemplateError, expand_nested
from azops_tui.arm import expand as expand_template
from azops_tui.arm.resource_id import ResourceId
from azops_tui.json_types import Json
from azops_tui.simulator.cloud import TENANT
from azops_tui.simulator.deployments.record import DeploymentRecord
from azops_tui.simulator.errors import ArmError
from azops_tui.simulator.provider_listing import function_value
from azops_tui.simulator.providers.base import ActionCall
from azops_tui.simulator.resource_manager import ResourceManager
from azops_tui.simulator.store import Resource

__all__ = ["ExpandedResource", "Expansion", "TemplateError", "TemplateRuntime", "expand", "nested", "template_refusal"]

DEPLOYMENTS = "microsoft.resources/deployments"
SECURE_OUTPUTS = "listoutputswithsecurevalues"
GROUPS = "microsoft.resources/resourcegroups"


class TemplateRuntime:
    """Answers the run-time functions of templates from the simulated cloud."""

    def __init__(self, manager: ResourceManager, deployment: Callable[[str], DeploymentRecord | None]) -> None:
        self.manager = manager
        self.deployment = deployment

    def reference(self, resource_id: str, api_version: str | None, full: bool) -> Json:
        """The properties of a resource, or with ``full`` all of it.

        Raises:
            LookupError: the resource does not exist.
        """
        address = ResourceId.parse(resource_id)
        if address.type.lower() == DEPLOYMENTS:
            deployment = self.deployment(resource_id)
            body = None if deployment is None else deployment.as_json(self.manager.cloud.clock.now())
        elif address.type.lower() in ("", GROUPS):
            group = self.manager.cloud.store.group(address.subscription, address.group or address.last_name)
            body = None if group is None else group.as_json()
        else:
            resource = self._resource(resource_id)
            query = {"$expand": "instanceView"} if address.type.lower().endswith("/extensions") else {}
            body = self.manager.registry.of(address.type).show(resource, query)
        if body is None:
            raise LookupError(f"the deployment {resource_id} was not found")
        return body if full else body.get("properties") or {}

    def list_action(self, action: str, resource_id: str, api_version: str, body: Json | None) -> Json:
        """The result of ``listKeys`` and similar functions.

        Raises:
            LookupError: the resource does not exist or has no such action.
        """
        if ResourceId.parse(resource_id).type.lower() == DEPLOYMENTS:
            deployment = self.deployment(resource_id)
            if deployment is None or action.lower() != SECURE_OUTPUTS:
                raise LookupError(f"the deployment {resource_id} was not found or has no action {action}")
            return deployment.secure_values()
        resource = self._resource(resource_id)
        provider = self.manager.registry.of(resource.address.type)
        reply = provider.act(resource, "POST", ActionCall(action.lower(), body, {"api-version": api_version}))
        if reply is None or reply.status >= 300:
            raise LookupError(f"{resource.type} has no action {action}")
        return reply.body

    def secret(self, vault_id: str, name: str, version: str | None) -> str:
        """A secret of a key vault.

        Raises:
            LookupError: the vault or the secret does not exist.
        """
        resource = self._resource(f"{vault_id}/secrets/{name}")
        return str(resource.properties.get("value") or "")

    def _resource(self, resource_id: str) -> Resource:
        address = ResourceId.parse(resource_id)
        resource = self.manager.registry.of(address.type).find(address)
        if resource is None:
            raise LookupError(f"The Resource '{address.title}' under resource group '{address.group}' was not found.")
        return resource


def expand(
    template: Mapping[str, Json] | str,
    parameters: Mapping[str, Json],
    *,
    scope: str,
    name: str,
    mode: str,
    location: str,
    tags: Mapping[str, str],
    subscription_name: str,
    runtime: TemplateRuntime,
    linked: Callable[[Mapping[str, Json], str], Mapping[str, Json] | str],
) -> Expansion:
    """Expand a template for a deployment.

    Raises:
        ArmError: the template is not valid.
    """
    now = datetime.now(UTC)
    try:
        return expand_template(
            template,
            parameters,
            scope=scope,
            name=name,
            mode="plan",
            location=location,
            runtime=runtime,
            linked=linked,
            tenant=TENANT,
            deployment_mode=mode,
            clock=lambda: now,
            new_guid=lambda: str(uuid.uuid4()),
            tags=tags,
            subscription_name=subscription_name,
            providers=function_value,
        )
    except TemplateError as problem:
        raise template_refusal(problem) from None


def nested(resource: ExpandedResource, body: Mapping[str, Json], runtime: TemplateRuntime) -> Expansion:
    """Expand a nested deployment once its body is known.

    Raises:
        ArmError: the template is not valid.
    """
    try:
        return expand_nested(resource, body, runtime)
    except TemplateError as problem:
        raise template_refusal(problem) from None


def template_refusal(problem: TemplateError) -> ArmError:
    """A template's error as Resource Manager reports it."""
    error = problem.as_error()
    extra = {k: v for k, v in error.items() if k not in ("code", "message")}
    return ArmError(400, problem.code, problem.message, extra=extra)
