"""Resource groups."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence

from azops_tui.arm.resource_id import split_id
from azops_tui.azure.client import Clients, wait_for
from azops_tui.azure.errors import AzureFailure, explained, is_missing
from azops_tui.azure.resources import resource_view
from azops_tui.events.azure_views import GroupView, ResourceView
from azops_tui.json_types import Json

_Resources = list[ResourceView]  # the class has a method of the name “list”
_LOCKS = "2016-09-01"
_LOCKS_LAST = 15.0
"""Seconds that the list of locks is believed: it changes rarely and is read beside each list of groups."""


class Groups:
    """The groups of the subscription."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients
        self._locked: frozenset[str] = frozenset()
        self._locks_read = float("-inf")

    async def list(self) -> list[GroupView]:
        """All groups, sorted by name.

        Raises:
            AzureFailure: they cannot be read.
        """
        locked = asyncio.ensure_future(self._locks())
        try:
            client = await self._clients.resources()
            with explained():
                found = [group.as_dict() async for group in client.resource_groups.list()]
            scopes = await locked
        finally:
            locked.cancel()
        return sorted((_view(group, scopes) for group in found), key=lambda group: group.name.lower())

    async def get(self, name: str) -> GroupView | None:
        """The group of this name; None where there is none.

        Raises:
            AzureFailure: it cannot be read.
        """
        client = await self._clients.resources()
        try:
            with explained(self._id(name)):
                found = (await client.resource_groups.get(name)).as_dict()
        except AzureFailure as failure:
            if is_missing(failure):
                return None
            raise
        return _view(found, await self._locks())

    async def create(self, name: str, location: str, tags: Mapping[str, str] | None = None) -> GroupView:
        """Makes a group, or sets the tags of one that is there.

        Raises:
            AzureFailure: it exists in another location, or may not be made.
        """
        client = await self._clients.resources()
        body = {"location": location, "tags": dict(tags or {})}
        with explained(self._id(name)):
            made = await client.resource_groups.create_or_update(name, body)
        return _view(made.as_dict(), await self._locks())

    async def tag(self, name: str, tags: Mapping[str, str]) -> GroupView:
        """Replaces the tags of a group.

        Raises:
            AzureFailure: there is no such group, or it may not be changed.
        """
        client = await self._clients.resources()
        with explained(self._id(name)):
            changed = await client.resource_groups.update(name, {"tags": dict(tags)})
        return _view(changed.as_dict(), await self._locks())

    async def lock(self, name: str, *, lock: str = "azops", note: str = "") -> None:
        """Protects a group and all in it from deletion.

        Raises:
            AzureFailure: locks may not be set here.
        """
        body = {"properties": {"level": "CanNotDelete", "notes": note}}
        await self._clients.send("PUT", self._lock_id(name, lock), _LOCKS, body=body)
        self._locks_read = float("-inf")

    async def unlock(self, name: str, *, lock: str = "azops") -> None:
        """Takes the lock away that :meth:`lock` set.

        Raises:
            AzureFailure: locks may not be removed here.
        """
        await self._clients.send("DELETE", self._lock_id(name, lock), _LOCKS)
        self._locks_read = float("-inf")

    async def export(self, name: str, resource_ids: Sequence[str] = ()) -> Json:
        """The template that would make what is in the group, as the service writes it.

        Args:
            name: of the group.
            resource_ids: what to export; everything where empty.

        Raises:
            AzureFailure: there is no such group, or it cannot be exported at all.
        """
        client = await self._clients.resources()
        body = {"resources": list(resource_ids) or ["*"], "options": "SkipAllParameterization"}
        with explained(self._id(name)):
            poller = await client.resource_groups.begin_export_template(name, body)
            result = (await wait_for(poller, self._clients.poll)).as_dict()
        return result.get("template")

    async def delete(self, name: str, *, on_poll: Callable[[float], object] | None = None) -> None:
        """Deletes a group with all that is in it, and waits until it is gone.

        Args:
            name: of the group.
            on_poll: told the seconds since the beginning, at each look.

        Raises:
            AzureFailure: there is none, something in it is locked, or something cannot be deleted.
        """
        client = await self._clients.resources()
        with explained(self._id(name)):
            poller = await client.resource_groups.begin_delete(name)
            await wait_for(poller, self._clients.poll, on_poll)

    async def resources(self, name: str) -> _Resources:
        """What is in the group, sorted by type and name.

        Raises:
            AzureFailure: there is no such group.
        """
        client = await self._clients.resources()
        with explained(self._id(name)):
            listed = client.resources.list_by_resource_group(name, expand="provisioningState")
            found = [resource_view(resource.as_dict()) async for resource in listed]
        return sorted(found, key=lambda resource: (resource.type.lower(), resource.name.lower()))

    def _id(self, name: str) -> str:
        return f"/subscriptions/{self._clients.subscription}/resourceGroups/{name}"

    def _lock_id(self, group: str, lock: str) -> str:
        return f"{self._id(group)}/providers/Microsoft.Authorization/locks/{lock}"

    async def _locks(self) -> frozenset[str]:
        """Scopes that have a lock, in lower case. Somebody who may not read locks sees none."""
        if time.monotonic() - self._locks_read > _LOCKS_LAST:
            self._locks_read = time.monotonic()
            path = f"/subscriptions/{self._clients.subscription}/providers/Microsoft.Authorization/locks"
            try:
                found = [lock async for lock in self._clients.pages(path, _LOCKS)]
            except AzureFailure:
                found = []
            self._locked = frozenset(split_id(lock.get("id", ""))[0].strip("/").lower() for lock in found)
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
