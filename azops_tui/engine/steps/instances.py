"""Actions on instances of a scale set, in batches."""

from __future__ import annotations

import asyncio
import fnmatch
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, cast

import msgspec

from azops_tui.engine.context import Outcome, Prepared, StepContext
from azops_tui.engine.guard import Proposal
from azops_tui.engine.problems import problem
from azops_tui.engine.steps.scale import set_name
from azops_tui.events.azure_views import InstanceView, ScaleSetView
from azops_tui.events.records import ScaleSetChanged
from azops_tui.runbook.native import DELETING, InstancesStep

if TYPE_CHECKING:
    from azops_tui.azure.cloud import Cloud
    from azops_tui.azure.scale_sets import Action

_READ_EVERY = 1.0
"""Seconds between two reads of the scale set while an action runs."""
_SHOWN = 12
_DONE = {
    "start": "started",
    "restart": "restarted",
    "power-off": "powered off",
    "deallocate": "deallocated",
    "reimage": "reimaged",
    "upgrade": "upgraded",
    "delete": "deleted",
}


async def prepare(context: StepContext[InstancesStep]) -> Prepared:
    """Read the instances, and say which ones the step acts on."""
    body = context.body
    cloud = await context.cloud.open()
    name = set_name(body.scale_set)
    scale_set = await cloud.scale_sets.get(body.group, name)
    chosen = _chosen(scale_set, body)
    execute = partial(_execute, context, cloud, name, chosen)
    if not chosen:
        return Prepared(execute)
    lines = [f"{instance.name} ({instance.power or instance.state})" for instance in chosen[:_SHOWN]]
    if len(chosen) > _SHOWN:
        lines.append(f"… and {len(chosen) - _SHOWN} more")
    lines.insert(0, f"{len(chosen)} of {len(scale_set.instances)} instances in {body.group}, {context.cloud.label}")
    title = f"{body.action.capitalize()} instances of {name}"
    if body.action not in DELETING:
        return Prepared(execute, Proposal("mutate", title, tuple(lines)))
    lines.append("What is on their disks is deleted.")
    return Prepared(execute, Proposal("destroy", title, tuple(lines), name))


def _chosen(scale_set: ScaleSetView, body: InstancesStep) -> tuple[InstanceView, ...]:
    """The instances that the step names; all of them that need it for ``upgrade``."""
    written = body.instances
    patterns = [str(item) for item in written] if isinstance(written, list) else str(written).replace(",", " ").split()

    def matches(instance: InstanceView, pattern: str) -> bool:
        names = (instance.instance_id, instance.name.lower())
        return pattern.lower() == "all" or any(fnmatch.fnmatch(name, pattern.lower()) for name in names)

    for pattern in patterns:
        if pattern != "all" and not any(matches(instance, pattern) for instance in scale_set.instances):
            names = ", ".join(instance.name for instance in scale_set.instances) or "none"
            message = f"{scale_set.name} has no instance {pattern}; it has {names}."
            raise problem("InstanceNotFound", message, target="instances", resource=scale_set.id)
    chosen = [one for one in scale_set.instances if any(matches(one, pattern) for pattern in patterns)]
    if body.action == "upgrade":
        chosen = [instance for instance in chosen if not instance.latest_model]
    return tuple(chosen)


async def _execute(
    context: StepContext[InstancesStep], cloud: Cloud, name: str, chosen: Sequence[InstanceView]
) -> Outcome:
    """Act on the instances that were agreed to, batch by batch; a batch that fails ends the step."""
    from azops_tui.ssh.rolling import plan

    body = context.body
    if not chosen:
        what = "already run the latest model" if body.action == "upgrade" else "match the step"
        none = "All" if body.action == "upgrade" else "No"
        return Outcome("done", summary=f"{none} instances of {name} {what}.")
    try:
        rolling = plan(len(chosen), str(body.serial))
    except ValueError as error:
        raise problem("InvalidStep", str(error).replace("hosts", "instances"), target="serial") from None
    last = await _show(context, cloud, name)
    done, waiting = 0, list(chosen)
    for size in rolling.batches:
        batch, waiting = waiting[:size], waiting[size:]
        names = ", ".join(instance.name for instance in batch)
        context.if_stopped = f"Azure continues to {body.action} {names}; {len(waiting)} more were not touched."
        if len(rolling.batches) > 1:
            context.output.say(f"{body.action} {names}")
        action = cast("Action", body.action.replace("-", "_"))
        acting = asyncio.ensure_future(
            cloud.scale_sets.act(body.group, name, action, [instance.instance_id for instance in batch])
        )
        try:
            while not acting.done():
                last = await _show(context, cloud, name, last)
                await asyncio.wait([acting], timeout=_READ_EVERY)
            await acting
        finally:
            acting.cancel()
        last = await _show(context, cloud, name, last)
        done += len(batch)
    plural = "instance" if done == 1 else "instances"
    summary = f"{done} {plural} of {name} {_DONE[body.action]}."
    return Outcome("done", summary=summary, value=msgspec.to_builtins(last), has_value=True)


async def _show(
    context: StepContext[InstancesStep], cloud: Cloud, name: str, last: ScaleSetView | None = None
) -> ScaleSetView:
    """Read the scale set, and record it if it has changed."""
    view = await cloud.scale_sets.get(context.body.group, name)
    if view != last:
        context.record(ScaleSetChanged(at=context.now(), step=context.name, scale_set=view))
    return view
