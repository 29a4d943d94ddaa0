"""Pane 5: the run's variables and its events in time; in a replay, where one is in it."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.binding import BindingType
from textual.message import Message

from azops_tui.durations import format_clock
from azops_tui.ui.commands import bindings
from azops_tui.ui.controller import Controller
from azops_tui.ui.event_log import Chronicle
from azops_tui.ui.format import time_of_day
from azops_tui.ui.lines import Line
from azops_tui.ui.panes.base import Pane, heading
from azops_tui.ui.replay import ReplayController
from azops_tui.ui.widgets.rows import Row, columns, text_row


class RunPane(Pane):
    """Variables, then events, the newest first."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("replay")
    number = 5
    title = "Run"
    hint = "Nothing has been run. Variables and everything that happens appear here, in order."

    class JumpWanted(Message):
        """Go to a moment of the replay."""

        def __init__(self, seq: int) -> None:
            super().__init__()
            self.seq = seq

    def __init__(self, controller: Controller, chronicle: Chronicle) -> None:
        super().__init__(controller)
        self.chronicle = chronicle
        self._seen: dict[str, str] = {}
        self._track: tuple[int, int] = (0, 0)

    def build(self) -> list[Row]:
        """The scrubber of a replay, variables, events."""
        rows: list[Row] = []
        if isinstance(self.controller, ReplayController):
            rows += self._scrubber(self.controller)
        variables = list(self.view.variables.values())
        if variables:
            rows += [text_row("variables", [(f" Variables ({len(variables)})", "heading")])]
            size = min(28, max(len(v.name) for v in variables))
            for variable in variables:
                shown = variable.value.splitlines()[0] if variable.value else ""
                changed = bool(variable.step) and variable.step == self.view.current
                line: Line = [(f" {self.marks.dot} " if changed else "   ", "accent")]
                line += columns((variable.name, size, ""), (shown, max(8, self.cells - size - 6), "muted"))
                rows.append(text_row(f"variable:{variable.name}", line, selectable=True, copy=variable.value))
        moments = self.chronicle.moments
        if moments:
            rows += heading("events", f"Events ({len(moments)})") if rows else []
            for moment in reversed(moments):
                glyph = self.marks.state(moment.state) if moment.state else " "
                line = [
                    (f" {time_of_day(moment.at)}  ", "muted"),
                    (f"{glyph} ", moment.state),
                    (moment.text.split("\n")[0], ""),
                ]
                rows.append(text_row(f"event:{moment.seq}", line, selectable=True, copy=moment.text, data=moment.seq))
        return rows

    def _scrubber(self, replay: ReplayController) -> list[Row]:
        marks = self.marks
        cells = max(10, self.cells - 2)
        place = round((cells - 1) * replay.fraction)
        self._track = (1, cells)
        state = "paused" if replay.paused else f"{replay.speed:g}x"
        first: Line = [
            (" replay  ", "heading"),
            (format_clock(replay.elapsed), "strong"),
            (f" of {format_clock(replay.length)}", "muted"),
        ]
        first.append((f"   {state}", "asking" if replay.paused else "running"))
        track: Line = [
            (" ", ""),
            (marks.span * place, "accent"),
            (marks.head, "bar"),
            (marks.track * (cells - place - 1), "rule"),
        ]
        return [text_row("replay", first), text_row("track", track), text_row("replay:gap", [])]

    def action_detail(self) -> None:
        """In a replay, go to the event under the bar."""
        if isinstance(self.controller, ReplayController) and self.current and isinstance(self.current.data, int):
            self.post_message(self.JumpWanted(self.current.data))

    def on_click(self, event: events.Click) -> None:
        """A click on the line jumps there."""
        index = event.y + self.scroll_offset.y
        if (
            isinstance(self.controller, ReplayController)
            and 0 <= index < len(self.rows)
            and self.rows[index].key == "track"
        ):
            event.prevent_default()
            first, cells = self._track
            self.post_message(self.JumpWanted(self.controller.seq_at((event.x - first) / max(1, cells - 1))))
