"""Run steps one after the other, and background steps beside them; stop them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import suppress
from typing import Any, Literal

from azops_tui.engine.batch import batch_of
from azops_tui.engine.event_recorder import EventRecorder
from azops_tui.engine.plan import Planned
from azops_tui.engine.problems import Busy, RunError, explain
from azops_tui.engine.step_runner import StepRunner, Stopper
from azops_tui.events import records as ev

QueueEnd = Literal["done", "failed", "stopped"]


class StepQueue:
    """Runs steps of one run.

    Args:
        runner: executes single steps.
        recorder: takes the events.
        begin: begins the run before its first step.
        latest: returns a step as the document has it now; None if it was removed.
    """

    def __init__(
        self,
        runner: StepRunner,
        recorder: EventRecorder,
        begin: Callable[[], Awaitable[None]],
        latest: Callable[[str], Planned | None],
    ) -> None:
        self._runner = runner
        self._recorder = recorder
        self._begin = begin
        self._latest = latest
        self._pending: list[str] = []
        """Names of the steps that are going to run, as the document names them now."""
        self.running = ""
        """Name of the step in progress; empty if there is none."""
        self.is_stopping = False
        self.was_cut_short = False
        """True if steps were left out because the run was stopped."""
        self.has_crashed = False
        """True if an error of azops itself ended the queue."""
        self._is_closed = False
        self._stopper = Stopper()
        self._task: asyncio.Task[ev.StepState] | None = None
        self._asking: asyncio.Task[bool] | None = None
        """The question before the first step, while it waits for an answer."""
        self._background: dict[str, tuple[asyncio.Task[ev.StepState], Stopper]] = {}

    @property
    def background(self) -> tuple[str, ...]:
        """Names of the background steps in progress."""
        return tuple(self._background)

    async def run(
        self, steps: Sequence[Planned], *, agreed: Planned | None = None, hosts: frozenset[str] = frozenset()
    ) -> QueueEnd:
        """Run steps in order.

        Args:
            steps: what to run.
            agreed: the step that a person asked for by name, knowing what it changes.
            hosts: names of the hosts on which the last step is tried again; empty for all.

        Raises:
            Busy: another step runs.
            RunError: the run has ended.
        """
        if self._is_closed:
            raise RunError("The run has ended.")
        if self.running:
            raise Busy(f"{self.running} is running; wait for it, or stop it first.")
        self.running = steps[0].name if steps else "-"
        self.is_stopping = self.was_cut_short = False
        try:
            if steps and not await self._asked(steps[0].name, self._runner.trusts_documents(steps[0].name)):
                self.was_cut_short = True
                return "stopped"
            if steps:
                await self._begin()
            if steps and not await self._asked(steps[0].name, self._runner.values.ask_before(steps)):
                self.was_cut_short = True
                return "stopped"
            batch = batch_of([(planned, planned.step) for planned in steps], self._runner.policy, self._runner.place)
            if batch is not None and not await self._asked(
                batch.names[0], self._runner.agrees(batch.names[0], batch.proposal)
            ):
                self.was_cut_short = True
                return "stopped"
            agreed_code = {p.name: p.step.code for p in steps if batch is not None and p.name in batch.names}
            end: QueueEnd = "done"
            self._pending = [planned.name for planned in steps]
            while self._pending:
                planned = self._latest(self._pending.pop(0))
                if planned is None:
                    continue
                if self.is_stopping or self._recorder.broken:
                    self.was_cut_short = True
                    return "stopped"
                self.running = planned.name
                state = await self._run_step(
                    planned,
                    "key"
                    if planned is agreed
                    else "list"
                    if agreed_code.get(planned.name) == planned.step.code
                    else "",
                    hosts if planned.name == steps[-1].name else frozenset(),
                )
                if state == "stopped":
                    return "stopped"
                if state in ("failed", "unknown"):
                    end = "failed"
                    if planned.step.attributes.on_error != "continue":
                        return end
            return end
        except Exception as error:
            if self._recorder.open:
                self.has_crashed = True
                with suppress(Exception):
                    text = f"The run was ended by an error: {explain(error)}"
                    self._recorder.record(ev.Notice(at=time.time(), text=text, level="error"))
            raise
        finally:
            self.running = ""

    def rename(self, names: Mapping[str, str]) -> None:
        """Take over new names of steps that are going to run."""
        self._pending = [names.get(name, name) for name in self._pending]

    async def stop(self) -> None:
        """Stop the step in progress and leave out the steps after it. Returns when the step has ended."""
        self.is_stopping = True
        if self._asking is not None:
            self._asking.cancel()
        elif self._task is not None:
            await self._stopper.stop(self._task)
        else:
            # A background step that is just beginning, perhaps with a question.
            await self._stop_background(self.running)

    async def close(self) -> None:
        """Stop everything, background steps too: for them this is the regular end."""
        self._is_closed = True
        await self.stop()
        await self.end_background()

    async def end_background(self) -> None:
        """End the background steps; for them this is the regular end."""
        for name, (_, stopper) in list(self._background.items()):
            stopper.with_run = True
            await self._stop_background(name)

    async def _asked(self, step: str, answer: Coroutine[Any, Any, bool]) -> bool:
        """Whether a person agrees to a question at the first step; False also if the run is stopped meanwhile."""
        self.running = step
        self._asking = asyncio.ensure_future(answer)
        try:
            return await self._asking
        except asyncio.CancelledError:
            if not self.is_stopping:
                self._asking.cancel()
                raise
            return False
        finally:
            self._asking = None

    async def _run_step(self, planned: Planned, agreed_by: str, hosts: frozenset[str]) -> ev.StepState:
        """Run a step in its own task, so that it can be stopped, and ends properly if the caller is cancelled."""
        stopper, step = Stopper(), planned.step
        task = asyncio.ensure_future(self._runner.run(planned, step, stopper, agreed_by=agreed_by, hosts=hosts))
        if step.attributes.background:
            self._background[planned.name] = (task, stopper)
            task.add_done_callback(lambda _: self._background.pop(planned.name, None))
            # Long enough for a question to come first, or for a program that cannot start to say so.
            await asyncio.wait([task], timeout=0.2)
            questions = self._recorder.view.questions
            while not task.done() and any(question.step == planned.name for question in questions.values()):
                await asyncio.wait([task], timeout=0.05)
            return task.result() if task.done() else "running"
        self._stopper, self._task = stopper, task
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            await self.stop()
            raise
        finally:
            self._task = None

    async def _stop_background(self, name: str) -> None:
        if name in self._background:
            task, stopper = self._background[name]
            await stopper.stop(task)
