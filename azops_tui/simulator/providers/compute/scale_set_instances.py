"""Instances of scale sets, each with its own address and host."""

from __future__ import annotations

import copy
import uuid
from collections.abc import Mapping

from azops_tui.arm.resource_id import ResourceId
from azops_tui.json_types import Json
from azops_tui.simulator.arm_reply import ArmReply
from azops_tui.simulator.clock import offset_stamp
from azops_tui.simulator.cloud import SimulatedCloud, SimulatedMachine
from azops_tui.simulator.errors import ArmError
from azops_tui.simulator.lro_profiles import ASYNC, LOCATION
from azops_tui.simulator.providers.base import ActionCall, ResourceProvider, ResourceWrite, posts
from azops_tui.simulator.providers.compute import images, profiles
from azops_tui.simulator.providers.compute.run_command import run_command
from azops_tui.simulator.providers.documents import get, reference_id
from azops_tui.simulator.providers.network.interfaces import allocate_private_address, mac_address
from azops_tui.simulator.store import Resource

INSTANCE_TYPE = "Microsoft.Compute/virtualMachineScaleSets/virtualMachines"
LETTERS = "0123456789abcdefghijklmnopqrstuvwxyz"
STEPS = {
    "start": ("starting", "running", 20.0),
    "restart": ("running", "running", 14.0),
    "poweroff": ("stopping", "stopped", 12.0),
    "deallocate": ("deallocating", "deallocated", 28.0),
    "reimage": ("starting", "running", 35.0),
    "reimageall": ("starting", "running", 40.0),
    "redeploy": ("starting", "running", 45.0),
    "performmaintenance": ("running", "running", 20.0),
}


class ScaleSetInstanceProvider(ResourceProvider):
    """Microsoft.Compute/virtualMachineScaleSets/virtualMachines of uniform scale sets."""

    types = (INSTANCE_TYPE.lower(),)

    def find(self, address: ResourceId) -> Resource | None:
        instance = self.cloud.store.get(address.id)
        if instance is not None or address.parent is None:
            return instance
        flexible = address.parent.scope + f"/providers/Microsoft.Compute/virtualMachines/{address.last_name}"
        machine = self.cloud.store.get(flexible)
        owner = reference_id(machine.properties.get("virtualMachineScaleSet")) if machine else ""
        return machine if owner.lower() == address.parent.key else None

    def check(self, write: ResourceWrite) -> None:
        if write.creates:
            raise ArmError(
                404,
                "NotFound",
                f"The entity {write.address.last_name} was not found in scale set "
                f"{write.address.parent.last_name if write.address.parent else ''}.",
            )

    def build_document(self, write: ResourceWrite) -> dict[str, Json]:
        if write.before is None:
            return {}
        body = copy.deepcopy(write.before.body)
        for name in ("protectionPolicy",):
            if name in write.properties:
                body["properties"][name] = write.properties[name]
        if "tags" in write.sent:
            body["tags"] = write.sent["tags"]
        return body

    def show(self, resource: Resource, query: Mapping[str, str]) -> dict[str, Json]:
        if "instanceview" not in query.get("$expand", "").lower():
            return resource.body
        view = instance_view(resource)
        return {**resource.body, "properties": {**resource.properties, "instanceView": view}}

    async def delete(self, resource: Resource) -> None:
        resource.properties["provisioningState"] = "Deleting"
        await remove_instance(self.cloud, resource)
        self._count(resource)

    def on_deleted(self, resource: Resource) -> None:
        self._count(resource)

    def _count(self, resource: Resource) -> None:
        owner = self.cloud.store.get(resource.address.parent.id) if resource.address.parent else None
        if owner is not None and isinstance(owner.body.get("sku"), dict) and owner.state != "Deleting":
            owner.body["sku"]["capacity"] = len(instances_of(self.cloud, owner))

    async def restore(self, resource: Resource) -> None:
        if resource.private.get("power") == "running":
            await self.cloud.start_host(host_of(resource))

    def read_instance_view(self, resource: Resource, call: ActionCall) -> ArmReply:
        return ArmReply(200, instance_view(resource))

    def simulate_eviction(self, resource: Resource, call: ActionCall) -> ArmReply:
        """Accept the request; nothing is evicted."""
        return ArmReply(204)

    def change_power(self, resource: Resource, call: ActionCall) -> ArmReply | None:
        """Start, stop, restart or reimage the instance."""
        owner = self.cloud.store.get(resource.address.parent.id) if resource.address.parent else None
        if owner is None:
            return None

        async def work() -> None:
            await change_instance_power(self.cloud, owner, resource, call.name)

        return ArmReply(202, None, self.start_operation(resource, work, empty=True), (ASYNC, LOCATION))

    def run_command(self, resource: Resource, call: ActionCall) -> ArmReply:
        """Run a script on the instance's host."""
        work, result = run_command(self.cloud, resource.address.key, call.body)
        operation = self.start_operation(resource, work)
        operation.result, operation.output = result, True
        return ArmReply(202, None, operation, (ASYNC, LOCATION))

    def list_interfaces(self, resource: Resource, call: ActionCall) -> ArmReply:
        return ArmReply(200, {"value": interfaces_of(self.cloud, resource)})

    def list_documents(self, address: ResourceId, query: Mapping[str, str]) -> list[Json]:
        scale_set = self.cloud.store.get(address.id)
        if scale_set is None or scale_set.properties.get("orchestrationMode") != "Flexible":
            return super().list_documents(address, query)
        return [
            {
                "name": i.address.last_name,
                "id": f"{scale_set.id}/virtualMachines/{i.address.last_name}",
                "type": INSTANCE_TYPE,
                "location": i.location,
                "instanceId": i.address.last_name,
                "zones": i.body.get("zones") or [None],
            }
            for i in instances_of(self.cloud, scale_set)
        ]

    actions = (
        ("GET", "instanceView", read_instance_view),
        ("GET", "networkInterfaces", list_interfaces),
        ("POST", "simulateEviction", simulate_eviction),
        ("POST", "runCommand", run_command),
        *posts(change_power, *STEPS),
    )


def instances_of(cloud: SimulatedCloud, scale_set: Resource) -> list[Resource]:
    """The instances of a scale set in order of creation; virtual machines for a flexible one."""
    key = scale_set.address.key
    if scale_set.properties.get("orchestrationMode") == "Flexible":
        machines = cloud.store.of_type("microsoft.compute/virtualmachines", scale_set.address.scope)
        return [m for m in machines if reference_id(m.properties.get("virtualMachineScaleSet")).lower() == key]
    return list(cloud.store.of_type(INSTANCE_TYPE, scale_set.id))


def make_instance(cloud: SimulatedCloud, scale_set: Resource) -> Resource:
    """Add an instance, with its addresses, in state Creating.

    Raises:
        ArmError: the subnet is full.
    """
    number = int(scale_set.private.get("next", 0))
    scale_set.private["next"] = number + 1
    model = copy.deepcopy(scale_set.properties.get("virtualMachineProfile") or {})
    flexible = scale_set.properties.get("orchestrationMode") == "Flexible"
    name = scale_set.address.last_name
    if flexible:
        name = f"{name}_{uuid.UUID(int=cloud.random.getrandbits(128)).hex[:8]}"
        address = ResourceId.parse(f"{scale_set.address.scope}/providers/Microsoft.Compute/virtualMachines/{name}")
    else:
        address = scale_set.address.child("virtualMachines", str(number))
        name = f"{name}_{number}"
    now = cloud.clock.now()
    instance = Resource(address, {}, created=now, changed=now)
    profile = model.get("osProfile")
    if isinstance(profile, dict):
        prefix = profile.pop("computerNamePrefix", None) or scale_set.address.last_name[:9]
        profile["computerName"] = f"{prefix}{base36(number)}"
    storage = model.get("storageProfile") or {}
    disk = storage.get("osDisk") or {}
    disk["name"] = f"{name}_OsDisk_1_{uuid.UUID(int=cloud.random.getrandbits(128)).hex}"
    if isinstance(disk.get("managedDisk"), dict):
        disk["managedDisk"]["id"] = f"{scale_set.address.scope}/providers/Microsoft.Compute/disks/{disk['name']}"
    storage.setdefault("dataDisks", [])
    if isinstance(storage.get("imageReference"), dict):
        profiles.exact_version(storage["imageReference"])
    properties: dict[str, Json] = {
        "latestModelApplied": True,
        "modelDefinitionApplied": "VirtualMachineScaleSet",
        "networkProfileConfiguration": model.get("networkProfile") or {},
        "provisioningState": "Creating",
        "hardwareProfile": {"vmSize": get(scale_set.body, "sku", "name")},
        "vmId": str(uuid.UUID(int=cloud.random.getrandbits(128), version=4)),
        "storageProfile": storage,
        "osProfile": profile,
        "networkProfile": {"networkInterfaces": []},
        "timeCreated": offset_stamp(now),
    }
    if profile is None:
        del properties["osProfile"]
    sku = {k: v for k, v in (scale_set.body.get("sku") or {}).items() if k != "capacity"}
    instance.body = {
        "name": name,
        "id": address.id,
        "type": address.type,
        "location": scale_set.location,
        "tags": dict(scale_set.body.get("tags") or {}),
        "instanceId": str(number),
        "sku": sku,
        "properties": properties,
    }
    zones = scale_set.body.get("zones")
    if zones:
        instance.body["zones"] = [zones[number % len(zones)]]
    if flexible:
        for key in ("latestModelApplied", "modelDefinitionApplied", "networkProfileConfiguration"):
            del properties[key]
        del instance.body["instanceId"], instance.body["sku"]
        properties["virtualMachineScaleSet"] = {"id": scale_set.id}
    _place(scale_set, instance, number)
    cloud.store.add(instance)
    _connect(cloud, scale_set, instance, flexible)
    return instance


def _place(scale_set: Resource, instance: Resource, number: int) -> None:
    faults = max(1, int(scale_set.properties.get("platformFaultDomainCount") or 5))
    instance.private |= {
        "power": "starting",
        "fault": number % faults,
        "update": number % 5,
        "model": scale_set.private.get("model", 1),
    }


def _connect(cloud: SimulatedCloud, scale_set: Resource, instance: Resource, flexible: bool) -> None:
    """Create the instance's network interfaces and allocate their addresses."""
    model = get(scale_set.properties, "virtualMachineProfile", "networkProfile", "networkInterfaceConfigurations")
    views: list[Json] = []
    for configuration in model or []:
        name = f"{configuration['name']}-{uuid.uuid4().hex[:8]}" if flexible else str(configuration["name"])
        id_ = (
            f"{scale_set.address.scope}/providers/Microsoft.Network/networkInterfaces/{name}"
            if flexible
            else f"{instance.id}/networkInterfaces/{name}"
        )
        inner = copy.deepcopy(configuration.get("properties") or {})
        for i, each in enumerate(inner.get("ipConfigurations") or []):
            each["id"] = f"{id_}/ipConfigurations/{each['name']}"
            settings = each.setdefault("properties", {})
            settings |= {"provisioningState": "Succeeded", "privateIPAllocationMethod": "Dynamic"}
            settings.setdefault("primary", i == 0)
            subnet = reference_id(settings.get("subnet"))
            if subnet:
                settings["privateIPAddress"] = allocate_private_address(cloud, subnet, each["id"], "", instance.id)
        inner |= {
            "provisioningState": "Succeeded",
            "resourceGuid": str(uuid.uuid4()),
            "macAddress": mac_address(cloud),
            "virtualMachine": {"id": instance.id},
        }
        inner.setdefault("primary", True)
        view = {"name": name, "id": id_, "etag": f'W/"{uuid.uuid4()}"', "properties": inner}
        instance.properties["networkProfile"]["networkInterfaces"].append({"id": id_})
        if flexible:
            view |= {"type": "Microsoft.Network/networkInterfaces", "location": scale_set.location}
            cloud.store.add(Resource(ResourceId.parse(id_), view, created=instance.created))
        views.append(view)
    instance.private["interfaces"] = views


def interfaces_of(cloud: SimulatedCloud, instance: Resource) -> list[Json]:
    """The network interfaces of an instance, as the network service shows them."""
    return list(instance.private.get("interfaces") or [])


def address_of(instance: Resource) -> str:
    """The instance's first private address; empty if it has none."""
    for view in instance.private.get("interfaces") or []:
        for configuration in view["properties"].get("ipConfigurations") or []:
            address = configuration["properties"].get("privateIPAddress")
            if address:
                return str(address)
    return ""


def host_of(instance: Resource) -> SimulatedMachine:
    """The machine to start for an instance."""
    profile = instance.properties.get("osProfile")
    return SimulatedMachine(
        key=instance.address.key,
        name=str(get(profile, "computerName") or instance.address.last_name),
        user=str(get(profile, "adminUsername") or "azureuser"),
        public_keys=profiles.public_keys(profile),
        private_address=address_of(instance),
        public_address=None,
        fqdn=None,
        size=str(get(instance.properties, "hardwareProfile", "vmSize") or ""),
        image=images.describe(get(instance.properties, "storageProfile", "imageReference")),
    )


async def start_instance(cloud: SimulatedCloud, scale_set: Resource, instance: Resource, place: int) -> None:
    """The work of creating an instance; instances later in a batch take longer."""
    await cloud.clock.sleep(cloud.operations.vary(24.0 + min(place, 20) * 2.5))
    if cloud.store.get(instance.id) is not instance:
        return
    instance.private["power"] = "running"
    instance.properties["provisioningState"] = "Succeeded"
    instance.changed = cloud.clock.now()
    await cloud.start_host(host_of(instance))


async def remove_instance(cloud: SimulatedCloud, instance: Resource) -> None:
    """The work of deleting an instance."""
    await cloud.stop_host(instance.address.key, forget=True)
    await cloud.clock.sleep(cloud.operations.vary(18.0))
    for view in instance.private.get("interfaces") or []:
        nic = cloud.store.get(view["id"])
        if nic is not None:
            cloud.store.remove(nic)
    cloud.addresses.free(instance.id)
    for view in instance.private.get("interfaces") or []:
        cloud.addresses.free(view["id"])
    cloud.store.remove(instance)


async def change_instance_power(cloud: SimulatedCloud, scale_set: Resource, instance: Resource, action: str) -> None:
    """Start, stop, restart or reimage an instance and its host."""
    meanwhile, after, seconds = STEPS[action]
    if action == "start" and instance.private.get("power") == "running":
        return
    instance.private["power"] = meanwhile
    instance.properties["provisioningState"] = "Updating"
    if action != "start":
        await cloud.stop_host(instance.address.key)
    await cloud.clock.sleep(cloud.operations.vary(seconds))
    if action.startswith("reimage"):
        instance.private["model"] = scale_set.private.get("model")
        instance.properties["latestModelApplied"] = True
    instance.changed = cloud.clock.now()
    instance.private["power"] = after
    instance.properties["provisioningState"] = "Succeeded"
    if after == "running":
        await cloud.start_host(host_of(instance))


def instance_view(instance: Resource) -> dict[str, Json]:
    """The instance view: domains, agent, disks, statuses."""
    when = offset_stamp(instance.changed)
    power = str(instance.private.get("power", "running"))
    storage = instance.properties.get("storageProfile") or {}
    disk = get(storage, "osDisk", "name")
    body: dict[str, Json] = {
        "placementGroupId": "",
        "platformUpdateDomain": instance.private.get("update", 0),
        "platformFaultDomain": instance.private.get("fault", 0),
        "disks": [{"name": disk, "statuses": [profiles.provisioning_status("Succeeded", when)]}],
        "hyperVGeneration": "V1",
        "statuses": [profiles.provisioning_status(instance.state, when), profiles.power_status(power)],
    }
    if power == "running":
        ready = profiles.status("ProvisioningState/succeeded", "Ready", when, "Guest Agent is running")
        name, version = profiles.system_version(storage.get("imageReference"), str(get(storage, "osDisk", "osType")))
        body |= {
            "computerName": get(instance.properties, "osProfile", "computerName"),
            "osName": name,
            "osVersion": version,
            "vmAgent": {"vmAgentVersion": "2.9.1.1", "statuses": [ready], "extensionHandlers": []},
        }
    if instance.private.get("model") is not None:
        instance.properties.setdefault("latestModelApplied", True)
    return body


def base36(number: int) -> str:
    """An instance number as the suffix of a computer name: six characters in base 36."""
    text = ""
    for _ in range(6):
        number, digit = divmod(number, 36)
        text = LETTERS[digit] + text
    return text.upper()
