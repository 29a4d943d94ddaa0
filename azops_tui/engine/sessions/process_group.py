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


Member = tuple[int, str]
"""A process: its id and the name of its program, which is another one when it has turned into another program."""


def started_since(leader: int, moment: float) -> set[Member]:
    """Processes of the session that ``leader`` leads, begun at ``moment`` (of :func:`now`) or later, without itself.

    Where the system does not tell when a process began (macOS), all of the leader's process group.
    """
    if sys.platform != "linux":
        return _group(leader)
    ticks = os.sysconf("SC_CLK_TCK")
    earliest = int(moment * ticks)
    found: set[Member] = set()
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit() and int(folder.name) != leader:
            try:
                name, _, rest = (folder / "stat").read_text(errors="replace").rpartition(")")
            except OSError:
                continue
            # After the name: state, ppid, pgrp, session, … ; the start time is the 20th.
            fields = rest.split()
            if int(fields[3]) == leader and int(fields[19]) >= earliest and fields[0] != "Z":
                found.add((int(folder.name), name.partition("(")[2]))
    return found


def _group(leader: int) -> set[Member]:
    listing = subprocess.run(["ps", "-A", "-o", "pid=,pgid=,comm="], capture_output=True, text=True, check=False).stdout
    rows = (line.split(None, 2) for line in listing.splitlines())
    return {(int(row[0]), row[2]) for row in rows if len(row) == 3 and int(row[1]) == leader and int(row[0]) != leader}


def send(processes: Iterable[Member], number: signal.Signals) -> None:
    """Signals every one of them, parents first, so that none goes on because its child has ended.

    Those that are gone already are passed over.
    """
    for process, _ in sorted(processes):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(process, number)
