"""Resource groups: created, tagged, locked, deleted."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import msgspec

from azops_tui.azure.errors import AzureFailure, is_missing
from azops_tui.engine.context import Outcome, Prepared, StepContext
from azops_tui.engine.deletion_preview import group_lines
from azops_tui.engine.guard import Proposal
from azops_tui.engine.problems import problem
from azops_tui.events.azure_views import GroupView
from azops_tui.events.records import GroupsChanged
from azops_tui.runbook.native import GroupStep

if TYPE_CHECKING:
    from azops_tui.azure.cloud import Cloud


async def prepare(context: StepContext[GroupStep]) -> Prepared:
    """Read the group, and say what is about to happen to it."""
    body = context.body
    cloud = await context.cloud.open()
    group = await cloud.groups.get(body.group)
    execute = partial(_execute, context, cloud, may_delete=group is not None)
    place = f"in {context.cloud.label}"
    if body.state == "absent":
        title = f"Delete resource group {body.group}"
        if group is None:
            return Prepared(execute, Proposal("mutate", title, (f"The group does not exist {place}.",)))
        preview = await group_lines(cloud, body.group, context.footprint.created)
        if group.locked:
            preview.append("It is locked; Azure refuses the deletion until the lock is removed.")
        return Prepared(execute, Proposal("destroy", "Delete resource group", tuple(preview), body.group))
    if group is None:
        lines: tuple[str, ...] = (f"at {body.location or '?'} {place}",)
        return Prepared(execute, Proposal("mutate", f"Create resource group {body.group}", lines))
    lines = (f"at {group.location} {place}", *_changes(body))
    return Prepared(execute, Proposal("mutate", f"Change resource group {body.group}", lines))


async def _execute(context: StepContext[GroupStep], cloud: Cloud, *, may_delete: bool) -> Outcome:
    """Bring the group into the state that the step asks for."""
    group = await cloud.groups.get(context.body.group)
    if context.body.state == "absent":
        outcome = await _delete(context, cloud, group, may_delete=may_delete)
    else:
        outcome = await _present(context.body, cloud, group)
    context.record(GroupsChanged(at=context.now(), step=context.name, groups=tuple(await cloud.groups.list())))
    return outcome


async def _present(body: GroupStep, cloud: Cloud, existing: GroupView | None) -> Outcome:
    name = body.group
    if existing is None:
        if not body.location:
            raise problem("LocationRequired", f"Resource group '{name}' does not exist, and the step has no location.")
        group = await cloud.groups.create(name, body.location, body.tags)
        summary = f"Created {name} at {group.location}."
    else:
        location = body.location.replace(" ", "").lower()
        if location and location != existing.location.replace(" ", "").lower():
            raise problem(
                "InvalidResourceGroupLocation",
                f"Resource group '{name}' is at {existing.location} and cannot be moved to {body.location}.",
                f"Set location to {existing.location}, or choose another name.",
                resource=existing.id,
            )
        group, summary = existing, f"{name} exists already, at {existing.location}."
        tags = {**existing.tags, **body.tags}
        if tags != existing.tags:
            group = await cloud.groups.tag(name, tags)
            summary = f"{name} exists already; its tags are set."
    if body.lock == "none" and existing is not None and existing.locked:
        await cloud.groups.unlock(name)
        summary += " Its lock is removed."
    elif body.lock and body.lock != "none":
        await cloud.groups.lock(name)
        summary += " It is locked against deletion."
    return Outcome("done", summary=summary, value=msgspec.to_builtins(group), has_value=True)


async def _delete(
    context: StepContext[GroupStep], cloud: Cloud, group: GroupView | None, *, may_delete: bool
) -> Outcome:
    name = context.body.group
    if group is None:
        summary = f"Resource group '{name}' does not exist; nothing was deleted."
        return Outcome("done", summary=summary, value=None, has_value=True)
    if not may_delete:
        # The group was created after the question, so nobody agreed to delete it.
        message = f"Resource group '{name}' was created after the question; it was not deleted."
        raise problem("Changed", message, "Run the step again.")
    context.if_stopped = f"The deletion of {name} has begun and continues in Azure; it cannot be cancelled."
    context.output.say(f"Deleting {name} …")
    try:
        await cloud.groups.delete(name)
    except AzureFailure as failure:
        if not is_missing(failure):
            raise
    return Outcome("done", summary=f"Deleted {name} and everything in it.", value=None, has_value=True)


def _changes(body: GroupStep) -> list[str]:
    changes = [f"tag {name} = {value}" for name, value in body.tags.items()]
    if body.lock:
        changes.append("remove its lock" if body.lock == "none" else "lock it against deletion")
    return changes
