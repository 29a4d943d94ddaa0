"""Managed disks and snapshots, on their own or with a virtual machine."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from azops_tui.arm.resource_id import ResourceId
from azops_tui.json_types import Json
from azops_tui.simulator.arm_reply import ArmReply
from azops_tui.simulator.clock import offset_stamp
from azops_tui.simulator.cloud import SimulatedCloud
from azops_tui.simulator.errors import ArmError, invalid_parameter
from azops_tui.simulator.lro_profiles import ASYNC, LOCATION
from azops_tui.simulator.providers.base import ActionCall, ResourceProvider, ResourceWrite
from azops_tui.simulator.providers.compute import images
from azops_tui.simulator.providers.documents import fill, get, reference_id
from azops_tui.simulator.store import Resource

TIERS = ((4, "P1", 120, 25), (8, "P2", 120, 25), (16, "P3", 120, 25), (32, "P4", 120, 25), (64, "P6", 240, 50),
         (128, "P10", 500, 100), (256, "P15", 1100, 125), (512, "P20", 2300, 150), (1024, "P30", 5000, 200),
         (2048, "P40", 7500, 250), (4096, "P50", 7500, 250), (8192, "P60", 16000, 500), (16384, "P70", 18000, 750),
         (32767, "P80", 20000, 900))  # fmt: skip


_COPIED = ("osType", "hyperVGeneration", "supportsHibernation", "supportedCapabilities", "securityProfile")
"""Properties that a copy takes over from its source."""
_ADJUSTABLE: dict[str, Json] = {
    "readOnly": False,
    "diskIOPSReadWrite": 100,
    "diskMBpsReadWrite": 13,
    "diskIOPSReadOnly": 100,
    "diskMBpsReadOnly": 13,
    "maxShares": 1,
}
"""Properties of disks whose performance is set for each."""


def _guid() -> str:
    return str(uuid.uuid4())


def sku_tier(name: str) -> str:
    """The tier of a disk's SKU: ``Ultra`` for UltraSSD_LRS, else the part before the underscore."""
    tier = name.split("_")[0]
    return {"UltraSSD": "Ultra", "PremiumV2": "Premium", "StandardSSD": "Standard"}.get(tier, tier)


class DiskProvider(ResourceProvider):
    """Microsoft.Compute/disks and snapshots."""

    types = ("microsoft.compute/disks", "microsoft.compute/snapshots")

    def check(self, write: ResourceWrite) -> None:
        if write.patch:
            return
        option = get(write.sent, "properties", "creationData", "createOption")
        if not option:
            raise invalid_parameter("creationData", "Required parameter 'creationData' is missing (null).")
        source = get(write.sent, "properties", "creationData", "sourceResourceId")
        if source and self.cloud.store.get(str(source)) is None:
            raise ArmError(404, "ResourceNotFound", f"The source resource {source} was not found.")
        if str(option).lower() == "empty" and not get(write.sent, "properties", "diskSizeGB") and write.creates:
            raise invalid_parameter("disk.diskSizeGb", "Required parameter 'disk.diskSizeGb' is missing (null).")

    def build_document(self, write: ResourceWrite) -> dict[str, Json]:
        body = super().build_document(write)
        kind = write.address.types[0].lower()
        body.setdefault("sku", {"name": "Standard_LRS"})
        sku = body["sku"]
        name = str(sku.get("name", ""))
        sku["tier"] = sku_tier(name)
        properties = body["properties"]
        old = write.before.properties if write.before else {}
        for key in ("timeCreated", "uniqueId", "diskState", "diskSizeGB"):
            if key in old:
                properties.setdefault(key, old[key])
        creation = properties.setdefault("creationData", {})
        source = self.cloud.store.get(str(get(creation, "sourceResourceId") or ""))
        image = images.parts_of(str(get(creation, "imageReference", "id") or ""))
        size = int(properties.get("diskSizeGB") or (source.properties.get("diskSizeGB") if source else 0) or 0)
        if image is not None:
            size = size or images.system_gigabytes(*image)
            fill(properties, images.disk_properties(*image), {})
        size = size or 30
        if source is not None:
            fill(properties, {k: source.properties[k] for k in _COPIED if k in source.properties}, {})
            creation.setdefault("sourceUniqueId", source.properties.get("uniqueId") or str(uuid.uuid4()))
            sector = get(source.properties, "creationData", "logicalSectorSize")
            if sector:
                creation.setdefault("logicalSectorSize", sector)
        properties["diskSizeGB"] = size
        properties.setdefault("diskSizeBytes", size * 1024**3)
        properties.setdefault("encryption", {"type": "EncryptionAtRestWithPlatformKey"})
        properties.setdefault("networkAccessPolicy", "AllowAll")
        properties.setdefault("publicNetworkAccess", "Enabled")
        properties.setdefault("timeCreated", offset_stamp(self.cloud.clock.now()))
        properties.setdefault("diskState", "Unattached")
        properties.setdefault("uniqueId", str(uuid.uuid4()))
        if kind == "disks":
            tier, operations, megabytes = tier_of(size)
            premium = name.startswith("Premium_")
            if name.startswith(("UltraSSD", "PremiumV2")):
                creation.setdefault("logicalSectorSize", 4096)
                fill(properties, _ADJUSTABLE, {})
            properties.setdefault("diskIOPSReadWrite", operations if premium else 500)
            properties.setdefault("diskMBpsReadWrite", megabytes if premium else 60)
            if premium:
                properties.setdefault("tier", tier)
        else:
            properties.setdefault("incremental", False)
            if properties["incremental"]:
                properties.setdefault("incrementalSnapshotFamilyId", old.get("incrementalSnapshotFamilyId", _guid()))
                properties.setdefault("completionPercent", 100.0)
        return body

    def show(self, resource: Resource, query: Mapping[str, str]) -> dict[str, Json]:
        if query.get("api-version", "9") >= "2018-04":
            return resource.body
        return {**resource.body, "properties": {**resource.properties, "isArmResource": True}}

    def check_delete(self, resource: Resource) -> None:
        owner = resource.body.get("managedBy")
        if owner:
            raise ArmError(
                409,
                "OperationNotAllowed",
                f"Disk {resource.address.last_name} is attached to VM {owner}.",
            )

    def change_access(self, resource: Resource, call: ActionCall) -> ArmReply:
        """Grant or revoke access by a signed URL."""
        grants = call.name == "begingetaccess"

        async def work() -> None:
            await self.cloud.clock.sleep(2)
            resource.properties["diskState"] = "ActiveSAS" if grants else "Unattached"

        operation = self.start_operation(resource, work, empty=not grants)
        if grants:
            link = f"https://md-{uuid.uuid4().hex[:12]}.z1.blob.storage.azure.net/{uuid.uuid4().hex[:12]}/abcd?sv=2018-03-28&sr=b"
            operation.output = True
            operation.result = lambda: {"accessSAS": link}
        return ArmReply(202, None, operation, (ASYNC, LOCATION))

    actions = (("POST", "beginGetAccess", change_access), ("POST", "endGetAccess", change_access))


def tier_of(size: int) -> tuple[str, int, int]:
    """Performance tier, IOPS and MB/s of a premium disk of ``size`` GB."""
    tier = next((t for t in TIERS if size <= t[0]), TIERS[-1])
    return tier[1], tier[2], tier[3]


def attach(cloud: SimulatedCloud, machine: Resource) -> None:
    """Create the missing disks of a virtual machine, mark its disks as attached, and free detached ones."""
    storage = machine.properties.get("storageProfile") or {}
    entries = [e for e in [storage.get("osDisk"), *(storage.get("dataDisks") or [])] if isinstance(e, dict)]
    attached = {}
    for entry in entries:
        id_ = reference_id(entry.get("managedDisk"))
        if id_:
            attached[ResourceId.parse(id_).key] = entry
            _attach_one(cloud, machine, id_, entry, entry is storage.get("osDisk"))
    for disk in cloud.store.of_type("microsoft.compute/disks", f"/subscriptions/{machine.address.subscription}"):
        if str(disk.body.get("managedBy") or "").lower() == machine.address.key and disk.address.key not in attached:
            disk.body.pop("managedBy", None)
            disk.properties["diskState"] = "Unattached"


def _attach_one(cloud: SimulatedCloud, machine: Resource, id_: str, entry: dict[str, Json], system: bool) -> None:
    disk = cloud.store.get(id_)
    if disk is None:
        address = ResourceId.parse(id_)
        kind = str(entry["managedDisk"].get("storageAccountType") or "Standard_LRS")
        size = int(entry.get("diskSizeGB") or 30)
        now = cloud.clock.now()
        body: dict[str, Json] = {
            "name": address.last_name,
            "id": address.id,
            "type": "Microsoft.Compute/disks",
            "location": machine.location,
            "tags": dict(machine.body.get("tags") or {}),
            "sku": {"name": kind, "tier": sku_tier(kind)},
            "properties": {
                "creationData": _creation(machine, system),
                "diskSizeGB": size,
                "diskSizeBytes": size * 1024**3,
                "encryption": {"type": "EncryptionAtRestWithPlatformKey"},
                "networkAccessPolicy": "AllowAll",
                "publicNetworkAccess": "Enabled",
                "timeCreated": offset_stamp(now),
                "provisioningState": "Succeeded",
                "diskState": "Attached",
                "uniqueId": str(uuid.uuid4()),
            },
        }
        if system:
            body["properties"]["osType"] = entry.get("osType", "Linux")
            reference = get(machine.properties, "storageProfile", "imageReference")
            body["properties"]["hyperVGeneration"] = images.generation(reference)
            words = [str(get(reference, k) or "") for k in ("publisher", "offer", "sku")]
            if words[0]:
                fill(body["properties"], images.disk_properties(*words), {})
        tier, operations, megabytes = tier_of(size)
        premium = kind.startswith("Premium_")
        body["properties"]["diskIOPSReadWrite"] = operations if premium else 500
        body["properties"]["diskMBpsReadWrite"] = megabytes if premium else 60
        if premium:
            body["properties"]["tier"] = tier
        disk = Resource(address, body, created=now, changed=now)
        cloud.store.add(disk)
    disk.body["managedBy"] = machine.id
    disk.properties["diskState"] = "Attached"
    entry.setdefault("diskSizeGB", disk.properties.get("diskSizeGB"))


def _creation(machine: Resource, system: bool) -> dict[str, Json]:
    reference = get(machine.properties, "storageProfile", "imageReference")
    if not system or not isinstance(reference, dict):
        return {"createOption": "Empty"}
    if not reference.get("publisher"):
        return {"createOption": "FromImage", "imageReference": {"id": reference_id(reference)}}
    words = [str(reference.get(k) or "") for k in ("publisher", "offer", "sku", "exactVersion")]
    where = machine.location
    id_ = images.version_id(machine.address.subscription, where, words[0], words[1], words[2], words[3])
    return {"createOption": "FromImage", "imageReference": {"id": id_}}


def keep_unnamed_disks(old: list[dict[str, Json]], new: list[dict[str, Json]]) -> None:
    """Let each new entry that names no disk keep the disk that its lun already has."""
    by_lun = {entry.get("lun"): entry for entry in old}
    for entry in new:
        before = by_lun.get(entry.get("lun"))
        if before is None or entry.get("name") or reference_id(entry.get("managedDisk")):
            continue
        entry["name"] = before.get("name")
        if isinstance(before.get("managedDisk"), dict):
            entry["managedDisk"] = {**before["managedDisk"], **(entry.get("managedDisk") or {})}


def leaving_disks(old: list[dict[str, Json]], new: list[dict[str, Json]]) -> list[dict[str, Json]]:
    """Entries of the disks that an update leaves out: shown as being detached until its work ends."""
    kept = {entry.get("lun") for entry in new}
    return [{**entry, "toBeDetached": True} for entry in old if entry.get("lun") not in kept]


def detach(cloud: SimulatedCloud, machine: Resource) -> None:
    """Free the disks of a deleted virtual machine; delete those with ``deleteOption: Delete``."""
    storage = machine.properties.get("storageProfile") or {}
    for entry in [storage.get("osDisk"), *(storage.get("dataDisks") or [])]:
        disk = cloud.store.get(reference_id(get(entry, "managedDisk")))
        if disk is None or str(disk.body.get("managedBy") or "").lower() != machine.address.key:
            continue
        if str(get(entry, "deleteOption")).lower() == "delete":
            cloud.store.remove(disk)
        else:
            disk.body.pop("managedBy", None)
            disk.properties["diskState"] = "Unattached"
