"""Commands of a run in workers: a worker never touches a widget; its result returns as a message to the screen."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from textual.message import Message
from textual.screen import Screen

T = TypeVar("T")


class Trouble(Message):
    """A command failed; the text is a sentence for people."""

    def __init__(self, text: str, *, fatal: bool = False) -> None:
        super().__init__()
        self.text = text
        self.fatal = fatal
        """True if the screen has nothing to show without the result."""


class Tasks:
    """Starts workers of a screen.

    Args:
        screen: receives :class:`Trouble` if a worker fails.
        redraw: asks for a redraw when a worker starts and when it ends.
    """

    def __init__(self, screen: Screen[None], redraw: Callable[[], None]) -> None:
        self._screen = screen
        self._redraw = redraw

    def start(
        self,
        work: Callable[[], Awaitable[T]],
        then: Callable[[T], None] | None = None,
        *,
        group: str = "run",
        fatal: bool = False,
    ) -> None:
        """Run ``work`` in a worker, and ``then`` with its result in the screen's message queue."""

        async def run() -> None:
            try:
                result = await work()
            except Exception as error:
                self._screen.post_message(Trouble(str(error) or type(error).__name__, fatal=fatal))
            else:
                if then is not None:
                    self._screen.call_later(then, result)
            finally:
                self._redraw()

        # A function, not a coroutine: a worker that never starts would leave the coroutine without an owner.
        self._screen.run_worker(run, group=group, exit_on_error=False)  # type: ignore[arg-type]  # as documented
        self._redraw()
