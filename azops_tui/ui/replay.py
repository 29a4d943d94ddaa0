"""A run of the past as a controller: the journal's records, fed in time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from azops_tui.events.records import DocumentChanged, Record
from azops_tui.events.run_view import RunView
from azops_tui.replay import Timeline, joined_output, other_speed
from azops_tui.runbook.model import Runbook
from azops_tui.ui.controller import Listener, Place


class ReplayController:
    """Feeds records to the screen; nothing is run.

    Args:
        records: the run's records in order.
        speed: seconds of the run for each second on the screen.
    """

    live = None

    def __init__(self, records: Iterable[Record], *, speed: float = 4.0) -> None:
        self.timeline = Timeline(records)
        self.speed = speed
        self.paused = False
        self.view = RunView()
        """The run after the records shown so far."""
        self.runbook: Runbook | None = None
        self._first: Runbook | None = None
        """The document as the run began."""
        self.on_jump: Callable[[Sequence[Record]], None] = lambda records: None
        """Called after a jump with all records up to the new position, from the first."""
        self._listeners: list[Listener] = []
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    @property
    def place(self) -> Place:
        """Cloud that the run acted on."""
        start = self.timeline.start
        if start is None:
            return Place("")
        return Place(start.cloud, start.subscription, start.read_only, gate=start.gate, fence=start.fence)

    @property
    def file_name(self) -> str:
        start = self.timeline.start
        return Path(start.path).name if start else ""

    def now(self) -> float:
        """Time of the last record shown."""
        return self.timeline.now

    def subscribe(self, listener: Listener) -> None:
        """Call ``listener`` with every record from now on."""
        self._listeners.append(listener)

    async def load(self) -> Runbook | None:
        """Parse the document from the text that the journal kept."""
        start = self.timeline.start
        if start is None:
            return None
        from azops_tui.runbook import parse

        self.runbook = self._first = await asyncio.to_thread(parse, start.document, Path(start.path))
        return self.runbook

    def _take_version(self, record: Record) -> None:
        """Show the document as it was edited then, its steps named as the run named them."""
        event = record.event
        if isinstance(event, DocumentChanged) and self.runbook is not None:
            from azops_tui.runbook import parse
            from azops_tui.runbook.versions import with_names

            runbook = parse(event.document, self.runbook.path)
            self.runbook = with_names(runbook, {info.line: info.name for info in event.steps if "/" not in info.name})

    async def watch(self) -> None:
        """Start to play."""
        if self._task is None:
            self._task = asyncio.create_task(self._play())

    async def _play(self) -> None:
        fed = 0
        while True:
            while self.paused or self.timeline.ended:
                self._wake.clear()
                await self._wake.wait()
            gap = self.timeline.wait(self.speed)
            if gap > 0:
                self._wake.clear()
                try:
                    await asyncio.wait_for(self._wake.wait(), gap)
                    continue
                except TimeoutError:
                    pass
            if not self.paused and not self.timeline.ended:
                self._feed(self.timeline.take())
                fed += 1
                if fed % 50 == 0:
                    await asyncio.sleep(0)

    def _feed(self, record: Record) -> None:
        self._take_version(record)
        self.view.apply(record)
        for listener in self._listeners:
            listener(record)

    def pause(self) -> None:
        """Pause or resume; at the end, play from the beginning."""
        if self.timeline.ended:
            self.jump(0)
            self.paused = False
        else:
            self.paused = not self.paused
        self._wake.set()

    def faster(self, by: int) -> None:
        """Double (1) or halve (-1) the speed."""
        self.speed = other_speed(self.speed, by)
        self._wake.set()

    def next_step(self) -> None:
        """Feed everything up to the start of the next step, and pause there."""
        self.paused = True
        for record in self.timeline.take_step():
            self._feed(record)
        self._wake.set()

    def jump(self, seq: int) -> None:
        """Show the run as it was after record ``seq``."""
        self.view = RunView()
        records = self.timeline.go_to(seq)
        self.runbook = self._first
        for record in records:
            if isinstance(record.event, DocumentChanged):
                self._take_version(record)
        records = joined_output(records)
        self.view.apply_all(records)
        self.on_jump(records)
        self._wake.set()

    async def close(self) -> None:
        """Stop feeding."""
        if self._task is not None:
            self._task.cancel()
            self._task = None
