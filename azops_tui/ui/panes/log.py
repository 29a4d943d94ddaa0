"""The log of the run: what it does, in sentences, the newest first."""

from __future__ import annotations

from azops_tui.ui.format import time_of_day
from azops_tui.ui.lines import Line
from azops_tui.ui.panes.base import Pane
from azops_tui.ui.widgets.rows import Row, text_row

_SHOWN = 200
"""Events that are shown; pane 5 has all."""


class LogPane(Pane):
    """Shows the last events."""

    hint = "What the run does is written here, the newest line first. Enter runs the selected step, a runs all."

    def build(self) -> list[Row]:
        rows: list[Row] = []
        for entry in list(self.context.event_log.entries)[: -_SHOWN - 1 : -1]:
            glyph = self.marks.state(entry.state) if entry.state else " "
            line: Line = [(f" {time_of_day(entry.at)}  ", "muted"), (f"{glyph} ", entry.state)]
            line.append((entry.text.split("\n")[0], ""))
            rows.append(text_row(f"event:{entry.seq}", line, copy=entry.text))
        return rows
