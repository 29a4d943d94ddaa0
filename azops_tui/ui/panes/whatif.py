"""The predicted changes of a deployment as rows: ``+`` create, ``~`` modify, ``-`` delete, ``=`` no change."""

from __future__ import annotations

from azops_tui.engine.whatif import change_lines
from azops_tui.events.azure_views import DeploymentView
from azops_tui.events.records import ForeseenChanges
from azops_tui.events.run_view import RunView
from azops_tui.ui.lines import Line
from azops_tui.ui.widgets.rows import Row, text_row, wrapped

_STYLES = {"+": "done", "~": "warning", "!": "warning", "-": "failed", "?": "asking", "=": "faint", "*": "faint"}
"""Styles of the marks, which carry the meaning without colour too."""


class WhatIfRows:
    """Caches the rows of the changes shown last: a scroll or a tick does not format them again."""

    def __init__(self) -> None:
        self._cached: tuple[ForeseenChanges, int, list[Row]] | None = None

    def rows(self, event: ForeseenChanges, cells: int) -> list[Row]:
        """A heading with the number of changes, then the changes with their properties.

        Args:
            event: the predicted changes.
            cells: width at which sentences wrap.
        """
        cached = self._cached
        if cached is None or cached[0] is not event or cached[1] != cells:
            cached = self._cached = (event, cells, _rows(event, cells))
        return cached[2]


def pending_changes(view: RunView) -> ForeseenChanges | None:
    """Changes that wait for a decision or are about to start; None if there are none."""
    step = view.steps.get(view.foreseen)
    if step is None or step.foreseen is None:
        return None
    starts = step.state == "running" and not step.deployments
    return step.foreseen if step.state == "asking" or starts else None


def predicted_changes_of(view: RunView, deployment: DeploymentView) -> ForeseenChanges | None:
    events = (step.foreseen for step in view.steps.values() if deployment.id.lower() in step.deployments)
    return next((event for event in events if event is not None), None)


def _rows(event: ForeseenChanges, cells: int) -> list[Row]:
    from azops_tui.arm.whatif import summary

    head: Line = [(" what-if  ", "heading"), (summary(event.changes), "strong")]
    rows = [text_row("foreseen", head, copy=summary(event.changes))]
    if event.note:
        rows += wrapped("foreseen:note", [(event.note, "muted")], cells - 1)
    for number, line in enumerate(change_lines(event)):
        style = _STYLES.get(line.mark, "")
        spans: Line = [(f" {'    ' * line.depth}{line.mark} ", style), (line.text, style if line.depth == 0 else "")]
        rows.append(text_row(f"foreseen:{number}", spans, selectable=line.depth == 0, copy=line.text))
    return rows
