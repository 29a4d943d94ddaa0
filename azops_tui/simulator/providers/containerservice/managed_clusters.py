"""Kubernetes clusters and their agent pools. No Kubernetes runs: only the resources exist."""

from __future__ import annotations

import base64
import copy
import uuid
from collections.abc import Mapping

from azops_tui.arm.resource_id import ResourceId
from azops_tui.json_types import Json
from azops_tui.simulator.arm_reply import ArmReply
from azops_tui.simulator.errors import ArmError
from azops_tui.simulator.lro_profiles import ASYNC, LOCATION
from azops_tui.simulator.providers.base import ActionCall, ResourceProvider, ResourceWrite
from azops_tui.simulator.providers.documents import fill, get
from azops_tui.simulator.store import Resource

VERSION = "1.27.7"
POOL_TYPE = "Microsoft.ContainerService/managedClusters/agentPools"
POOL: dict[str, Json] = {
    "osDiskType": "Managed",
    "kubeletDiskType": "OS",
    "maxPods": 110,
    "type": "VirtualMachineScaleSets",
    "enableAutoScaling": False,
    "powerState": {"code": "Running"},
    "orchestratorVersion": VERSION,
    "currentOrchestratorVersion": VERSION,
    "enableNodePublicIP": False,
    "enableEncryptionAtHost": False,
    "enableUltraSSD": False,
    "osType": "Linux",
    "osSKU": "Ubuntu",
    "nodeImageVersion": "AKSUbuntu-2204gen2containerd-202312.06.0",
    "upgradeSettings": {},
    "enableFIPS": False,
    "mode": "User",
}
CLUSTER: dict[str, Json] = {
    "powerState": {"code": "Running"},
    "kubernetesVersion": VERSION,
    "currentKubernetesVersion": VERSION,
    "servicePrincipalProfile": {"clientId": "msi"},
    "nodeResourceGroup": "MC_{group}_{name}_{location}",
    "enableRBAC": True,
    "supportPlan": "KubernetesOfficial",
    "networkProfile": {
        "networkPlugin": "kubenet",
        "loadBalancerSku": "Standard",
        "loadBalancerProfile": {"managedOutboundIPs": {"count": 1}, "effectiveOutboundIPs": []},
        "podCidr": "10.244.0.0/16",
        "serviceCidr": "10.0.0.0/16",
        "dnsServiceIP": "10.0.0.10",
        "outboundType": "loadBalancer",
        "podCidrs": ["10.244.0.0/16"],
        "serviceCidrs": ["10.0.0.0/16"],
        "ipFamilies": ["IPv4"],
    },
    "maxAgentPools": 100,
    "storageProfile": {
        "diskCSIDriver": {"enabled": True},
        "fileCSIDriver": {"enabled": True},
        "snapshotController": {"enabled": True},
    },
    "oidcIssuerProfile": {"enabled": False},
    "securityProfile": {},
    "workloadAutoScalerProfile": {},
}


AUTOSCALER: dict[str, Json] = {
    "balance-similar-node-groups": "false",
    "daemonset-eviction-for-empty-nodes": False,
    "daemonset-eviction-for-occupied-nodes": True,
    "expander": "random",
    "ignore-daemonsets-utilization": False,
    "max-empty-bulk-delete": "10",
    "max-graceful-termination-sec": "600",
    "max-node-provision-time": "15m",
    "max-total-unready-percentage": "45",
    "new-pod-scale-up-delay": "0s",
    "ok-total-unready-count": "3",
    "scale-down-delay-after-add": "10m",
    "scale-down-delay-after-delete": "10s",
    "scale-down-delay-after-failure": "3m",
    "scale-down-unneeded-time": "10m",
    "scale-down-unready-time": "20m",
    "scale-down-utilization-threshold": "0.5",
    "scan-interval": "10s",
    "skip-nodes-with-local-storage": "false",
    "skip-nodes-with-system-pods": "true",
}
ADDONS_WITH_IDENTITY = frozenset(
    ("kubedashboard", "omsagent", "ingressapplicationgateway", "azurekeyvaultsecretsprovider", "azurepolicy")
)


def _identity(id_: str) -> dict[str, Json]:
    return {"resourceId": id_, "clientId": str(uuid.uuid4()), "objectId": str(uuid.uuid4())}


def set_outbound_addresses(profile: dict[str, Json], folder: str) -> None:
    """Show the addresses by which a cluster's traffic leaves: those that were sent, or as many as it manages."""
    sent = get(profile, "outboundIPs", "publicIPs") or get(profile, "outboundIPPrefixes", "publicIPPrefixes")
    if sent:
        profile["effectiveOutboundIPs"] = copy.deepcopy(sent)
        return
    managed = profile.get("managedOutboundIPs") or {"count": 1}
    known = [a for a in profile.get("effectiveOutboundIPs") or [] if str(get(a, "id")).startswith(folder)]
    shown: list[Json] = []
    for count, ending in ((managed.get("count", 1), ""), (managed.get("countIPv6") or 0, "-ipv6")):
        kept = [a for a in known if str(get(a, "id")).endswith("-ipv6") == bool(ending)][: int(count or 0)]
        added = [{"id": f"{folder}/{uuid.uuid4()}{ending}"} for _ in range(int(count or 0) - len(kept))]
        shown += [*kept, *added]
    profile["effectiveOutboundIPs"] = shown


class ManagedClusterProvider(ResourceProvider):
    """Microsoft.ContainerService/managedClusters."""

    types = ("microsoft.containerservice/managedclusters",)

    def build_document(self, write: ResourceWrite) -> dict[str, Json]:
        body = super().build_document(write)
        properties = body["properties"]
        old = write.before.properties if write.before else {}
        address = write.address
        words = {"group": address.group, "name": address.last_name, "location": str(body.get("location") or "")}
        fill(properties, {**CLUSTER, **{k: old[k] for k in CLUSTER if k in old}}, words)
        prefix = properties.get("dnsPrefix") or address.last_name
        host = f"{prefix}-{uuid.uuid4().hex[:8]}"
        where = words["location"]
        properties["fqdn"] = old.get("fqdn") or f"{host}.hcp.{where}.azmk8s.io"
        properties["azurePortalFQDN"] = old.get("azurePortalFQDN") or f"{host}.portal.hcp.{where}.azmk8s.io"
        is_old = "" < write.api_version < "2021-07"
        body.setdefault("sku", {"name": "Basic" if is_old else "Base", "tier": "Free"})
        network = properties["networkProfile"]
        if is_old:
            addons = properties.setdefault("addonProfiles", {})
            if not any(name.lower() == "kubedashboard" for name in addons):
                addons["KubeDashboard"] = {"enabled": True, "config": None}
        elif network.get("networkPlugin") == "azure":
            network.setdefault("networkDataplane", "azure")
        if isinstance(properties.get("windowsProfile"), dict):
            properties["windowsProfile"].setdefault("enableCSIProxy", True)
        for profile in properties.setdefault("agentPoolProfiles", []):
            if network.get("networkPlugin") == "azure" and not network.get("networkPluginMode"):
                profile.setdefault("maxPods", 30)
            if is_old:
                profile.setdefault("nodeLabels", {})
            add_pool_defaults(profile)
            if profile.get("enableAutoScaling"):
                fill(properties, {"autoScalerProfile": AUTOSCALER}, {})
        return body

    def on_written(self, resource: Resource, write: ResourceWrite) -> None:
        for profile in resource.properties["agentPoolProfiles"]:
            profile["provisioningState"] = "Creating" if write.creates else "Updating"

    def on_completed(self, resource: Resource) -> None:
        properties = resource.properties
        for profile in properties["agentPoolProfiles"]:
            profile["provisioningState"] = "Succeeded"
        nodes = f"/subscriptions/{resource.address.subscription}/resourceGroups/{properties['nodeResourceGroup']}"
        network = properties.get("networkProfile") or {}
        network["loadBalancerSku"] = str(network.get("loadBalancerSku") or "Standard").capitalize()
        outbound = get(network, "loadBalancerProfile")
        if isinstance(outbound, dict):
            set_outbound_addresses(outbound, f"{nodes}/providers/Microsoft.Network/publicIPAddresses")
        self._add_addon_identities(resource, nodes)
        if resource.body.get("identity") and "identityProfile" not in properties:
            name = f"{resource.address.last_name}-agentpool"
            identity = f"{nodes}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/{name}"
            properties["identityProfile"] = {"kubeletidentity": _identity(identity)}

    def _add_addon_identities(self, resource: Resource, nodes: str) -> None:
        """Give each enabled add-on of a cluster with a managed identity one of its own."""
        if not resource.body.get("identity"):
            return
        for name, addon in (resource.properties.get("addonProfiles") or {}).items():
            if isinstance(addon, dict) and addon.get("enabled") and name.lower() in ADDONS_WITH_IDENTITY:
                own = f"{name.lower()}-{resource.address.last_name.lower()}"
                identity = f"{nodes}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/{own}"
                addon.setdefault("identity", _identity(identity))

    def list_credentials(self, resource: Resource, call: ActionCall) -> ArmReply:
        """The kubectl configuration of the cluster."""
        return ArmReply(200, {"kubeconfigs": [{"name": "clusterUser", "value": kubeconfig(resource)}]})

    def change_power(self, resource: Resource, call: ActionCall) -> ArmReply:
        """Start or stop the cluster, or rotate its certificates."""

        async def work() -> None:
            await self.cloud.clock.sleep(60)
            if call.name != "rotateclustercertificates":
                resource.properties["powerState"] = {"code": "Running" if call.name == "start" else "Stopped"}

        return ArmReply(202, None, self.start_operation(resource, work, empty=True), (ASYNC, LOCATION))

    actions = (
        ("POST", "listClusterUserCredential", list_credentials),
        ("POST", "listClusterAdminCredential", list_credentials),
        ("POST", "start", change_power),
        ("POST", "stop", change_power),
        ("POST", "rotateClusterCertificates", change_power),
    )


class AgentPoolProvider(ResourceProvider):
    """Microsoft.ContainerService/managedClusters/agentPools, stored in the cluster's ``agentPoolProfiles``."""

    types = (POOL_TYPE.lower(),)

    def _cluster(self, address: ResourceId) -> Resource | None:
        return self.cloud.store.get(address.parent.id) if address.parent else None

    def find(self, address: ResourceId) -> Resource | None:
        cluster = self._cluster(address)
        profiles = cluster.properties["agentPoolProfiles"] if cluster else []
        profile = next((p for p in profiles if str(p.get("name")).lower() == address.last_name.lower()), None)
        if cluster is None or profile is None:
            return None
        resource = Resource(address, pool_body(cluster, profile), created=cluster.created)
        resource.body["properties"] = profile
        return resource

    def list_documents(self, address: ResourceId, query: Mapping[str, str]) -> list[Json]:
        cluster = self.cloud.store.get(address.id)
        profiles = cluster.properties["agentPoolProfiles"] if cluster else []
        return [pool_body(cluster, profile) for profile in profiles] if cluster else []

    def on_written(self, resource: Resource, write: ResourceWrite) -> None:
        self.cloud.store.remove(resource)
        cluster = self._cluster(write.address)
        if cluster is None:
            raise ArmError(404, "ParentResourceNotFound", f"The cluster of {write.address.id} could not be found.")
        profile = resource.body["properties"]
        profile["name"] = write.address.last_name
        add_pool_defaults(profile)
        others = [p for p in cluster.properties["agentPoolProfiles"] if p.get("name") != profile["name"]]
        cluster.properties["agentPoolProfiles"] = [*others, profile]

    def show(self, resource: Resource, query: Mapping[str, str]) -> dict[str, Json]:
        properties = {k: v for k, v in resource.properties.items() if k != "name"}
        return {**resource.body, "properties": properties}

    def on_deleted(self, resource: Resource) -> None:
        cluster = self._cluster(resource.address)
        if cluster is not None:
            name = resource.address.last_name.lower()
            kept = [p for p in cluster.properties["agentPoolProfiles"] if str(p.get("name")).lower() != name]
            cluster.properties["agentPoolProfiles"] = kept


def add_pool_defaults(profile: dict[str, Json]) -> None:
    """Add the service's defaults to an agent pool."""
    fill(profile, POOL, {})
    if not profile.get("osDiskSizeGB"):
        profile["osDiskSizeGB"] = 128


def pool_body(cluster: Resource, profile: dict[str, Json]) -> dict[str, Json]:
    """The document of an agent pool."""
    return {
        "id": f"{cluster.id}/agentPools/{profile.get('name')}",
        "name": profile.get("name"),
        "type": POOL_TYPE,
        "properties": {k: copy.deepcopy(v) for k, v in profile.items() if k != "name"},
    }


def kubeconfig(resource: Resource) -> str:
    """A kubectl configuration for the cluster, base64; nothing listens at its address."""
    name, host = resource.address.last_name, get(resource.properties, "fqdn")
    text = (
        "apiVersion: v1\nkind: Config\n"
        f"clusters:\n- name: {name}\n  cluster: {{server: 'https://{host}:443'}}\n"
        f"contexts:\n- name: {name}\n  context: {{cluster: {name}, user: clusterUser}}\n"
        f"current-context: {name}\nusers:\n- name: clusterUser\n  user: {{token: local}}\n"
    )
    return base64.b64encode(text.encode()).decode()
