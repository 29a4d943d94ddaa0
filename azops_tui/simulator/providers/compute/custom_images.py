"""Machines made of images that are resources: managed images and versions of gallery images."""

from __future__ import annotations

import uuid

from azops_tui.arm.resource_id import ResourceId
from azops_tui.json_types import Json
from azops_tui.simulator.cloud import SimulatedCloud
from azops_tui.simulator.providers.documents import get, reference_id
from azops_tui.simulator.store import Resource

_VERSIONS = "microsoft.compute/galleries/images/versions"


def custom_image(cloud: SimulatedCloud, reference: Json) -> Resource | None:
    """The image that an imageReference names by its id: for an image definition its newest version."""
    id_ = reference_id(reference)
    stored = cloud.store.get(id_) if id_ else None
    if stored is None or stored.address.type.lower() != "microsoft.compute/galleries/images":
        return stored
    versions = list(cloud.store.of_type(_VERSIONS, stored.id))
    return max(versions, key=lambda v: _number(v.address.last_name), default=None)


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) if part.isdecimal() else 0 for part in version.split("."))


def add_image_disks(storage: dict[str, Json], image: Resource, machine: str) -> None:
    """Give a machine's disks the size and type of the image's, and add the image's data disks."""
    profile = image.properties.get("storageProfile") or {}
    system = profile.get("osDisk") or profile.get("osDiskImage") or {}
    own = storage.setdefault("osDisk", {})
    if system.get("osType"):
        own.setdefault("osType", system["osType"])
    size = system.get("diskSizeGB") or system.get("sizeInGB")
    if size:
        own.setdefault("diskSizeGB", size)
    kind = system.get("storageAccountType")
    if kind:
        own.setdefault("managedDisk", {}).setdefault("storageAccountType", kind)
    entries = storage.get("dataDisks") or []
    by_lun = {entry.get("lun"): entry for entry in entries}
    for disk in profile.get("dataDisks") or profile.get("dataDiskImages") or []:
        entry = by_lun.get(disk.get("lun"))
        if entry is None:
            lun = disk.get("lun")
            entry = {"lun": lun, "name": f"{machine}_lun_{lun}_2_{uuid.uuid4().hex}", "createOption": "FromImage"}
            entries.append(entry)
        entry.setdefault("caching", disk.get("caching") or disk.get("hostCaching") or "None")
        size = disk.get("diskSizeGB") or disk.get("sizeInGB")
        if size:
            entry.setdefault("diskSizeGB", size)
        if disk.get("storageAccountType"):
            entry.setdefault("managedDisk", {}).setdefault("storageAccountType", disk["storageAccountType"])
    if entries:
        storage["dataDisks"] = entries


def image_source(cloud: SimulatedCloud, id_: str) -> Json:
    """The platform image that a custom image was made of, through machines and snapshots; None if unknown."""
    seen: set[str] = set()
    while id_ and id_.lower() not in seen:
        seen.add(id_.lower())
        stored = cloud.store.get(id_)
        if stored is None:
            return None
        reference = get(stored.properties, "storageProfile", "imageReference")
        if get(reference, "publisher"):
            return reference
        id_ = next((found for found in _origins(stored, reference) if found), "")
    return None


def _origins(stored: Resource, reference: Json) -> list[str]:
    """Ids of what a resource was made of."""
    properties = stored.properties
    profile = properties.get("storageProfile") or {}
    managed = reference_id(get(profile, "osDisk", "managedDisk")) or reference_id(get(profile, "osDisk", "snapshot"))
    machine = str(stored.body.get("managedBy") or "")
    return [
        reference_id(properties.get("sourceVirtualMachine")),
        reference_id(get(profile, "source")),
        reference_id(get(profile, "osDiskImage", "source")),
        reference_id(reference) if ResourceId.parse(reference_id(reference) or "/").names else "",
        str(get(properties, "creationData", "sourceResourceId") or ""),
        managed if stored.address.type.lower().endswith("/images") else "",
        machine,
    ]
