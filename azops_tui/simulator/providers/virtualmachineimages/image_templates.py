"""Image templates: a run makes the images that the template distributes. No machine is built for it."""

from __future__ import annotations

import asyncio
import re
import uuid

from azops_tui.arm.resource_id import ResourceId
from azops_tui.json_types import Json
from azops_tui.simulator.arm_reply import ArmReply
from azops_tui.simulator.clock import stamp
from azops_tui.simulator.errors import ArmError
from azops_tui.simulator.lro_profiles import ASYNC, LOCATION
from azops_tui.simulator.operations import Operation
from azops_tui.simulator.providers.base import ActionCall, ResourceProvider, ResourceWrite
from azops_tui.simulator.providers.documents import get
from azops_tui.simulator.store import Resource

_NEVER = "0001-01-01T00:00:00Z"
BUILD_SECONDS = 540.0


class ImageTemplateProvider(ResourceProvider):
    """Microsoft.VirtualMachineImages/imageTemplates."""

    types = ("microsoft.virtualmachineimages/imagetemplates",)

    def on_written(self, resource: Resource, write: ResourceWrite) -> None:
        properties = resource.properties
        source = properties.get("source")
        if isinstance(source, dict) and source.get("version"):
            source.setdefault("exactVersion", source["version"])
        properties.setdefault("exactStagingResourceGroup", "")

    def on_completed(self, resource: Resource) -> None:
        properties, address = resource.properties, resource.address
        if not properties.get("exactStagingResourceGroup"):
            name = f"IT_{address.group[:16]}_{address.last_name[:12]}_{uuid.uuid4()}"
            properties["exactStagingResourceGroup"] = f"/subscriptions/{address.subscription}/resourceGroups/{name}"

    def run(self, resource: Resource, call: ActionCall) -> ArmReply:
        """Build the images."""
        status: dict[str, Json] = {
            "startTime": stamp(self.cloud.clock.now()),
            "endTime": _NEVER,
            "runState": "Running",
            "runSubState": "Building",
            "message": "",
        }
        resource.properties["lastRunStatus"] = status

        async def work() -> None:
            try:
                await self.cloud.clock.sleep(BUILD_SECONDS)
            except asyncio.CancelledError:
                status.update(runState="Canceled", endTime=stamp(self.cloud.clock.now()))
                raise
            for target in resource.properties.get("distribute") or []:
                self._distribute(resource, target)
            del status["runSubState"]
            status.update(runState="Succeeded", endTime=stamp(self.cloud.clock.now()))

        operation: Operation = self.start_operation(resource, work, empty=True)
        resource.private["run"] = operation.id
        return ArmReply(202, None, operation, (ASYNC, LOCATION))

    def cancel(self, resource: Resource, call: ActionCall) -> ArmReply:
        """Stop a build in progress.

        Raises:
            ArmError: no build is in progress.
        """
        operation = self.cloud.operations.find(str(resource.private.get("run") or ""))
        if operation is None or operation.is_done or operation.task is None:
            raise ArmError(409, "Conflict", "There is no image build to cancel.")
        operation.task.cancel()
        status = resource.properties["lastRunStatus"]
        status.pop("runSubState", None)
        status |= {"runState": "Canceling", "message": "Canceling image build"}
        return ArmReply(204)

    actions = (("POST", "run", run), ("POST", "cancel", cancel))

    def _distribute(self, resource: Resource, target: dict[str, Json]) -> None:
        """Create one of the images, and the output that names it."""
        kind, now = str(target.get("type") or "").lower(), self.cloud.clock.now()
        system = "Windows" if "windows" in str(get(resource.properties, "source")).lower() else "Linux"
        output = resource.address.child("runOutputs", str(target.get("runOutputName") or "output"))
        artifact = ""
        if kind == "managedimage":
            artifact = str(target.get("imageId"))
            disk = {"osType": system, "osState": "Generalized", "diskSizeGB": 30, "caching": "ReadWrite"}
            profile: Json = {"osDisk": {**disk, "storageAccountType": "Standard_LRS"}, "dataDisks": []}
            self._add(artifact, {"storageProfile": profile, "hyperVGeneration": "V1"}, target)
        elif kind == "sharedimage":
            id_ = str(target.get("galleryImageId"))
            artifact = id_ if re.search(r"(?i)/versions/[^/]+$", id_) else f"{id_}/versions/{self._next(id_)}"
            regions = [{"name": name, "regionalReplicaCount": 1} for name in target.get("replicationRegions") or []]
            publishing = {"targetRegions": regions, "replicaCount": 1, "publishedDate": stamp(now)}
            storage: Json = {"osDiskImage": {"sizeInGB": 30, "hostCaching": "ReadWrite"}}
            self._add(artifact, {"publishingProfile": publishing, "storageProfile": storage}, target)
        properties: dict[str, Json] = {"provisioningState": "Succeeded"}
        if kind == "vhd":
            properties["artifactUri"] = f"https://{uuid.uuid4().hex[:16]}.blob.core.windows.net/vhds/image.vhd"
        else:
            properties["artifactId"] = artifact
        stored = Resource(output, {}, created=now, changed=now)
        stored.body = {
            "id": output.id,
            "name": output.last_name,
            "type": f"{resource.type}/runOutputs",
            "properties": properties,
        }
        self.cloud.store.add(stored)

    def _next(self, definition: str) -> str:
        """The next free version of a gallery image: a new one is named by the day, as the service does."""
        versions = self.cloud.store.of_type("microsoft.compute/galleries/images/versions", definition)
        return f"0.{24000 + len(list(versions))}.{self.cloud.random.randrange(10000, 99999)}"

    def _add(self, id_: str, properties: dict[str, Json], target: dict[str, Json]) -> None:
        address, now = ResourceId.parse(id_), self.cloud.clock.now()
        image = Resource(address, {}, created=now, changed=now)
        regions = target.get("replicationRegions") or ["eastus"]
        image.body = {
            "id": address.id,
            "name": address.last_name,
            "type": address.type,
            "location": str(target.get("location") or regions[0]),
            "tags": dict(target.get("artifactTags") or {}),
            "properties": {**properties, "provisioningState": "Succeeded"},
        }
        self.cloud.store.add(image)
