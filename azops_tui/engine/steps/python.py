"""Steps that run in the run's Python session."""

from __future__ import annotations

from azops_tui.engine.context import Outcome, StepContext
from azops_tui.engine.steps.shell import outcome


async def execute(context: StepContext[str]) -> Outcome:
    """Run the block; names it defined stay for the next one, ``os.environ`` is the run's."""
    session = await context.sessions.python()
    attributes = context.step.attributes
    context.on_stop = session.stop
    try:
        result = await session.run(
            context.code,
            timeout=attributes.timeout,
            on_output=context.output.write,
            cwd=str(context.path(context.variables.expand(attributes.cwd))) if attributes.cwd else None,
            env={name: context.variables.expand(value) for name, value in attributes.env.items()} or None,
        )
    finally:
        context.on_stop = None
    return outcome(context, result, "Python session")
