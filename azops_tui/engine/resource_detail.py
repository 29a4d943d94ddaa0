"""All that is known about one resource or group, read at once; a part that cannot be read says why."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from azops_tui.azure.errors import AzureFailure
from azops_tui.json_types import Json

if TYPE_CHECKING:
    from azops_tui.azure.cloud import Cloud

T = TypeVar("T")
_ID = re.compile(r"/subscriptions/[^/]+/.*?/?providers/", re.IGNORECASE)


@dataclass(frozen=True)
class ActivityEntry:
    """One event of the activity log."""

    at: str
    operation: str
    status: str
    caller: str


@dataclass(frozen=True)
class ResourceDetail:
    """A resource, who may do what to it, and what it is connected with."""

    id: str
    resource: Json
    """As the service returns it."""
    locks: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    activity: tuple[ActivityEntry, ...] = ()
    refers_to: tuple[str, ...] = ()
    """Ids of the resources that its properties name."""
    referred_by: tuple[str, ...] = ()
    problems: dict[str, str] = field(default_factory=dict)
    """Why a part cannot be shown, by its name: ``locks``, ``roles``, ``activity``, ``referred by``."""


async def read_detail(cloud: Cloud, identifier: str) -> ResourceDetail:
    """Read a resource or a group with all that surrounds it.

    Raises:
        AzureFailure: the resource itself cannot be read.
    """
    problems: dict[str, str] = {}

    async def part(name: str, reading: Awaitable[list[T]]) -> list[T]:
        try:
            return await reading
        except AzureFailure as failure:
            problems[name] = str(failure)
            return []

    resource, locks, roles, events, referring = await asyncio.gather(
        cloud.resources.get(identifier),
        part("locks", cloud.references.locks(identifier)),
        part("roles", cloud.access.roles(identifier)),
        part("activity", cloud.access.activity(identifier)),
        part("referred by", cloud.references.referring(identifier)),
    )
    return ResourceDetail(
        identifier,
        resource,
        tuple(locks),
        tuple(roles),
        tuple(map(_entry, events)),
        tuple(named_in(resource, identifier)),
        tuple(referring),
        problems,
    )


def _entry(event: Json) -> ActivityEntry:
    def text(name: str) -> str:
        value = event.get(name)
        return str(
            (value.get("localizedValue") or value.get("value") or "") if isinstance(value, dict) else value or ""
        )

    return ActivityEntry(
        text("eventTimestamp")[:19].replace("T", " "), text("operationName"), text("status"), text("caller")
    )


def named_in(value: Json, own: str) -> list[str]:
    """Ids of the resources that a resource's JSON names, without its own and what is in it; sorted."""
    ids: dict[str, str] = {}

    def walk(part: Json) -> None:
        if isinstance(part, dict):
            for inner in part.values():
                walk(inner)
        elif isinstance(part, list):
            for inner in part:
                walk(inner)
        elif isinstance(part, str) and _ID.match(part) and not f"{part.lower()}/".startswith(f"{own.lower()}/"):
            ids.setdefault(part.lower(), part)

    walk(value)
    return [ids[key] for key in sorted(ids)]
