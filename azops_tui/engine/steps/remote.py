"""Script blocks with ``ssh=TARGET``: run on hosts instead of here."""

from __future__ import annotations

import shlex

from azops_tui.engine.context import Outcome, StepContext
from azops_tui.engine.problems import problem
from azops_tui.engine.steps.ssh import captured, find, run_on
from azops_tui.runbook.model import StepKind
from azops_tui.runbook.native import SshStep


async def execute(context: StepContext[str]) -> Outcome:
    """Run the block in a shell on every host, without the variables of the run.

    The key is the variable ``SSH_KEY`` if it is set, else the user's usual keys.
    """
    attributes = context.step.attributes
    if context.step.kind is not StepKind.SHELL:
        raise problem("NotAvailable", "Only shell blocks can run on other hosts.", target="ssh")
    expand = context.variables.expand
    settings = [f"{name}={shlex.quote(expand(value))}" for name, value in attributes.env.items()]
    before = ["export " + " ".join(settings)] if settings else []
    if attributes.cwd:
        before.append(f"cd {shlex.quote(expand(attributes.cwd))} || exit")
    command = "\n".join([*before, "set -e", context.body])
    targets = SshStep(
        command=command,
        hosts=expand(attributes.ssh),
        user=expand(attributes.user),
        via=expand(attributes.via),
        key=context.variables.get("SSH_KEY", ""),
    )
    outcome = await run_on(
        context,
        await find(context, targets),
        command,
        serial=attributes.serial,
        max_fail=attributes.max_fail,
        limit=attributes.timeout,
    )
    # Captures and expectations of a script are about its output.
    is_used = outcome.has_value and (attributes.capture or context.step.expectations)
    text = captured(outcome.value) if is_used else ""
    return Outcome(outcome.state, outcome.status, outcome.failure, outcome.summary, value=text, has_value=True)
