"""A stop for a person's approval."""

from __future__ import annotations

import getpass
from functools import partial

from azops_tui.engine.context import Outcome, Prepared, StepContext
from azops_tui.engine.guard import Proposal
from azops_tui.engine.problems import problem
from azops_tui.events.azure_views import FailureView
from azops_tui.runbook.native import GateStep


async def prepare(context: StepContext[GateStep]) -> Prepared:
    """The question is the step itself; it is asked when the step is executed."""
    return Prepared(partial(_execute, context))


async def _execute(context: StepContext[GateStep]) -> Outcome:
    """Ask, and continue only if somebody approves. The journal keeps who did, and their note."""
    body = context.body
    lines = tuple(line for line in body.message.splitlines() if line.strip())
    answer = await context.ask(Proposal("gate", context.step.title or context.name, lines))
    note = f": {answer.note}" if answer.note else "."
    approvers = body.approvers.replace(",", " ").split() if isinstance(body.approvers, str) else list(body.approvers)
    who = {answer.by, getpass.getuser()} if answer.by == "user" else {answer.by}
    if answer.accepted and approvers and not who & set(approvers):
        named = ", ".join(approvers)
        raise problem(
            "NotAnApprover", f"{' or '.join(sorted(who))} may not approve this; {named} may.", target="approvers"
        )
    if answer.accepted:
        return Outcome("done", summary=f"Approved by {answer.by}{note}")
    view = FailureView(code="Declined", message=f"Not approved by {answer.by}{note}")
    return Outcome("stopped", None, view, view.message)
