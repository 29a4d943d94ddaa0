"""Lines about what does not end: a request without an answer, an operation that goes on."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from azops_tui.durations import format_duration

FIRST_S = 4.0
"""Seconds until the first line; the time between two lines doubles."""
_LONGEST_S = 300.0
Say = Callable[[str], Awaitable[None]]


async def say_again(say: Say, text: Callable[[str], str], goes_on: Callable[[], bool] = lambda: True) -> None:
    """Say again and again, at growing intervals, for how long something has gone on.

    Args:
        say: shows a line.
        text: makes the line from the time.
        goes_on: asked before each line; no more lines once it is false.
    """
    began = time.monotonic()
    pause = FIRST_S
    while True:
        await asyncio.sleep(pause)
        if not goes_on():
            return
        await say(text(format_duration(time.monotonic() - began)))
        pause = min(2 * pause, _LONGEST_S)


@asynccontextmanager
async def saying_again(say: Say, text: Callable[[str], str]) -> AsyncIterator[None]:
    """As :func:`say_again`, while the context is entered."""
    task = asyncio.ensure_future(say_again(say, text))
    try:
        yield
    finally:
        task.cancel()
