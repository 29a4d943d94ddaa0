"""What a deployment would change, as rows: ``+`` created, ``~`` modified, ``-`` deleted, ``=`` the same."""

from __future__ import annotations

from azops_tui.engine.whatif import drawn
from azops_tui.events.azure_views import DeploymentView
from azops_tui.events.records import ForeseenChanges
from azops_tui.events.run_view import RunView
from azops_tui.ui.lines import Line
from azops_tui.ui.widgets.rows import Row, text_row, wrapped

_STYLES = {"+": "done", "~": "warning", "!": "warning", "-": "failed", "?": "asking", "=": "faint", "*": "faint"}
"""Styles of marks; the mark itself says the same."""


class Foreseen:
    """Makes the rows, once for every time that they are asked for with the same changes."""

    def __init__(self) -> None:
        self._made: tuple[ForeseenChanges, int, list[Row]] | None = None

    def rows(self, event: ForeseenChanges, cells: int) -> list[Row]:
        """A heading with how much is changed, then the changes with their properties.

        Args:
            event: what was foreseen.
            cells: width to wrap sentences at.
        """
        made = self._made
        if made is None or made[0] is not event or made[1] != cells:
            made = self._made = (event, cells, _rows(event, cells))
        return made[2]


def awaited(view: RunView) -> ForeseenChanges | None:
    """The changes that somebody decides on now, or that begin now; None where there are none."""
    step = view.steps.get(view.foreseen)
    if step is None or step.foreseen is None:
        return None
    begins = step.state == "running" and not step.deployments
    return step.foreseen if step.state == "asking" or begins else None


def foreseen_of(view: RunView, deployment: DeploymentView) -> ForeseenChanges | None:
    """The changes that were foreseen of a deployment; None where nobody asked."""
    found = (step.foreseen for step in view.steps.values() if deployment.id.lower() in step.deployments)
    return next((event for event in found if event is not None), None)


def _rows(event: ForeseenChanges, cells: int) -> list[Row]:
    from azops_tui.arm.whatif import summary

    head: Line = [(" what-if  ", "heading"), (summary(event.changes), "strong")]
    rows = [text_row("foreseen", head, copy=summary(event.changes))]
    if event.note:
        rows += wrapped("foreseen:note", [(event.note, "muted")], cells - 1)
    for number, line in enumerate(drawn(event)):
        style = _STYLES.get(line.mark, "")
        spans: Line = [(f" {'    ' * line.depth}{line.mark} ", style), (line.text, style if line.depth == 0 else "")]
        rows.append(text_row(f"foreseen:{number}", spans, selectable=line.depth == 0, copy=line.text))
    return rows
