"""A run of the past as a controller: the journal's records, fed in time."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from pathlib import Path

from azops_tui.events.records import Record
from azops_tui.events.run_view import RunView
from azops_tui.replay import Timeline, other_speed
from azops_tui.runbook.model import Runbook
from azops_tui.ui.controller import Listener, Place, UserError


class ReplayController:
    """Feeds records to the screen. Nothing is run: every command says so.

    Args:
        records: the run's records in order.
        speed: seconds of the run for each second on the screen.
    """

    replaying = True
    can_leave = True

    def __init__(self, records: Iterable[Record], *, speed: float = 4.0) -> None:
        self._timeline = Timeline(records)
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
    def place(self) -> Place:
        """Where it acted."""
        start = self._timeline.start
        return Place(start.cloud, start.subscription, start.read_only) if start else Place("")

    @property
    def file_name(self) -> str:
        """Name of the document's file."""
        start = self._timeline.start
        return Path(start.path).name if start else ""

    @property
    def busy(self) -> bool:
        """Nothing runs in a replay."""
        return False

    @property
    def length(self) -> float:
        """Seconds the run took."""
        return self._timeline.length

    @property
    def elapsed(self) -> float:
        """Seconds of the run that have been shown."""
        return self._timeline.elapsed

    @property
    def fraction(self) -> float:
        """How much of the run has been shown, 0 to 1."""
        return self._timeline.fraction

    @property
    def ended(self) -> bool:
        """Whether everything has been shown."""
        return self._timeline.ended

    @property
    def stale_since(self) -> float | None:
        """A replay shows each moment as it was."""
        return None

    def now(self) -> float:
        """The run's time at this moment of the replay."""
        return self._timeline.now

    def seq_at(self, fraction: float) -> int:
        """The record that was written when this part of the run (0 to 1) had passed."""
        return self._timeline.seq_at(fraction)

    # The screen's requests

    def subscribe(self, listener: Listener) -> None:
        """Be told every record."""
        self._listeners.append(listener)

    async def load(self) -> Runbook | None:
        """The document, parsed again from the text that the journal kept."""
        start = self._timeline.start
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
        fed = 0
        while True:
            while self.paused or self.ended:
                self._wake.clear()
                await self._wake.wait()
            gap = self._timeline.wait(self.speed)
            if gap > 0:
                self._wake.clear()
                try:
                    await asyncio.wait_for(self._wake.wait(), gap)
                    continue
                except TimeoutError:
                    pass
            if not self.paused and not self.ended:
                self._feed(self._timeline.take())
                fed += 1
                if fed % 50 == 0:
                    await asyncio.sleep(0)

    def _feed(self, record: Record) -> None:
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
        self.speed = other_speed(self.speed, by)
        self._wake.set()

    def next_step(self) -> None:
        """Go on to the next step's beginning at once, and pause there."""
        self.paused = True
        for record in self._timeline.take_step():
            self._feed(record)
        self._wake.set()

    def jump(self, seq: int) -> list[Record]:
        """Show the run as it was after record ``seq``; returns all records up to it, for what is made from records."""
        self._view = RunView()
        shown = self._timeline.go_to(seq)
        self._view.apply_all(shown)
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

    async def choices(self, source: str) -> list[str]:
        """Nothing is chosen in a replay."""
        return []

    async def resource(self, identifier: str) -> str:
        """The journal keeps no resource whole."""
        raise UserError("This is a replay: the journal keeps no resource's JSON.")

    async def would_delete(self, identifier: str) -> tuple[str, ...]:
        """Not in a replay."""
        raise UserError("This is a replay: nothing is deleted.")

    async def delete(self, identifier: str) -> None:
        """Not in a replay."""
        await self.run_step("")

    async def tag(self, identifier: str, tags: dict[str, str]) -> None:
        """Not in a replay."""
        await self.run_step("")

    async def lock(self, group: str, locked: bool) -> None:
        """Not in a replay."""
        await self.run_step("")

    async def export(self, identifier: str) -> str:
        """Not in a replay."""
        raise UserError("This is a replay: what was there may not be there any more.")

    async def portal(self, identifier: str) -> str:
        """Not in a replay."""
        return await self.export(identifier)

    async def scale(self, group: str, name: str, capacity: int) -> None:
        """Not in a replay."""
        await self.run_step("")

    async def close(self) -> None:
        """Stop feeding."""
        if self._task is not None:
            self._task.cancel()
            self._task = None
