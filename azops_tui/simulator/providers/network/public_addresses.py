"""Public IP addresses. Static ones are allocated at once, dynamic ones when a running resource uses them."""

from __future__ import annotations

import copy
from collections.abc import Mapping

from azops_tui.json_types import Json
from azops_tui.simulator import locations
from azops_tui.simulator.cloud import SimulatedCloud
from azops_tui.simulator.errors import ArmError
from azops_tui.simulator.providers.base import ResourceWrite
from azops_tui.simulator.providers.documents import get, reference_id
from azops_tui.simulator.providers.network.networks import NetworkProvider
from azops_tui.simulator.store import Resource


class PublicIpProvider(NetworkProvider):
    """Microsoft.Network/publicIPAddresses."""

    types = ("microsoft.network/publicipaddresses",)

    def check(self, write: ResourceWrite) -> None:
        super().check(write)
        properties = write.properties
        if write.patch:
            return
        if get(write.sent, "sku", "name") == "Standard" and properties.get("publicIPAllocationMethod") == "Dynamic":
            raise ArmError(
                400,
                "StandardSkuPublicIPAddressesMustBeStatic",
                f"Standard sku publicIp {write.address.id} must have AllocationMethod set to Static.",
                details=[],
            )
        label = get(properties, "dnsSettings", "domainNameLabel")
        if not label:
            return
        location = write.sent.get("location") or (write.before.location if write.before else "")
        fqdn = fqdn_of(str(label), str(location))
        for other in self.cloud.store.of_type(self.types[0]):
            taken = str(get(other.properties, "dnsSettings", "fqdn") or "").lower()
            if other.address.key != write.address.key and taken == fqdn.lower():
                raise ArmError(
                    400,
                    "DnsRecordInUse",
                    f"DNS record {fqdn} is already used by another public IP.",
                    details=[],
                )

    def build_document(self, write: ResourceWrite) -> dict[str, Json]:
        body = super().build_document(write)
        body.setdefault("sku", {"name": "Basic", "tier": "Regional"}).setdefault("tier", "Regional")
        properties = body["properties"]
        if body["sku"].get("name") == "Standard" and "publicIPAllocationMethod" not in write.properties:
            properties["publicIPAllocationMethod"] = "Static"
        properties.pop("ipAddress", None)
        if write.before is not None and "ipAddress" in write.before.properties:
            properties["ipAddress"] = write.before.properties["ipAddress"]
        settings = properties.get("dnsSettings")
        if isinstance(settings, dict) and settings.get("domainNameLabel"):
            settings["fqdn"] = fqdn_of(str(settings["domainNameLabel"]), str(body.get("location")))
        return body

    def on_completed(self, resource: Resource) -> None:
        super().on_completed(resource)
        if resource.properties.get("publicIPAllocationMethod") == "Static":
            allocate(self.cloud, resource)

    def show(self, resource: Resource, query: Mapping[str, str]) -> dict[str, Json]:
        body = copy.deepcopy(resource.body)
        user = self._user(resource)
        if user:
            body["properties"]["ipConfiguration"] = {"id": user}
        return body

    def check_delete(self, resource: Resource) -> None:
        user = self._user(resource)
        if user:
            raise ArmError(
                400,
                "PublicIPAddressCannotBeDeleted",
                f"Public IP address {resource.id} can not be deleted since it is still allocated to resource "
                f"{user}. In order to delete the public IP, disassociate/detach the Public IP address from the "
                "resource.  To learn how to do this, see aka.ms/deletepublicip.",
                details=[],
            )

    def _user(self, resource: Resource) -> str:
        key = resource.address.key
        scope = f"/subscriptions/{resource.address.subscription}"
        for kind, name in (
            ("microsoft.network/networkinterfaces", "ipConfigurations"),
            ("microsoft.network/loadbalancers", "frontendIPConfigurations"),
            ("microsoft.network/bastionhosts", "ipConfigurations"),
            ("microsoft.network/applicationgateways", "frontendIPConfigurations"),
            ("microsoft.network/virtualnetworkgateways", "ipConfigurations"),
        ):
            for other in self.cloud.store.of_type(kind, scope):
                for configuration in other.properties.get(name) or []:
                    used = reference_id(get(configuration, "properties", "publicIPAddress")).lower()
                    if used == key and other.state != "Deleting":
                        return str(configuration.get("id"))
        for other in self.cloud.store.of_type("microsoft.network/natgateways", scope):
            for used in other.properties.get("publicIpAddresses") or []:
                if reference_id(used).lower() == key:
                    return other.id
        return ""


class PublicIpPrefixProvider(NetworkProvider):
    """Microsoft.Network/publicIPPrefixes."""

    types = ("microsoft.network/publicipprefixes",)

    def on_completed(self, resource: Resource) -> None:
        super().on_completed(resource)
        length = int(resource.properties.get("prefixLength") or 28)
        resource.properties.setdefault("ipPrefix", f"{self.cloud.addresses.public()}/{length}")


def fqdn_of(label: str, location: str) -> str:
    """Fully qualified domain name of a label in a region."""
    return f"{label}.{locations.region_name(location)}.cloudapp.azure.com".lower()


def allocate(cloud: SimulatedCloud, resource: Resource) -> str:
    """The address of a public IP resource, allocated if it has none."""
    properties = resource.properties
    if not properties.get("ipAddress"):
        properties["ipAddress"] = cloud.addresses.public()
    return str(properties["ipAddress"])


def release(resource: Resource) -> None:
    """Release a dynamic address, for example when its machine is deallocated."""
    if resource.properties.get("publicIPAllocationMethod") == "Dynamic":
        resource.properties.pop("ipAddress", None)
