"""Runs the read steps of a dashboard again, as often as their ``refresh=`` says."""

from __future__ import annotations

import asyncio
import copy
import math
import time
from collections.abc import Callable

from azops_tui.events.step_view import StepView
from azops_tui.runbook.model import Runbook, Step
from azops_tui.ui.controller import Controller, LiveRun
from azops_tui.ui.tasks import Tasks

_LONGEST_WAIT = 2.0
"""Seconds until the document is looked at again; another version may have other steps."""


def refreshed_steps(runbook: Runbook | None) -> list[Step]:
    """Steps that only read and say how often to run again."""
    return [step for step in runbook.steps if step.is_refreshed] if runbook is not None else []


class Refresher:
    """Runs steps again for as long as the dashboard is open; what a step showed stays until it has ended.

    Args:
        controller: the run; nothing is refreshed unless it is a dashboard.
        tasks: keeps the worker.
        hold: shows a step as it was until it is called with None.
    """

    def __init__(self, controller: Controller, tasks: Tasks, hold: Callable[[str, StepView | None], object]) -> None:
        self._controller = controller
        self._tasks = tasks
        self._hold = hold
        self._is_started = False
        self.steps: set[str] = set()
        """Steps that were refreshed so far."""

    def start(self) -> None:
        """Begin, once; the steps run at once, and then again and again."""
        live = self._controller.live
        if live is None or not live.is_dashboard or self._is_started:
            return
        self._is_started = True
        self._tasks.start(lambda: self._refresh(live), group="refreshed")

    async def _refresh(self, live: LiveRun) -> None:
        due: dict[str, float] = {}
        while True:
            steps = refreshed_steps(live.runbook)
            now = time.monotonic()
            next_step = min(steps, key=lambda step: due.get(step.name, 0.0), default=None)
            wait = max(0.1, due.get(next_step.name, 0.0) - now) if next_step is not None else _LONGEST_WAIT
            if next_step is not None and due.get(next_step.name, 0.0) <= now and not live.busy:
                due[next_step.name] = await self._run(live, next_step)
            else:
                await asyncio.sleep(min(wait, _LONGEST_WAIT))

    async def _run(self, live: LiveRun, step: Step) -> float:
        """Run a step; returns when it is due again: never if a person stopped or declined it."""
        from azops_tui.engine.problems import Busy

        name = step.name
        view = live.view.step(name)
        if view.state in ("done", "failed"):
            self._hold(name, copy.deepcopy(view))
        self.steps.add(name)
        try:
            await live.run_step(name, by_key=False)
        except Busy:
            return time.monotonic()
        finally:
            self._hold(name, None)
        was_stopped = live.view.step(name).state == "stopped"
        return math.inf if was_stopped else time.monotonic() + (step.attributes.refresh or 0)
