"""What refers to a resource or a group: locks that protect it, and resources elsewhere that depend on it."""

from __future__ import annotations

import asyncio
import json

from azops_tui.arm.resource_id import ResourceId
from azops_tui.azure.client import Clients
from azops_tui.azure.errors import AzureFailure
from azops_tui.azure.machines import NETWORK
from azops_tui.json_types import Json

_LOCKS = "2016-09-01"
_COMPUTE = "2024-07-01"
_REFERRING = (
    ("Microsoft.Network/networkInterfaces", NETWORK),
    ("Microsoft.Network/virtualNetworks", NETWORK),
    ("Microsoft.Network/loadBalancers", NETWORK),
    ("Microsoft.Network/privateEndpoints", NETWORK),
    ("Microsoft.Compute/virtualMachines", _COMPUTE),
    ("Microsoft.Compute/virtualMachineScaleSets", _COMPUTE),
)
"""Types that refer to resources of other groups most often, each with the API version of its list."""


class References:
    """Locks and references of a subscription."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    async def locks(self, identifier: str) -> list[str]:
        """Locks that forbid to delete a resource or a group, as ``NAME (CanNotDelete, on what it is set)``.

        Locks on it, above it and on what is in it count.

        Raises:
            AzureFailure: locks cannot be read.
        """
        path = f"/subscriptions/{self._clients.subscription}/providers/Microsoft.Authorization/locks"
        target = identifier.lower().rstrip("/")
        locks = []
        async for lock in self._clients.pages(path, _LOCKS):
            scope = str(lock.get("id", "")).lower().partition("/providers/microsoft.authorization/locks")[0]
            if target == scope or target.startswith(f"{scope}/") or scope.startswith(f"{target}/"):
                level = (lock.get("properties") or {}).get("level", "")
                locks.append(f"{lock.get('name', '')} ({level}, on {scope.rpartition('/')[2]})")
        return sorted(locks)

    async def lock(self, identifier: str, *, lock: str = "azops") -> None:
        """Lock a resource against deletion.

        Raises:
            AzureFailure: the identity may not create locks.
        """
        body = {"properties": {"level": "CanNotDelete", "notes": ""}}
        path = f"{identifier}/providers/Microsoft.Authorization/locks/{lock}"
        await self._clients.send("PUT", path, _LOCKS, body=body)

    async def unlock(self, identifier: str, *, lock: str = "azops") -> None:
        """Remove the lock that :meth:`lock` created.

        Raises:
            AzureFailure: the identity may not remove locks.
        """
        await self._clients.send("DELETE", f"{identifier}/providers/Microsoft.Authorization/locks/{lock}", _LOCKS)

    async def referring(self, identifier: str) -> list[str]:
        """Ids of resources that name a resource, or one that is in it, in their properties; sorted.

        For a group these are resources of other groups. Lists that may not be read are left out.
        """
        target = identifier.lower().rstrip("/")
        group = ResourceId.parse(identifier)
        lists = await asyncio.gather(*(self._listed(kind, version) for kind, version in _REFERRING))
        return sorted(
            str(resource["id"])
            for resources in lists
            for resource in resources
            if _names(resource, target)
            and not (group.is_group and str(resource["id"]).lower().startswith(f"{target}/"))
        )

    async def _listed(self, kind: str, version: str) -> list[Json]:
        path = f"/subscriptions/{self._clients.subscription}/providers/{kind}"
        try:
            return [resource async for resource in self._clients.pages(path, version)]
        except AzureFailure:
            return []


def _names(resource: Json, target: str) -> bool:
    """True if the properties of another resource name the target or something in it."""
    own = str(resource.get("id", "")).lower()
    if own == target or own.startswith(f"{target}/"):
        return False
    text = json.dumps([resource.get("properties"), resource.get("managedBy")]).lower()
    return f'"{target}"' in text or f'"{target}/' in text
