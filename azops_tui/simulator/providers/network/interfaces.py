"""Network interfaces. Each IP configuration has a private address of its subnet."""

from __future__ import annotations

from collections.abc import Mapping

from azops_tui.arm.resource_id import ResourceId
from azops_tui.json_types import Json
from azops_tui.simulator.cloud import SimulatedCloud
from azops_tui.simulator.errors import ArmError
from azops_tui.simulator.providers.base import ResourceWrite
from azops_tui.simulator.providers.documents import get, reference_id
from azops_tui.simulator.providers.network.elements import find_element
from azops_tui.simulator.providers.network.networks import NetworkProvider
from azops_tui.simulator.providers.network.public_addresses import allocate, release
from azops_tui.simulator.store import Resource


class NetworkInterfaceProvider(NetworkProvider):
    """Microsoft.Network/networkInterfaces."""

    types = ("microsoft.network/networkinterfaces",)

    def check(self, write: ResourceWrite) -> None:
        super().check(write)
        if not write.patch and not write.properties.get("ipConfigurations"):
            raise ArmError(
                400,
                "NetworkInterfaceMustHaveAtLeastOneIpConfiguration",
                f"Network interface {write.address.id} must have at least one IP configuration.",
                details=[],
            )

    def on_written(self, resource: Resource, write: ResourceWrite) -> None:
        super().on_written(resource, write)
        resource.body.setdefault("kind", "Regular")
        properties = resource.properties
        properties.setdefault("macAddress", mac_address(self.cloud))
        settings = properties.setdefault("dnsSettings", {})
        for name in ("dnsServers", "appliedDnsServers"):
            settings.setdefault(name, [])
        settings.setdefault("internalDomainNameSuffix", internal_domain(self.cloud))
        if write.api_version >= "2022-11-01":
            properties.setdefault("disableTcpStateTracking", False)
            properties.setdefault("auxiliarySku", "None")
        old = {
            str(c.get("name")).lower(): str(get(c, "properties", "privateIPAddress") or "")
            for c in (write.before.properties.get("ipConfigurations") or [] if write.before else [])
        }
        for i, configuration in enumerate(properties.get("ipConfigurations") or []):
            inner = configuration["properties"]
            inner.setdefault("primary", i == 0)
            subnet = reference_id(inner.get("subnet"))
            fixed = inner.get("privateIPAllocationMethod") == "Static"
            requested = str(inner.get("privateIPAddress") or "") if fixed else ""
            requested = requested or (old.get(str(configuration["name"]).lower(), "") if fixed else "")
            if subnet:
                inner["privateIPAddress"] = allocate_private_address(
                    self.cloud, subnet, configuration["id"], requested, resource.id
                )

    def show(self, resource: Resource, query: Mapping[str, str]) -> dict[str, Json]:
        body = super().show(resource, query)
        machine = machine_of(self.cloud, resource)
        if machine is not None:
            body["properties"]["virtualMachine"] = {"id": machine.id}
            body["properties"]["primary"] = True
        if query.get("$expand", "").lower().find("publicipaddress") >= 0:
            for configuration in body["properties"].get("ipConfigurations") or []:
                used = reference_id(configuration["properties"].get("publicIPAddress"))
                public = self.cloud.store.get(used) if used else None
                if public is not None:
                    configuration["properties"]["publicIPAddress"] = public.body
        return body

    def check_delete(self, resource: Resource) -> None:
        machine = machine_of(self.cloud, resource)
        if machine is not None and machine.state != "Deleting":
            raise ArmError(
                400,
                "NicInUse",
                f"Network Interface {resource.id} is used by existing resource {machine.id}. In order to delete the "
                "network interface, it must be dissociated from the resource. To learn more, see aka.ms/deletenic.",
                details=[],
            )

    def on_deleted(self, resource: Resource) -> None:
        self.cloud.addresses.free(resource.id)


def allocate_private_address(cloud: SimulatedCloud, subnet: str, owner: str, requested: str, user: str) -> str:
    """Allocate a private address of a subnet.

    Raises:
        ArmError: the subnet does not exist or is full, or the address is in use.
    """
    resource = find_element(cloud, ResourceId.parse(subnet))
    if resource is None:
        raise ArmError(
            400,
            "InvalidResourceReference",
            f"Resource {subnet} referenced by resource {user} was not found. Please make sure that the referenced "
            "resource exists, and that both resources are in the same region.",
            details=[],
        )
    prefix = (
        resource.properties.get("addressPrefix") or (resource.properties.get("addressPrefixes") or ["10.0.0.0/24"])[0]
    )
    address = cloud.addresses.take(resource.address.id, str(prefix), owner, requested)
    if address is not None:
        return address
    if requested:
        raise ArmError(
            400,
            "PrivateIPAddressInUse",
            f"IP configuration {owner} is using the private IP address {requested} which is already allocated.",
            details=[],
        )
    raise ArmError(
        400,
        "SubnetIsFull",
        f"Subnet {resource.address.last_name} with address prefix {prefix} does not have enough capacity for 1 IP "
        "addresses.",
        details=[],
    )


def machine_of(cloud: SimulatedCloud, resource: Resource) -> Resource | None:
    """The virtual machine that uses an interface."""
    key = resource.address.key
    for machine in cloud.store.of_type(
        "microsoft.compute/virtualmachines", f"/subscriptions/{resource.address.subscription}"
    ):
        for used in get(machine.properties, "networkProfile", "networkInterfaces") or []:
            if reference_id(used).lower() == key:
                return machine
    return None


def addresses_of(cloud: SimulatedCloud, resource: Resource, *, allocating: bool) -> tuple[str, str, str]:
    """Private address, public address and name of an interface's first configuration.

    ``allocating`` allocates a dynamic public address if it has none.
    """
    for configuration in resource.properties.get("ipConfigurations") or []:
        inner = configuration.get("properties") or {}
        private = str(inner.get("privateIPAddress") or "")
        used = reference_id(inner.get("publicIPAddress"))
        public = cloud.store.get(used) if used else None
        if public is None:
            return private, "", ""
        address = allocate(cloud, public) if allocating else str(public.properties.get("ipAddress") or "")
        return private, address, str(get(public.properties, "dnsSettings", "fqdn") or "")
    return "", "", ""


def release_addresses(cloud: SimulatedCloud, resource: Resource) -> None:
    """Release the dynamic public addresses of an interface."""
    for configuration in resource.properties.get("ipConfigurations") or []:
        used = reference_id(get(configuration, "properties", "publicIPAddress"))
        public = cloud.store.get(used) if used else None
        if public is not None:
            release(public)


def internal_domain(cloud: SimulatedCloud) -> str:
    """A random domain for names inside a virtual network."""
    letters = "abcdefghijklmnopqrstuvwxyz0123456789"
    return "".join(cloud.random.choice(letters) for _ in range(26)) + ".bx.internal.cloudapp.net"


def mac_address(cloud: SimulatedCloud) -> str:
    """A random MAC address in Microsoft's range."""
    return "00-0D-3A-" + "-".join(f"{cloud.random.randrange(256):02X}" for _ in range(3))
