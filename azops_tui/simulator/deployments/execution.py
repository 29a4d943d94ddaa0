"""The execution of a deployment: its resources in the order of their dependencies, in parallel; then its outputs."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from azops_tui.arm.deployment_options import is_ready, options_of
from azops_tui.arm.resource_id import ResourceId
from azops_tui.json_types import Json
from azops_tui.simulator import locations
from azops_tui.simulator.deployments.expansion import (
    DEPLOYMENTS,
    ExpandedResource,
    Expansion,
    TemplateError,
    TemplateRuntime,
    nested,
    template_refusal,
)
from azops_tui.simulator.deployments.record import DeploymentRecord, OperationRecord
from azops_tui.simulator.errors import ArmError
from azops_tui.simulator.operations import Operation
from azops_tui.simulator.resource_manager import ResourceManager
from azops_tui.simulator.store import ResourceGroupRecord

LOG = logging.getLogger(__name__)

_RETRY_AFTER_S = 5.0
_NOT_SENT = {"apiVersion", "dependsOn", "condition", "copy", "comments", "scope", "resources", "existing", "import"}


class DeploymentExecution:
    """One run of a deployment.

    Attributes:
        start_nested: starts a nested deployment; the engine's own method.
    """

    def __init__(
        self,
        manager: ResourceManager,
        runtime: TemplateRuntime,
        deployment: DeploymentRecord,
        expansion: Expansion,
        start_nested: Callable[..., tuple[DeploymentRecord, Operation]],
    ) -> None:
        self.manager = manager
        self.cloud = manager.cloud
        self.runtime = runtime
        self.deployment = deployment
        self.expansion = expansion
        self.start_nested = start_nested

    async def run(self, operation: Operation) -> None:
        """Run the deployment to its end, and record that end in the deployment and in its operation."""
        deployment = self.deployment
        try:
            await self._execute()
        except ArmError as error:
            deployment.error, deployment.state = error, "Failed"
        except asyncio.CancelledError:
            deployment.state = "Canceled"
        except Exception:
            LOG.exception("deployment %s failed because of a bug in the simulator", deployment.name)
            deployment.error = ArmError(500, "InternalServerError", "Encountered internal server error.")
            deployment.state = "Failed"
        deployment.changed = self.cloud.clock.now()
        for step in deployment.steps:
            if step.state == "Running":
                step.end(deployment.changed, "Canceled", 409)
        deployment.output_resources = deployment.all_output_resources()
        deployment.finished.set()
        if deployment.state == "Canceled":
            deployment.error = ArmError(409, "DeploymentCanceled", f"The deployment '{deployment.name}' was canceled.")
        operation.end(deployment.state, deployment.error)
        self.cloud.changes.set()

    async def _execute(self) -> None:
        deployment = self.deployment
        await self.cloud.clock.sleep(0.4)
        deployment.state = "Running"
        own = self.expansion.own
        tasks: dict[str, asyncio.Task[bool]] = {}
        gates = {r.id.lower(): asyncio.get_running_loop().create_future() for r in own}
        try:
            for resource in own:
                tasks[resource.id.lower()] = asyncio.create_task(self._deploy_in_order(resource, gates))
            await asyncio.gather(*tasks.values())
        finally:
            for task in tasks.values():
                task.cancel()
            await asyncio.gather(*tasks.values(), return_exceptions=True)
        if any(s.error is not None for s in deployment.steps):
            raise deployment.failure()
        if deployment.mode == "Complete":
            await self._delete_others()
        await self._evaluate_outputs()
        if any(s.error is not None for s in deployment.steps):
            raise deployment.failure()
        deployment.state = "Succeeded"

    async def _evaluate_outputs(self) -> None:
        now = self.cloud.clock.now()
        step = OperationRecord("EvaluateDeploymentOutput", "", now, now)
        self.deployment.steps.append(step)
        await self.cloud.clock.sleep(0.6)
        try:
            self.deployment.outputs = self.expansion.resolve_outputs(self.runtime, reveal=True)
        except TemplateError as error:
            step.error = template_output_failure(error)
            step.end(self.cloud.clock.now(), "Failed", 400)
        else:
            step.end(self.cloud.clock.now(), "Succeeded", 200)

    async def _deploy_in_order(self, resource: ExpandedResource, gates: dict[str, asyncio.Future[bool]]) -> bool:
        """Deploy a resource after its dependencies. Returns, and sets its gate to, whether it succeeded."""
        gate = gates[resource.id.lower()]
        succeeded = False
        try:
            for dependency in resource.depends_on:
                other = gates.get(dependency.lower())
                if other is not None and other is not gate and not await asyncio.shield(other):
                    return False
            if not resource.condition:
                succeeded = True
                return True
            succeeded = await self._deploy(resource)
        finally:
            if not gate.done():
                gate.set_result(succeeded)
        return succeeded

    async def _deploy(self, resource: ExpandedResource) -> bool:
        now = self.cloud.clock.now()
        step = OperationRecord("Read" if resource.existing else "Create", resource.id, now, now)
        if not resource.existing:
            self.deployment.steps.append(step)
        try:
            step.status = await self._write_as_told(resource, step)
        except ArmError as error:
            step.error = error
            step.end(self.cloud.clock.now(), "Failed", error.status)
            return False
        except TemplateError as error:
            step.error = template_refusal(error)
            step.end(self.cloud.clock.now(), "Failed", 400)
            return False
        step.end(self.cloud.clock.now(), "Succeeded", step.status)
        return True

    async def _write_as_told(self, resource: ExpandedResource, step: OperationRecord) -> int:
        """Write one resource as its ``@options`` say. Returns the status of the reply."""
        options = options_of(resource)
        address = ResourceId.parse(resource.id)
        registry = self.manager.registry
        if options.only_if_not_exists and registry.of(address.type).find(address) is not None:
            return 200
        for attempt in range(options.retries + 1):
            try:
                status = await self._write(resource, step)
                break
            except ArmError as error:
                if attempt == options.retries or not options.retries_after(error.code):
                    raise
                await self.cloud.clock.sleep(_RETRY_AFTER_S)
        waited = 0.0
        while options.predicate:
            there = registry.of(address.type).find(address)
            if there is not None and is_ready(resource, registry.of(address.type).show(there, {})):
                break
            if waited >= options.patience_s:
                message = f"The resource '{resource.id}' did not become ready within {options.patience_s:g} seconds."
                raise ArmError(408, "WaitUntilTimedOut", message)
            waited += _RETRY_AFTER_S
            await self.cloud.clock.sleep(_RETRY_AFTER_S)
        return status

    async def _write(self, resource: ExpandedResource, step: OperationRecord) -> int:
        """Write one resource and wait for its operation. Returns the status of the reply."""
        address = ResourceId.parse(resource.id)
        if resource.existing:
            return 200
        if address.type.lower() == DEPLOYMENTS:
            return await self._run_nested(address, resource, step)
        body = {k: v for k, v in resource.resolve(self.runtime).items() if k not in _NOT_SENT}
        if not address.names and address.tail == "" and resource.type.lower() == "microsoft.resources/resourcegroups":
            return self._write_group(address, body)
        if resource.type.lower() == "microsoft.resources/resourcegroups":
            return self._write_group(address, {**body, "name": resource.name})
        answer = self.manager.put(address, body, api_version=resource.api_version or "")
        step.status = answer.status
        if answer.operation is None:
            profile = self.manager.provider(address).lro(address.type)
            await self.cloud.clock.sleep(self.cloud.operations.vary(profile.create_seconds))
            return answer.status
        step.is_accepted = True
        await answer.operation.wait()
        return 200 if answer.status == 202 else answer.status

    def _write_group(self, address: ResourceId, body: dict[str, Json]) -> int:
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

    async def _run_nested(self, address: ResourceId, resource: ExpandedResource, step: OperationRecord) -> int:
        body = resource.resolve(self.runtime)
        properties = body.get("properties") or {}
        sent = {
            "properties": properties,
            "location": body.get("location") or self.deployment.location,
            "tags": body.get("tags"),
        }
        if (
            str(properties.get("mode", "")).lower() == "complete"
            and address.scope.lower() != self.deployment.scope.lower()
        ):
            raise ArmError(
                400, "InvalidNestedDeploymentMode", "The nested deployment must have the mode 'Incremental'."
            )
        self.manager.group(address)
        expansion = nested(resource, body, self.runtime)
        child, operation = self.start_nested(
            address, sent, expansion, expansion.deployment.template, "", self.deployment.correlation
        )
        child.flat = self.deployment.flat
        self.deployment.children.append(child)
        step.is_accepted = True
        try:
            await operation.wait()
        except asyncio.CancelledError:
            if child.task is not None:
                child.task.cancel()
            raise
        return 201

    async def _delete_others(self) -> None:
        """Complete mode: delete the group's resources that the template does not name.

        Locked resources stay, and so do those that another resource manages, for example a virtual machine's disks.
        """
        address = ResourceId.parse(self.deployment.id)
        group = self.cloud.store.group(address.subscription, address.group)
        if group is None:
            return
        named = {r.id.lower() for r in self.expansion.resources if r.condition}
        named |= {r.lower() for child in self.deployment.children for r in child.output_resources}
        extra = [
            r
            for r in self.cloud.store.in_group(group)
            if self.manager.is_tracked(r) and not r.body.get("managedBy") and r.address.key not in named
        ]
        for resource in sorted(extra, key=self.manager.deletion_phase):
            now = self.cloud.clock.now()
            step = OperationRecord("Delete", resource.id, now, now)
            self.deployment.steps.append(step)
            try:
                answer = self.manager.delete(resource.address)
                if answer.operation is not None:
                    await answer.operation.wait()
            except ArmError as error:
                if error.code == "ScopeLocked":
                    self.deployment.steps.remove(step)
                    continue
                step.error = error
                step.end(self.cloud.clock.now(), "Failed", error.status)
            else:
                step.end(self.cloud.clock.now(), "Succeeded", 200)


def template_output_failure(problem: TemplateError) -> ArmError:
    """The error of a deployment whose outputs cannot be evaluated."""
    message = f"Unable to evaluate template outputs: '{problem.target or ''}'. {problem.message}"
    return ArmError(400, "DeploymentOutputEvaluationFailed", message, target=problem.target or "")
