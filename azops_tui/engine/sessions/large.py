"""The large variables of a shell session: read only when they have changed or when a step needs them.

Bash takes 100 ms to print a variable of 10 MB, so a step's saved state leaves out the variables that are known to be
large; their values are in a file of their own. The state has their lengths: where a length has changed, or the name of
a large variable stands in the step's code, they are read after the step. What changes otherwise (through a name that
is computed, to a value of the same length) is read before a native, a Python or an interactive step.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping

from azops_tui.engine.sessions.declared import scalars

LARGE = 64 * 1024
"""Bytes from which a variable is large."""


def split_environment(env: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """The variables that a process can start with, and those too large for that (Linux allows 128 KiB each)."""
    large = {name: value for name, value in env.items() if _is_large(value)}
    return {name: value for name, value in env.items() if name not in large}, large


class LargeVariables:
    """Names and values of a session's large variables.

    Args:
        save: has the shell write these variables to the session's file; returns what it wrote, None where it ended.
    """

    def __init__(self, save: Callable[[list[str]], Awaitable[bytes | None]]) -> None:
        self._save = save
        self.left_out: list[str] = []
        """Names of the variables that the state of the next step leaves out."""
        self._values: dict[str, str] = {}
        """Values of the variables that the state of the last step leaves out."""
        self._lengths: dict[str, int] = {}
        self._is_current = self._is_merged = True
        self._mentioned = False

    def must_read(self, *, before_restart: bool) -> bool:
        """Whether another step may not begin before :meth:`merge`."""
        return bool(self.left_out) and not (self._is_current if before_restart else self._is_merged)

    def end_step(self, code: str, assigned: Iterable[str]) -> None:
        """A step has ended that left out :attr:`left_out`."""
        self._values = {name: value for name, value in self._values.items() if name in self.left_out}
        self._is_current = self._is_merged = not self.left_out
        words = {*assigned, *re.findall(r"\w+", code)} if self.left_out else set()
        self._mentioned = not words.isdisjoint(self.left_out)

    async def merge(self, state: dict[str, str], *, exact: bool) -> dict[str, str]:
        """The variables of a saved state and those that it leaves out, which are read first where that is needed."""
        lengths = dict(_length(word) for word in state.get("__azops_lengths", "").split())
        large = {name for name, value in state.items() if _is_large(value) and not name.startswith("__azops_")}
        changed = bool(self.left_out) and (self._mentioned or lengths != self._lengths)
        if not large <= set(self.left_out) or (not self._is_current and (exact or changed)):
            await self._read(state, sorted(large.union(self.left_out)))
        self._is_merged = True
        return self._values | state

    async def _read(self, state: dict[str, str], names: list[str]) -> None:
        saved = await self._save(names)
        if saved is None:
            return
        values = await asyncio.to_thread(scalars, saved)
        self._values = {name: self._same(name, value) for name, value in values.items() if name not in state}
        self.left_out = sorted(name for name, value in values.items() if _is_large(value))
        self._lengths = {name: _size(values[name]) for name in self.left_out}
        self._is_current, self._mentioned = True, False
        for name in self.left_out:
            self._values.setdefault(name, values[name])
        if self.left_out != names:
            # The file must have no variable that the state of the next step has.
            await self._save(self.left_out)

    def _same(self, name: str, value: str) -> str:
        """The object of an equal value before, for which a comparison takes no time."""
        before = self._values.get(name)
        return before if before is not None and before == value else value


def _length(word: str) -> tuple[str, int]:
    name, _, length = word.partition(":")
    return name, int(length)


def _size(value: str) -> int:
    return len(value) if value.isascii() else len(value.encode("utf-8", "surrogateescape"))


def _is_large(value: str) -> bool:
    return len(value) >= LARGE // 4 and _size(value) >= LARGE
