"""Resource groups."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence

from azops_tui.arm.resource_id import split_id
from azops_tui.azure.client import Clients, wait_for
from azops_tui.azure.errors import AzureFailure, explained, is_missing
from azops_tui.azure.resources import resource_view
from azops_tui.azure.trouble import items
from azops_tui.events.azure_views import GroupView, ResourceView
from azops_tui.json_types import Json

_Resources = list[ResourceView]  # the class has a method of the name “list”
_GROUPS = "2021-04-01"
_LOCKS = "2016-09-01"
_LOCKS_CACHED_S = 15.0
"""Seconds for which the list of locks is cached: it changes rarely and is read with each list of groups."""


class Groups:
    """Resource groups of a subscription."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients
        self._locked: frozenset[str] = frozenset()
        self._locks_read = float("-inf")

    async def list(self) -> list[GroupView]:
        """List the groups, sorted by name.

        Raises:
            AzureFailure: the list cannot be read.
        """
        locked = asyncio.ensure_future(self._locks())
        try:
            # Without the SDK's client, whose import would double the time to the first row on the screen.
            path = f"/subscriptions/{self._clients.subscription}/resourcegroups"
            groups = [group async for group in self._clients.pages(path, _GROUPS)]
            scopes = await locked
        finally:
            locked.cancel()
        return sorted((_view(group, scopes) for group in groups), key=lambda group: group.name.lower())

    async def get(self, name: str) -> GroupView | None:
        """Read a group; None if it does not exist.

        Raises:
            AzureFailure: the request was rejected or the cloud cannot be reached.
        """
        client = await self._clients.resources()
        try:
            with explained(self._id(name)):
                group = (await client.resource_groups.get(name)).as_dict()
        except AzureFailure as failure:
            if is_missing(failure):
                return None
            raise
        return _view(group, await self._locks())

    async def create(self, name: str, location: str, tags: Mapping[str, str] | None = None) -> GroupView:
        """Create a group, or set the tags of an existing one.

        Raises:
            AzureFailure: the group exists in another location or may not be created.
        """
        client = await self._clients.resources()
        body = {"location": location, "tags": dict(tags or {})}
        with explained(self._id(name)):
            created = await client.resource_groups.create_or_update(name, body)
        return _view(created.as_dict(), await self._locks())

    async def tag(self, name: str, tags: Mapping[str, str]) -> GroupView:
        """Replace the tags of a group.

        Raises:
            AzureFailure: the group does not exist or may not be changed.
        """
        client = await self._clients.resources()
        with explained(self._id(name)):
            changed = await client.resource_groups.update(name, {"tags": dict(tags)})
        return _view(changed.as_dict(), await self._locks())

    async def lock(self, name: str, *, lock: str = "azops", note: str = "") -> None:
        """Lock a group and its resources against deletion.

        Raises:
            AzureFailure: the identity may not create locks.
        """
        body = {"properties": {"level": "CanNotDelete", "notes": note}}
        await self._clients.send("PUT", self._lock_id(name, lock), _LOCKS, body=body)
        self._locks_read = float("-inf")

    async def unlock(self, name: str, *, lock: str = "azops") -> None:
        """Remove the lock that :meth:`lock` created.

        Raises:
            AzureFailure: the identity may not remove locks.
        """
        await self._clients.send("DELETE", self._lock_id(name, lock), _LOCKS)
        self._locks_read = float("-inf")

    async def export(self, name: str, resource_ids: Sequence[str] = ()) -> Json:
        """Export the template of a group's resources.

        Args:
            name: of the group.
            resource_ids: resources to export; empty for all.

        Raises:
            AzureFailure: the group does not exist or cannot be exported.
        """
        client = await self._clients.resources()
        body = {"resources": list(resource_ids) or ["*"], "options": "SkipAllParameterization"}
        with explained(self._id(name)):
            poller = await client.resource_groups.begin_export_template(name, body)
            result = (await wait_for(poller, self._clients.poll)).as_dict()
        return result.get("template")

    async def delete(self, name: str, *, on_poll: Callable[[float], object] | None = None) -> None:
        """Delete a group with all its resources and wait for the end.

        Args:
            name: of the group.
            on_poll: receives the seconds since the start, at each poll.

        Raises:
            AzureFailure: the group does not exist, is locked, or contains what cannot be deleted.
        """
        client = await self._clients.resources()
        with explained(self._id(name)):
            poller = await client.resource_groups.begin_delete(name)
            await wait_for(poller, self._clients.poll, on_poll)

    async def resources(self, name: str) -> _Resources:
        """List the resources of a group, sorted by type and name.

        Raises:
            AzureFailure: the group does not exist.
        """
        client = await self._clients.resources()
        with explained(self._id(name)):
            listed = client.resources.list_by_resource_group(name, expand="provisioningState")
            resources = [resource_view(resource.as_dict()) async for resource in items(listed)]
        return sorted(resources, key=lambda resource: (resource.type.lower(), resource.name.lower()))

    def _id(self, name: str) -> str:
        return f"/subscriptions/{self._clients.subscription}/resourceGroups/{name}"

    def _lock_id(self, group: str, lock: str) -> str:
        return f"{self._id(group)}/providers/Microsoft.Authorization/locks/{lock}"

    async def _locks(self) -> frozenset[str]:
        """Locked scopes, in lower case; empty for an identity that may not read locks."""
        if time.monotonic() - self._locks_read > _LOCKS_CACHED_S:
            self._locks_read = time.monotonic()
            path = f"/subscriptions/{self._clients.subscription}/providers/Microsoft.Authorization/locks"
            try:
                locks = [lock async for lock in self._clients.pages(path, _LOCKS)]
            except AzureFailure:
                locks = []
            self._locked = frozenset(split_id(lock.get("id", ""))[0].strip("/").lower() for lock in locks)
        return self._locked


def _view(group: Json, locked: frozenset[str]) -> GroupView:
    scope = group.get("id", "").strip("/").lower()
    return GroupView(
        id=group.get("id", ""),
        name=group.get("name", ""),
        location=group.get("location", ""),
        state=(group.get("properties") or {}).get("provisioningState", ""),
        tags=group.get("tags") or {},
        locked=scope in locked or scope.rpartition("/resourcegroups/")[0] in locked,
    )
