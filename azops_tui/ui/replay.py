"""A run of the past as a controller: the journal's records, fed in time."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from pathlib import Path

from azops_tui.engine.events import Record, RunStarted, StepStarted
from azops_tui.engine.state import RunView
from azops_tui.runbook.model import Runbook
from azops_tui.ui.controller import Listener, Place, UserError

SPEEDS = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0)
LONGEST_WAIT = 3.0
"""Seconds of the screen's time that a pause in the run may take."""


class ReplayController:
    """Feeds records to the screen. Nothing is run: every command says so.

    Args:
        records: the run's records in order.
        speed: seconds of the run for each second on the screen.
    """

    replaying = True
    can_leave = True

    def __init__(self, records: Iterable[Record], *, speed: float = 4.0) -> None:
        self._records = list(records)
        self._position = 0
        self._listeners: list[Listener] = []
        self._view = RunView()
        self._runbook: Runbook | None = None
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self.speed = speed
        self.paused = False
        self.parameters: dict[str, str] = {}

    # What is shown

    @property
    def runbook(self) -> Runbook | None:
        """The document as it was run."""
        return self._runbook

    @property
    def view(self) -> RunView:
        """The run after the records shown so far."""
        return self._view

    @property
    def _start(self) -> RunStarted | None:
        event = self._records[0].event if self._records else None
        return event if isinstance(event, RunStarted) else None

    @property
    def place(self) -> Place:
        """Where it acted."""
        start = self._start
        return Place(start.cloud, start.subscription, start.read_only) if start else Place("")

    @property
    def file_name(self) -> str:
        """Name of the document's file."""
        return Path(self._start.path).name if self._start else ""

    @property
    def busy(self) -> bool:
        """Nothing runs in a replay."""
        return False

    @property
    def length(self) -> float:
        """Seconds the run took."""
        return self._records[-1].event.at - self._records[0].event.at if self._records else 0.0

    @property
    def elapsed(self) -> float:
        """Seconds of the run that have been shown."""
        return max(0.0, self.now() - self._records[0].event.at) if self._records else 0.0

    @property
    def fraction(self) -> float:
        """How much of the run has been shown, 0 to 1."""
        return min(1.0, self.elapsed / self.length) if self.length else 1.0

    @property
    def ended(self) -> bool:
        """Whether everything has been shown."""
        return self._position >= len(self._records)

    def now(self) -> float:
        """The run's time at this moment of the replay."""
        if not self._records:
            return 0.0
        return self._records[max(0, self._position - 1)].event.at

    def seq_at(self, fraction: float) -> int:
        """The record that was written when this part of the run (0 to 1) had passed."""
        if not self._records:
            return 0
        at = self._records[0].event.at + max(0.0, min(1.0, fraction)) * self.length
        return max((r.seq for r in self._records if r.event.at <= at), default=self._records[0].seq)

    # The screen's requests

    def subscribe(self, listener: Listener) -> None:
        """Be told every record."""
        self._listeners.append(listener)

    async def load(self) -> Runbook | None:
        """The document, parsed again from the text that the journal kept."""
        start = self._start
        if start is None:
            return None
        from azops_tui.runbook import parse

        self._runbook = await asyncio.to_thread(parse, start.document, Path(start.path))
        return self._runbook

    async def watch(self) -> None:
        """Begin to play."""
        if self._task is None:
            self._task = asyncio.create_task(self._play())

    async def refresh(self) -> None:
        """Nothing to read in a replay."""

    async def _play(self) -> None:
        while True:
            while self.paused or self.ended:
                self._wake.clear()
                await self._wake.wait()
            gap = max(0.0, self._records[self._position].event.at - self.now()) / self.speed if self._position else 0.0
            if gap > 0:
                self._wake.clear()
                try:
                    await asyncio.wait_for(self._wake.wait(), min(gap, LONGEST_WAIT))
                    continue
                except TimeoutError:
                    pass
            if not self.paused and not self.ended:
                self._feed()
                if self._position % 50 == 0:
                    await asyncio.sleep(0)

    def _feed(self) -> None:
        record = self._records[self._position]
        self._position += 1
        self._view.apply(record)
        for listener in self._listeners:
            listener(record)

    def pause(self) -> None:
        """Pause, or go on; at the end, from the beginning."""
        if self.ended:
            self.jump(0)
            self.paused = False
        else:
            self.paused = not self.paused
        self._wake.set()

    def faster(self, by: int) -> None:
        """Twice (1) or half (-1) the speed."""
        nearest = min(range(len(SPEEDS)), key=lambda i: abs(SPEEDS[i] - self.speed))
        self.speed = SPEEDS[max(0, min(len(SPEEDS) - 1, nearest + by))]
        self._wake.set()

    def next_step(self) -> None:
        """Go on to the next step's beginning at once, and pause there."""
        self.paused = True
        while not self.ended:
            started = isinstance(self._records[self._position].event, StepStarted)
            self._feed()
            if started:
                break
        self._wake.set()

    def jump(self, seq: int) -> list[Record]:
        """Show the run as it was after record ``seq``; returns all records up to it, for what is made from records."""
        self._view = RunView()
        self._position = 0
        shown: list[Record] = []
        while not self.ended and self._records[self._position].seq <= seq:
            record = self._records[self._position]
            self._view.apply(record)
            shown.append(record)
            self._position += 1
        self._wake.set()
        return shown

    async def run_step(self, name: str) -> None:
        """Not in a replay."""
        raise UserError("This is a replay: nothing is run. Open the runbook to run it.")

    async def run_all(self) -> None:
        """Not in a replay."""
        await self.run_step("")

    async def run_from(self, name: str) -> None:
        """Not in a replay."""
        await self.run_step(name)

    async def stop(self) -> None:
        """Nothing runs."""

    async def answer(self, question: str, accepted: bool, *, typed: str = "", note: str = "") -> None:
        """Questions were answered when it ran."""

    async def set_parameters(self, values: dict[str, str]) -> None:
        """Not in a replay."""
        raise UserError("This is a replay: its parameters are those it ran with.")

    async def edit(self, name: str, code: str) -> None:
        """Not in a replay."""
        await self.run_step(name)

    async def resource(self, identifier: str) -> str:
        """The journal keeps no resource whole."""
        raise UserError("This is a replay: the journal keeps no resource's JSON.")

    async def would_delete(self, identifier: str) -> tuple[str, ...]:
        """Not in a replay."""
        raise UserError("This is a replay: nothing is deleted.")

    async def delete(self, identifier: str) -> None:
        """Not in a replay."""
        await self.run_step("")

    async def scale(self, group: str, name: str, capacity: int) -> None:
        """Not in a replay."""
        await self.run_step("")

    async def close(self) -> None:
        """Stop feeding."""
        if self._task is not None:
            self._task.cancel()
            self._task = None
