"""Private endpoints: an interface in a subnet, and a connection at the service that it leads to."""

from __future__ import annotations

from azops_tui.arm.resource_id import ResourceId
from azops_tui.json_types import Json
from azops_tui.simulator.providers.base import ResourceWrite
from azops_tui.simulator.providers.documents import get, reference_id
from azops_tui.simulator.providers.network.interfaces import allocate_private_address, mac_address
from azops_tui.simulator.providers.network.networks import NetworkProvider, guid
from azops_tui.simulator.providers.private_links import private_names
from azops_tui.simulator.store import Resource

_LISTS = ("privateLinkServiceConnections", "manualPrivateLinkServiceConnections")


class PrivateEndpointProvider(NetworkProvider):
    """Microsoft.Network/privateEndpoints."""

    types = ("microsoft.network/privateendpoints",)

    def on_written(self, resource: Resource, write: ResourceWrite) -> None:
        super().on_written(resource, write)
        self._add_interface(resource)
        for name in _LISTS:
            for connection in resource.properties.get(name) or []:
                self._connect(resource, connection, is_manual=name == _LISTS[1])

    def check_delete(self, resource: Resource) -> None:
        """The interface and the connections that refer to the endpoint go with it."""

    def on_deleted(self, resource: Resource) -> None:
        """Remove the interface and the connections at the services."""
        for used in resource.properties.get("networkInterfaces") or []:
            interface = self.cloud.store.get(reference_id(used))
            if interface is not None:
                self.cloud.store.remove(interface)
        self.cloud.addresses.free(resource.id)
        for connection in list(self.cloud.store.all(resource.address.subscription)):
            is_own = reference_id(connection.properties.get("privateEndpoint")).lower() == resource.address.key
            if is_own and connection.address.types[-1].lower() == "privateendpointconnections":
                self.cloud.store.remove(connection)

    def _add_interface(self, resource: Resource) -> None:
        subnet = reference_id(resource.properties.get("subnet"))
        if not subnet or resource.properties.get("networkInterfaces"):
            return
        custom = str(resource.properties.get("customNetworkInterfaceName") or "")
        name = custom or f"{resource.address.last_name}.nic.{guid(self.cloud)}"
        address = ResourceId.parse(f"{resource.address.scope}/providers/Microsoft.Network/networkInterfaces/{name}")
        inner = f"{address.id}/ipConfigurations/privateEndpointIpConfig"
        private = allocate_private_address(self.cloud, subnet, f"{resource.id}/address", "", resource.id)
        interface = Resource(address, {}, created=self.cloud.clock.now())
        etag = f'W/"{interface.etag}"'
        interface.body = {
            "name": name,
            "id": address.id,
            "etag": etag,
            "type": "Microsoft.Network/networkInterfaces",
            "location": resource.location,
            "kind": "Regular",
            "properties": {
                "provisioningState": "Succeeded",
                "resourceGuid": guid(self.cloud),
                "ipConfigurations": [
                    {
                        "name": "privateEndpointIpConfig",
                        "id": inner,
                        "etag": etag,
                        "type": "Microsoft.Network/networkInterfaces/ipConfigurations",
                        "properties": {
                            "provisioningState": "Succeeded",
                            "privateIPAddress": private,
                            "privateIPAllocationMethod": "Dynamic",
                            "subnet": {"id": subnet},
                            "primary": True,
                            "privateIPAddressVersion": "IPv4",
                        },
                    }
                ],
                "dnsSettings": {"dnsServers": [], "appliedDnsServers": []},
                "macAddress": mac_address(self.cloud),
                "enableAcceleratedNetworking": False,
                "enableIPForwarding": False,
                "privateEndpoint": {"id": resource.id},
                "hostedWorkloads": [],
                "tapConfigurations": [],
                "nicType": "Standard",
            },
        }
        self.cloud.store.add(interface)
        resource.properties["networkInterfaces"] = [{"id": address.id}]
        resource.private["address"] = private

    def _connect(self, resource: Resource, connection: dict[str, Json], *, is_manual: bool) -> None:
        """Add the connection to the service, and the names that lead to the endpoint."""
        inner = connection["properties"]
        inner["provisioningState"] = "Succeeded"
        state = inner.setdefault("privateLinkServiceConnectionState", {})
        state.setdefault("status", "Pending" if is_manual else "Approved")
        state.setdefault("description", "Awaiting Approval" if is_manual else "Auto Approved")
        state.setdefault("actionsRequired", "None")
        target = self.cloud.store.get(str(inner.get("privateLinkServiceId") or ""))
        if target is None or connection.get("id") in resource.private.get("connected", ()):
            return
        resource.private.setdefault("connected", []).append(connection.get("id"))
        groups = [str(group) for group in inner.get("groupIds") or []]
        names = private_names(target, groups)
        if names:
            known = resource.properties.setdefault("customDnsConfigs", [])
            known += [{"fqdn": name, "ipAddresses": [resource.private.get("address", "")]} for name in names]
        is_network = target.address.namespace.lower() == "microsoft.network"
        if is_network:
            inner["resolvedPrivateLinkServiceLocation"] = target.location
        address = target.address.child("privateEndpointConnections", self._name(resource, target, connection))
        shown = Resource(address, {}, created=self.cloud.clock.now())
        shown.body = {
            "name": address.last_name,
            "id": address.id,
            "type": f"{target.type}/privateEndpointConnections",
            "properties": {
                "provisioningState": "Succeeded",
                "privateEndpoint": {"id": resource.id},
                "privateLinkServiceConnectionState": dict(state),
            },
        }
        own_state = shown.properties["privateLinkServiceConnectionState"]
        if is_network:
            shown.body["etag"] = f'W/"{shown.etag}"'
            shown.properties["linkIdentifier"] = str(self.cloud.random.randrange(520000000, 629999999))
        elif groups and target.address.namespace.lower() == "microsoft.monitor":
            shown.properties["groupIds"] = groups
        elif target.address.namespace.lower() == "microsoft.storage":
            own_state |= {"actionRequired": own_state.pop("actionsRequired"), "description": "Auto-Approved"}
        self.cloud.store.add(shown)
        if isinstance(target.properties.get("privateEndpointConnections"), list):
            target.properties["privateEndpointConnections"].append(dict(shown.body))

    def _name(self, resource: Resource, target: Resource, connection: dict[str, Json]) -> str:
        """The name of the connection at the service; each service has its own way."""
        namespace = target.address.namespace.lower()
        if namespace == "microsoft.keyvault":
            return str(get(connection, "name") or resource.address.last_name)
        if namespace == "microsoft.containerregistry":
            return f"{target.address.last_name}.{guid(self.cloud).replace('-', '')}"
        owner = target if namespace == "microsoft.storage" else resource
        return f"{owner.address.last_name}.{guid(self.cloud)}"
