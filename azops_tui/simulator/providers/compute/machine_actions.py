"""Actions of virtual machines that are not about power: disks, images, patches, boot diagnostics."""

from __future__ import annotations

import copy
import uuid

from azops_tui.arm.resource_id import ResourceId
from azops_tui.json_types import Json
from azops_tui.simulator.arm_reply import ArmReply
from azops_tui.simulator.clock import stamp
from azops_tui.simulator.errors import ArmError, invalid_parameter, not_found_entity
from azops_tui.simulator.lro_profiles import ASYNC, LOCATION
from azops_tui.simulator.providers.base import Action, ActionCall, ResourceProvider
from azops_tui.simulator.providers.compute.disks import attach
from azops_tui.simulator.providers.documents import get, reference_id
from azops_tui.simulator.store import Resource

_SCHEMA = "https://schema.management.azure.com/schemas/2015-01-01/deploymentTemplate.json#"


def _operation(provider: ResourceProvider, machine: Resource, seconds: float, result: Json) -> ArmReply:
    """Start work that ends with ``result``."""
    operation = provider.start_operation(machine, lambda: provider.cloud.clock.sleep(seconds))
    operation.result = lambda: result
    return ArmReply(202, None, operation, (ASYNC, LOCATION))


def convert_to_managed_disks(provider: ResourceProvider, machine: Resource, call: ActionCall) -> ArmReply:
    """Replace the blobs of a deallocated virtual machine by managed disks."""
    if machine.private.get("power") != "deallocated":
        message = f"VM '{machine.address.last_name}' must be deallocated before its disks are converted."
        raise ArmError(409, "OperationNotAllowed", message)
    disks = _disks(machine)
    if not any(disk.get("vhd") for disk in disks):
        message = f"VM '{machine.address.last_name}' already uses managed disks."
        raise ArmError(409, "OperationNotAllowed", message)

    async def work() -> None:
        await provider.cloud.clock.sleep(40)
        for disk in disks:
            if disk.pop("vhd", None) is not None:
                id_ = f"{machine.address.scope}/providers/Microsoft.Compute/disks/{disk['name']}"
                disk["managedDisk"] = {"id": id_, "storageAccountType": "Standard_LRS"}
        attach(provider.cloud, machine)

    return ArmReply(202, None, provider.start_operation(machine, work, empty=True), (ASYNC, LOCATION))


def capture(provider: ResourceProvider, machine: Resource, call: ActionCall) -> ArmReply:
    """Copy the blobs of a generalized virtual machine, and return a template that uses the copies."""
    for name in ("vhdPrefix", "destinationContainerName"):
        if not get(call.body, name):
            raise invalid_parameter(name, f"Required parameter '{name}' is missing (null).")
    if not any(disk.get("vhd") for disk in _disks(machine)):
        raise ArmError(
            409,
            "OperationNotAllowed",
            "The Capture action is only supported on a Virtual Machine with blob based disks. Please use the 'Image' "
            "resource APIs to create an Image from a managed Virtual Machine.",
        )
    if not machine.private.get("generalized"):
        message = f"Please generalize VM '{machine.address.last_name}' before capturing it."
        raise ArmError(409, "OperationNotAllowed", message)
    storage = copy.deepcopy(machine.properties.get("storageProfile") or {})
    prefix, container = str(get(call.body, "vhdPrefix")), str(get(call.body, "destinationContainerName"))
    for disk, name in ((storage.get("osDisk"), "osDisk"), *((d, "dataDisk") for d in storage.get("dataDisks") or [])):
        account = str(get(disk, "vhd", "uri") or "").partition(".blob.")[0]
        path = f"system/Microsoft.Compute/Images/{container}/{prefix}-{name}.{uuid.uuid4()}.vhd"
        disk["image"] = {"uri": f"{account}.blob.core.windows.net/{path}"}
        disk["createOption"] = "FromImage"
    resource = {
        "apiVersion": "2017-03-30",
        "name": "[parameters('vmName')]",
        "type": "Microsoft.Compute/virtualMachines",
        "location": machine.location,
        "properties": {"hardwareProfile": machine.properties.get("hardwareProfile"), "storageProfile": storage},
    }
    template = {
        "$schema": _SCHEMA,
        "contentVersion": "1.0.0.0",
        "parameters": {"vmName": {"type": "string"}},
        "resources": [resource],
    }
    return _operation(provider, machine, 30, {"properties": {"output": template}} | template)


def attach_detach_data_disks(provider: ResourceProvider, machine: Resource, call: ActionCall) -> ArmReply:
    """Attach and detach managed data disks."""
    data = list(get(machine.properties, "storageProfile", "dataDisks") or [])
    leaving = {str(get(d, "diskId") or "").lower() for d in get(call.body, "dataDisksToDetach") or []}
    present = {reference_id(d.get("managedDisk")).lower() for d in data}
    if leaving - present:
        raise invalid_parameter("dataDisksToDetach.diskId", f"Disk {min(leaving - present)} is not attached.")
    kept = [d for d in data if reference_id(d.get("managedDisk")).lower() not in leaving]
    for sent in get(call.body, "dataDisksToAttach") or []:
        disk = provider.cloud.store.get(str(get(sent, "diskId") or ""))
        if disk is None:
            raise not_found_entity(str(get(sent, "diskId")))
        if disk.body.get("managedBy"):
            message = f"Disk {disk.address.last_name} is attached to VM {disk.body['managedBy']}."
            raise ArmError(409, "AttachDiskWhileBeingDetached", message)
        lun = get(sent, "lun")
        used = {d.get("lun") for d in kept}
        if lun is None:
            lun = next(i for i in range(64) if i not in used)
        elif lun in used:
            raise invalid_parameter("dataDisk.lun", f"Lun {lun} is already used by another data disk.")
        kept.append(
            {
                "lun": lun,
                "name": disk.address.last_name,
                "createOption": "Attach",
                "caching": get(sent, "caching") or "None",
                "managedDisk": {"storageAccountType": get(disk.body, "sku", "name"), "id": disk.id},
                "deleteOption": get(sent, "deleteOption") or "Detach",
                "diskSizeGB": disk.properties.get("diskSizeGB"),
                "toBeDetached": False,
            }
        )

    async def work() -> None:
        await provider.cloud.clock.sleep(10)
        machine.properties["storageProfile"]["dataDisks"] = kept
        attach(provider.cloud, machine)

    operation = provider.start_operation(machine, work)
    operation.result = lambda: machine.properties.get("storageProfile")
    return ArmReply(202, None, operation, (ASYNC, LOCATION))


def assess_patches(provider: ResourceProvider, machine: Resource, call: ActionCall) -> ArmReply:
    """Look for patches; a simulated machine has none."""
    _require_running(machine)
    now = stamp(provider.cloud.clock.now())
    counts = {"criticalAndSecurityPatchCount": 0, "otherPatchCount": 0}
    result = {
        "status": "Succeeded",
        "assessmentActivityId": str(uuid.uuid4()),
        "rebootPending": False,
        **counts,
        "startDateTime": now,
        "availablePatches": [],
        "error": {"code": "Success", "message": "0 error/s reported.", "details": []},
    }
    machine.private["patches"] = {**result, "lastModifiedTime": now}
    return _operation(provider, machine, 30, result)


def install_patches(provider: ResourceProvider, machine: Resource, call: ActionCall) -> ArmReply:
    """Install patches; a simulated machine has none to install."""
    _require_running(machine)
    for name in ("rebootSetting",):
        if not get(call.body, name):
            raise invalid_parameter(name, f"Required parameter '{name}' is missing (null).")
    counts = dict.fromkeys(
        ("notSelectedPatchCount", "excludedPatchCount", "pendingPatchCount", "installedPatchCount", "failedPatchCount"),
        0,
    )
    result: dict[str, Json] = {
        "status": "Succeeded",
        "installationActivityId": str(uuid.uuid4()),
        "rebootStatus": "NotNeeded",
        "maintenanceWindowExceeded": False,
        **counts,
        "patches": [],
        "startDateTime": stamp(provider.cloud.clock.now()),
        "error": {"code": "Success", "message": "0 error/s reported.", "details": []},
    }
    return _operation(provider, machine, 60, result)


def retrieve_boot_diagnostics(provider: ResourceProvider, machine: Resource, call: ActionCall) -> ArmReply:
    """The addresses of the serial log and the screenshot."""
    if get(machine.properties, "diagnosticsProfile", "bootDiagnostics", "enabled") is not True:
        message = f"Boot diagnostics is not enabled for VM '{machine.address.last_name}'."
        raise ArmError(409, "OperationNotAllowed", message)
    root = f"https://bootdiag.blob.core.windows.net/bootdiagnostics-{machine.properties.get('vmId')}"
    name = f"{machine.address.last_name}.{machine.properties.get('vmId')}"
    return ArmReply(
        200,
        {
            "consoleScreenshotBlobUri": f"{root}/{name}.screenshot.bmp?sv=2018-03-28&sr=b&sp=r",
            "serialConsoleLogBlobUri": f"{root}/{name}.serialconsole.log?sv=2018-03-28&sr=b&sp=r",
        },
    )


def _require_running(machine: Resource) -> None:
    if machine.private.get("power") != "running":
        raise ArmError(409, "OperationNotAllowed", "The operation requires the VM to be running (or set to run).")


def _disks(machine: Resource) -> list[dict[str, Json]]:
    storage = machine.properties.get("storageProfile") or {}
    return [d for d in (storage.get("osDisk"), *(storage.get("dataDisks") or [])) if isinstance(d, dict)]


def image_error(provider: ResourceProvider, reference: Json, location: str) -> ArmError | None:
    """The error for an imageReference to an image of the subscription that does not exist."""
    id_ = reference_id(reference)
    if not id_ or "/providers/microsoft.compute/" not in id_.lower() or not id_.lower().startswith("/subscriptions/"):
        return None
    address = ResourceId.parse(id_)
    kind = address.type.lower()
    store = provider.cloud.store
    if kind == "microsoft.compute/images" and store.get(id_) is None:
        return ArmError(
            404, "NotFound", f"The Image '{id_}' cannot be found in '{location}' region.", target="imageReference"
        )
    if not kind.startswith("microsoft.compute/galleries/images"):
        return None
    image = store.get(address.parent.id) if kind.endswith("/versions") and address.parent else store.get(id_)
    latest = not kind.endswith("/versions") or address.last_name.lower() == "latest"
    versions = list(store.of_type("microsoft.compute/galleries/images/versions", image.id)) if image else []
    if versions if latest else store.get(id_):
        return None
    message = (
        f"The gallery image {id_} is not available in {location} region. Please contact image owner to replicate to "
        "this region, or change your requested region."
    )
    return ArmError(404, "GalleryImageNotFound", message, target="imageReference")


MACHINE_ACTIONS: tuple[Action, ...] = (
    ("POST", "capture", capture),
    ("POST", "convertToManagedDisks", convert_to_managed_disks),
    ("POST", "attachDetachDataDisks", attach_detach_data_disks),
    ("POST", "assessPatches", assess_patches),
    ("POST", "installPatches", install_patches),
    ("POST", "retrieveBootDiagnosticsData", retrieve_boot_diagnostics),
)
