"""Scale sets: the model, and the instances that follow it."""

from __future__ import annotations

import asyncio
import copy
import uuid
from collections import Counter
from collections.abc import Awaitable, Callable

from azops_tui.arm.resource_id import ResourceId
from azops_tui.json_types import Json
from azops_tui.simulator.arm_reply import ArmReply
from azops_tui.simulator.clock import offset_stamp
from azops_tui.simulator.errors import ArmError, invalid_parameter, require
from azops_tui.simulator.lro_profiles import ASYNC, LOCATION
from azops_tui.simulator.providers.base import ActionCall, ResourceProvider, ResourceWrite, posts
from azops_tui.simulator.providers.compute import images, profiles
from azops_tui.simulator.providers.compute.scale_set_instances import (
    STEPS,
    change_instance_power,
    instances_of,
    interfaces_of,
    make_instance,
    remove_instance,
    start_instance,
)
from azops_tui.simulator.providers.documents import get, merge
from azops_tui.simulator.providers.network.elements import find_element, references
from azops_tui.simulator.store import Resource

ROLLING = {
    "maxBatchInstancePercent": 20,
    "maxUnhealthyInstancePercent": 20,
    "maxUnhealthyUpgradedInstancePercent": 20,
    "pauseTimeBetweenBatches": "PT0S",
    "maxSurge": False,
    "rollbackFailedInstancesOnPolicyBreach": False,
}
LIMIT = 1000


class ScaleSetProvider(ResourceProvider):
    """Microsoft.Compute/virtualMachineScaleSets."""

    types = ("microsoft.compute/virtualmachinescalesets",)

    def check(self, write: ResourceWrite) -> None:
        capacity = get(write.sent, "sku", "capacity")
        if capacity is not None and (not isinstance(capacity, int) or not 0 <= capacity <= LIMIT):
            raise invalid_parameter("sku.capacity", f"The value of parameter sku.capacity is invalid: {capacity}.")
        properties = write.properties
        profile = get(properties, "virtualMachineProfile")
        if not write.patch and write.creates and profile is not None:
            require(
                get(write.sent, "sku", "name"),
                invalid_parameter("sku", "Required parameter 'sku' is missing (null)."),
            )
        os_profile = get(profile, "osProfile")
        profiles.check_os(os_profile, generalised=write.creates)
        prefix = get(os_profile, "computerNamePrefix")
        if prefix:
            profiles.check_name(str(prefix), 58, "computerNamePrefix")
        for reference in references(get(profile, "networkProfile")):
            target = ResourceId.parse(reference)
            if target.namespace.lower() != "microsoft.network" or not target.names:
                continue
            if self.cloud.store.get(target.id) is None and find_element(self.cloud, target) is None:
                raise ArmError(
                    400,
                    "InvalidResourceReference",
                    f"Resource {target.id} referenced by resource {write.address.id} was not found. Please make sure "
                    "that the referenced resource exists, and that both resources are in the same region.",
                    details=[],
                )

    def build_document(self, write: ResourceWrite) -> dict[str, Json]:
        body = super().build_document(write)
        old = write.before.body if write.before else {}
        if not write.patch and write.before is not None:
            body = merge(copy.deepcopy({k: v for k, v in old.items() if k not in ("id", "name", "type")}), body)
        properties = body["properties"]
        sku = body.get("sku")
        if isinstance(sku, dict):
            sku.setdefault("tier", str(sku.get("name", "")).split("_")[0] or "Standard")
            sku.setdefault("capacity", get(old, "sku", "capacity") or 0)
        properties.setdefault("orchestrationMode", "Uniform")
        flexible = properties["orchestrationMode"] == "Flexible"
        properties.setdefault("singlePlacementGroup", not flexible)
        policy = properties.setdefault("upgradePolicy", {"mode": "Manual"})
        if not flexible:
            policy.setdefault("mode", "Manual")
            policy["rollingUpgradePolicy"] = {**ROLLING, **(policy.get("rollingUpgradePolicy") or {})}
            properties.setdefault("overprovision", True)
            properties.setdefault("doNotRunExtensionsOnOverprovisionedVMs", False)
            properties.setdefault("platformFaultDomainCount", 5)
        else:
            properties.setdefault("platformFaultDomainCount", 1)
            properties.setdefault("constrainedMaximumCapacity", False)
        properties.setdefault("uniqueId", str(uuid.uuid4()))
        properties.setdefault("timeCreated", offset_stamp(self.cloud.clock.now()))
        profile = properties.get("virtualMachineProfile")
        if isinstance(profile, dict):
            self._complete_profile(profile, body, flexible)
        return body

    def _complete_profile(self, profile: dict[str, Json], body: dict[str, Json], flexible: bool) -> None:
        storage = profile.setdefault("storageProfile", {})
        reference = storage.get("imageReference")
        system = str(get(storage, "osDisk", "osType") or images.system_of(reference))
        size = str(get(body, "sku", "name") or "")
        disk = storage.setdefault("osDisk", {})
        disk["osType"] = system
        disk["createOption"] = profiles.create_option(disk.get("createOption"))
        disk.setdefault("caching", "ReadWrite")
        managed = disk.get("managedDisk")
        if disk.get("vhdContainers") is None:
            managed = managed if isinstance(managed, dict) else {}
            disk["managedDisk"] = managed
            if not managed.get("storageAccountType"):
                managed["storageAccountType"] = profiles.storage_account_type(size)
            disk.setdefault("diskSizeGB", images.disk_size(system))
            if flexible:
                disk.setdefault("deleteOption", "Delete")
        for data in storage.get("dataDisks") or []:
            data["createOption"] = profiles.create_option(data.get("createOption") or "Empty")
            data.setdefault("caching", "None")
            if not isinstance(data.get("managedDisk"), dict):
                data["managedDisk"] = {}
            if not data["managedDisk"].get("storageAccountType"):
                data["managedDisk"]["storageAccountType"] = profiles.storage_account_type(size)
        if isinstance(profile.get("osProfile"), dict):
            profiles.add_os_defaults(profile["osProfile"], system)
        for nic in get(profile, "networkProfile", "networkInterfaceConfigurations") or []:
            inner = nic.setdefault("properties", {})
            inner.setdefault("disableTcpStateTracking", False)
            inner.setdefault("dnsSettings", {"dnsServers": []})
            inner.setdefault("enableIPForwarding", False)
            for configuration in inner.get("ipConfigurations") or []:
                settings = configuration.setdefault("properties", {})
                settings.setdefault("privateIPAddressVersion", "IPv4")
                if flexible:
                    settings.setdefault("applicationSecurityGroups", [])
                    settings.setdefault("loadBalancerBackendAddressPools", [])
                    settings.setdefault("applicationGatewayBackendAddressPools", [])
            if flexible:
                for key, value in (("auxiliaryMode", "None"), ("auxiliarySku", "None"), ("deleteOption", "Delete")):
                    inner.setdefault(key, value)
        profile.setdefault("timeCreated", get(body, "properties", "timeCreated"))

    def on_written(self, resource: Resource, write: ResourceWrite) -> None:
        model = copy.deepcopy(resource.properties.get("virtualMachineProfile"))
        if resource.private.get("profile") != model:
            resource.private["profile"] = model
            resource.private["model"] = int(resource.private.get("model", 0)) + 1
            if not write.creates and get(resource.properties, "orchestrationMode") != "Flexible":
                for instance in instances_of(self.cloud, resource):
                    instance.properties["latestModelApplied"] = False

    async def work(self, resource: Resource, write: ResourceWrite) -> None:
        async with self.cloud.lock(resource.address.key):
            await super().work(resource, write)
            await self._follow(resource)
            if get(resource.properties, "upgradePolicy", "mode") == "Automatic":
                await self._upgrade(resource, instances_of(self.cloud, resource))

    async def _follow(self, resource: Resource) -> None:
        """Create or delete instances to reach the capacity."""
        capacity = int(get(resource.body, "sku", "capacity") or 0)
        instances = instances_of(self.cloud, resource)
        if len(instances) > capacity:
            order = sorted(instances, key=lambda r: r.created)
            newest = get(resource.properties, "scaleInPolicy", "rules") or ["Default"]
            leaving = order[: len(instances) - capacity] if newest[0] == "OldestVM" else order[capacity:]
            await self._remove(leaving)
        elif len(instances) < capacity:
            created = [make_instance(self.cloud, resource) for _ in range(capacity - len(instances))]
            await asyncio.gather(*(start_instance(self.cloud, resource, i, place) for place, i in enumerate(created)))

    async def _remove(self, leaving: list[Resource]) -> None:
        for instance in leaving:
            instance.properties["provisioningState"] = "Deleting"
        await asyncio.gather(*(remove_instance(self.cloud, i) for i in leaving))

    def check_delete(self, resource: Resource) -> None:
        for instance in instances_of(self.cloud, resource):
            if get(instance.properties, "protectionPolicy", "protectFromScaleSetActions"):
                raise ArmError(
                    409,
                    "OperationNotAllowed",
                    f"Instance {instance.address.last_name} is protected from scale set actions.",
                )

    async def delete(self, resource: Resource) -> None:
        async with self.cloud.lock(resource.address.key):
            await self._remove(instances_of(self.cloud, resource))
            await self.cloud.clock.sleep(5)

    def on_deleted(self, resource: Resource) -> None:
        self.cloud.addresses.free(resource.id)

    def read_instance_view(self, resource: Resource, call: ActionCall) -> ArmReply:
        """The number of instances in each state."""
        counts = Counter(f"ProvisioningState/{i.state.lower()}" for i in instances_of(self.cloud, resource))
        view = {
            "virtualMachine": {"statusesSummary": [{"code": c, "count": n} for c, n in counts.items()]},
            "statuses": [profiles.provisioning_status(resource.state, offset_stamp(resource.changed))],
        }
        return ArmReply(200, view)

    def list_skus(self, resource: Resource, call: ActionCall) -> ArmReply:
        """The size of the scale set with the limits of its capacity."""
        sku = {k: v for k, v in (resource.body.get("sku") or {}).items() if k != "capacity"}
        scale = {"minimum": 0, "maximum": LIMIT, "defaultCapacity": 1, "scaleType": "Automatic"}
        row = {"resourceType": "Microsoft.Compute/virtualMachineScaleSets", "sku": sku, "capacity": scale}
        return ArmReply(200, {"value": [row]})

    def list_nothing(self, resource: Resource, call: ActionCall) -> ArmReply:
        return ArmReply(200, {"value": []})

    def list_interfaces(self, resource: Resource, call: ActionCall) -> ArmReply:
        """The network interfaces of all instances."""
        instances = instances_of(self.cloud, resource)
        return ArmReply(200, {"value": [n for i in instances for n in interfaces_of(self.cloud, i)]})

    def change_power(self, resource: Resource, call: ActionCall) -> ArmReply:
        """Start, stop, restart or reimage the chosen instances."""
        chosen = self._chosen(resource, call.body)

        async def work() -> None:
            await asyncio.gather(*(change_instance_power(self.cloud, resource, i, call.name) for i in chosen))

        return self._accept(resource, work)

    def delete_instances(self, resource: Resource, call: ActionCall) -> ArmReply:
        """Delete the chosen instances and lower the capacity."""
        chosen = self._chosen(resource, call.body, must_name=True)

        async def work() -> None:
            await self._remove(chosen)
            sku = resource.body.get("sku") or {}
            sku["capacity"] = len(instances_of(self.cloud, resource))

        return self._accept(resource, work)

    def upgrade_instances(self, resource: Resource, call: ActionCall) -> ArmReply:
        """Apply the latest model to the chosen instances."""
        chosen = self._chosen(resource, call.body, must_name=True)
        return self._accept(resource, lambda: self._upgrade(resource, chosen))

    def set_orchestration_service(self, resource: Resource, call: ActionCall) -> ArmReply:
        """Accept the request; the simulator has no automatic repairs to suspend or resume."""
        return self._accept(resource, lambda: self.cloud.clock.sleep(5))

    def _accept(self, resource: Resource, work: Callable[[], Awaitable[None]]) -> ArmReply:
        async def work_alone() -> None:
            async with self.cloud.lock(resource.address.key):
                await work()

        return ArmReply(202, None, self.start_operation(resource, work_alone, empty=True), (ASYNC, LOCATION))

    actions = (
        ("GET", "instanceView", read_instance_view),
        ("GET", "skus", list_skus),
        ("GET", "osUpgradeHistory", list_nothing),
        ("GET", "networkInterfaces", list_interfaces),
        ("GET", "publicIPAddresses", list_nothing),
        ("POST", "delete", delete_instances),
        ("POST", "manualUpgrade", upgrade_instances),
        ("POST", "setOrchestrationServiceState", set_orchestration_service),
        *posts(change_power, *STEPS),
    )

    def _chosen(self, resource: Resource, body: Json, *, must_name: bool = False) -> list[Resource]:
        ids = get(body, "instanceIds")
        instances = instances_of(self.cloud, resource)
        if not ids:
            if must_name:
                raise invalid_parameter("instanceIds", "Required parameter 'instanceIds' is missing (null).")
            return instances
        if list(ids) == ["*"]:
            return instances
        chosen = []
        for id_ in ids:
            instance = next((i for i in instances if i.address.last_name.lower() == str(id_).lower()), None)
            if instance is None:
                raise ArmError(
                    400,
                    "InvalidParameter",
                    f"The provided instanceId {id_} is not an active Virtual Machine Scale Set VM instanceId.",
                    target="instanceIds",
                )
            chosen.append(instance)
        return chosen

    async def _upgrade(self, resource: Resource, chosen: list[Resource]) -> None:
        old = [i for i in chosen if i.private.get("model") != resource.private.get("model")]
        for instance in old:
            instance.properties["provisioningState"] = "Updating"
        await asyncio.gather(*(self._renew(resource, i) for i in old))

    async def _renew(self, resource: Resource, instance: Resource) -> None:
        await self.cloud.clock.sleep(self.cloud.operations.vary(15))
        instance.private["model"] = resource.private.get("model")
        instance.properties["latestModelApplied"] = True
        instance.properties["provisioningState"] = "Succeeded"
