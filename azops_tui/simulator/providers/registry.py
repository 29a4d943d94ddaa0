"""Which provider serves which type."""

from __future__ import annotations

from azops_tui.simulator.cloud import SimulatedCloud
from azops_tui.simulator.providers.base import ResourceProvider
from azops_tui.simulator.providers.compute.availability_sets import AvailabilitySetProvider
from azops_tui.simulator.providers.compute.disks import DiskProvider
from azops_tui.simulator.providers.compute.extensions import VmExtensionProvider
from azops_tui.simulator.providers.compute.managed_images import ManagedImageProvider
from azops_tui.simulator.providers.compute.scale_set_instances import ScaleSetInstanceProvider
from azops_tui.simulator.providers.compute.scale_sets import ScaleSetProvider
from azops_tui.simulator.providers.compute.ssh_keys import SshKeyProvider
from azops_tui.simulator.providers.compute.virtual_machines import VirtualMachineProvider
from azops_tui.simulator.providers.containerinstance.containers import ContainerProvider
from azops_tui.simulator.providers.containerservice.managed_clusters import AgentPoolProvider, ManagedClusterProvider
from azops_tui.simulator.providers.network.dns import DnsZoneProvider, RecordSetProvider
from azops_tui.simulator.providers.network.interfaces import NetworkInterfaceProvider
from azops_tui.simulator.providers.network.networks import ElementProvider, NetworkProvider
from azops_tui.simulator.providers.network.public_addresses import PublicIpProvider
from azops_tui.simulator.providers.storage.accounts import StorageAccountProvider
from azops_tui.simulator.providers.storage.services import StorageServiceProvider

NAMED: tuple[type[ResourceProvider], ...] = (
    AgentPoolProvider,
    ManagedClusterProvider,
    DnsZoneProvider,
    AvailabilitySetProvider,
    ContainerProvider,
    DiskProvider,
    VmExtensionProvider,
    ScaleSetInstanceProvider,
    NetworkInterfaceProvider,
    VirtualMachineProvider,
    ManagedImageProvider,
    PublicIpProvider,
    RecordSetProvider,
    ScaleSetProvider,
    SshKeyProvider,
    StorageAccountProvider,
    StorageServiceProvider,
)


class ProviderRegistry:
    """Finds the provider of a type; one object for each."""

    def __init__(self, cloud: SimulatedCloud) -> None:
        self._plain = ResourceProvider(cloud)
        self._networks = NetworkProvider(cloud)
        self._children = ElementProvider(cloud, self.of)
        self._named = {t: p for p in (kind(cloud) for kind in NAMED) for t in p.types}

    def of(self, type_: str) -> ResourceProvider:
        """The provider of a type, in any spelling."""
        lower = type_.lower()
        found = self._named.get(lower)
        if found is not None:
            return found
        if lower.startswith("microsoft.network/"):
            return self._children if self._children.serves(lower) else self._networks
        return self._plain
