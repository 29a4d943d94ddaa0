"""A scale set's capacity, and the instances that come or go with it."""

from __future__ import annotations

import msgspec

from azops_tui.engine.context import Outcome, StepContext
from azops_tui.engine.guard import Proposal
from azops_tui.engine.problems import problem
from azops_tui.events.azure_views import FailureView, ScaleSetView
from azops_tui.events.records import ScaleSetChanged


def set_name(text: str) -> str:
    """The name of a scale set given by name or by resource id."""
    return text.rstrip("/").rsplit("/", 1)[-1]


async def describe(context: StepContext) -> Proposal:
    """From how many to how many, read now."""
    body = context.native
    cloud = await context.cloud()
    name = set_name(body.scale_set)
    now = await cloud.scale_sets.get(body.group, name)
    lines = [f"{now.capacity} → {body.capacity} instances of {now.sku}", f"in {body.group}, {context.where}"]
    if body.capacity < now.capacity:
        gone = now.capacity - body.capacity
        what = f"{gone} instances are deleted, with what is on their disks."
        lines.append(what if gone > 1 else "1 instance is deleted, with what is on its disk.")
    if now.autoscale:
        lines.append(now.autoscale)
    if body.capacity < now.capacity:
        return Proposal("destroy", f"Scale {name} in", tuple(lines), name)
    return Proposal("mutate", f"Scale {name}", tuple(lines))


async def execute(context: StepContext) -> Outcome:
    """Set the capacity, and wait until every instance is there."""
    body = context.native
    cloud = await context.cloud()
    name, wanted = set_name(body.scale_set), body.capacity
    before = await cloud.scale_sets.get(body.group, name)
    if wanted < before.capacity and context.agreed != "destroy":
        # It has grown after the question was asked, so nobody agreed to delete instances.
        message = f"{name} has {before.capacity} instances meanwhile; none was deleted."
        raise problem("Changed", message, "Run the step again.", resource=before.id)
    last: ScaleSetView = before
    context.send(ScaleSetChanged(at=context.now(), step=context.name, scale_set=before))
    context.if_stopped = f"{name} goes on scaling to {wanted} in Azure; scale it back to undo that."
    async for view in cloud.scale_sets.scale(body.group, name, wanted):
        last = view
        context.send(ScaleSetChanged(at=context.now(), step=context.name, scale_set=view))
        if not body.wait and view.capacity == wanted:
            break
    ready = sum(instance.state == "Succeeded" for instance in last.instances)
    value = msgspec.to_builtins(last)
    if body.wait and ready < wanted:
        broken = [instance.name for instance in last.instances if instance.state == "Failed"]
        message = f"{name} has {ready} of {wanted} instances ready" + (
            f"; failed: {', '.join(broken)}" if broken else ""
        )
        view_ = FailureView(code="InstancesMissing", message=f"{message}.", resource=last.id)
        return Outcome("failed", None, view_, view_.message, value=value, has_value=True)
    said = f"{name}: {before.capacity} → {wanted} instances, {ready} ready."
    return Outcome("done", summary=said, value=value, has_value=True)
