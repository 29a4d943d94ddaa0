"""Image galleries: with whom they are shared."""

from __future__ import annotations

from azops_tui.json_types import Json
from azops_tui.simulator.arm_reply import ArmReply
from azops_tui.simulator.errors import ArmError, invalid_parameter
from azops_tui.simulator.lro_profiles import ASYNC, LOCATION
from azops_tui.simulator.providers.base import ActionCall, ResourceProvider
from azops_tui.simulator.providers.documents import get
from azops_tui.simulator.store import Resource


class GalleryProvider(ResourceProvider):
    """Microsoft.Compute/galleries."""

    types = ("microsoft.compute/galleries",)

    def share(self, resource: Resource, call: ActionCall) -> ArmReply:
        """Share a gallery with subscriptions, tenants or everybody, or end that."""
        operation = str(get(call.body, "operationType") or "")
        profile: dict[str, Json] = resource.properties.setdefault("sharingProfile", {"permissions": "Private"})
        if operation not in ("Add", "Remove", "Reset", "EnableCommunity"):
            raise invalid_parameter("operationType")
        wanted = "Community" if operation == "EnableCommunity" else "Groups"
        if operation != "Reset" and profile.get("permissions") != wanted:
            message = f"The gallery's sharing permission is '{profile.get('permissions')}', not '{wanted}'."
            raise ArmError(409, "OperationNotAllowed", message)

        async def work() -> None:
            await self.cloud.clock.sleep(10)
            _apply(profile, operation, get(call.body, "groups") or [])

        return ArmReply(202, None, self.start_operation(resource, work), (ASYNC, LOCATION))

    actions = (("POST", "share", share),)


def _apply(profile: dict[str, Json], operation: str, groups: list[Json]) -> None:
    if operation == "Reset":
        profile["groups"] = []
    if operation == "EnableCommunity":
        profile.setdefault("communityGalleryInfo", {})["communityGalleryEnabled"] = True
    kept: dict[str, list[str]] = {str(g.get("type")): list(g.get("ids") or []) for g in profile.get("groups") or []}
    for group in groups:
        ids = kept.setdefault(str(get(group, "type")), [])
        named = [str(i) for i in get(group, "ids") or []]
        if operation == "Add":
            ids.extend(i for i in named if i not in ids)
        elif operation == "Remove":
            ids[:] = [i for i in ids if i not in named]
    if operation in ("Add", "Remove"):
        profile["groups"] = [{"type": kind, "ids": ids} for kind, ids in kept.items() if ids]
