"""The state of a network's peerings."""

from __future__ import annotations

import copy

from azops_tui.simulator.cloud import SimulatedCloud
from azops_tui.simulator.providers.documents import get, reference_id
from azops_tui.simulator.store import Resource


def show_peerings(cloud: SimulatedCloud, network: Resource) -> None:
    """Set the state of a network's peerings: connected once the other network has one in return."""
    for peering in network.properties.get("virtualNetworkPeerings") or []:
        inner = peering.setdefault("properties", {})
        other = cloud.store.get(reference_id(inner.get("remoteVirtualNetwork")))
        back = []
        if other is not None:
            space = copy.deepcopy(get(other.properties, "addressSpace") or {})
            inner["remoteAddressSpace"], inner["remoteVirtualNetworkAddressSpace"] = space, copy.deepcopy(space)
            theirs = [p.get("properties") or {} for p in other.properties.get("virtualNetworkPeerings") or []]
            back = [p for p in theirs if reference_id(p.get("remoteVirtualNetwork")).lower() == network.address.key]
        for name in ("peeringState", "peeringSyncLevel"):
            ended = "FullyInSync" if name.endswith("Level") else "Connected"
            begun = "RemoteNotInSync" if name.endswith("Level") else "Initiated"
            inner[name] = ended if back else begun
            for mirrored in back:
                mirrored[name] = ended
