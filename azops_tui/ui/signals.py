"""What ends the screen from outside: the terminal that hangs up, and being told to end."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Callable


def on_end(leave: Callable[[], object]) -> None:
    """Have ``leave`` called instead of dying on the spot, which would leave a step running that nobody sees.

    Call it in the app's loop. Outside of the main thread signals are not ours, and nothing is done.
    """
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGHUP):
        with contextlib.suppress(ValueError, RuntimeError, NotImplementedError):
            loop.add_signal_handler(number, leave)
