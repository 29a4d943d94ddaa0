"""What a deletion would delete, read from the cloud just before a person is asked to agree."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING

from azops_tui.arm.resource_id import ResourceId
from azops_tui.azure.errors import AzureFailure
from azops_tui.azure.sentences import shorten_ids
from azops_tui.engine.guard import Proposal
from azops_tui.events.azure_views import ResourceView

if TYPE_CHECKING:
    from azops_tui.azure.cloud import Cloud
    from azops_tui.engine.context import StepContext

_NAMED = 10
"""Number of resources that are listed by name."""
_TYPES = 12
"""Number of types that are listed."""
_GROUP_OPTIONS = frozenset({"-n", "--name", "-g", "--resource-group"})
_DISK = "microsoft.compute/disks"
_DISKS_READ = 20
"""Number of disks whose machine is looked up."""
_NOUNS = {
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
"""Types that are listed first: a template cannot bring back what is lost with them."""


def counted(resources: Iterable[ResourceView]) -> list[str]:
    """Number of resources of each type, as ``2 virtual machines``; types that hold data come first."""
    counts = Counter(resource.type.lower() for resource in resources)
    spelled = {resource.type.lower(): resource.type for resource in resources}
    order = sorted(counts, key=lambda kind: (not kind.startswith(_HOLD_DATA), -counts[kind], kind))
    phrases = []
    for kind in order:
        number = counts[kind]
        noun = _NOUNS.get(kind)
        if noun is None:
            phrases.append(f"{number} × {spelled[kind].removeprefix('Microsoft.')}")
        else:
            phrases.append(f"{number} {noun if number == 1 else _plural(noun)}")
    return phrases


def _plural(noun: str) -> str:
    head, with_, tail = noun.partition(" with ")
    ending = "es" if head.endswith(("s", "x")) else "s"
    return f"{head}{ending}{with_}{tail}"


def lines(resources: Collection[ResourceView], created: Collection[str]) -> list[str]:
    """What is deleted: counts by type, and the names of resources that this run did not deploy.

    Args:
        resources: what is deleted.
        created: ids of resources that this run deployed, in lower case.
    """
    if not resources:
        return ["Nothing is in it."]
    number = len(resources)
    preview = [f"{number} resource{'s' * (number != 1)}, among them"]
    phrases = counted(resources)
    preview += [f"  {phrase}" for phrase in phrases[:_TYPES]]
    if len(phrases) > _TYPES:
        preview.append(f"  and {len(phrases) - _TYPES} other types")
    foreign = [resource for resource in resources if resource.id.lower() not in created]
    if foreign:
        count = len(foreign)
        names = ", ".join(resource.name for resource in foreign[:_NAMED])
        more = f" and {count - _NAMED} more" if count > _NAMED else ""
        preview.append(f"{count} that no deployment of this run made: {names}{more}")
    return preview


async def group_lines(cloud: Cloud, group: str, created: Collection[str]) -> list[str]:
    """Where a resource group is and what is in it, read now.

    Raises:
        AzureFailure: it cannot be read.
    """
    began = time.monotonic()
    identifier = f"/subscriptions/{cloud.subscription}/resourceGroups/{group}"
    resources, obstacles = await asyncio.gather(cloud.groups.resources(group), _obstacles(cloud, identifier))
    own = {*created, *await _own_disks(cloud, resources, created)}
    return [_place(cloud, group, began), *obstacles, *lines(resources, own)]


async def resource_lines(cloud: Cloud, resource_id: str, created: Collection[str]) -> list[str]:
    """Where a resource is and what it is, read now.

    Raises:
        AzureFailure: it does not exist or cannot be read.
    """
    began = time.monotonic()
    resource, obstacles = await asyncio.gather(cloud.resources.get(resource_id), _obstacles(cloud, resource_id))
    preview = [_place(cloud, str(resource.get("name") or resource_id.rpartition("/")[2]), began), *obstacles]
    preview += [str(resource.get("type") or ""), resource_id]
    if resource_id.lower() not in created:
        preview.append("No deployment of this run made it.")
    return [line for line in preview if line]


async def _obstacles(cloud: Cloud, identifier: str) -> list[str]:
    """Locks that forbid the deletion, and resources elsewhere that depend on what goes; both come before all else."""
    try:
        locks, referring = await asyncio.gather(
            cloud.references.locks(identifier), cloud.references.referring(identifier)
        )
    except AzureFailure:
        return []  # an identity that may not read locks; the deletion says what forbids it
    preview = [f"Locked by {lock}: the deletion will be refused." for lock in locks]
    preview += [f"Used by {shorten_ids(other)} in {ResourceId.parse(other).group}" for other in referring[:_NAMED]]
    if len(referring) > _NAMED:
        preview.append(f"and by {len(referring) - _NAMED} more")
    return preview


async def script_question(context: StepContext[str]) -> Proposal | None:
    """The question before a shell step that deletes a resource group, with what is in the group, read now.

    None for any other script, and where only the shell can tell which group it deletes.
    """
    if "delete" not in context.body or not context.cloud.exists:
        return None
    from azops_tui.runbook.classify import deletions

    commands = deletions(context.runbook, context.step, context.body, context.variables)
    names = [_deleted_group(command) for command in commands or ()]
    groups = {name for name in names if name}
    if len(groups) != 1 or None in names:
        return None
    cloud = await context.cloud.open()
    try:
        group = await cloud.groups.get(groups.pop())
        if group is None:
            return None
        preview = await group_lines(cloud, group.name, context.footprint.created)
    except AzureFailure:
        return None
    others = [" ".join(map(str, command)) for command, name in zip(commands or (), names, strict=True) if not name]
    preview += [f"The step also runs: {command}" for command in others]
    code = [line for line in context.body.splitlines() if line.strip()]
    if len(code) > 1:
        preview.append(f"The step has {len(code)} lines; the deletion is one of them.")
    return Proposal("destroy", "Delete resource group", tuple(preview), group.name)


def _deleted_group(command: Sequence[str | None]) -> str | None:
    """Name of the group that a command deletes; empty if it deletes something else, None if that is not known."""
    words = [word or "" for word in command]
    if None in command:
        return None
    plain = [word for word in words[1:] if not word.startswith("-")]
    if words[0] != "az" or plain[:2] != ["group", "delete"]:
        return ""
    name = None
    for word, value in zip(words, [*words[1:], ""], strict=True):
        option, equals, joined = word.partition("=")
        if option in _GROUP_OPTIONS:
            name = joined if equals else value
        elif option == "--subscription":
            return None
    return name or None


def _place(cloud: Cloud, name: str, began: float) -> str:
    """What is deleted, where, and how long ago it was read; ``began`` is a time of the monotonic clock."""
    age = time.monotonic() - began
    read = "read just now" if age < 1 else f"read {age:.0f} s ago"
    return f"{name} in {cloud.subscription_name or cloud.subscription} ({cloud.profile.name}), {read}"


async def _own_disks(cloud: Cloud, resources: Collection[ResourceView], created: Collection[str]) -> set[str]:
    """Ids of disks that belong to virtual machines which this run deployed; no template names those as resources."""
    disks = [item.id for item in resources if item.type.lower() == _DISK and item.id.lower() not in created]
    own = set()
    for disk in disks[:_DISKS_READ]:
        try:
            owner = (await cloud.resources.get(disk)).get("managedBy") or ""
        except AzureFailure:
            continue
        if owner.lower() in created:
            own.add(disk.lower())
    return own
