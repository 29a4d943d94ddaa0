"""Delete what a run created: resources in the order of their dependencies, then deployments' records and groups."""

from __future__ import annotations

import asyncio
from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING

from azops_tui.arm.resource_id import ResourceId
from azops_tui.azure.errors import AzureFailure, is_missing
from azops_tui.engine.cleanup import CleanupPlan, Deletion, common_name, read_plan
from azops_tui.engine.context import Outcome, Prepared, StepContext
from azops_tui.engine.guard import Proposal
from azops_tui.engine.problems import GATE_OFF, problem
from azops_tui.runbook.native import CleanupStep

if TYPE_CHECKING:
    from azops_tui.azure.cloud import Cloud
    from azops_tui.events.run_view import RunView

_AT_ONCE = 4
"""Number of concurrent deletions."""


async def prepare(context: StepContext[CleanupStep]) -> Prepared:
    """Read what the run created and what of it exists."""
    number = context.body.run
    view = context.past_run(number) if number else context.view
    if not view.gate:
        raise problem("NoLedger", GATE_OFF.format("this run has no ledger to clean up from"))
    cloud = await context.cloud.open()
    plan = await read_plan(cloud, view)
    name = f"run {number or context.view.run}"
    if not plan.deletions:
        for line in plan.kept:
            context.output.say(line)
        return Prepared(partial(_nothing, name))
    question = Proposal(
        "destroy",
        f"Delete what {name} created",
        (f"in {context.cloud.label}, read just now", *plan.lines()),
        common_name(plan, number or context.view.run),
    )
    return Prepared(partial(_execute, context, cloud, view, plan), question)


async def _nothing(name: str) -> Outcome:
    return Outcome("done", summary=f"Nothing that {name} created exists.", value=[], has_value=True)


async def _execute(context: StepContext[CleanupStep], cloud: Cloud, view: RunView, agreed: CleanupPlan) -> Outcome:
    """Delete what was agreed to and is still the run's."""
    context.if_stopped = "Deletions that have begun continue in Azure."
    for deployment in agreed.running:
        context.output.say(f"Cancelling the deployment {deployment.name} …")
        await _cancel(cloud, deployment.group, deployment.name)
    fresh = {deletion.id.lower(): deletion for deletion in (await read_plan(cloud, view)).deletions}
    left = [deletion for deletion in agreed.deletions if fresh.get(deletion.id.lower()) == deletion]
    changed = len(agreed.deletions) - len(left)
    pending, failures = left, dict[Deletion, AzureFailure]()
    while pending:
        failures = {}
        for _, batch in groupby(pending, key=lambda deletion: deletion.rank):
            failures |= await _delete(context, cloud, list(batch))
        if len(failures) == len(pending):
            break
        # What was in use may be free now.
        pending = [deletion for deletion in pending if deletion in failures]
    deleted = [deletion.id for deletion in left if deletion not in failures]
    if failures:
        failure = next(iter(failures.values()))
        names = ", ".join(ResourceId.parse(deletion.id).last_name or deletion.title for deletion in failures)
        return Outcome(
            "failed", None, failure.view, f"Deleted {len(deleted)}; {len(failures)} left ({names}): {failure}"
        )
    summary = f"Deleted {len(deleted)} of {len(agreed.deletions)}."
    if changed:
        summary += f" {changed} were gone or had changed since the question."
    return Outcome("done", summary=summary, value=deleted, has_value=True)


async def _delete(
    context: StepContext[CleanupStep], cloud: Cloud, deletions: list[Deletion]
) -> dict[Deletion, AzureFailure]:
    """Delete some, a few at once; returns those that Azure refused."""
    failures: dict[Deletion, AzureFailure] = {}
    busy = asyncio.Semaphore(_AT_ONCE)

    async def delete(deletion: Deletion) -> None:
        target = ResourceId.parse(deletion.id)
        async with busy:
            try:
                await (cloud.groups.delete(target.group) if target.is_group else cloud.resources.delete(deletion.id))
            except AzureFailure as failure:
                if not is_missing(failure):
                    failures[deletion] = failure
                    return
        context.output.say(f"Deleted {deletion.title}")

    await asyncio.gather(*map(delete, deletions))
    return failures


async def _cancel(cloud: Cloud, group: str, name: str) -> None:
    """Cancel a deployment and wait for its end; one that has ended meanwhile is left as it is."""
    try:
        await cloud.deployments.cancel(group, name)
        while True:
            if (await cloud.deployments.get(group, name)).finished:
                return
            await asyncio.sleep(cloud.poll)
    except AzureFailure as failure:
        if not is_missing(failure) and failure.status != 409:
            raise
