"""Extensions of virtual machines, scale sets and instances."""

from __future__ import annotations

from collections.abc import Mapping

from azops_tui.json_types import Json
from azops_tui.simulator.cloud import SimulatedCloud
from azops_tui.simulator.errors import ArmError, invalid_parameter
from azops_tui.simulator.providers.base import ResourceProvider, ResourceWrite
from azops_tui.simulator.providers.documents import get
from azops_tui.simulator.store import Resource


class VmExtensionProvider(ResourceProvider):
    """Extensions of virtual machines, scale sets and instances."""

    types = (
        "microsoft.compute/virtualmachines/extensions",
        "microsoft.compute/virtualmachinescalesets/extensions",
        "microsoft.compute/virtualmachinescalesets/virtualmachines/extensions",
    )

    def check(self, write: ResourceWrite) -> None:
        parent = self.cloud.store.get(write.address.parent.id) if write.address.parent else None
        if write.creates:
            for name in ("publisher", "type"):
                if not get(write.sent, "properties", name):
                    raise invalid_parameter(name, f"Required parameter '{name}' is missing (null).")
        if parent is not None and parent.private.get("power") in ("stopped", "deallocated"):
            raise ArmError(
                409,
                "OperationNotAllowed",
                "Cannot modify extensions in the VM when the VM is not running.",
            )

    def build_document(self, write: ResourceWrite) -> dict[str, Json]:
        body = super().build_document(write)
        properties = body["properties"]
        properties.pop("protectedSettings", None)
        properties.setdefault("autoUpgradeMinorVersion", False)
        parent = self.cloud.store.get(write.address.parent.id) if write.address.parent else None
        if parent is not None and parent.type.lower().endswith("/virtualmachines"):
            body.setdefault("location", parent.location)
        return body

    def show(self, resource: Resource, query: Mapping[str, str]) -> dict[str, Json]:
        if query.get("$expand", "").lower() != "instanceview":
            return resource.body
        view = extension_view(resource)
        return {**resource.body, "properties": {**resource.properties, "instanceView": view}}


def extension_view(resource: Resource) -> dict[str, Json]:
    status = {
        "code": f"ProvisioningState/{resource.state.lower()}",
        "level": "Info",
        "displayStatus": f"Provisioning {resource.state.lower()}",
    }
    return {
        "name": resource.address.last_name,
        "type": f"{resource.properties.get('publisher')}.{resource.properties.get('type')}",
        "typeHandlerVersion": resource.properties.get("typeHandlerVersion"),
        "statuses": [status],
    }


def handler_view(resource: Resource) -> dict[str, Json]:
    """The extension handler as the machine's agent reports it."""
    return {
        "type": f"{resource.properties.get('publisher')}.{resource.properties.get('type')}",
        "typeHandlerVersion": resource.properties.get("typeHandlerVersion"),
        "status": {"code": "ProvisioningState/succeeded", "level": "Info", "displayStatus": "Ready"},
    }


def add_application_extension(cloud: SimulatedCloud, machine: Resource) -> None:
    """Add the extension that installs the gallery applications of a machine."""
    system = str(get(machine.properties, "storageProfile", "osDisk", "osType") or "Linux")
    address = machine.address.child("extensions", "VMAppExtension")
    if cloud.store.get(address.id) is not None:
        return
    extension = Resource(address, {}, created=cloud.clock.now(), changed=cloud.clock.now())
    extension.body = {
        "name": address.last_name,
        "id": address.id,
        "type": "Microsoft.Compute/virtualMachines/extensions",
        "location": machine.location,
        "properties": {
            "autoUpgradeMinorVersion": True,
            "provisioningState": "Succeeded",
            "publisher": "Microsoft.CPlat.Core",
            "type": f"VMApplicationManager{system}",
            "typeHandlerVersion": "1.0",
            "settings": {},
        },
    }
    cloud.store.add(extension)
