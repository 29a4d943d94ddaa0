"""Networks, security groups, load balancers and all other types of Microsoft.Network.

Elements of their lists (subnets, rules, pools, configurations) are resources of their own, with an id below the
parent, an etag and a state, and can be read and written both ways.
"""

from __future__ import annotations

import copy
import uuid
from collections.abc import Iterator, Mapping

from azops_tui.arm.resource_id import ResourceId
from azops_tui.json_types import Json
from azops_tui.simulator.cloud import SimulatedCloud
from azops_tui.simulator.errors import ArmError, invalid_reference
from azops_tui.simulator.providers.base import ResourceProvider, ResourceWrite
from azops_tui.simulator.providers.documents import contains, get, reference_id
from azops_tui.simulator.providers.network.element_defaults import default_rules
from azops_tui.simulator.providers.network.elements import (
    complete_element,
    element_of,
    elements,
    find_element,
    put_element,
    record_element_success,
    references,
    respell,
)
from azops_tui.simulator.providers.network.peerings import show_peerings
from azops_tui.simulator.providers.network.subnets import check_subnets
from azops_tui.simulator.providers.network.watchers_group import WATCHERS_GROUP, watchers_group
from azops_tui.simulator.store import Resource, ResourceGroupRecord

EMBEDDED: dict[str, tuple[str, ...]] = {
    "microsoft.network/virtualnetworks": ("subnets", "virtualNetworkPeerings"),
    "microsoft.network/networksecuritygroups": ("securityRules", "defaultSecurityRules"),
    "microsoft.network/routetables": ("routes",),
    "microsoft.network/networkinterfaces": ("ipConfigurations", "tapConfigurations"),
    "microsoft.network/loadbalancers": (
        "frontendIPConfigurations",
        "backendAddressPools",
        "loadBalancingRules",
        "probes",
        "inboundNatRules",
        "inboundNatPools",
        "outboundRules",
    ),
    "microsoft.network/expressroutecircuits": ("authorizations", "peerings"),
}
"""Child types that are elements of a list of their parent, by the parent's type."""


class NetworkProvider(ResourceProvider):
    """Top-level types of Microsoft.Network."""

    def implicit_group(self, address: ResourceId) -> ResourceGroupRecord | None:
        return (
            watchers_group(self.cloud, address.subscription)
            if address.group.lower() == WATCHERS_GROUP.lower()
            else None
        )

    def check(self, write: ResourceWrite) -> None:
        for reference in references(write.sent.get("properties")):
            self.check_reference(reference, write)
        if write.address.type.lower() == "microsoft.network/virtualnetworks":
            check_subnets(write.address, write.properties)

    def check_reference(self, reference: str, write: ResourceWrite) -> None:
        """Refuse a reference to a network resource that does not exist."""
        target = ResourceId.parse(reference)
        if target.namespace.lower() != "microsoft.network" or not target.names or not target.group:
            return
        if target.key.startswith(write.address.key + "/") or target.key == write.address.key:
            return
        if self.cloud.store.get(target.id) is None and find_element(self.cloud, target) is None:
            raise invalid_reference(target.id, write.address.id)

    def build_document(self, write: ResourceWrite) -> dict[str, Json]:
        body = super().build_document(write)
        properties = body["properties"] = respell(body.get("properties") or {})
        old = write.before.properties if write.before else {}
        if write.before is not None and not self.lro(write.address.type).always_updates:
            write.is_unchanged = contains(old, write.properties)
        for key in ("resourceGuid",):
            if key in old:
                properties.setdefault(key, old[key])
        type_ = write.address.type.lower()
        for name in EMBEDDED.get(type_, ()):
            if not write.patch and name in old and name not in properties and name == "virtualNetworkPeerings":
                properties[name] = copy.deepcopy(old[name])
        if type_ == "microsoft.network/publicipaddresses" and write.api_version >= "2022-09-01":
            properties.setdefault("ddosSettings", {"protectionMode": "VirtualNetworkInherited"})
        if type_ == "microsoft.network/virtualnetworks" and isinstance(properties.get("dhcpOptions"), dict):
            properties["dhcpOptions"].setdefault("dnsServers", [])
        for key, value in self.namespace.facts(type_).defaults.items():
            properties.setdefault(key, copy.deepcopy(value))
        if type_ == "microsoft.network/networksecuritygroups":
            properties["defaultSecurityRules"] = default_rules()
        if type_ == "microsoft.network/loadbalancers":
            body.setdefault("sku", {"name": "Basic"}).setdefault("tier", "Regional")
            for rule in properties.get("loadBalancingRules") or []:
                pair_pools(rule.setdefault("properties", {}))
        return body

    def on_written(self, resource: Resource, write: ResourceWrite) -> None:
        profile = self.lro(resource.type)
        state = profile.state if write.creates else "Succeeded" if write.is_unchanged else profile.updating
        dns = "dnszones" in resource.type.lower()
        resource.body["etag"] = resource.etag if dns else f'W/"{resource.etag}"'
        properties = resource.properties
        properties["provisioningState"] = state
        if not dns:
            properties.setdefault("resourceGuid", guid(self.cloud))
        self.complete_elements(resource, state)
        show_peerings(self.cloud, resource)

    def complete_elements(self, resource: Resource, state: str) -> None:
        """Add id, etag, type, state and default properties to all elements of the resource's lists."""
        for name, element in elements(resource.properties):
            complete_element(element, resource.id, resource.type, name, resource.etag, state)

    def on_completed(self, resource: Resource) -> None:
        record_element_success(resource.properties)

    def show(self, resource: Resource, query: Mapping[str, str]) -> dict[str, Json]:
        body = copy.deepcopy(resource.body)
        add_back_references(self.cloud, resource, body)
        return body

    def check_delete(self, resource: Resource) -> None:
        users = sorted(set(users_of(self.cloud, resource)))
        if users:
            label, code, words = IN_USE.get(resource.type.lower(), ("Resource", "InUseResourceCannotBeDeleted", ""))
            raise ArmError(
                400,
                code,
                f"{label} {resource.id} cannot be deleted because it is in use by the following resources: "
                f"{', '.join(users)}.{words}",
                details=[],
            )


IN_USE = {
    "microsoft.network/networksecuritygroups": (
        "Network security group",
        "InUseNetworkSecurityGroupCannotBeDeleted",
        " In order to delete the Network security group, remove the association with the resource(s). "
        "To learn how to do this, see aka.ms/deletensg.",
    ),
    "microsoft.network/publicipaddresses": ("Public IP address", "PublicIPAddressCannotBeDeleted", ""),
    "microsoft.network/virtualnetworks": ("Subnet of network", "InUseSubnetCannotBeDeleted", ""),
}


class ElementProvider(ResourceProvider):
    """Resources that are elements of a list of their parent: subnets, rules, pools, configurations."""

    types = tuple(f"{parent}/{kind.lower()}" for parent, kinds in EMBEDDED.items() for kind in kinds)

    def find(self, address: ResourceId) -> Resource | None:
        return find_element(self.cloud, address)

    def check(self, write: ResourceWrite) -> None:
        parent = self._parent(write.address)
        kind = self.provider_of(parent.type)
        if isinstance(kind, NetworkProvider):
            for reference in references(write.sent.get("properties")):
                kind.check_reference(reference, ResourceWrite(parent.address, {}, parent))
        if write.address.types[-1].lower() == "subnets":
            trial = copy.deepcopy(parent.properties)
            put_element(trial, "subnets", {"name": write.address.last_name, "properties": write.properties})
            check_subnets(parent.address, trial)

    def build_document(self, write: ResourceWrite) -> dict[str, Json]:
        if write.before is not None and not write.patch:
            write.is_unchanged = contains(write.before.properties, write.properties)
        body = super().build_document(write)
        make_ports(body["properties"])
        return body

    def on_written(self, resource: Resource, write: ResourceWrite) -> None:
        store = self.cloud.store
        store.remove(resource)
        parent = self._parent(write.address)
        name = self._list_name(write.address)
        profile = self.lro(resource.type)
        state = profile.state if write.creates else "Succeeded" if write.is_unchanged else profile.updating
        complete_element(resource.body, parent.id, parent.type, name, resource.etag, state)
        parent.properties[name] = put_element(parent.properties, name, resource.body)
        provider = self.provider_of(parent.type)
        if isinstance(provider, NetworkProvider):
            provider.complete_elements(parent, "")
        if name == "virtualNetworkPeerings":
            show_peerings(self.cloud, parent)

    def on_completed(self, resource: Resource) -> None:
        resource.properties["provisioningState"] = "Succeeded"
        record_element_success(resource.properties)

    def show(self, resource: Resource, query: Mapping[str, str]) -> dict[str, Json]:
        parent = self._parent(resource.address)
        body = self.provider_of(parent.type).show(parent, {})
        element = element_of(body, resource.address)
        return element if element is not None else resource.body

    def check_delete(self, resource: Resource) -> None:
        users = [u for u in users_of(self.cloud, resource) if not u.lower().startswith(resource.address.key)]
        if users and resource.address.types[-1].lower() == "subnets":
            raise ArmError(
                400,
                "InUseSubnetCannotBeDeleted",
                f"Subnet {resource.address.last_name} is in use by {users[0]} and cannot be deleted. In order to "
                "delete the subnet, delete all the resources within the subnet. See aka.ms/deletesubnet.",
                details=[],
            )

    def on_deleted(self, resource: Resource) -> None:
        parent = self.cloud.store.get(resource.address.parent.id) if resource.address.parent else None
        if parent is not None:
            name = self._list_name(resource.address)
            deleted_name = resource.address.last_name.lower()
            kept = [e for e in parent.properties.get(name) or [] if str(e.get("name")).lower() != deleted_name]
            parent.properties[name] = kept

    def list_documents(self, address: ResourceId, query: Mapping[str, str]) -> list[Json]:
        parent = self.cloud.store.get(address.id)
        if parent is None:
            return []
        shown = self.provider_of(parent.type).show(parent, {})
        return list(get(shown, "properties", address.tail) or [])

    def _parent(self, address: ResourceId) -> Resource:
        above = address.parent
        parent = self.cloud.store.get(above.id) if above else None
        if parent is None:
            raise ArmError(404, "ParentResourceNotFound", f"The parent of {address.id} could not be found.")
        return parent

    def _list_name(self, address: ResourceId) -> str:
        parent = "/".join((address.namespace, *address.types[:-1])).lower()
        kind = address.types[-1].lower()
        return next(k for k in EMBEDDED[parent] if k.lower() == kind)


def users_of(cloud: SimulatedCloud, resource: Resource) -> Iterator[str]:
    """Ids of the resources that refer to a network resource or to one of its elements."""
    key = resource.address.key
    scope = f"/subscriptions/{resource.address.subscription}"
    kinds = (
        "microsoft.network/networkinterfaces",
        "microsoft.network/loadbalancers",
        "microsoft.network/virtualnetworks",
        "microsoft.network/natgateways",
        "microsoft.network/applicationgateways",
        "microsoft.network/bastionhosts",
        "microsoft.network/privateendpoints",
        "microsoft.network/virtualnetworkgateways",
    )
    for kind in kinds:
        for other in cloud.store.of_type(kind, scope):
            if other.address.key == key or key.startswith(other.address.key + "/"):
                continue
            if other.state != "Deleting" and _refers(other.properties, key):
                yield other.id
    for other in cloud.store.of_type("microsoft.compute/virtualmachinescalesets", scope):
        if other.state != "Deleting" and _refers(other.properties, key):
            yield other.id


def _refers(properties: Json, key: str) -> bool:
    return any(r.lower() == key or r.lower().startswith(key + "/") for r in references(properties))


def add_back_references(cloud: SimulatedCloud, resource: Resource, body: dict[str, Json]) -> None:
    """Add references from the other side: the users of a subnet, a security group, an address or a pool."""
    type_ = resource.type.lower()
    scope = f"/subscriptions/{resource.address.subscription}"
    properties = body.get("properties") or {}
    if type_ == "microsoft.network/virtualnetworks":
        for subnet in properties.get("subnets") or []:
            users = [{"id": o} for o in cloud.addresses.owners(subnet["id"])]
            if users:
                subnet["properties"]["ipConfigurations"] = users
    elif type_ == "microsoft.network/networksecuritygroups":
        key = resource.address.key
        subnets = []
        nics = [
            {"id": nic.id}
            for nic in cloud.store.of_type("microsoft.network/networkinterfaces", scope)
            if reference_id(nic.properties.get("networkSecurityGroup")).lower() == key
        ]
        for network in cloud.store.of_type("microsoft.network/virtualnetworks", scope):
            for subnet in network.properties.get("subnets") or []:
                group_id = reference_id(get(subnet, "properties", "networkSecurityGroup")).lower()
                if group_id == key:
                    subnets.append({"id": subnet["id"]})
        if nics:
            properties["networkInterfaces"] = nics
        if subnets:
            properties["subnets"] = subnets
    if type_ == "microsoft.network/ddosprotectionplans":
        protected = [
            {"id": network.id}
            for network in cloud.store.of_type("microsoft.network/virtualnetworks", scope)
            if reference_id(network.properties.get("ddosProtectionPlan")).lower() == resource.address.key
        ]
        if protected:
            properties["virtualNetworks"] = protected
    if type_ in LINKED_INSIDE:
        add_links(properties)
    if type_ == "microsoft.network/loadbalancers":
        pools = {p["id"].lower(): p for p in properties.get("backendAddressPools") or []}
        for nic in cloud.store.of_type("microsoft.network/networkinterfaces", scope):
            for configuration in nic.properties.get("ipConfigurations") or []:
                for pool in get(configuration, "properties", "loadBalancerBackendAddressPools") or []:
                    own_pool = pools.get(reference_id(pool).lower())
                    if own_pool is not None:
                        own_pool["properties"].setdefault("backendIPConfigurations", []).append(
                            {"id": configuration["id"]}
                        )


LINKED_INSIDE = ("microsoft.network/loadbalancers", "microsoft.network/applicationgateways")
"""Types whose elements show which other elements of the same resource refer to them."""


def add_links(properties: dict[str, Json]) -> None:
    """Add to each element the elements of the same resource that refer to it, under the name of their list."""
    known = {str(e.get("id")).lower(): e for _, e in elements(properties)}
    for name, element in list(elements(properties)):
        if name == "backendAddressPools":
            continue
        for reference in dict.fromkeys(r.lower() for r in references(element.get("properties"))):
            target = known.get(reference)
            if target is not None and target is not element:
                users = target.setdefault("properties", {}).setdefault(name, [])
                if not any(str(get(user, "id")).lower() == str(element["id"]).lower() for user in users):
                    users.append({"id": element["id"]})


def pair_pools(rule: dict[str, Json]) -> None:
    """Show a rule's backend pool both as ``backendAddressPool`` and as ``backendAddressPools``."""
    if rule.get("backendAddressPool") and not rule.get("backendAddressPools"):
        rule["backendAddressPools"] = [dict(rule["backendAddressPool"])]
    elif rule.get("backendAddressPools") and not rule.get("backendAddressPool"):
        rule["backendAddressPool"] = dict(rule["backendAddressPools"][0])


def make_ports(properties: dict[str, Json]) -> None:
    """Turn ports that were sent as text into numbers, as the service does."""
    for name in ("frontendPort", "backendPort", "frontendPortRangeStart", "frontendPortRangeEnd"):
        value = properties.get(name)
        if isinstance(value, str) and value.isdecimal():
            properties[name] = int(value)


def guid(cloud: SimulatedCloud) -> str:
    return str(uuid.UUID(int=cloud.random.getrandbits(128), version=4))
