"""Another runbook, whose steps run before this step, once per run."""

from __future__ import annotations

from functools import partial

from azops_tui.engine.context import Outcome, Prepared, StepContext
from azops_tui.runbook.native import IncludeStep


async def prepare(context: StepContext[IncludeStep]) -> Prepared:
    """The plan of the run has put the steps of the document before this step."""
    return Prepared(partial(_execute, context))


async def _execute(context: StepContext[IncludeStep]) -> Outcome:
    path = context.path(context.body.file)
    return Outcome("done", summary=f"The steps of {path.name} are done.")
