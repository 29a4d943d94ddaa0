"""Steps that start, keep running, and are stopped with the run."""

from __future__ import annotations

from azops_tui.engine.context import Outcome, StepContext
from azops_tui.engine.steps.shell import run_in


async def execute(context: StepContext[str]) -> Outcome:
    """Run the block in a shell of its own, which begins with the run's exported variables."""
    session = await context.sessions.background()
    try:
        return await run_in(context, session, context.code)
    finally:
        await session.close()
