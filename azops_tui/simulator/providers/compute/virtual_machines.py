"""Virtual machines: their disks, power states, instance views and hosts."""

from __future__ import annotations

import asyncio
import copy
import uuid
from collections.abc import Mapping

from azops_tui.json_types import Json
from azops_tui.simulator.arm_reply import ArmReply
from azops_tui.simulator.clock import offset_stamp
from azops_tui.simulator.cloud import SimulatedMachine
from azops_tui.simulator.errors import ArmError, invalid_parameter, not_found_entity, require
from azops_tui.simulator.lro_profiles import ASYNC, LOCATION
from azops_tui.simulator.providers.base import ActionCall, ResourceProvider, ResourceWrite, posts
from azops_tui.simulator.providers.compute import images, profiles
from azops_tui.simulator.providers.compute.custom_images import add_image_disks, custom_image, image_source
from azops_tui.simulator.providers.compute.disks import attach, detach, keep_unnamed_disks, leaving_disks
from azops_tui.simulator.providers.compute.extensions import add_application_extension, extension_view, handler_view
from azops_tui.simulator.providers.compute.machine_actions import MACHINE_ACTIONS, image_error
from azops_tui.simulator.providers.compute.run_command import run_command
from azops_tui.simulator.providers.compute.sizes import sizes
from azops_tui.simulator.providers.documents import get, merge, reference_id
from azops_tui.simulator.providers.network.interfaces import addresses_of, release_addresses
from azops_tui.simulator.store import Resource

POWER_STEPS = {
    "start": ("starting", "running", 22.0),
    "restart": ("running", "running", 14.0),
    "poweroff": ("stopping", "stopped", 12.0),
    "deallocate": ("deallocating", "deallocated", 30.0),
    "redeploy": ("starting", "running", 60.0),
    "reimage": ("starting", "running", 40.0),
    "reapply": ("running", "running", 5.0),
    "performmaintenance": ("running", "running", 5.0),
}
"""Power state meanwhile, power state after, and seconds in Azure's time, by action."""


class VirtualMachineProvider(ResourceProvider):
    """Microsoft.Compute/virtualMachines."""

    types = ("microsoft.compute/virtualmachines",)

    def check(self, write: ResourceWrite) -> None:
        if write.patch:
            return
        properties = write.properties
        self._check_profiles(write, properties)
        used = [reference_id(n) for n in get(properties, "networkProfile", "networkInterfaces") or []]
        own = get(properties, "networkProfile", "networkInterfaceConfigurations")
        if not used and not own and write.creates and not get(properties, "virtualMachineScaleSet"):
            raise invalid_parameter("networkProfile", "Required parameter 'networkProfile' is missing (null).")
        reference = get(properties, "storageProfile", "imageReference")
        missing = image_error(self, reference, str(write.sent.get("location") or "")) if write.creates else None
        if missing is not None:
            raise missing
        for nic in used:
            self._check_interface(nic, write)
        for name in ("availabilitySet", "virtualMachineScaleSet", "proximityPlacementGroup", "host"):
            target = reference_id(get(properties, name))
            require(not target or self.cloud.store.get(target), not_found_entity(target))

    def _check_profiles(self, write: ResourceWrite, properties: dict[str, Json]) -> None:
        if write.creates:
            require(
                get(properties, "hardwareProfile", "vmSize") or get(properties, "virtualMachineScaleSet"),
                invalid_parameter("vmSize", "Required parameter 'vmSize' is missing (null)."),
            )
            require(
                get(properties, "storageProfile"),
                invalid_parameter("storageProfile", "Required parameter 'storageProfile' is missing (null)."),
            )
            name = get(properties, "osProfile", "computerName")
            if name and images.system_of(get(properties, "storageProfile", "imageReference")) == "Linux":
                profiles.check_name(str(name), 64, "computerName")
        profiles.check_os(get(properties, "osProfile"), generalised=write.creates)
        before = write.before.properties if write.before else {}
        old = get(before, "osProfile", "linuxConfiguration", "ssh")
        new = get(properties, "osProfile", "linuxConfiguration", "ssh")
        if write.before is not None and old is not None and new is not None:
            before_keys = {str(get(k, "keyData")).strip() for k in get(old, "publicKeys") or []}
            sent_keys = {str(get(k, "keyData")).strip() for k in get(new, "publicKeys") or []}
            if before_keys != sent_keys:
                raise ArmError(
                    409,
                    "PropertyChangeNotAllowed",
                    "Changing property 'linuxConfiguration.ssh.publicKeys' is not allowed.",
                    target="linuxConfiguration.ssh.publicKeys",
                )

    def _check_interface(self, nic: str, write: ResourceWrite) -> None:
        interface = self.cloud.store.get(nic)
        if interface is None:
            raise not_found_entity(nic)
        for other in self.cloud.store.of_type(self.types[0], f"/subscriptions/{write.address.subscription}"):
            if other.address.key == write.address.key or other.state == "Deleting":
                continue
            if any(reference_id(n).lower() == nic.lower() for n in _interfaces(other)):
                raise ArmError(
                    400,
                    "NicInUse",
                    f"Network Interface {interface.id} is used by existing resource {other.id}. In order to use it "
                    f"with {write.address.id}, it must be dissociated from the existing resource.",
                    details=[],
                )

    def build_document(self, write: ResourceWrite) -> dict[str, Json]:
        body = super().build_document(write)
        properties = body["properties"]
        old = write.before.properties if write.before else {}
        if not write.patch and write.before is not None:
            kept = copy.deepcopy(old)
            for name in ("osProfile", "storageProfile", "hardwareProfile", "networkProfile"):
                if name == "storageProfile" and get(properties, name, "dataDisks") is not None:
                    data = properties[name]["dataDisks"]
                    keep_unnamed_disks(get(old, name, "dataDisks") or [], data)
                    data += leaving_disks(get(old, name, "dataDisks") or [], data)
                if name in properties:
                    kept[name] = merge(kept.get(name) or {}, properties[name])
            body["properties"] = properties = {
                **kept,
                **{k: v for k, v in properties.items() if k not in kept},
                **{
                    k: v
                    for k, v in properties.items()
                    if k not in ("osProfile", "storageProfile", "hardwareProfile", "networkProfile")
                },
            }
            properties.pop("instanceView", None)
        properties.pop("resources", None)
        properties.setdefault("vmId", str(uuid.uuid4()))
        properties.setdefault("timeCreated", offset_stamp(self.cloud.clock.now()))
        size = str(get(properties, "hardwareProfile", "vmSize") or "Standard_DS1_v2")
        storage = properties.setdefault("storageProfile", {})
        reference = storage.get("imageReference")
        system = str(get(storage, "osDisk", "osType") or images.system_of(reference))
        if isinstance(reference, dict):
            profiles.exact_version(reference)
        disk = storage.setdefault("osDisk", {})
        source = custom_image(self.cloud, reference) if write.creates else None
        if source is not None:
            add_image_disks(storage, source, write.address.last_name)
        words = [str(get(reference, k) or "") for k in ("publisher", "offer", "sku")]
        gigabytes = images.system_gigabytes(*words) if words[0] else images.disk_size(system)
        self._complete_disk(disk, write, size, 1, gigabytes)
        if words[0] and images.generation(reference) == "V2":
            storage.setdefault("diskControllerType", "SCSI")
        disk["osType"] = system
        disk["createOption"] = profiles.create_option(disk.get("createOption"))
        disk.setdefault("caching", "ReadWrite")
        storage["dataDisks"] = list(storage.get("dataDisks") or [])
        for i, data in enumerate(storage["dataDisks"]):
            self._complete_disk(data, write, size, i + 2, 0)
            data["createOption"] = profiles.create_option(data.get("createOption") or "Empty")
            data.setdefault("caching", "None")
            data.setdefault("toBeDetached", False)
        profile = properties.get("osProfile")
        if isinstance(profile, dict):
            profile.setdefault("computerName", write.address.last_name)
            profiles.add_os_defaults(profile, system)
        return body

    def _complete_disk(
        self, disk: dict[str, Json], write: ResourceWrite, size: str, number: int, gigabytes: int
    ) -> None:
        managed = disk.get("managedDisk")
        if disk.get("vhd") is not None:
            disk.setdefault("name", f"{write.address.last_name}_disk{number}")
            disk.setdefault("deleteOption", "Detach")
            if gigabytes:
                disk.setdefault("diskSizeGB", gigabytes)
            return
        if not isinstance(managed, dict):
            managed = disk["managedDisk"] = {}
        disk_id = reference_id(managed)
        if not disk.get("name"):
            alone = number == 1 and not get(write.sent, "properties", "storageProfile", "dataDisks")
            part = "OsDisk_1" if alone else f"disk{number}"
            generated_name = f"{write.address.last_name}_{part}_{uuid.uuid4().hex}"
            disk["name"] = disk_id.rsplit("/", 1)[-1] if disk_id else generated_name
        if not managed.get("storageAccountType"):
            existing = self.cloud.store.get(disk_id) if disk_id else None
            kind = get(existing.body, "sku", "name") if existing else None
            managed["storageAccountType"] = kind or profiles.storage_account_type(size)
        managed.setdefault("id", f"{write.address.scope}/providers/Microsoft.Compute/disks/{disk['name']}")
        disk.setdefault("deleteOption", "Detach")
        if gigabytes:
            disk.setdefault("diskSizeGB", gigabytes)

    def on_written(self, resource: Resource, write: ResourceWrite) -> None:
        attach(self.cloud, resource)
        if get(resource.properties, "applicationProfile", "galleryApplications"):
            add_application_extension(self.cloud, resource)
        if write.creates:
            resource.private["power"] = "starting"
            for nic in _interfaces(resource):
                interface = self.cloud.store.get(reference_id(nic))
                if interface is not None:
                    addresses_of(self.cloud, interface, allocating=True)

    async def work(self, resource: Resource, write: ResourceWrite) -> None:
        await super().work(resource, write)
        if write.creates:
            await self.switch_on(resource)

    async def switch_on(self, resource: Resource) -> None:
        """Start the host of a virtual machine."""
        resource.private["power"] = "running"
        await self.cloud.start_host(self.host(resource))

    async def restore(self, resource: Resource) -> None:
        if resource.private.get("power") == "running":
            await self.switch_on(resource)

    def host(self, resource: Resource) -> SimulatedMachine:
        """The machine to start for a virtual machine."""
        private = public = fqdn = ""
        for used in _interfaces(resource):
            interface = self.cloud.store.get(reference_id(used))
            if interface is not None:
                private, public, fqdn = addresses_of(self.cloud, interface, allocating=True)
                break
        profile = resource.properties.get("osProfile")
        return SimulatedMachine(
            key=resource.address.key,
            name=str(get(profile, "computerName") or resource.address.last_name),
            user=str(get(profile, "adminUsername") or "azureuser"),
            public_keys=profiles.public_keys(profile),
            private_address=private,
            public_address=public or None,
            fqdn=fqdn or None,
            size=str(get(resource.properties, "hardwareProfile", "vmSize") or ""),
            image=images.describe(get(resource.properties, "storageProfile", "imageReference")),
        )

    def show(self, resource: Resource, query: Mapping[str, str]) -> dict[str, Json]:
        body = resource.body
        below = self._extensions(resource)
        expanded = [word.strip() for word in query.get("$expand", "").lower().split(",")]
        view = "instanceview" in expanded or query.get("statusonly") == "true"
        if not view and not below:
            return body
        body = copy.copy(body)
        if below:
            body["resources"] = [r.body for r in below]
        if view:
            body["properties"] = {**resource.properties, "instanceView": self.instance_view(resource)}
        return body

    def instance_view(self, resource: Resource) -> dict[str, Json]:
        """The instance view: agent, disks, statuses."""
        when = offset_stamp(resource.changed)
        power = str(resource.private.get("power", "running"))
        storage = resource.properties.get("storageProfile") or {}
        ready = profiles.status("ProvisioningState/succeeded", "Ready", when, "Guest Agent is running")
        reference = storage.get("imageReference")
        reference = image_source(self.cloud, reference_id(reference)) or reference
        name, version = profiles.system_version(reference, str(get(storage, "osDisk", "osType")))
        disks = [storage.get("osDisk") or {}, *(storage.get("dataDisks") or [])]
        body: dict[str, Json] = {
            "disks": [
                {"name": d.get("name"), "statuses": [profiles.provisioning_status("Succeeded", when)]} for d in disks
            ],
            "hyperVGeneration": images.generation(storage.get("imageReference")),
            "statuses": [profiles.provisioning_status(resource.state, when), profiles.power_status(power)],
        }
        if power == "running":
            body = {
                "computerName": get(resource.properties, "osProfile", "computerName"),
                "osName": name,
                "osVersion": version,
                "vmAgent": {
                    "vmAgentVersion": "2.9.1.1",
                    "statuses": [ready],
                    "extensionHandlers": [handler_view(e) for e in self._extensions(resource)],
                },
                **body,
            }
        extensions = [extension_view(e) for e in self._extensions(resource)]
        if extensions:
            body["extensions"] = extensions
        return body

    def _extensions(self, resource: Resource) -> list[Resource]:
        below = self.cloud.store.below(resource.address)
        return [r for r in below if r.address.type.lower() == "microsoft.compute/virtualmachines/extensions"]

    def on_completed(self, resource: Resource) -> None:
        storage = resource.properties.get("storageProfile") or {}
        if storage.get("dataDisks"):
            storage["dataDisks"] = [d for d in storage["dataDisks"] if d.get("toBeDetached") is not True]
        attach(self.cloud, resource)

    async def delete(self, resource: Resource) -> None:
        await self.cloud.stop_host(resource.address.key, forget=True)
        await super().delete(resource)

    def on_deleted(self, resource: Resource) -> None:
        detach(self.cloud, resource)
        for used in _interfaces(resource):
            if str(get(used, "properties", "deleteOption")).lower() == "delete":
                nic = self.cloud.store.get(reference_id(used))
                if nic is not None:
                    self.cloud.store.remove(nic)
                    self.cloud.addresses.free(nic.id)
        self.cloud.operations.spawn(self.cloud.stop_host(resource.address.key, forget=True))

    def read_instance_view(self, resource: Resource, call: ActionCall) -> ArmReply:
        return ArmReply(200, self.instance_view(resource))

    def list_sizes(self, resource: Resource, call: ActionCall) -> ArmReply:
        """The sizes that the machine can be changed to."""
        return ArmReply(200, {"value": sizes()})

    def generalize(self, resource: Resource, call: ActionCall) -> ArmReply:
        """Mark a stopped virtual machine as generalized."""
        if resource.private.get("power") not in ("stopped", "deallocated"):
            raise ArmError(409, "OperationNotAllowed", "The Virtual Machine must be stopped before it is generalized.")
        resource.private["generalized"] = True
        return ArmReply(200)

    def simulate_eviction(self, resource: Resource, call: ActionCall) -> ArmReply:
        """Accept the request for a spot machine; nothing is evicted."""
        if str(resource.properties.get("priority", "")).lower() != "spot":
            raise ArmError(
                409, "OperationNotAllowed", "Operation 'simulateEviction' is allowed only for Spot Virtual Machines"
            )
        return ArmReply(204)

    def run_command(self, resource: Resource, call: ActionCall) -> ArmReply:
        """Run a script on the machine's host."""
        if resource.private.get("power") != "running":
            raise ArmError(409, "OperationNotAllowed", "The operation requires the VM to be running (or set to run).")
        work, result = run_command(self.cloud, resource.address.key, call.body)
        operation = self.start_operation(resource, work)
        operation.result, operation.output = result, True
        return ArmReply(202, None, operation, (ASYNC, LOCATION))

    def change_power(self, resource: Resource, call: ActionCall) -> ArmReply:
        """Start, stop, restart, deallocate or reimage the virtual machine."""
        meanwhile, after, seconds = POWER_STEPS[call.name]

        async def work() -> None:
            async with self.cloud.lock(resource.address.key):
                await self.power(resource, meanwhile, after, seconds, call.name)

        return ArmReply(202, None, self.start_operation(resource, work, empty=True), (ASYNC, LOCATION))

    actions = (
        ("GET", "instanceView", read_instance_view),
        ("GET", "vmSizes", list_sizes),
        ("POST", "generalize", generalize),
        ("POST", "simulateEviction", simulate_eviction),
        ("POST", "runCommand", run_command),
        *posts(change_power, *POWER_STEPS),
        *MACHINE_ACTIONS,
    )

    async def power(self, resource: Resource, meanwhile: str, after: str, seconds: float, action: str) -> None:
        """Take a virtual machine and its host from one power state to the next."""
        before = resource.private.get("power")
        if action == "start" and before == "running":
            return
        resource.private["power"] = meanwhile
        resource.properties["provisioningState"] = "Updating"
        if after != "running" or action in ("restart", "redeploy", "reimage"):
            await self.cloud.stop_host(resource.address.key)
        if after == "deallocated":
            for used in _interfaces(resource):
                nic = self.cloud.store.get(reference_id(used))
                if nic is not None:
                    release_addresses(self.cloud, nic)
        await self.cloud.clock.sleep(self.cloud.operations.vary(seconds))
        resource.changed = self.cloud.clock.now()
        resource.properties["provisioningState"] = "Succeeded"
        if after == "running" and action != "reapply":
            await asyncio.shield(self.switch_on(resource))
        resource.private["power"] = after


def _interfaces(resource: Resource) -> list[Json]:
    return list(get(resource.properties, "networkProfile", "networkInterfaces") or [])
