"""The resource group that Azure creates for network watchers."""

from __future__ import annotations

from azops_tui.simulator.cloud import SimulatedCloud
from azops_tui.simulator.store import ResourceGroupRecord

WATCHERS_GROUP = "NetworkWatcherRG"


def watchers_group(cloud: SimulatedCloud, subscription: str) -> ResourceGroupRecord:
    """The group of the network watchers; created on first use, so that no list shows a group nobody has used."""
    group = cloud.store.group(subscription, WATCHERS_GROUP)
    if group is None:
        group = ResourceGroupRecord(subscription, WATCHERS_GROUP, "westus", created=cloud.clock.now())
        cloud.store.add_group(group)
    return group
