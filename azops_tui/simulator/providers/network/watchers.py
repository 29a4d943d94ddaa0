"""Network watchers: Azure keeps one for each region in use, in a group of its own.

They are made when someone asks for them and not before, so that nobody finds a group that nobody made.
"""

from __future__ import annotations

from azops_tui.simulator import locations
from azops_tui.simulator.cloud import SimulatedCloud
from azops_tui.simulator.ids import Address, group_id, parse
from azops_tui.simulator.store import Resource, ResourceGroupRecord

GROUP = "NetworkWatcherRG"
TYPE = "microsoft.network/networkwatchers"


def make_group(cloud: SimulatedCloud, subscription: str) -> ResourceGroupRecord:
    """The group of the watchers."""
    found = cloud.store.group(subscription, GROUP)
    if found is None:
        found = ResourceGroupRecord(subscription, GROUP, "westus", created=cloud.clock.now())
        cloud.store.add_group(found)
    return found


def make_asked(cloud: SimulatedCloud, address: Address) -> None:
    """Makes the watcher that a path names or lies under, if it is one of Azure's own."""
    if address.group.lower() != GROUP.lower() or not address.names or not address.types:
        return
    if f"{address.namespace}/{address.types[0]}".lower() != TYPE:
        return
    region = address.names[0].lower().removeprefix("networkwatcher_")
    if region != address.names[0].lower() and locations.known(region):
        _make(cloud, address.subscription, region)


def make_used(cloud: SimulatedCloud, subscription: str) -> None:
    """Makes the watchers of all regions that have networks."""
    networks = cloud.store.of_type("microsoft.network/virtualnetworks", f"/subscriptions/{subscription}")
    regions = {n.location for n in networks if n.location}
    if regions:
        make_group(cloud, subscription)
    for region in sorted(regions):
        _make(cloud, subscription, region)


def _make(cloud: SimulatedCloud, subscription: str, region: str) -> None:
    name = f"NetworkWatcher_{region}"
    address = parse(f"{group_id(subscription, GROUP)}/providers/Microsoft.Network/networkWatchers/{name}")
    if cloud.store.get(address.id) is not None:
        return
    made = Resource(address, {}, created=cloud.clock.now())
    made.body = {
        "name": name,
        "id": address.id,
        "etag": f'W/"{made.etag}"',
        "type": "Microsoft.Network/networkWatchers",
        "location": region,
        "properties": {"provisioningState": "Succeeded", "runningOperationIds": []},
    }
    cloud.store.add(made)
