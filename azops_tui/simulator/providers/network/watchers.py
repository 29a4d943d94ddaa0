"""Network watchers: Azure keeps one for each region, in a resource group of its own.

They are stored when a request names them or a network is in their region, and not before, so that no list of resources
shows a group that nobody has used.
"""

from __future__ import annotations

import copy
import uuid
from collections.abc import Mapping

from azops_tui.arm.resource_id import ResourceId, Scope
from azops_tui.json_types import Json
from azops_tui.simulator import locations
from azops_tui.simulator.arm_reply import ArmReply
from azops_tui.simulator.errors import invalid_parameter
from azops_tui.simulator.lro_profiles import LOCATION
from azops_tui.simulator.providers.base import ActionCall
from azops_tui.simulator.providers.documents import get
from azops_tui.simulator.providers.network.networks import NetworkProvider
from azops_tui.simulator.providers.network.watchers_group import WATCHERS_GROUP, watchers_group
from azops_tui.simulator.store import Resource

_NO_LOG: dict[str, Json] = {"storageId": "", "enabled": False, "retentionPolicy": {"days": 0, "enabled": False}}


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
        """The stored watchers and, for a subscription, those that Azure has in the other regions."""
        if address.group:
            return super().list_documents(address, query)
        networks = self.cloud.store.of_type(
            "microsoft.network/virtualnetworks", f"/subscriptions/{address.subscription}"
        )
        regions = {n.location for n in networks if n.location}
        if regions:
            watchers_group(self.cloud, address.subscription)
        for region in sorted(regions):
            self._create(address.subscription, region)
        stored = super().list_documents(address, query)
        shown = {str(document["id"]).lower() for document in stored if isinstance(document, dict)}
        unused = (self._watcher(address.subscription, region).body for region in locations.physical_names())
        return [*stored, *(body for body in unused if str(body["id"]).lower() not in shown)]

    def show(self, resource: Resource, query: Mapping[str, str]) -> dict[str, Json]:
        body = super().show(resource, query)
        body["properties"].setdefault("runningOperationIds", [])
        if query.get("api-version", "9") < "2019":
            body["properties"]["flowLogs"] = []
        return body

    def query_flow_log(self, resource: Resource, call: ActionCall) -> ArmReply:
        """The flow log of a security group, as ``configureFlowLog`` has set it."""
        target = _target(call)
        known = resource.private.setdefault("flow logs", {}).get(target.lower())
        configuration = {"properties": _NO_LOG, "flowAnalyticsConfiguration": {}} if known is None else known
        return ArmReply(200, {"targetResourceId": target, **copy.deepcopy(configuration)})

    def configure_flow_log(self, resource: Resource, call: ActionCall) -> ArmReply:
        """Set the flow log of a security group."""
        target = _target(call)
        shown = {k: v for k, v in copy.deepcopy(call.body).items() if k != "targetResourceId"}
        if isinstance(shown.get("properties"), dict):
            shown["properties"].setdefault("format", {"type": "JSON", "version": 1})

        async def work() -> None:
            await self.cloud.clock.sleep(5)
            resource.private.setdefault("flow logs", {})[target.lower()] = shown

        operation = self.start_operation(resource, work, empty=True)
        operation.result = lambda: {"targetResourceId": target, **shown}
        return ArmReply(202, None, operation, (LOCATION,))

    actions = (
        ("POST", "queryFlowLogStatus", query_flow_log),
        ("POST", "configureFlowLog", configure_flow_log),
    )

    def _create(self, subscription: str, region: str) -> Resource:
        watcher = self._watcher(subscription, region)
        existing = self.cloud.store.get(watcher.id)
        if existing is None:
            self.cloud.store.add(watcher)
        return existing or watcher

    def _watcher(self, subscription: str, region: str) -> Resource:
        """The watcher of a region. Its etag is the same until it is stored and changed."""
        name = f"NetworkWatcher_{region}"
        address = ResourceId.parse(
            f"{Scope(subscription, WATCHERS_GROUP).id}/providers/Microsoft.Network/networkWatchers/{name}"
        )
        watcher = Resource(address, {}, created=self.cloud.clock.now())
        watcher.etag = str(uuid.uuid5(uuid.NAMESPACE_URL, address.key))
        watcher.body = {
            "name": name,
            "id": address.id,
            "etag": f'W/"{watcher.etag}"',
            "type": "Microsoft.Network/networkWatchers",
            "location": region,
            "properties": {"provisioningState": "Succeeded", "runningOperationIds": []},
        }
        return watcher


def _target(call: ActionCall) -> str:
    target = get(call.body, "targetResourceId")
    if not isinstance(target, str) or not target:
        raise invalid_parameter("targetResourceId", "Required parameter 'targetResourceId' is missing (null).")
    return target
