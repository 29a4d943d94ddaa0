"""Which provider serves which type."""

from __future__ import annotations

from azops_tui.simulator.providers.availability import AvailabilitySets
from azops_tui.simulator.providers.base import Provider
from azops_tui.simulator.providers.clusters import AgentPools, Clusters
from azops_tui.simulator.providers.containers import Containers
from azops_tui.simulator.providers.disks import Disks
from azops_tui.simulator.providers.dns import RecordSets, Zones
from azops_tui.simulator.providers.extensions import Extensions
from azops_tui.simulator.providers.instances import Instances
from azops_tui.simulator.providers.interfaces import Interfaces
from azops_tui.simulator.providers.machines import Machines
from azops_tui.simulator.providers.managed_images import ManagedImages
from azops_tui.simulator.providers.network import EmbeddedChildren, Networks
from azops_tui.simulator.providers.public_addresses import PublicAddresses
from azops_tui.simulator.providers.scale_sets import ScaleSets
from azops_tui.simulator.providers.ssh_keys import SshKeys
from azops_tui.simulator.providers.storage import StorageAccounts
from azops_tui.simulator.providers.storage_services import StorageServices
from azops_tui.simulator.world import World

NAMED: tuple[type[Provider], ...] = (
    AgentPools,
    Clusters,
    Zones,
    AvailabilitySets,
    Containers,
    Disks,
    Extensions,
    Instances,
    Interfaces,
    Machines,
    ManagedImages,
    PublicAddresses,
    RecordSets,
    ScaleSets,
    SshKeys,
    StorageAccounts,
    StorageServices,
)


class Registry:
    """Finds the provider of a type; one object for each."""

    def __init__(self, world: World) -> None:
        self._plain = Provider(world)
        self._networks = Networks(world)
        self._children = EmbeddedChildren(world, self.of)
        self._named = {t: p for p in (kind(world) for kind in NAMED) for t in p.types}

    def of(self, type_: str) -> Provider:
        """The provider of a type, in any spelling."""
        lower = type_.lower()
        found = self._named.get(lower)
        if found is not None:
            return found
        if lower.startswith("microsoft.network/"):
            return self._children if self._children.serves(lower) else self._networks
        return self._plain
