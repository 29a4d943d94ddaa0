"""Virtual network gateways: their addresses for BGP, and what they show of clients."""

from __future__ import annotations

import ipaddress

from azops_tui.arm.resource_id import ResourceId
from azops_tui.json_types import Json
from azops_tui.simulator.providers.base import ResourceWrite
from azops_tui.simulator.providers.documents import get, reference_id
from azops_tui.simulator.providers.network.elements import find_element
from azops_tui.simulator.providers.network.networks import NetworkProvider
from azops_tui.simulator.providers.network.public_addresses import allocate
from azops_tui.simulator.store import Resource

OWN_NUMBER = 65515
"""The autonomous system number of Azure's gateways."""
_NO_CLIENTS: dict[str, Json] = {
    "vpnClientConnectionsCount": 0,
    "totalIngressBytesTransferred": 0,
    "totalEgressBytesTransferred": 0,
}


class VirtualNetworkGatewayProvider(NetworkProvider):
    """Microsoft.Network/virtualNetworkGateways."""

    types = ("microsoft.network/virtualnetworkgateways",)

    def on_written(self, resource: Resource, write: ResourceWrite) -> None:
        super().on_written(resource, write)
        clients = resource.properties.get("vpnClientConfiguration")
        if isinstance(clients, dict):
            clients.setdefault("vpnAuthenticationTypes", [])
            if clients.get("aadTenant") and not clients["vpnAuthenticationTypes"]:
                clients["vpnAuthenticationTypes"] = ["AAD"]
        self._add_peers(resource, is_ready=not write.creates)

    def on_completed(self, resource: Resource) -> None:
        super().on_completed(resource)
        self._add_peers(resource, is_ready=True)
        clients = resource.properties.get("vpnClientConfiguration")
        if isinstance(clients, dict) and not clients.get("vpnClientAddressPool"):
            del resource.properties["vpnClientConfiguration"]
        elif isinstance(clients, dict):
            clients["vpnClientConnectionHealth"] = dict(_NO_CLIENTS)

    def _add_peers(self, resource: Resource, *, is_ready: bool) -> None:
        """Show an address for each IP configuration; until the gateway is ready they are empty."""
        settings = resource.properties.get("bgpSettings")
        if not isinstance(settings, dict):
            settings = resource.properties["bgpSettings"] = {"asn": 0, "peerWeight": 0}
        configurations = resource.properties.get("ipConfigurations") or []
        custom = {
            str(peer.get("ipconfigurationId")).lower(): peer.get("customBgpIpAddresses") or []
            for peer in settings.get("bgpPeeringAddresses") or []
        }
        peers, addresses = [], []
        for number, configuration in enumerate(configurations):
            peer: dict[str, Json] = {
                "ipconfigurationId": configuration["id"],
                "defaultBgpIpAddresses": [],
                "customBgpIpAddresses": custom.get(str(configuration["id"]).lower(), []),
            }
            if is_ready:
                address = self._inside(configuration, number, len(configurations))
                public = self.cloud.store.get(reference_id(get(configuration, "properties", "publicIPAddress")))
                peer["defaultBgpIpAddresses"] = [address] if address else []
                peer["tunnelIpAddresses"] = [allocate(self.cloud, public)] if public is not None else []
                addresses += [address] if address else []
            peers.append(peer)
        settings["bgpPeeringAddresses"] = peers
        if is_ready:
            settings["asn"] = settings.get("asn") or OWN_NUMBER
            if not settings.get("bgpPeeringAddress"):
                settings["bgpPeeringAddress"] = ",".join(addresses)

    def _inside(self, configuration: dict[str, Json], number: int, count: int) -> str:
        """The gateway's own address in its subnet: the last one, or the first free ones of two active gateways."""
        subnet = find_element(
            self.cloud, ResourceId.parse(reference_id(get(configuration, "properties", "subnet")) or "/")
        )
        prefix = get(subnet.properties, "addressPrefix") if subnet is not None else None
        if prefix is None and subnet is not None:
            prefix = next(iter(subnet.properties.get("addressPrefixes") or []), None)
        if prefix is None:
            return ""
        range_ = ipaddress.ip_network(str(prefix), strict=False)
        return str(range_[4 + number] if count > 1 else range_[-2])
