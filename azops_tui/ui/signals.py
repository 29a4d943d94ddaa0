"""Signals that end the app: SIGTERM, and SIGHUP when the terminal hangs up."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import Awaitable, Callable


def on_end(leave: Callable[[], object], close: Callable[[], Awaitable[None]]) -> None:
    """Handle the signals so that the run ends properly; otherwise a step would keep running unseen.

    Call it in the app's loop. Outside of the main thread signals are not ours, and nothing is done.

    Args:
        leave: ends the app as its own key does.
        close: ends the run alone: without its terminal the app cannot end, so then the process does.
    """
    loop = asyncio.get_running_loop()
    ending: set[asyncio.Task[None]] = set()

    async def hang_up() -> None:
        try:
            await close()
        finally:
            os._exit(128 + signal.SIGHUP)

    def hung_up() -> None:
        # What draws would fail, and say so for ever.
        with open(os.devnull, "r+b") as nowhere:
            for descriptor in (1, 2):
                os.dup2(nowhere.fileno(), descriptor)
        ending.add(asyncio.ensure_future(hang_up()))

    with contextlib.suppress(ValueError, RuntimeError, NotImplementedError):
        loop.add_signal_handler(signal.SIGTERM, leave)
        loop.add_signal_handler(signal.SIGHUP, hung_up)
