"""The position in a replay, and the time line, on which a click jumps. It stays in view whatever pane shows."""

from __future__ import annotations

from collections.abc import Callable

from textual import events

from azops_tui.durations import format_clock
from azops_tui.ui.appearance import app_of
from azops_tui.ui.lines import Line, width
from azops_tui.ui.replay import ReplayController
from azops_tui.ui.widgets.bars import Bar


class Scrubber(Bar):
    """One line: time, speed, time line.

    Args:
        replay: shown and moved.
        jump: shows the run as it was after a record.
    """

    def __init__(self, replay: ReplayController, jump: Callable[[int], None]) -> None:
        super().__init__()
        self._replay = replay
        self._jump = jump
        self._track = (0, 1)
        """First cell of the time line, and its length."""

    def spans(self, cells: int) -> Line:
        replay, marks = self._replay, app_of(self).marks
        timeline = replay.timeline
        speed = "paused" if replay.paused else f"{replay.speed:g}x"
        line: Line = [
            (" replay  ", "heading"),
            (format_clock(timeline.elapsed), "strong"),
            (f" of {format_clock(timeline.length)}  ", "muted"),
            (f"{speed:<6}  ", "asking" if replay.paused else "running"),
        ]
        first = width(line)
        length = max(5, cells - first - 1)
        self._track = (first, length)
        head = round((length - 1) * timeline.fraction)
        return [
            *line,
            (marks.span * head, "accent"),
            (marks.head, "bar"),
            (marks.track * (length - head - 1), "rule"),
        ]

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Follow the pressed mouse along the time line."""
        if event.button:
            self.on_click(event)

    def on_click(self, event: events.MouseEvent) -> None:
        """Jump to the clicked place on the time line."""
        first, length = self._track
        if event.x >= first:
            self._jump(self._replay.timeline.seq_at(min(1.0, (event.x - first) / max(1, length - 1))))
