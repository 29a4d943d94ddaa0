"""The containers of a container group, which are read and acted on by themselves."""

from __future__ import annotations

from azops_tui.json_types import Json
from azops_tui.simulator.arm_reply import ArmReply
from azops_tui.simulator.ids import Address
from azops_tui.simulator.providers.base import ResourceProvider, get
from azops_tui.simulator.store import Resource


class ContainerProvider(ResourceProvider):
    """Microsoft.ContainerInstance/containerGroups/containers. Nothing runs in them: their logs are empty."""

    types = ("microsoft.containerinstance/containergroups/containers",)

    def find(self, address: Address) -> Resource | None:
        group = self.cloud.store.get(address.parent.id) if address.parent else None
        if group is None:
            return None
        for container in get(group.body, "properties", "containers") or []:
            if str(get(container, "name")).lower() == address.last_name.lower():
                return Resource(address, container)
        return None

    async def act(self, resource: Resource, action: str, body: Json, query: dict[str, str]) -> ArmReply | None:
        return ArmReply(200, {"content": ""}) if action.lower() == "logs" else None
