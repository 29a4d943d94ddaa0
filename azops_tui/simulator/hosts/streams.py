"""Standard streams of simulated commands."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

_LONGEST = 16 * 1024 * 1024
"""Characters that one stage of a pipeline may hand to the next."""


async def no_input() -> str:
    """Standard input that is at its end."""
    return ""


@dataclass(frozen=True, slots=True)
class Streams:
    """Input and output of a command. ``read`` returns the next line with its end; empty at the end of the input."""

    read: Callable[[], Awaitable[str]]
    out: Callable[[str], None]
    err: Callable[[str], None]

    @staticmethod
    def of(text: str) -> Callable[[], Awaitable[str]]:
        """Input that consists of this text."""
        lines = iter(text.splitlines(keepends=True))

        async def line() -> str:
            return next(lines, "")

        return line


class TextSink:
    """Collects output and passes it to ``target`` in one piece; text beyond ``limit`` characters is dropped."""

    def __init__(self, target: Callable[[str], None] | None = None, limit: int = _LONGEST) -> None:
        self._target = target
        self._pieces: list[str] = []
        self._left = limit

    def __call__(self, text: str) -> None:
        piece = text[: self._left]
        self._left -= len(piece)
        if piece:
            self._pieces.append(piece)

    def text(self) -> str:
        """The text collected so far."""
        return "".join(self._pieces)

    def finish(self) -> None:
        """Pass the text to the target."""
        if self._target is not None and self._pieces:
            self._target(self.text())


def describe(error: Exception) -> str:
    """An error as commands print it: ``PATH: No such file or directory``."""
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    return str(error)
