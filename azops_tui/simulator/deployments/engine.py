"""The simulator's deployments: start, find, validate and cancel them."""

from __future__ import annotations

import asyncio
import copy
import logging
from collections.abc import Mapping

from azops_tui.arm.resource_id import ResourceId
from azops_tui.json_types import Json
from azops_tui.simulator import locations
from azops_tui.simulator.deployments.expansion import (
    ExpandedResource,
    Expansion,
    TemplateError,
    TemplateRuntime,
    expand,
    nested,
    template_refusal,
)
from azops_tui.simulator.deployments.preflight import preflight
from azops_tui.simulator.deployments.record import DeploymentRecord, OperationRecord
from azops_tui.simulator.errors import ArmError
from azops_tui.simulator.operations import Operation
from azops_tui.simulator.providers.authorization.locks import check_lock
from azops_tui.simulator.resource_manager import ResourceManager
from azops_tui.simulator.store import ResourceGroupRecord

LOG = logging.getLogger(__name__)

DEPLOYMENT_TYPE = "microsoft.resources/deployments"


class DeploymentEngine:
    """All deployments of a simulated cloud."""

    def __init__(self, manager: ResourceManager) -> None:
        self.manager = manager
        self.cloud = manager.cloud
        self.known: dict[str, DeploymentRecord] = {}
        self.runtime = TemplateRuntime(manager, self._shown)

    def _shown(self, deployment_id: str) -> dict[str, Json] | None:
        found = self.known.get(deployment_id.lower())
        return found.as_json(self.cloud.clock.now()) if found else None

    def find(self, address: ResourceId) -> DeploymentRecord | None:
        """The deployment with an id, or None."""
        return self.known.get(address.key)

    def get(self, address: ResourceId) -> DeploymentRecord:
        """The deployment with an id.

        Raises:
            ArmError: the resource or its group does not exist.
        """
        self.manager.group(address)
        found = self.find(address)
        if found is None:
            raise ArmError(404, "DeploymentNotFound", f"Deployment '{address.last_name}' could not be found.")
        return found

    def of_scope(self, scope: str) -> list[DeploymentRecord]:
        """The deployments of one scope, newest first."""
        prefix = f"{scope}/providers/microsoft.resources/deployments/".lower()
        found = [d for k, d in self.known.items() if k.startswith(prefix) and "/" not in k[len(prefix) :]]
        return sorted(found, key=lambda d: d.started, reverse=True)

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
            found = self.cloud.store.get(spec)
            if found is not None:
                return copy.deepcopy(found.properties.get("mainTemplate") or {})
            raise ArmError(404, "TemplateSpecNotFound", f"The template spec '{spec}' could not be found.")
        where = link.get("uri") or link.get("relativePath") or ""
        raise ArmError(
            400,
            "InvalidContentLink",
            f"Unable to download deployment content from '{where}'. The local cloud has no way to the network: put the "
            "template into the request, or use a template spec.",
        )

    def validate(self, address: ResourceId, sent: Mapping[str, Json]) -> dict[str, Json]:
        """The body of the reply to the validate action.

        Raises:
            ArmError: the deployment would be refused.
        """
        expansion, template = self.prepare(address, sent)
        preflight(self.manager, address, expansion)
        made = self._record(address, sent, expansion, template)
        made.state, made.changed = "Succeeded", self.cloud.clock.now()
        body = made.as_json(made.changed)
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
        made = self._record(address, sent, expansion, template)
        made.flat = not api_version or api_version >= "2021"
        if correlation:
            made.correlation = correlation
        self.known.pop(address.key, None)
        self.known[address.key] = made
        number = f"{self.cloud.random.randrange(10**18, 10**19):020d}"
        operation = self.cloud.operations.make("Microsoft.Resources/deployments", address.subscription, id_=number)
        operation.result = lambda: made.as_json(self.cloud.clock.now())
        made.task = self.cloud.operations.spawn(self._run(made, expansion, operation))
        return made, operation

    async def _run(self, made: DeploymentRecord, expansion: Expansion, operation: Operation) -> None:
        try:
            await self._carry_out(made, expansion)
        except ArmError as problem:
            made.error, made.state = problem, "Failed"
        except asyncio.CancelledError:
            made.state = "Canceled"
        except Exception:
            LOG.exception("deployment %s failed by a fault of the simulator", made.name)
            made.error = ArmError(500, "InternalServerError", "Encountered internal server error.")
            made.state = "Failed"
        made.changed = self.cloud.clock.now()
        for step in made.steps:
            if step.state == "Running":
                step.end(made.changed, "Canceled", 409)
        made.output_resources = made.all_output_resources()
        made.finished.set()
        if made.state == "Canceled":
            made.error = ArmError(409, "DeploymentCanceled", f"The deployment '{made.name}' was canceled.")
        operation.end(made.state, made.error)

    async def _carry_out(self, made: DeploymentRecord, expansion: Expansion) -> None:
        await self.cloud.clock.sleep(0.4)
        made.state = "Running"
        own = expansion.own
        tasks: dict[str, asyncio.Task[bool]] = {}
        gates = {r.id.lower(): asyncio.get_running_loop().create_future() for r in own}
        try:
            for resource in own:
                tasks[resource.id.lower()] = asyncio.create_task(self._resource(made, resource, gates))
            await asyncio.gather(*tasks.values())
        finally:
            for task in tasks.values():
                task.cancel()
            await asyncio.gather(*tasks.values(), return_exceptions=True)
        if any(s.error is not None for s in made.steps):
            raise made.failure()
        if made.mode == "Complete":
            await self._delete_others(made, expansion)
        await self._outputs(made, expansion)
        if any(s.error is not None for s in made.steps):
            raise made.failure()
        made.state = "Succeeded"

    async def _outputs(self, made: DeploymentRecord, expansion: Expansion) -> None:
        now = self.cloud.clock.now()
        step = OperationRecord("EvaluateDeploymentOutput", "", now, now)
        made.steps.append(step)
        await self.cloud.clock.sleep(0.6)
        try:
            made.outputs = expansion.resolve_outputs(self.runtime)
        except TemplateError as problem:
            step.error = template_output_failure(problem)
            step.end(self.cloud.clock.now(), "Failed", 400)
        else:
            step.end(self.cloud.clock.now(), "Succeeded", 200)

    async def _resource(
        self, made: DeploymentRecord, resource: ExpandedResource, gates: dict[str, asyncio.Future[bool]]
    ) -> bool:
        """Deploy a resource after its dependencies. Returns, and sets its gate to, whether it succeeded."""
        gate = gates[resource.id.lower()]
        good = False
        try:
            for needed in resource.depends_on:
                other = gates.get(needed.lower())
                if other is not None and other is not gate and not await asyncio.shield(other):
                    return False
            if not resource.condition:
                good = True
                return True
            good = await self._deploy(made, resource)
        finally:
            if not gate.done():
                gate.set_result(good)
        return good

    async def _deploy(self, made: DeploymentRecord, resource: ExpandedResource) -> bool:
        now = self.cloud.clock.now()
        step = OperationRecord("Read" if resource.existing else "Create", resource.id, now, now)
        if not resource.existing:
            made.steps.append(step)
        try:
            step.status = await self._write(made, resource, step)
        except ArmError as problem:
            step.error = problem
            step.end(self.cloud.clock.now(), "Failed", problem.status)
            return False
        except TemplateError as problem:
            step.error = template_refusal(problem)
            step.end(self.cloud.clock.now(), "Failed", 400)
            return False
        step.end(self.cloud.clock.now(), "Succeeded", step.status)
        return True

    async def _write(self, made: DeploymentRecord, resource: ExpandedResource, step: OperationRecord) -> int:
        """Write one resource and wait for its operation. Returns the status of the reply."""
        address = ResourceId.parse(resource.id)
        if resource.existing:
            return 200
        if address.type.lower() == DEPLOYMENT_TYPE:
            return await self._nest(made, address, resource, step)
        body = {k: v for k, v in resource.resolve(self.runtime).items() if k not in _NOT_SENT}
        if not address.names and address.tail == "" and resource.type.lower() == "microsoft.resources/resourcegroups":
            return self._make_group(address, body)
        if resource.type.lower() == "microsoft.resources/resourcegroups":
            return self._make_group(address, {**body, "name": resource.name})
        answer = self.manager.put(address, body, api_version=resource.api_version or "")
        step.status = answer.status
        if answer.operation is None:
            profile = self.manager.provider(address).lro(address.type)
            await self.cloud.clock.sleep(self.cloud.operations.vary(profile.create_seconds))
            return answer.status
        step.is_accepted = True
        await answer.operation.wait()
        return 200 if answer.status == 202 else answer.status

    def _make_group(self, address: ResourceId, body: dict[str, Json]) -> int:
        name = str(body.get("name") or address.group)
        before = self.cloud.store.group(address.subscription, name)
        if before is None:
            location = locations.region_name(str(body.get("location") or "eastus"))
            now = self.cloud.clock.now()
            self.cloud.store.add_group(
                ResourceGroupRecord(address.subscription, name, location, dict(body.get("tags") or {}), created=now)
            )
            return 201
        before.tags = dict(body.get("tags") or before.tags)
        return 200

    async def _nest(
        self, made: DeploymentRecord, address: ResourceId, resource: ExpandedResource, step: OperationRecord
    ) -> int:
        """Run a nested deployment."""
        body = resource.resolve(self.runtime)
        properties = body.get("properties") or {}
        sent = {"properties": properties, "location": body.get("location") or made.location, "tags": body.get("tags")}
        if str(properties.get("mode", "")).lower() == "complete" and address.scope.lower() != made.scope.lower():
            raise ArmError(
                400, "InvalidNestedDeploymentMode", "The nested deployment must have the mode 'Incremental'."
            )
        self.manager.group(address)
        expansion = nested(resource, body, self.runtime)
        child, operation = self._start(address, sent, expansion, properties.get("template"), "", made.correlation)
        child.flat = made.flat
        made.children.append(child)
        step.is_accepted = True
        try:
            await operation.wait()
        except asyncio.CancelledError:
            if child.task is not None:
                child.task.cancel()
            raise
        return 201

    async def _delete_others(self, made: DeploymentRecord, expansion: Expansion) -> None:
        """Complete mode: delete the group's resources that the template does not name.

        Locked resources stay, and so do those that another resource manages, for example a virtual machine's disks.
        """
        address = ResourceId.parse(made.id)
        group = self.cloud.store.group(address.subscription, address.group)
        if group is None:
            return
        named = {r.id.lower() for r in expansion.resources if r.condition}
        named |= {r.lower() for child in made.children for r in child.output_resources}
        extra = [
            r
            for r in self.cloud.store.in_group(group)
            if self.manager.is_tracked(r) and not r.body.get("managedBy") and r.address.key not in named
        ]
        for resource in sorted(extra, key=self.manager.deletion_phase):
            now = self.cloud.clock.now()
            step = OperationRecord("Delete", resource.id, now, now)
            made.steps.append(step)
            try:
                answer = self.manager.delete(resource.address)
                if answer.operation is not None:
                    await answer.operation.wait()
            except ArmError as problem:
                if problem.code == "ScopeLocked":
                    made.steps.remove(step)
                    continue
                step.error = problem
                step.end(self.cloud.clock.now(), "Failed", problem.status)
            else:
                step.end(self.cloud.clock.now(), "Succeeded", 200)

    def cancel(self, address: ResourceId) -> None:
        """Cancel a running deployment.

        Raises:
            ArmError: the deployment does not exist or has ended.
        """
        found = self.get(address)
        if found.is_done or found.task is None:
            raise ArmError(
                409,
                "DeploymentCannotBeCancelled",
                f"The deployment '{found.name}' cannot be cancelled because its provisioning state is '{found.state}'.",
            )
        found.task.cancel()
        for child in found.children:
            if child.task is not None:
                child.task.cancel()


_NOT_SENT = {"apiVersion", "dependsOn", "condition", "copy", "comments", "scope", "resources", "existing", "import"}


def template_output_failure(problem: TemplateError) -> ArmError:
    """The error of a deployment whose outputs cannot be evaluated."""
    message = f"Unable to evaluate template outputs: '{problem.target or ''}'. {problem.message}"
    return ArmError(400, "DeploymentOutputEvaluationFailed", message, target=problem.target or "")
