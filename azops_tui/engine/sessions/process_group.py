"""The process tree of a step: which processes to signal when the step is stopped.

The session's process adopts every orphan among its descendants (:func:`adopt_orphans`), so the tree is complete even
where a program has left the session (``setsid``) or has started another one and ended (daemons).
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

_PR_SET_CHILD_SUBREAPER = 36
_END = ((signal.SIGTERM, 1.0), (signal.SIGKILL, 2.0))
"""Signals for what a stopped step has left, with the seconds that each may take."""
_RECHECK = 0.02
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


class Member(NamedTuple):
    """A process; its program is another one after ``exec``."""

    pid: int
    program: str
    started: int
    """Clock ticks since the machine began; 0 where the system does not tell."""


class _Process(NamedTuple):
    member: Member
    parent: int
    session: int


def adopt_orphans() -> None:
    """In a child before its program: descendants whose parents end become its children. Linux only."""
    if _LIBC is not None:
        _LIBC.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


class StepProcesses:
    """The processes of a step in the session of the process ``leader``."""

    def __init__(self, leader: int, *, all_descendants: bool = False) -> None:
        """The step begins now.

        Args:
            leader: process id of the session's shell or interpreter.
            all_descendants: the leader runs this step only, and may have started processes of it already.
        """
        self.leader = leader
        self._earlier: set[int] = set()
        self._began = 0.0
        if sys.platform == "linux" and not all_descendants:
            self._earlier = _children(leader)
            self._began = time.clock_gettime(time.CLOCK_BOOTTIME)

    def members(self) -> set[Member]:
        """Descendants of the leader that the step started.

        What older processes start, such as a job of an earlier step, is left out. Where the system does not tell when
        a process began (macOS): all of the leader's process group but itself.
        """
        if sys.platform != "linux":
            return _group(self.leader)
        children: dict[int, list[Member]] = {}
        earliest = int(self._began * os.sysconf("SC_CLK_TCK"))
        for process in _processes():
            if process.member.started >= earliest and process.member.pid not in self._earlier:
                children.setdefault(process.parent, []).append(process.member)
        tree: set[Member] = set()
        parents = [self.leader]
        while parents:
            members = children.get(parents.pop(), ())
            tree.update(members)
            parents.extend(member.pid for member in members)
        return tree

    def orphans(self, mark: str) -> set[Member]:
        """Processes of the step that the leader, which has ended, left behind. Linux only.

        They are in its session, or have its mark in the environment with which they began.

        Args:
            mark: a variable of the session with its value, ``NAME=value``.
        """
        if sys.platform != "linux":
            return set()
        earliest = int(self._began * os.sysconf("SC_CLK_TCK"))
        return {
            process.member
            for process in _processes()
            if process.member.started >= earliest
            and process.member.pid not in self._earlier
            and (process.session == self.leader or _has_variable(process.member.pid, mark))
        }

    async def end(self, known: set[Member]) -> None:
        """End all processes of the step, and those of ``known`` though the leader has ended."""
        for number, grace in _END:
            deadline = time.monotonic() + grace
            signalled: set[Member] = set()
            while time.monotonic() < deadline:
                members = self.members() | _still_running(known)
                if not members:
                    return
                send(members - signalled, number)
                signalled |= members
                await asyncio.sleep(_RECHECK)


def in_session(leader: int) -> set[Member]:
    """The processes of a session whose leader has ended. Linux only."""
    if sys.platform != "linux":
        return set()
    return {process.member for process in _processes() if process.session == leader}


def send(processes: Iterable[Member], number: signal.Signals) -> None:
    """Signals every process, parents first, so that none goes on because its child has ended.

    Those that have ended already are passed over.
    """
    for process in sorted(processes):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(process.pid, number)


def _has_variable(pid: int, variable: str) -> bool:
    """Whether a process began with a variable in its environment; False for those of other users."""
    try:
        return os.fsencode(variable) in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except OSError:
        return False


def _children(parent: int) -> set[int]:
    """Process ids of the children, where the system tells."""
    try:
        return {int(pid) for pid in Path(f"/proc/{parent}/task/{parent}/children").read_text().split()}
    except OSError:
        return set()


def _still_running(known: set[Member]) -> set[Member]:
    """The processes of ``known`` that run, under the names that their programs have now."""
    identities = {(member.pid, member.started) for member in known if member.started}
    if not identities:
        return set()
    return {each.member for each in _processes() if (each.member.pid, each.member.started) in identities}


def _processes() -> Iterable[_Process]:
    """All processes of the machine that have not ended."""
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                name, _, fields_text = (folder / "stat").read_text(errors="replace").rpartition(")")
            except OSError:
                continue
            # After the name: state, ppid, pgrp, session, … ; the start time is the 20th.
            fields = fields_text.split()
            if fields[0] != "Z":
                yield _Process(
                    Member(int(folder.name), name.partition("(")[2], int(fields[19])), int(fields[1]), int(fields[3])
                )


def _group(leader: int) -> set[Member]:
    listing = subprocess.run(["ps", "-A", "-o", "pid=,pgid=,comm="], capture_output=True, text=True, check=False).stdout
    rows = (line.split(None, 2) for line in listing.splitlines())
    return {
        Member(int(row[0]), row[2], 0)
        for row in rows
        if len(row) == 3 and int(row[1]) == leader and int(row[0]) != leader
    }
