"""Managed images, made from virtual machines and disks."""

from __future__ import annotations

from azops_tui.json_types import Json
from azops_tui.simulator.providers.base import ResourceProvider, ResourceWrite
from azops_tui.simulator.providers.documents import get, reference_id


class ManagedImageProvider(ResourceProvider):
    """Microsoft.Compute/images. An image copies the disks of its source machine."""

    types = ("microsoft.compute/images",)

    def build_document(self, write: ResourceWrite) -> dict[str, Json]:
        body = super().build_document(write)
        properties = body["properties"]
        source = self.cloud.store.get(reference_id(properties.get("sourceVirtualMachine")))
        profile = properties.setdefault("storageProfile", {})
        if source is not None:
            taken = get(source.body, "properties", "storageProfile") or {}
            profile["osDisk"] = _of_machine(taken.get("osDisk") or {}) | {"osState": "Generalized"}
            data = [_of_machine(d) | {"lun": d.get("lun")} for d in taken.get("dataDisks") or []]
            profile["dataDisks"] = data
        profile.setdefault("dataDisks", [])
        for disk in (profile.get("osDisk"), *profile["dataDisks"]):
            if isinstance(disk, dict):
                self._complete(disk)
        properties.setdefault("hyperVGeneration", "V1")
        return body

    def _complete(self, disk: dict[str, Json]) -> None:
        """Add the properties that the service reads from the source disk or snapshot."""
        source_id = reference_id(disk.get("managedDisk")) or reference_id(disk.get("snapshot"))
        source = self.cloud.store.get(source_id) if source_id else None
        if source is not None:
            size = source.properties.get("diskSizeGB")
            if size is not None:
                disk.setdefault("diskSizeGB", size)
            disk.setdefault("storageAccountType", get(source.body, "sku", "name"))
        disk.setdefault("caching", "None")
        disk.setdefault("storageAccountType", "Standard_LRS")


def _of_machine(disk: dict[str, Json]) -> dict[str, Json]:
    shown = {k: disk[k] for k in ("osType", "diskSizeGB", "caching") if disk.get(k) is not None}
    managed = disk.get("managedDisk") or {}
    if managed:
        shown |= {"managedDisk": {"id": managed.get("id")}, "storageAccountType": managed.get("storageAccountType")}
    elif get(disk, "vhd", "uri"):
        shown["blobUri"] = get(disk, "vhd", "uri")
    return shown
