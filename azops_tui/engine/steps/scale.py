"""A scale set's capacity, and the instances that come or go with it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import msgspec

from azops_tui.engine.context import Outcome, Prepared, StepContext
from azops_tui.engine.guard import Proposal
from azops_tui.engine.problems import problem
from azops_tui.events.azure_views import FailureView, ScaleSetView
from azops_tui.events.records import ScaleSetChanged
from azops_tui.runbook.native import ScaleStep

if TYPE_CHECKING:
    from azops_tui.azure.cloud import Cloud


def set_name(text: str) -> str:
    """Name of a scale set that the document gives by name or by resource id."""
    return text.rstrip("/").rsplit("/", 1)[-1]


async def prepare(context: StepContext[ScaleStep]) -> Prepared:
    """Read the capacity, and say from how many to how many instances the step scales."""
    body = context.body
    cloud = await context.cloud.open()
    name, capacity = set_name(body.scale_set), int(body.capacity)
    now = await cloud.scale_sets.get(body.group, name)
    execute = partial(_execute, context, cloud, name, capacity, shown=now.capacity)
    lines = [f"{now.capacity} → {capacity} instances of {now.sku}", f"in {body.group}, {context.cloud.label}"]
    if now.autoscale:
        lines.append(now.autoscale)
    if capacity >= now.capacity:
        return Prepared(execute, Proposal("mutate", f"Scale {name}", tuple(lines)))
    deleted = now.capacity - capacity
    plural = f"{deleted} instances are deleted, with what is on their disks."
    lines.insert(2, plural if deleted > 1 else "1 instance is deleted, with what is on its disk.")
    return Prepared(execute, Proposal("destroy", f"Scale {name} in", tuple(lines), name))


async def _execute(context: StepContext[ScaleStep], cloud: Cloud, name: str, capacity: int, *, shown: int) -> Outcome:
    """Set the capacity, and wait until every instance is ready. ``shown`` is the capacity that was agreed to change."""
    body = context.body
    before = await cloud.scale_sets.get(body.group, name)
    if before.capacity > max(capacity, shown):
        # The set has grown since the question, so nobody agreed to delete the instances that came.
        message = f"{name} has {before.capacity} instances now, not {shown}; none was deleted."
        raise problem("Changed", message, "Run the step again.", resource=before.id)
    last: ScaleSetView = before
    context.record(ScaleSetChanged(at=context.now(), step=context.name, scale_set=before))
    context.if_stopped = f"{name} continues to scale to {capacity} instances in Azure; scale it back to undo that."
    async for view in cloud.scale_sets.scale(body.group, name, capacity):
        last = view
        context.record(ScaleSetChanged(at=context.now(), step=context.name, scale_set=view))
        if not body.wait and view.capacity == capacity:
            break
    ready = sum(instance.state == "Succeeded" for instance in last.instances)
    value = msgspec.to_builtins(last)
    if body.wait and ready < capacity:
        failed = [instance.name for instance in last.instances if instance.state == "Failed"]
        more = f"; failed: {', '.join(failed)}" if failed else ""
        message = f"{name} has {ready} of {capacity} instances ready{more}."
        failure = FailureView(code="InstancesMissing", message=message, resource=last.id)
        return Outcome("failed", None, failure, message, value=value, has_value=True)
    summary = f"{name}: {before.capacity} → {capacity} instances, {ready} ready."
    return Outcome("done", summary=summary, value=value, has_value=True)
