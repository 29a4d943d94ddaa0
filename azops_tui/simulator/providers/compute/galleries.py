"""Image galleries: with whom they are shared, and the versions of their images."""

from __future__ import annotations

from azops_tui.json_types import Json
from azops_tui.simulator import locations
from azops_tui.simulator.arm_reply import ArmReply
from azops_tui.simulator.errors import ArmError, invalid_parameter
from azops_tui.simulator.lro_profiles import ASYNC, LOCATION
from azops_tui.simulator.providers.base import ActionCall, ResourceProvider, ResourceWrite
from azops_tui.simulator.providers.documents import get, reference_id
from azops_tui.simulator.store import Resource


class GalleryProvider(ResourceProvider):
    """Microsoft.Compute/galleries."""

    types = ("microsoft.compute/galleries",)

    def share(self, resource: Resource, call: ActionCall) -> ArmReply:
        """Share a gallery with subscriptions, tenants or everybody, or end that."""
        operation = str(get(call.body, "operationType") or "")
        profile: dict[str, Json] = resource.properties.setdefault("sharingProfile", {"permissions": "Private"})
        if operation not in ("Add", "Remove", "Reset", "EnableCommunity"):
            raise invalid_parameter("operationType")
        wanted = "Community" if operation == "EnableCommunity" else "Groups"
        if operation != "Reset" and profile.get("permissions") != wanted:
            message = f"The gallery's sharing permission is '{profile.get('permissions')}', not '{wanted}'."
            raise ArmError(409, "OperationNotAllowed", message)

        async def work() -> None:
            await self.cloud.clock.sleep(10)
            _apply(profile, operation, get(call.body, "groups") or [])

        return ArmReply(202, None, self.start_operation(resource, work), (ASYNC, LOCATION))

    actions = (("POST", "share", share),)


def _apply(profile: dict[str, Json], operation: str, groups: list[Json]) -> None:
    if operation == "Reset":
        profile["groups"] = []
    if operation == "EnableCommunity":
        profile.setdefault("communityGalleryInfo", {})["communityGalleryEnabled"] = True
    kept: dict[str, list[str]] = {str(g.get("type")): list(g.get("ids") or []) for g in profile.get("groups") or []}
    for group in groups:
        ids = kept.setdefault(str(get(group, "type")), [])
        named = [str(i) for i in get(group, "ids") or []]
        if operation == "Add":
            ids.extend(i for i in named if i not in ids)
        elif operation == "Remove":
            ids[:] = [i for i in ids if i not in named]
    if operation in ("Add", "Remove"):
        profile["groups"] = [{"type": kind, "ids": ids} for kind, ids in kept.items() if ids]


class ImageVersionProvider(ResourceProvider):
    """Microsoft.Compute/galleries/images/versions."""

    types = ("microsoft.compute/galleries/images/versions",)

    def on_written(self, resource: Resource, write: ResourceWrite) -> None:
        publishing = resource.properties.setdefault("publishingProfile", {})
        publishing.setdefault("replicaCount", 1)
        for target in (*(publishing.get("targetRegions") or []), *(publishing.get("targetExtendedLocations") or [])):
            target["name"] = locations.display_name(str(target.get("name") or ""))
            target.setdefault("storageAccountType", publishing.get("storageAccountType") or "Standard_LRS")
        storage = resource.properties.setdefault("storageProfile", {})
        for disk in _disk_images(storage):
            disk.setdefault("hostCaching", "ReadWrite" if disk is storage.get("osDiskImage") else "None")

    def on_completed(self, resource: Resource) -> None:
        """Show the sizes of the disks, which the service knows when it has copied them."""
        storage = resource.properties.setdefault("storageProfile", {})
        source = self.cloud.store.get(reference_id(storage.get("source")))
        profile = get(source.properties, "storageProfile") if source is not None else None
        if profile is not None and not storage.get("osDiskImage"):
            system = profile.get("osDisk") or {}
            caching = system.get("caching") or "ReadWrite"
            storage["osDiskImage"] = {"sizeInGB": system.get("diskSizeGB") or 30, "hostCaching": caching, "source": {}}
            data = [
                {
                    "lun": disk.get("lun"),
                    "sizeInGB": disk.get("diskSizeGB"),
                    "hostCaching": disk.get("caching") or "None",
                }
                for disk in profile.get("dataDisks") or []
            ]
            if data:
                storage["dataDiskImages"] = data
        for disk in _disk_images(storage):
            copied = self.cloud.store.get(reference_id(disk.get("source")))
            size = get(copied.properties, "diskSizeGB") if copied is not None else None
            disk.setdefault("sizeInGB", size or 30)


def _disk_images(storage: dict[str, Json]) -> list[dict[str, Json]]:
    """The system disk and the data disks of an image version."""
    disks = [storage.get("osDiskImage"), *(storage.get("dataDiskImages") or [])]
    return [disk for disk in disks if isinstance(disk, dict)]
