"""Delete what a run created: resources in the order of their dependencies, then deployments' records and groups."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from azops_tui.engine.cleanup import CleanupPlan, common_name, read_plan
from azops_tui.engine.cleanup_deletion import delete_plan
from azops_tui.engine.context import Outcome, Prepared, StepContext
from azops_tui.engine.guard import Proposal
from azops_tui.engine.problems import GATE_OFF, problem
from azops_tui.runbook.native import CleanupStep

if TYPE_CHECKING:
    from azops_tui.azure.cloud import Cloud
    from azops_tui.events.run_view import RunView


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
    result = await delete_plan(cloud, view, agreed, context.output.say)
    if result.failures:
        return Outcome("failed", None, next(iter(result.failures.values())).view, result.summary)
    return Outcome("done", summary=result.summary, value=result.deleted, has_value=True)
