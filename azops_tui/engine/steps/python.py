"""Steps that run in the run's Python session, or in a Jupyter kernel."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from azops_tui.engine.context import Outcome, StepContext
from azops_tui.engine.steps.shell import outcome
from azops_tui.events.records import PictureShown

_SMALL_WIDTH, _SMALL_HEIGHT = 96, 72
"""Pixels of a picture in a terminal, where a cell shows two, one above the other."""


async def execute(context: StepContext[str]) -> Outcome:
    """Run the block; names it defined stay for the next one, ``os.environ`` is the run's."""
    session = await context.sessions.python(context.step.attributes.kernel)
    attributes = context.step.attributes
    context.on_stop = session.stop
    try:
        result = await session.run(
            context.code,
            timeout=attributes.timeout,
            on_output=context.output.write,
            cwd=str(context.path(context.variables.expand(attributes.cwd))) if attributes.cwd else None,
            env={name: context.variables.expand(value) for name, value in attributes.env.items()},
            secrets=context.secrets,
        )
    finally:
        context.on_stop = None
    await show_pictures(context, result.pictures)
    return outcome(context, result, f"kernel {attributes.kernel}" if attributes.kernel else "Python session")


async def show_pictures(context: StepContext[str], pictures: Iterable[bytes]) -> None:
    """Record the pictures of a step behind what it wrote so far."""
    context.output.settle()
    for png in pictures:
        context.record(await asyncio.to_thread(_picture, png, context.name, context.now()))


def _picture(png: bytes, step: str, at: float) -> PictureShown:
    from azops_tui.png import png_size, read_small

    try:
        small = read_small(png, _SMALL_WIDTH, _SMALL_HEIGHT)
    except ValueError:
        width, height = png_size(png)
        return PictureShown(at=at, step=step, png=png, width=width, height=height)
    return PictureShown(
        at=at,
        step=step,
        png=png,
        width=small.full_width,
        height=small.full_height,
        small=small.pixels,
        small_width=small.width,
    )
