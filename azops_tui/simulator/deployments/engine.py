"""The simulator's deployments: start, find, validate and cancel them."""

from __future__ import annotations

import copy
from collections.abc import Mapping

from azops_tui.arm.resource_id import ResourceId
from azops_tui.json_types import Json
from azops_tui.simulator.deployments.execution import DeploymentExecution
from azops_tui.simulator.deployments.expansion import (
    Expansion,
    TemplateRuntime,
    expand,
)
from azops_tui.simulator.deployments.preflight import preflight
from azops_tui.simulator.deployments.record import DeploymentRecord
from azops_tui.simulator.errors import ArmError
from azops_tui.simulator.operations import Operation
from azops_tui.simulator.providers.authorization.locks import check_lock
from azops_tui.simulator.resource_manager import ResourceManager
from azops_tui.simulator.store import ResourceGroupRecord

DEPLOYMENT_TYPE = "microsoft.resources/deployments"


class DeploymentEngine:
    """All deployments of a simulated cloud."""

    def __init__(self, manager: ResourceManager) -> None:
        self.manager = manager
        self.cloud = manager.cloud
        self.known: dict[str, DeploymentRecord] = {}
        self.runtime = TemplateRuntime(manager, lambda deployment_id: self.known.get(deployment_id.lower()))

    def find(self, address: ResourceId) -> DeploymentRecord | None:
        return self.known.get(address.key)

    def get(self, address: ResourceId) -> DeploymentRecord:
        """The deployment with an id.

        Raises:
            ArmError: the resource or its group does not exist.
        """
        self.manager.group(address)
        deployment = self.find(address)
        if deployment is None:
            raise ArmError(404, "DeploymentNotFound", f"Deployment '{address.last_name}' could not be found.")
        return deployment

    def of_scope(self, scope: str) -> list[DeploymentRecord]:
        """The deployments of one scope, newest first."""
        prefix = f"{scope}/providers/microsoft.resources/deployments/".lower()
        deployments = [d for k, d in self.known.items() if k.startswith(prefix) and "/" not in k[len(prefix) :]]
        return sorted(deployments, key=lambda d: d.started, reverse=True)

    def forget(self, scope: str) -> None:
        """Forget the deployments of a deleted scope."""
        prefix = f"{scope}/providers/microsoft.resources/deployments/".lower()
        for key in [k for k in self.known if k.startswith(prefix)]:
            del self.known[key]

    def prepare(self, address: ResourceId, sent: Mapping[str, Json]) -> tuple[Expansion, Json]:
        """Expand the template of a request.

        Returns:
            The expansion and the template.

        Raises:
            ArmError: the request or its template is not valid.
        """
        group = self.manager.group(address)
        properties = sent.get("properties")
        if not isinstance(properties, dict):
            raise ArmError(400, "InvalidRequestContent", "The request content is not valid: 'properties' is missing.")
        if not address.group and not sent.get("location"):
            raise ArmError(400, "LocationRequired", "The location property is required for this definition.")
        template = properties.get("template")
        if template is None and properties.get("templateLink"):
            template = self.linked(properties["templateLink"], "")
        if template is None:
            raise ArmError(400, "InvalidTemplate", "Deployment template validation failed: 'The template is missing.'.")
        parameters = properties.get("parameters") or {}
        if isinstance(parameters.get("parameters"), dict) and "$schema" in parameters:
            parameters = parameters["parameters"]
        return self._expand(address, sent, template, parameters, group), template

    def _expand(
        self,
        address: ResourceId,
        sent: Mapping[str, Json],
        template: Json,
        parameters: Json,
        group: ResourceGroupRecord | None,
    ) -> Expansion:
        return expand(
            template,
            parameters,
            scope=address.scope or "/",
            name=address.last_name,
            mode=str((sent.get("properties") or {}).get("mode") or "Incremental"),
            location=group.location if group else str(sent.get("location") or ""),
            tags=group.tags if group else {},
            subscription_name=self.cloud.store.subscriptions.get(address.subscription.lower(), address.subscription),
            runtime=self.runtime,
            linked=self._linked,
        )

    def _linked(self, link: Mapping[str, Json], base: str) -> Json:
        try:
            return self.linked(link, base)
        except ArmError as problem:
            raise LookupError(problem.message) from None

    def linked(self, link: Mapping[str, Json], base: str) -> Json:
        """The template that a link names. Only template specs can be linked; the simulator does not download templates.

        Raises:
            ArmError: the template spec does not exist, or the link is a URL.
        """
        spec = str(link.get("id") or "")
        if spec:
            resource = self.cloud.store.get(spec)
            if resource is not None:
                return copy.deepcopy(resource.properties.get("mainTemplate") or {})
            raise ArmError(404, "TemplateSpecNotFound", f"The template spec '{spec}' could not be found.")
        source = link.get("uri") or link.get("relativePath") or ""
        raise ArmError(
            400,
            "InvalidContentLink",
            f"Unable to download deployment content from '{source}'. The simulator does not download templates. Send "
            "the template in the request, or use a template spec.",
        )

    def validate(self, address: ResourceId, sent: Mapping[str, Json]) -> dict[str, Json]:
        """The body of the reply to the validate action.

        Raises:
            ArmError: the deployment would be refused.
        """
        expansion, template = self.prepare(address, sent)
        preflight(self.manager, address, expansion)
        deployment = self._record(address, sent, expansion, template)
        deployment.state, deployment.changed = "Succeeded", self.cloud.clock.now()
        body = deployment.as_json(deployment.changed)
        properties = body["properties"]
        properties.pop("outputResources", None)
        properties["duration"] = "PT0S"
        properties["validatedResources"] = [{"id": r.id} for r in expansion.resources if r.condition and not r.existing]
        return body

    def _record(
        self, address: ResourceId, sent: Mapping[str, Json], expansion: Expansion, template: Json
    ) -> DeploymentRecord:
        properties = sent.get("properties") or {}
        mode = str(properties.get("mode") or "Incremental")
        shown = expansion.as_deployment()
        shown.setdefault("parameters", {})
        link = properties.get("templateLink")
        if isinstance(link, dict) and isinstance(template, dict):
            shown.setdefault("templateLink", {**link, "contentVersion": template.get("contentVersion")})
        return DeploymentRecord(
            scope=address.scope,
            name=address.last_name,
            location=str(sent.get("location") or ""),
            mode=mode[:1].upper() + mode[1:],
            template=template,
            shown=shown,
            started=self.cloud.clock.now(),
            tags=dict(sent.get("tags") or {}),
        )

    def start(
        self, address: ResourceId, sent: Mapping[str, Json], api_version: str = "", correlation: str = ""
    ) -> tuple[DeploymentRecord, Operation]:
        """Start a deployment.

        Raises:
            ArmError: the deployment is refused.
        """
        check_lock(self.cloud.store, address, "write")
        expansion, template = self.prepare(address, sent)
        return self._start(address, sent, expansion, template, api_version, correlation)

    def _start(
        self,
        address: ResourceId,
        sent: Mapping[str, Json],
        expansion: Expansion,
        template: Json,
        api_version: str,
        correlation: str,
    ) -> tuple[DeploymentRecord, Operation]:
        running = self.find(address)
        if running is not None and not running.is_done:
            raise ArmError(
                409,
                "DeploymentActive",
                f"Unable to edit or replace deployment '{address.last_name}': previous deployment from "
                f"'{running.shown.get('timestamp', '')}' is still active. Please see "
                "https://aka.ms/arm-deploy for usage details.",
            )
        complete = str((sent.get("properties") or {}).get("mode", "")).lower() == "complete"
        if complete and not address.group:
            raise ArmError(
                400,
                "InvalidDeploymentMode" if address.subscription else "InvalidRequestContent",
                "The 'Complete' deployment mode is not supported for deployment at this scope. Please use "
                "'Incremental' mode instead.",
            )
        preflight(self.manager, address, expansion)
        deployment = self._record(address, sent, expansion, template)
        deployment.sent, deployment.api_version = dict(sent), api_version
        deployment.flat = not api_version or api_version >= "2021"
        if correlation:
            deployment.correlation = correlation
        self.known.pop(address.key, None)
        self.known[address.key] = deployment
        number = f"{self.cloud.random.randrange(10**18, 10**19):020d}"
        operation = self.cloud.operations.make(
            "Microsoft.Resources/deployments", address.subscription, id_=number, target=deployment.id
        )
        operation.result = lambda: deployment.as_json(self.cloud.clock.now())
        deployment.task = self.cloud.operations.spawn(
            DeploymentExecution(self.manager, self.runtime, deployment, expansion, self._start).run(operation)
        )
        return deployment, operation

    def cancel(self, address: ResourceId) -> None:
        """Cancel a running deployment.

        Raises:
            ArmError: the deployment does not exist or has ended.
        """
        deployment = self.get(address)
        if deployment.is_done or deployment.task is None:
            raise ArmError(
                409,
                "DeploymentCannotBeCancelled",
                f"The deployment '{deployment.name}' cannot be cancelled because its provisioning state is "
                f"'{deployment.state}'.",
            )
        deployment.task.cancel()
        for child in deployment.children:
            if child.task is not None:
                child.task.cancel()
