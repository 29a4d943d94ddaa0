"""Pane 5: the variables and events of the run; in a replay, the scrubber."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.binding import BindingType

from azops_tui.durations import format_clock
from azops_tui.ui.commands import bindings
from azops_tui.ui.format import time_of_day
from azops_tui.ui.lines import Line
from azops_tui.ui.panes.base import Pane, PaneContext, heading
from azops_tui.ui.panes.registry import PaneEntry
from azops_tui.ui.replay import ReplayController
from azops_tui.ui.widgets.rows import Row, columns, text_row


class RunPane(Pane):
    """Variables, then events, the newest first."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("replay")
    hint = "Nothing has been run. Variables and everything that happens appear here, in order."

    def __init__(self, entry: PaneEntry, context: PaneContext) -> None:
        super().__init__(entry, context)
        self._replay = context.controller if isinstance(context.controller, ReplayController) else None
        self._track_cells = 1

    def build(self) -> list[Row]:
        """The scrubber of a replay, variables, events."""
        rows: list[Row] = []
        if self._replay is not None:
            rows += self._scrubber(self._replay)
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
        entries = self.context.event_log.entries
        if entries:
            rows += heading("events", f"Events ({len(entries)})") if rows else []
            for entry in reversed(entries):
                glyph = self.marks.state(entry.state) if entry.state else " "
                line = [
                    (f" {time_of_day(entry.at)}  ", "muted"),
                    (f"{glyph} ", entry.state),
                    (entry.text.split("\n")[0], ""),
                ]
                rows.append(text_row(f"event:{entry.seq}", line, selectable=True, copy=entry.text, data=entry.seq))
        return rows

    def _scrubber(self, replay: ReplayController) -> list[Row]:
        """Position in the replay, and the time line, on which a click jumps."""
        marks, timeline = self.marks, replay.timeline
        cells = self._track_cells = max(10, self.cells - 2)
        head = round((cells - 1) * timeline.fraction)
        position: Line = [
            (" replay  ", "heading"),
            (format_clock(timeline.elapsed), "strong"),
            (f" of {format_clock(timeline.length)}", "muted"),
            ("   paused" if replay.paused else f"   {replay.speed:g}x", "asking" if replay.paused else "running"),
        ]
        track: Line = [
            (" ", ""),
            (marks.span * head, "accent"),
            (marks.head, "bar"),
            (marks.track * (cells - head - 1), "rule"),
        ]
        return [text_row("replay", position), text_row("track", track), text_row("replay:gap", [])]

    def action_detail(self) -> None:
        """In a replay, jump to the selected event."""
        if self._replay is not None and self.current and isinstance(self.current.data, int):
            self.context.replay.jump(self.current.data)

    def on_click(self, event: events.Click) -> None:
        """In a replay, jump to the clicked place on the time line."""
        index = event.y + self.scroll_offset.y
        if self._replay is not None and 0 <= index < len(self.rows) and self.rows[index].key == "track":
            event.prevent_default()
            fraction = (event.x - 1) / max(1, self._track_cells - 1)
            self.context.replay.jump(self._replay.timeline.seq_at(fraction))
