"""Load balancers: private addresses of their frontends, and the instances behind them."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from azops_tui.json_types import Json
from azops_tui.simulator.providers.base import ResourceWrite
from azops_tui.simulator.providers.documents import get, reference_id
from azops_tui.simulator.providers.network.interfaces import allocate_private_address
from azops_tui.simulator.providers.network.networks import NetworkProvider, make_ports
from azops_tui.simulator.store import Resource

_INSTANCES = "microsoft.compute/virtualmachinescalesets/virtualmachines"


class LoadBalancerProvider(NetworkProvider):
    """Microsoft.Network/loadBalancers."""

    types = ("microsoft.network/loadbalancers",)

    def build_document(self, write: ResourceWrite) -> dict[str, Json]:
        body = super().build_document(write)
        for rule in body["properties"].get("inboundNatRules") or []:
            make_ports(rule.setdefault("properties", {}))
        return body

    def on_written(self, resource: Resource, write: ResourceWrite) -> None:
        super().on_written(resource, write)
        for frontend in resource.properties.get("frontendIPConfigurations") or []:
            inner = frontend["properties"]
            subnet = reference_id(inner.get("subnet"))
            if not subnet:
                continue
            fixed = inner.get("privateIPAllocationMethod") == "Static"
            requested = str(inner.get("privateIPAddress") or "") if fixed else ""
            inner["privateIPAddress"] = allocate_private_address(
                self.cloud, subnet, frontend["id"], requested, resource.id
            )
            inner.setdefault("privateIPAddressVersion", "IPv4")

    def on_deleted(self, resource: Resource) -> None:
        self.cloud.addresses.free(resource.id)

    def show(self, resource: Resource, query: Mapping[str, str]) -> dict[str, Json]:
        body = super().show(resource, query)
        pools = {str(p.get("id")).lower(): p for p in body["properties"].get("backendAddressPools") or []}
        if pools:
            self._add_instances(resource, body["properties"], pools)
        return body

    def _add_instances(
        self, resource: Resource, properties: dict[str, Json], pools: dict[str, dict[str, Json]]
    ) -> None:
        """Show the instances of scale sets, and the ports of rules that lead to each of them."""
        standard = get(resource.body, "sku", "name") == "Standard"
        for instance in self.cloud.store.of_type(_INSTANCES, f"/subscriptions/{resource.address.subscription}"):
            for interface in instance.private.get("interfaces") or []:
                for configuration in get(interface, "properties", "ipConfigurations") or []:
                    for used in get(configuration, "properties", "loadBalancerBackendAddressPools") or []:
                        pool = pools.get(reference_id(used).lower())
                        if pool is not None:
                            self._add_instance(resource, properties, pool, str(configuration["id"]), standard)

    def _add_instance(
        self, resource: Resource, properties: dict[str, Json], pool: dict[str, Json], id_: str, standard: bool
    ) -> None:
        inner = pool["properties"]
        inner.setdefault("backendIPConfigurations", []).append({"id": id_})
        if not standard:
            return
        addresses = inner.setdefault("loadBalancerBackendAddresses", [])
        name = str(uuid.uuid5(uuid.NAMESPACE_URL, f"{pool['id']} {id_}".lower()))
        shown: dict[str, Json] = {"provisioningState": "Succeeded", "networkInterfaceIPConfiguration": {"id": id_}}
        mappings = [
            {
                "inboundNatRuleName": rule.get("name"),
                "frontendPort": int(get(rule, "properties", "frontendPortRangeStart") or 0) + len(addresses),
                "backendPort": get(rule, "properties", "backendPort"),
            }
            for rule in properties.get("inboundNatRules") or []
            if reference_id(get(rule, "properties", "backendAddressPool")).lower() == str(pool["id"]).lower()
        ]
        if mappings:
            shown["inboundNatRulesPortMapping"] = mappings
        addresses.append(
            {
                "name": name,
                "id": f"{pool['id']}/loadBalancerBackendAddresses/{name}",
                "etag": resource.body.get("etag"),
                "properties": shown,
                "type": "Microsoft.Network/loadBalancers/backendAddressPools/loadBalancerBackendAddresses",
            }
        )
