"""Pane 5: the variables and events of the run."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import BindingType

from azops_tui.ui.commands import bindings
from azops_tui.ui.format import time_of_day
from azops_tui.ui.lines import Line
from azops_tui.ui.panes.base import Pane, PaneContext
from azops_tui.ui.panes.registry import PaneEntry
from azops_tui.ui.replay import ReplayController
from azops_tui.ui.widgets.rows import Row, columns, facts, heading, text_row


class RunPane(Pane):
    """Variables, then events, the newest first."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("replay"), *bindings("run")]
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
        rows += self._ledger(first=not rows)
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

    def _ledger(self, *, first: bool) -> list[Row]:
        """What was sent to Azure: counts by service, then each write, the newest first."""
        live = self.controller.live
        meter = live.meter() if live is not None else []
        writes = self.view.requests
        if not writes and not meter:
            return []
        title = "Requests to Azure"
        if self.controller.place.gate:
            title += f" ({len(writes)} write{'s' * (len(writes) != 1)})"
        rows = [text_row("ledger", [(f" {title}", "heading")])] if first else heading("ledger", title)
        rows += [text_row(f"meter:{text}", [("   ", ""), (text, "muted")]) for text in meter]
        for number, entry in reversed(writes.items()):
            key = f"write:{number}"
            failed = entry.outcome in ("refused", "Failed", "no answer")
            state = "failed" if failed else "running" if entry.is_in_flight else "done"
            name = entry.resource.rstrip("/").rpartition("/")[2]
            line: Line = [(f" {time_of_day(entry.sent)}  ", "muted"), (f"{self.marks.state(state)} ", state)]
            line += columns(
                (entry.method, 6, "failed" if entry.effect == "D" else ""),
                (name, max(8, self.cells - 44), ""),
                (str(entry.status or "-"), 3, "muted"),
                (entry.outcome, 13, state),
            )
            rows.append(text_row(key, line, selectable=True, copy=entry.resource, data=key))
            if key in self.opened:
                operation = entry.operation.partition("?")[0]
                pairs = [("step", entry.step or "by hand"), ("resource", entry.resource), ("operation", operation)]
                rows += facts(key, [*pairs, ("problem", entry.problem)])
        return rows

    def action_detail(self) -> None:
        """Open or fold the detail of a write; in a replay, jump to the selected event."""
        if self.current and isinstance(self.current.data, str):
            self.toggle(self.current.data)
        elif self._replay is not None and self.current and isinstance(self.current.data, int):
            self.context.replay.jump(self.current.data)
