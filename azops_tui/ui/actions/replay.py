"""Actions on a replay: pause, step, change the speed, jump."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from azops_tui.ui.actions.base import Action
from azops_tui.ui.replay import ReplayController

_STRIDE = 0.05
"""Share of the run that a key goes forward or back."""


class ReplayActions:
    """Moves a replay.

    Args:
        replay: None for a live run: then no action is enabled.
        redraw: asks for a redraw of the screen.
    """

    def __init__(self, replay: ReplayController | None, redraw: Callable[[], None]) -> None:
        self._replay = replay
        self._redraw = redraw

    def table(self) -> Mapping[str, Action]:
        """Actions by command id."""

        def enabled() -> bool:
            return self._replay is not None

        def why_not() -> str:
            return "This key moves a replay, and this run is live."

        return {
            "replay.pause": Action(self.pause, enabled, why_not=why_not),
            "replay.step": Action(self.step, enabled, why_not=why_not),
            "replay.back": Action(partial(self.scrub, -_STRIDE), enabled, why_not=why_not),
            "replay.forward": Action(partial(self.scrub, _STRIDE), enabled, why_not=why_not),
            "replay.slower": Action(partial(self.change_speed, -1), enabled, why_not=why_not),
            "replay.faster": Action(partial(self.change_speed, 1), enabled, why_not=why_not),
        }

    def pause(self) -> None:
        """Pause or resume; at the end, play from the beginning."""
        if self._replay:
            self._replay.pause()
            self._redraw()

    def step(self) -> None:
        """Show everything up to the start of the next step."""
        if self._replay:
            self._replay.next_step()
            self._redraw()

    def scrub(self, by: float) -> None:
        """Go forward by this share of the run, or back."""
        if self._replay:
            timeline = self._replay.timeline
            self.jump(timeline.seq_at(timeline.fraction + by))

    def change_speed(self, by: int) -> None:
        """Double (1) or halve (-1) the speed."""
        if self._replay:
            self._replay.faster(by)
            self._redraw()

    def jump(self, seq: int) -> None:
        """Show the run as it was after record ``seq``."""
        if self._replay:
            self._replay.jump(seq)
            self._redraw()
