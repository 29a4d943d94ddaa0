"""Visible processes of a simulated machine."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Process:
    """A session's shell, or a background job."""

    pid: int
    name: str
    task: asyncio.Task[Any]
    group: int
    started: float = field(default_factory=time.time)
    signal: str = ""
    """Signal that ended the process."""


_FATAL = frozenset(("HUP", "INT", "QUIT", "KILL", "TERM", "USR1", "USR2", "ALRM", "PIPE"))


class Processes:
    """Processes by id."""

    def __init__(self, first: int) -> None:
        self._next = first
        self._running: dict[int, Process] = {}

    def add(self, name: str, task: asyncio.Task[Any], *, group: int | None = None) -> int:
        """Add a process that ends with its task; return its id. Without ``group`` it leads its own group."""
        self._next += 1
        pid = self._next
        self._running[pid] = Process(pid, name, task, group or pid)
        task.add_done_callback(lambda _: self._running.pop(pid, None))
        return pid

    def all(self) -> list[Process]:
        """Running processes, oldest first."""
        return list(self._running.values())

    def get(self, pid: int) -> Process | None:
        return self._running.get(pid)

    def send(self, target: int, signal: str) -> bool:
        """Signal a process, or a group for a negative id; return True if it exists. Signal ``0`` only checks."""
        processes = [item for item in self.all() if (item.pid == target if target > 0 else item.group == -target)]
        if signal in _FATAL:
            for process in processes:
                process.signal = signal
                process.task.cancel()
        return bool(processes)

    def end_all(self) -> None:
        for process in self.all():
            process.signal = "HUP"
            process.task.cancel()
