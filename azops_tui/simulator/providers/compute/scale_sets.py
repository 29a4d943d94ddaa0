"""Scale sets: the model, and how their instances follow it."""

from __future__ import annotations

import asyncio
import copy
import uuid
from collections import Counter
from collections.abc import Awaitable, Callable

from azops_tui.json_types import Json
from azops_tui.simulator.arm_reply import ArmReply
from azops_tui.simulator.clock import offset_stamp
from azops_tui.simulator.errors import ArmError, invalid_parameter, not_found_entity
from azops_tui.simulator.ids import Address, parse
from azops_tui.simulator.lro_profiles import ASYNC, LOCATION
from azops_tui.simulator.providers.base import ResourceProvider, ResourceWrite, get, merge, need
from azops_tui.simulator.providers.compute import images, profiles
from azops_tui.simulator.providers.compute.scale_set_instances import (
    instances_of,
    interfaces_of,
    make_instance,
    power_steps,
    remove_instance,
    start_instance,
    take_power,
)
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

    def check(self, change: ResourceWrite) -> None:
        capacity = get(change.sent, "sku", "capacity")
        if capacity is not None and (not isinstance(capacity, int) or not 0 <= capacity <= LIMIT):
            raise invalid_parameter("sku.capacity", f"The value of parameter sku.capacity is invalid: {capacity}.")
        properties = change.properties
        profile = get(properties, "virtualMachineProfile")
        if not change.patch and change.creates and profile is not None:
            need(
                get(change.sent, "sku", "name"),
                invalid_parameter("sku", "Required parameter 'sku' is missing (null)."),
            )
        os_profile = get(profile, "osProfile")
        profiles.check_os(os_profile, generalised=change.creates)
        prefix = get(os_profile, "computerNamePrefix")
        if prefix:
            profiles.check_name(str(prefix), 58, "computerNamePrefix")
        for reference in references(get(profile, "networkProfile")):
            target = parse(reference)
            if target.namespace.lower() != "microsoft.network" or not target.names:
                continue
            if self.cloud.store.get(target.id) is None and find_element(self.cloud, target) is None:
                raise ArmError(
                    400,
                    "InvalidResourceReference",
                    f"Resource {target.id} referenced by resource {change.address.id} was not found. Please make sure "
                    "that the referenced resource exists, and that both resources are in the same region.",
                    details=[],
                )

    def build(self, change: ResourceWrite) -> dict[str, Json]:
        body = super().build(change)
        old = change.before.body if change.before else {}
        if not change.patch and change.before is not None:
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
            self._dress_profile(profile, body, flexible)
        return body

    def _dress_profile(self, profile: dict[str, Json], body: dict[str, Json], flexible: bool) -> None:
        storage = profile.setdefault("storageProfile", {})
        reference = storage.get("imageReference")
        system = str(get(storage, "osDisk", "osType") or images.system_of(reference))
        size = str(get(body, "sku", "name") or "")
        disk = storage.setdefault("osDisk", {})
        disk["osType"] = system
        disk["createOption"] = profiles.titled(disk.get("createOption"))
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
            data["createOption"] = profiles.titled(data.get("createOption") or "Empty")
            data.setdefault("caching", "None")
            if not isinstance(data.get("managedDisk"), dict):
                data["managedDisk"] = {}
            if not data["managedDisk"].get("storageAccountType"):
                data["managedDisk"]["storageAccountType"] = profiles.storage_account_type(size)
        if isinstance(profile.get("osProfile"), dict):
            profiles.dress_os(profile["osProfile"], system)
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

    def made(self, resource: Resource, change: ResourceWrite) -> None:
        model = copy.deepcopy(resource.properties.get("virtualMachineProfile"))
        if resource.private.get("profile") != model:
            resource.private["profile"] = model
            resource.private["model"] = int(resource.private.get("model", 0)) + 1
            if not change.creates and get(resource.properties, "orchestrationMode") != "Flexible":
                for instance in instances_of(self.cloud, resource):
                    instance.properties["latestModelApplied"] = False

    async def work(self, resource: Resource, change: ResourceWrite) -> None:
        async with self.cloud.lock(resource.address.key):
            await super().work(resource, change)
            await self._follow(resource)
            if get(resource.properties, "upgradePolicy", "mode") == "Automatic":
                await self._upgrade(resource, instances_of(self.cloud, resource))

    async def _follow(self, resource: Resource) -> None:
        """Adds or removes instances until there are as many as the capacity says."""
        wanted = int(get(resource.body, "sku", "capacity") or 0)
        there = instances_of(self.cloud, resource)
        if len(there) > wanted:
            order = sorted(there, key=lambda r: r.created)
            newest = get(resource.properties, "scaleInPolicy", "rules") or ["Default"]
            leaving = order[: len(there) - wanted] if newest[0] == "OldestVM" else order[wanted:]
            await self._remove(leaving)
        elif len(there) < wanted:
            made = [make_instance(self.cloud, resource) for _ in range(wanted - len(there))]
            await asyncio.gather(*(start_instance(self.cloud, resource, i, place) for place, i in enumerate(made)))

    async def _remove(self, leaving: list[Resource]) -> None:
        for instance in leaving:
            instance.properties["provisioningState"] = "Deleting"
        await asyncio.gather(*(remove_instance(self.cloud, i) for i in leaving))

    def settle(self, resource: Resource) -> None:
        resource.body.get("sku", {})

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

    def gone(self, resource: Resource) -> None:
        self.cloud.addresses.free(resource.id)

    async def act(self, resource: Resource, action: str, body: Json, query: dict[str, str]) -> ArmReply | None:
        name = action.lower()
        if name == "instanceview":
            return ArmReply(200, self.instance_view(resource))
        if name == "skus":
            return ArmReply(200, {"value": [self._sku(resource)]})
        if name in ("osupgradehistory",):
            return ArmReply(200, {"value": []})
        work = self._work(resource, name, body)
        if work is None:
            return None
        return ArmReply(202, None, self.begin(resource, work, empty=True), (ASYNC, LOCATION))

    def _work(self, resource: Resource, name: str, body: Json) -> Callable[[], Awaitable[None]] | None:
        chosen = self._chosen(resource, body, name)
        steps = power_steps(name)

        async def power() -> None:
            async with self.cloud.lock(resource.address.key):
                await asyncio.gather(*(take_power(self.cloud, resource, i, name) for i in chosen))

        async def remove() -> None:
            async with self.cloud.lock(resource.address.key):
                await self._remove(chosen)
                sku = resource.body.get("sku") or {}
                sku["capacity"] = len(instances_of(self.cloud, resource))

        async def upgrade() -> None:
            async with self.cloud.lock(resource.address.key):
                await self._upgrade(resource, chosen)

        async def nothing() -> None:
            await self.cloud.clock.sleep(5)

        if steps is not None:
            return power
        known = {"delete": remove, "manualupgrade": upgrade, "setorchestrationservicestate": nothing}
        return known.get(name)

    def _chosen(self, resource: Resource, body: Json, action: str) -> list[Resource]:
        ids = get(body, "instanceIds")
        there = instances_of(self.cloud, resource)
        if not ids:
            if action in ("delete", "manualupgrade"):
                raise invalid_parameter("instanceIds", "Required parameter 'instanceIds' is missing (null).")
            return there
        if list(ids) == ["*"]:
            return there
        found = []
        for id_ in ids:
            mine = next((i for i in there if i.address.last_name.lower() == str(id_).lower()), None)
            if mine is None:
                raise ArmError(
                    400,
                    "InvalidParameter",
                    f"The provided instanceId {id_} is not an active Virtual Machine Scale Set VM instanceId.",
                    target="instanceIds",
                )
            found.append(mine)
        return found

    async def _upgrade(self, resource: Resource, chosen: list[Resource]) -> None:
        old = [i for i in chosen if i.private.get("model") != resource.private.get("model")]
        for instance in old:
            instance.properties["provisioningState"] = "Updating"
        await asyncio.gather(*(self._renew(resource, i) for i in old))

    async def _renew(self, resource: Resource, instance: Resource) -> None:
        await self.cloud.clock.sleep(self.cloud.operations.span(15))
        instance.private["model"] = resource.private.get("model")
        instance.properties["latestModelApplied"] = True
        instance.properties["provisioningState"] = "Succeeded"

    def _sku(self, resource: Resource) -> Json:
        sku = {k: v for k, v in (resource.body.get("sku") or {}).items() if k != "capacity"}
        scale = {"minimum": 0, "maximum": LIMIT, "defaultCapacity": 1, "scaleType": "Automatic"}
        return {"resourceType": "Microsoft.Compute/virtualMachineScaleSets", "sku": sku, "capacity": scale}

    def instance_view(self, resource: Resource) -> dict[str, Json]:
        """How many instances are in which state."""
        counts = Counter(f"ProvisioningState/{i.state.lower()}" for i in instances_of(self.cloud, resource))
        when = offset_stamp(resource.changed)
        return {
            "virtualMachine": {"statusesSummary": [{"code": c, "count": n} for c, n in counts.items()]},
            "statuses": [profiles.provisioning_status(resource.state, when)],
        }

    def collection(self, parent: Address, query: dict[str, str]) -> list[Json] | None:
        resource = self.cloud.store.get(parent.id)
        kind = parent.tail.lower()
        if resource is None:
            raise not_found_entity(parent.id)
        if kind == "networkinterfaces":
            return [n for i in instances_of(self.cloud, resource) for n in interfaces_of(self.cloud, i)]
        if kind == "publicipaddresses":
            return []
        if kind == "virtualmachines" and resource.properties.get("orchestrationMode") == "Flexible":
            return [
                {
                    "name": i.address.last_name,
                    "id": f"{resource.id}/virtualMachines/{i.address.last_name}",
                    "type": "Microsoft.Compute/virtualMachineScaleSets/virtualMachines",
                    "location": i.location,
                    "instanceId": i.address.last_name,
                    "zones": i.body.get("zones") or [None],
                }
                for i in instances_of(self.cloud, resource)
            ]
        return None
