"""What a deletion would delete, from a fresh read, as the lines of a question."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

from azops_tui.azure.errors import AzureFailure
from azops_tui.events.azure_views import ResourceView

if TYPE_CHECKING:
    from azops_tui.azure.cloud import Cloud

_NAMED = 10
"""Resources that are listed by name."""
_TYPES = 12
_DISK = "microsoft.compute/disks"
_ASKED = 20
"""Disks that are asked whose they are."""
_WORDS = {
    "microsoft.compute/virtualmachines": "virtual machine",
    "microsoft.compute/virtualmachinescalesets": "scale set",
    "microsoft.compute/disks": "disk",
    "microsoft.compute/availabilitysets": "availability set",
    "microsoft.storage/storageaccounts": "storage account with data",
    "microsoft.keyvault/vaults": "key vault",
    "microsoft.recoveryservices/vaults": "backup vault",
    "microsoft.network/virtualnetworks": "virtual network",
    "microsoft.network/networksecuritygroups": "network security group",
    "microsoft.network/networkinterfaces": "network interface",
    "microsoft.network/publicipaddresses": "public address",
    "microsoft.network/loadbalancers": "load balancer",
    "microsoft.containerservice/managedclusters": "Kubernetes cluster",
    "microsoft.sql/servers/databases": "database",
}
_HOLD_DATA = (
    "microsoft.storage/",
    "microsoft.sql/",
    "microsoft.documentdb/",
    "microsoft.dbfor",
    "microsoft.keyvault/",
    "microsoft.recoveryservices/",
    "microsoft.compute/disks",
)
"""Types that are named first: what is lost with them cannot be made again by a template."""


def counted(resources: Iterable[ResourceView]) -> list[str]:
    """How many resources of which type, those that hold data first, as ``2 virtual machines``."""
    counts = Counter(resource.type.lower() for resource in resources)
    spelled = {resource.type.lower(): resource.type for resource in resources}
    order = sorted(counts, key=lambda kind: (not kind.startswith(_HOLD_DATA), -counts[kind], kind))
    words = []
    for kind in order:
        number = counts[kind]
        name = _WORDS.get(kind)
        if name is None:
            words.append(f"{number} × {spelled[kind].removeprefix('Microsoft.')}")
        elif number == 1:
            words.append(f"1 {name}")
        else:
            words.append(f"{number} {_plural(name)}")
    return words


def _plural(name: str) -> str:
    head, with_, rest = name.partition(" with ")
    ending = "es" if head.endswith(("s", "x")) else "s"
    return f"{head}{ending}{with_}{rest}"


def lines(resources: Collection[ResourceView], created: Collection[str]) -> list[str]:
    """What is deleted: counts by type, and by name what no deployment of this run made.

    Args:
        resources: what is deleted.
        created: ids that this run deployed, in lower case.
    """
    if not resources:
        return ["Nothing is in it."]
    number = len(resources)
    said = [f"{number} resource{'s' * (number != 1)}, among them"]
    words = counted(resources)
    said += [f"  {word}" for word in words[:_TYPES]]
    if len(words) > _TYPES:
        said.append(f"  and {len(words) - _TYPES} other types")
    foreign = [resource for resource in resources if resource.id.lower() not in created]
    if foreign:
        count = len(foreign)
        names = ", ".join(resource.name for resource in foreign[:_NAMED])
        more = f" and {count - _NAMED} more" if count > _NAMED else ""
        said.append(f"{count} that no deployment of this run made: {names}{more}")
    return said


async def group_lines(cloud: Cloud, group: str, created: Collection[str]) -> list[str]:
    """Where a group is and what is in it, read now.

    Raises:
        AzureFailure: it cannot be read.
    """
    began = time.monotonic()
    resources = await cloud.groups.resources(group)
    own = {*created, *await _came_along(cloud, resources, created)}
    return [_place(cloud, group, began), *lines(resources, own)]


async def resource_lines(cloud: Cloud, identity: str, created: Collection[str]) -> list[str]:
    """Where a resource is and what it is, read now.

    Raises:
        AzureFailure: it is not there, or cannot be read.
    """
    began = time.monotonic()
    found = await cloud.resources.get(identity)
    said = [_place(cloud, str(found.get("name") or identity.rpartition("/")[2]), began)]
    said += [str(found.get("type") or ""), identity]
    if identity.lower() not in created:
        said.append("No deployment of this run made it.")
    return [line for line in said if line]


def _place(cloud: Cloud, name: str, began: float) -> str:
    """What is deleted, where, and how long ago it was read (``began`` of the monotonic clock)."""
    age = time.monotonic() - began
    read = "read just now" if age < 1 else f"read {age:.0f} s ago"
    return f"{name} in {cloud.subscription_name or cloud.subscription} ({cloud.profile.name}), {read}"


async def _came_along(cloud: Cloud, resources: Collection[ResourceView], created: Collection[str]) -> set[str]:
    """Ids of the disks that came with machines which this run deployed; no template names those as resources."""
    disks = [one.id for one in resources if one.type.lower() == _DISK and one.id.lower() not in created]
    own = set()
    for disk in disks[:_ASKED]:
        try:
            owner = (await cloud.resources.get(disk)).get("managedBy") or ""
        except AzureFailure:
            continue
        if owner.lower() in created:
            own.add(disk.lower())
    return own
