"""The large variables of a shell session: read only when they have changed or when somebody needs them.

Bash takes 100 ms to print a variable of 10 MB, so a step's saved state leaves out variables that were large after an
earlier step. A forked copy of the shell, the keeper, holds their values as the step left them and writes them on
demand. The saved state has their lengths: a variable whose length changed, or whose name stands in the step's code, is
read after the step; any other is read again only before somebody uses its value (a native or a Python step, an
interactive step, a shell that starts again).
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from azops_tui.engine.sessions.declared import scalars

LARGE = 64 * 1024
"""Bytes from which a variable is large."""
_SAVE = 10.0
"""Seconds that the keeper may take to write the variables."""
_RECHECK = 0.005
_COMPLETE = b"\n#\n"


def split_environment(env: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """The variables that a process can start with, and those too large for that (Linux allows 128 KiB each)."""
    large = {name: value for name, value in env.items() if len(value) >= LARGE // 4 and _size(value) >= LARGE}
    return {name: value for name, value in env.items() if name not in large}, large


class LargeVariables:
    """Names and values of a session's large variables, and the keepers of both slots of its state."""

    def __init__(self) -> None:
        self.left_out: list[str] = []
        """Names of the variables that the state of the step that runs, or ran last, leaves out."""
        self._values: dict[str, str] = {}
        self._lengths: dict[str, int] = {}
        self._folder = Path()
        self._slot = 0
        self._pipes: list[int] = []
        self._keepers: list[int | None] = [None, None]
        """Number of the step that each slot's keeper belongs to."""
        self._is_current = True
        self._mentioned = False

    def open(self, folder: Path) -> None:
        """Make the pipes to the keepers in the session's folder."""
        self._folder = folder
        for slot in (0, 1):
            os.mkfifo(folder / f"keeper.{slot}", 0o600)
            self._pipes.append(os.open(folder / f"keeper.{slot}", os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC))

    def close(self) -> None:
        """Close the pipes."""
        while self._pipes:
            os.close(self._pipes.pop())

    def begin_step(self, slot: int) -> None:
        """A step begins whose state goes into ``slot``: what is there of two steps ago is of no use any more."""
        self._tell(slot, "drop")
        if (self._folder / f"large.{slot}").stat().st_size:
            os.truncate(self._folder / f"large.{slot}", 0)
        self.left_out = sorted(name for name, value in self._values.items() if len(value) >= LARGE)

    def end_step(self, slot: int, number: int, code: str, assigned: Iterable[str]) -> None:
        """The step has ended, and its state is in ``slot``."""
        self._slot = slot
        self._keepers[slot] = number if self.left_out else None
        self._is_current = not self.left_out
        words = {*assigned, *re.findall(r"\w+", code)} if self.left_out else set()
        self._mentioned = not words.isdisjoint(self.left_out)

    async def merge(self, values: dict[str, str], *, exact: bool) -> dict[str, str]:
        """Add the variables that the state leaves out to those that it has; read them first where that is needed."""
        lengths = dict(_length(word) for word in values.get("__azops_lengths", "").split())
        known = {name: length for name, length in self._lengths.items() if name in self.left_out}
        if not self._is_current and (exact or self._mentioned or lengths != known):
            await self._read()
        large = {name: self._values[name] for name in self.left_out if name in self._values}
        self._values = large | {
            name: value for name, value in values.items() if len(value) >= LARGE and not name.startswith("__azops_")
        }
        self._lengths = {
            name: self._lengths[name] if name in known and large.get(name) is value else _size(value)
            for name, value in self._values.items()
        }
        return large | values

    async def save(self) -> bool:
        """Have the keeper write the values, for a shell that starts from the saved state; False where it is gone."""
        file = self._folder / f"large.{self._slot}"
        if self._keepers[self._slot] is None or _is_complete(file):
            return True
        self._tell(self._slot, "save")
        with contextlib.suppress(TimeoutError):  # somebody killed the keeper
            async with asyncio.timeout(_SAVE):
                while not _is_complete(file):  # noqa: ASYNC110 - another process writes it
                    await asyncio.sleep(_RECHECK)
        return _is_complete(file)

    async def _read(self) -> None:
        if not await self.save():
            return
        file = self._folder / f"large.{self._slot}"
        values = await asyncio.to_thread(lambda: scalars(file.read_bytes()))
        for name in self.left_out:
            if values.get(name) != self._values.get(name):
                self._values.pop(name, None)
                self._lengths.pop(name, None)
                if name in values:
                    self._values[name] = values[name]
                    self._lengths[name] = _size(values[name])
        self._is_current, self._mentioned = True, False

    def _tell(self, slot: int, word: str) -> None:
        number = self._keepers[slot]
        if number is not None:
            os.write(self._pipes[slot], f"{word} {number}\n".encode())
            if word == "drop":
                self._keepers[slot] = None


def _is_complete(file: Path) -> bool:
    with file.open("rb") as opened:
        size = opened.seek(0, os.SEEK_END)
        opened.seek(max(0, size - len(_COMPLETE)))
        return opened.read().endswith(_COMPLETE.lstrip() if size < len(_COMPLETE) else _COMPLETE)


def _length(word: str) -> tuple[str, int]:
    name, _, length = word.partition(":")
    return name, int(length)


def _size(value: str) -> int:
    return len(value) if value.isascii() else len(value.encode("utf-8", "surrogateescape"))
