"""Containers of a container group as resources of their own."""

from __future__ import annotations

from azops_tui.arm.resource_id import ResourceId
from azops_tui.simulator.arm_reply import ArmReply
from azops_tui.simulator.providers.base import ActionCall, ResourceProvider
from azops_tui.simulator.providers.documents import get
from azops_tui.simulator.store import Resource


class ContainerProvider(ResourceProvider):
    """Microsoft.ContainerInstance/containerGroups/containers. Nothing runs in them: their logs are empty."""

    types = ("microsoft.containerinstance/containergroups/containers",)

    def find(self, address: ResourceId) -> Resource | None:
        group = self.cloud.store.get(address.parent.id) if address.parent else None
        if group is None:
            return None
        for container in get(group.body, "properties", "containers") or []:
            if str(get(container, "name")).lower() == address.last_name.lower():
                return Resource(address, container)
        return None

    def read_logs(self, resource: Resource, call: ActionCall) -> ArmReply:
        """The log of a container, which is always empty."""
        return ArmReply(200, {"content": ""})

    actions = (("GET", "logs", read_logs),)
