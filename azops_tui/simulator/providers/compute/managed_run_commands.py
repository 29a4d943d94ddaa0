"""Managed run commands: scripts that are resources below a machine, with their output in the instance view."""

from __future__ import annotations

from collections.abc import Mapping

from azops_tui.json_types import Json
from azops_tui.simulator.clock import offset_stamp
from azops_tui.simulator.errors import ArmError
from azops_tui.simulator.providers.base import ResourceProvider, ResourceWrite
from azops_tui.simulator.providers.compute.run_command import LONGEST
from azops_tui.simulator.providers.documents import get
from azops_tui.simulator.store import Resource


class ManagedRunCommandProvider(ResourceProvider):
    """The runCommands of virtual machines and of instances."""

    types = (
        "microsoft.compute/virtualmachines/runcommands",
        "microsoft.compute/virtualmachinescalesets/virtualmachines/runcommands",
    )

    def check(self, write: ResourceWrite) -> None:
        parent = self.cloud.store.get(write.address.parent.id) if write.address.parent else None
        if parent is not None and parent.private.get("power") in ("stopped", "deallocated"):
            raise ArmError(409, "OperationNotAllowed", "The operation requires the VM to be running (or set to run).")

    def build_document(self, write: ResourceWrite) -> dict[str, Json]:
        body = super().build_document(write)
        properties = body["properties"]
        for name in ("protectedParameters", "runAsPassword"):
            properties.pop(name, None)
        properties.setdefault("asyncExecution", False)
        properties.setdefault("timeoutInSeconds", 0)
        return body

    async def work(self, resource: Resource, write: ResourceWrite) -> None:
        started = offset_stamp(self.cloud.clock.now())
        await super().work(resource, write)
        script = str(get(resource.properties, "source", "script") or "")
        sent = [*(write.properties.get("parameters") or []), *(write.properties.get("protectedParameters") or [])]
        variables = {str(get(p, "name")): str(get(p, "value") or "") for p in sent if get(p, "name")}
        machine = resource.address.parent.key if resource.address.parent else ""
        code, out, errors = await self.cloud.hosts.execute(machine, script + "\n", [], variables)
        resource.private["view"] = {
            "executionState": "Succeeded" if code == 0 else "Failed",
            "executionMessage": "" if code == 0 else f"Script exited with code {code}.",
            "exitCode": code,
            "output": out[-LONGEST:],
            "error": errors[-LONGEST:],
            "startTime": started,
            "endTime": offset_stamp(self.cloud.clock.now()),
            "statuses": [],
        }

    def show(self, resource: Resource, query: Mapping[str, str]) -> dict[str, Json]:
        if query.get("$expand", "").lower() != "instanceview":
            return resource.body
        waiting = {"executionState": "Running", "executionMessage": "", "exitCode": 0, "output": "", "error": ""}
        view = resource.private.get("view") or waiting
        return {**resource.body, "properties": {**resource.properties, "instanceView": view}}
