"""Pane 5: the variables and events of the run."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import BindingType

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

    def build(self) -> list[Row]:
        rows: list[Row] = []
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

    def action_detail(self) -> None:
        """In a replay, jump to the selected event."""
        if self._replay is not None and self.current and isinstance(self.current.data, int):
            self.context.replay.jump(self.current.data)
