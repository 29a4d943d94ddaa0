"""The processes of a session: whom to signal when a step is stopped."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path


def now() -> float:
    """The clock that process start times are told in: seconds since the machine began."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) if sys.platform == "linux" else time.monotonic()


def started_since(leader: int, moment: float) -> list[int]:
    """Processes of the session that ``leader`` leads, begun at ``moment`` (of :func:`now`) or later, without itself.

    Where the system does not tell when a process began (macOS), all of the leader's process group.
    """
    if sys.platform != "linux":
        return _group(leader)
    ticks = os.sysconf("SC_CLK_TCK")
    earliest = int(moment * ticks) - 1
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit() and int(folder.name) != leader:
            try:
                fields = (folder / "stat").read_text(errors="replace").rpartition(")")[2].split()
            except OSError:
                continue
            # After the name: state, ppid, pgrp, session, … ; the start time is the 20th.
            if int(fields[3]) == leader and int(fields[19]) >= earliest:
                found.append(int(folder.name))
    return found


def _group(leader: int) -> list[int]:
    listing = subprocess.run(["ps", "-A", "-o", "pid=,pgid="], capture_output=True, text=True, check=False).stdout
    pairs = (line.split() for line in listing.splitlines())
    return [int(pid) for pid, group in pairs if int(group) == leader and int(pid) != leader]


def send(processes: Iterable[int], number: signal.Signals) -> None:
    """Signals every one of them; those that are gone already are passed over."""
    for process in processes:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(process, number)
