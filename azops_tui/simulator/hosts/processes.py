"""The processes of a simulated machine that can be seen and signalled."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Process:
    """One process: a session's shell, or a job in its background."""

    pid: int
    name: str
    task: asyncio.Task[Any]
    group: int
    started: float = field(default_factory=time.time)
    signal: str = ""
    """The signal that ended it."""


_FATAL = frozenset(("HUP", "INT", "QUIT", "KILL", "TERM", "USR1", "USR2", "ALRM", "PIPE"))


class Processes:
    """Processes by number."""

    def __init__(self, first: int) -> None:
        self._next = first
        self._running: dict[int, Process] = {}

    def add(self, name: str, task: asyncio.Task[Any], *, group: int | None = None) -> int:
        """A new process, which ends with its task; returns its number. Without a group it leads one."""
        self._next += 1
        pid = self._next
        self._running[pid] = Process(pid, name, task, group or pid)
        task.add_done_callback(lambda _: self._running.pop(pid, None))
        return pid

    def all(self) -> list[Process]:
        """All that run, oldest first."""
        return list(self._running.values())

    def get(self, pid: int) -> Process | None:
        """The process of that number."""
        return self._running.get(pid)

    def send(self, target: int, signal: str) -> bool:
        """Signals a process, or with a negative number a group; returns whether there was one. ``0`` only looks."""
        found = [item for item in self.all() if (item.pid == target if target > 0 else item.group == -target)]
        if signal in _FATAL:
            for process in found:
                process.signal = signal
                process.task.cancel()
        return bool(found)

    def end_all(self) -> None:
        """Ends all, as when the machine goes down."""
        for process in self.all():
            process.signal = "HUP"
            process.task.cancel()
