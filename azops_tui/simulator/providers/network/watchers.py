"""Network watchers: Azure keeps one for each region in use, in a resource group of its own.

They are created when a request names or lists them and not before, so that no list shows a group nobody has created.
"""

from __future__ import annotations

from collections.abc import Mapping

from azops_tui.arm.resource_id import ResourceId, Scope
from azops_tui.json_types import Json
from azops_tui.simulator import locations
from azops_tui.simulator.providers.network.networks import NetworkProvider
from azops_tui.simulator.providers.network.watchers_group import WATCHERS_GROUP, watchers_group
from azops_tui.simulator.store import Resource


class NetworkWatcherProvider(NetworkProvider):
    """Microsoft.Network/networkWatchers."""

    types = ("microsoft.network/networkwatchers",)

    def find(self, address: ResourceId) -> Resource | None:
        resource = super().find(address)
        region = address.last_name.lower().removeprefix("networkwatcher_")
        if resource is not None or address.group.lower() != WATCHERS_GROUP.lower():
            return resource
        is_azures_own = region != address.last_name.lower() and locations.is_known(region)
        return self._create(address.subscription, region) if is_azures_own else None

    def list_documents(self, address: ResourceId, query: Mapping[str, str]) -> list[Json]:
        if not address.group:
            networks = self.cloud.store.of_type(
                "microsoft.network/virtualnetworks", f"/subscriptions/{address.subscription}"
            )
            regions = {n.location for n in networks if n.location}
            if regions:
                watchers_group(self.cloud, address.subscription)
            for region in sorted(regions):
                self._create(address.subscription, region)
        return super().list_documents(address, query)

    def _create(self, subscription: str, region: str) -> Resource:
        name = f"NetworkWatcher_{region}"
        address = ResourceId.parse(
            f"{Scope(subscription, WATCHERS_GROUP).id}/providers/Microsoft.Network/networkWatchers/{name}"
        )
        existing = self.cloud.store.get(address.id)
        if existing is not None:
            return existing
        watcher = Resource(address, {}, created=self.cloud.clock.now())
        watcher.body = {
            "name": name,
            "id": address.id,
            "etag": f'W/"{watcher.etag}"',
            "type": "Microsoft.Network/networkWatchers",
            "location": region,
            "properties": {"provisioningState": "Succeeded", "runningOperationIds": []},
        }
        self.cloud.store.add(watcher)
        return watcher
