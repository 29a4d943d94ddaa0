"""Resource groups: made, tagged, locked, deleted."""

from __future__ import annotations

from typing import Any

import msgspec

from azops_tui.azure.errors import AzureFailure, is_missing
from azops_tui.engine.context import Outcome, StepContext
from azops_tui.engine.deletion_preview import group_lines
from azops_tui.engine.guard import Proposal
from azops_tui.engine.problems import problem
from azops_tui.events.azure_views import GroupView
from azops_tui.events.records import GroupsChanged


async def describe(context: StepContext) -> Proposal:
    """What is about to happen to the group, from a fresh read."""
    body = context.native
    cloud = await context.cloud()
    where = f"in {context.where}"
    found = await cloud.groups.get(body.group)
    if body.state == "absent":
        if found is None:
            return Proposal("mutate", f"Delete resource group {body.group}", (f"There is no such group {where}.",))
        said = await group_lines(cloud, body.group, context.world.created)
        if found.locked:
            said.append("It is locked; Azure will refuse until the lock is taken away.")
        return Proposal("destroy", "Delete resource group", tuple(said), body.group)
    if found is None:
        return Proposal("mutate", f"Create resource group {body.group}", (f"at {body.location or '?'} {where}",))
    return Proposal("mutate", f"Change resource group {body.group}", (f"at {found.location} {where}", *_changes(body)))


async def execute(context: StepContext) -> Outcome:
    """Bring the group into the state that the step asks for."""
    body = context.native
    cloud = await context.cloud()
    name: str = body.group
    found = await cloud.groups.get(name)
    if body.state == "absent":
        outcome = await _delete(context, cloud, name, found)
    else:
        outcome = await _present(context, cloud, found)
    context.send(GroupsChanged(at=context.now(), step=context.name, groups=tuple(await cloud.groups.list())))
    return outcome


async def _present(context: StepContext, cloud: Any, found: GroupView | None) -> Outcome:
    body = context.native
    name = body.group
    if found is None:
        if not body.location:
            raise problem(
                "LocationRequired", f"The group {name} is not there, and the step has no location to make it in."
            )
        group = await cloud.groups.create(name, body.location, body.tags)
        said = f"Created {name} at {group.location}."
    else:
        wanted = body.location.replace(" ", "").lower()
        if wanted and wanted != found.location.replace(" ", "").lower():
            raise problem(
                "InvalidResourceGroupLocation",
                f"The group {name} is at {found.location} already, and cannot be moved to {body.location}.",
                f"Take location {found.location}, or another name.",
                resource=found.id,
            )
        group, said = found, f"{name} was there already, at {found.location}."
        tags = {**found.tags, **body.tags}
        if tags != found.tags:
            group = await cloud.groups.tag(name, tags)
            said = f"{name} was there already; its tags are set."
    if body.lock == "none" and found is not None and found.locked:
        await cloud.groups.unlock(name)
        said += " Its lock is taken away."
    elif body.lock and body.lock != "none":
        await cloud.groups.lock(name)
        said += " It is locked against deletion."
    return Outcome("done", summary=said, value=msgspec.to_builtins(group), has_value=True)


async def _delete(context: StepContext, cloud: Any, name: str, found: GroupView | None) -> Outcome:
    if found is None:
        return Outcome("done", summary=f"There is no group {name}; nothing was deleted.", value=None, has_value=True)
    if context.agreed != "destroy":
        # It came to be after the question was asked, so nobody agreed to delete it.
        raise problem("Changed", f"The group {name} was made meanwhile; it was not deleted.", "Run the step again.")
    context.if_stopped = f"The deletion of {name} has begun and goes on in Azure; it cannot be called back."
    context.say(f"Deleting {name} …")

    try:
        await cloud.groups.delete(name)
    except AzureFailure as failure:
        if not is_missing(failure):
            raise
    return Outcome("done", summary=f"Deleted {name} and all that was in it.", value=None, has_value=True)


def _changes(body: Any) -> list[str]:
    said = [f"tag {name} = {value}" for name, value in body.tags.items()]
    if body.lock:
        said.append("take its lock away" if body.lock == "none" else "lock it against deletion")
    return said
