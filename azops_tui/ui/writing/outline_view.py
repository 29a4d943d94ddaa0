"""The outline: headings and steps with their states; a column on wide screens, a drawer on others."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import Screen

from azops_tui.events.run_view import RunView
from azops_tui.runbook.model import Runbook
from azops_tui.ui.actions.base import Action
from azops_tui.ui.appearance import app_of
from azops_tui.ui.lines import Line
from azops_tui.ui.widgets.document import DocumentView
from azops_tui.ui.widgets.rows import Row, Rows, text_row

COLUMN_FROM = 160
"""Columns of the screen from which the outline has a column of its own."""
_WORST_FIRST = ("failed", "unknown", "asking", "running", "stopped")


class OutlineRows(Rows):
    """Rows of the outline."""

    key_hints: ClassVar[tuple[tuple[str, str], ...]] = (("enter", "go there"), ("esc", "back to the document"))
    """Keys for the footer."""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "go", "Go there", show=False),
        Binding("escape,t", "leave", "Back", show=False),
    ]

    def __init__(self, go: Callable[[str], None], leave: Callable[[], None]) -> None:
        super().__init__(empty="This document has no heading and no step.")
        self._go = go
        self._leave = leave

    def action_go(self) -> None:
        """Go to the selected heading or step."""
        if self.current is not None:
            self._go(self.current.key)

    def action_leave(self) -> None:
        self._leave()

    def on_rows_chosen(self, message: Rows.Chosen) -> None:
        """A second click acts like enter."""
        message.stop()
        self.action_go()


class OutlineColumn(Vertical):
    """The frame of the outline.

    Args:
        document: what it goes to.
    """

    DEFAULT_CSS = """
    OutlineColumn { display: none; width: 34; }
    OutlineColumn.-shown { display: block; }
    """

    def __init__(self, document: DocumentView) -> None:
        super().__init__(classes="frame")
        self.border_title = Content("Outline")
        self._document = document
        self.rows = OutlineRows(self._go, self._leave)
        self._is_wide = False
        self._is_wanted: bool | None = None
        """What the person chose at this width; None for what the width says."""

    def compose(self) -> ComposeResult:
        yield self.rows

    def table(self, screen: Screen[None]) -> Mapping[str, Action]:
        """Actions by command id."""
        return {"outline": Action(lambda: self.toggle(screen))}

    def toggle(self, screen: Screen[None]) -> None:
        """Show the outline and move to it; from a column that is shown already, only move."""
        if not self.has_class("-shown"):
            self._is_wanted = True
            self._show()
        self.rows.focus()
        self.rows.select(self._document.selected)

    def fit(self, size: events.Resize) -> None:
        """Show or hide the outline for a width."""
        is_wide = size.size.width >= COLUMN_FROM
        if is_wide != self._is_wide:
            # A person who is in the outline stays there.
            self._is_wide, self._is_wanted = is_wide, True if self.rows.has_focus else None
        self._show()

    def _show(self) -> None:
        shown = self._is_wide if self._is_wanted is None else self._is_wanted
        self.set_class(shown, "-shown")
        self.screen.set_class(shown, "-outline")
        if shown:
            self.draw()

    def _go(self, key: str) -> None:
        self._leave()
        if key.startswith("line:"):
            self._document.call_after_refresh(self._document.show_source_line, int(key.removeprefix("line:")))
        else:
            self._document.call_after_refresh(self._document.show_card, key)

    def _leave(self) -> None:
        if not self._is_wide:
            self._is_wanted = None
            self._show()
        self._document.focus()

    def draw(self) -> None:
        """Show the states as they are now."""
        runbook = self._document.runbook
        if self.has_class("-shown") and runbook is not None:
            self.rows.set_rows(self._build(runbook, self._document.view))

    def _build(self, runbook: Runbook, view: RunView) -> list[Row]:
        marks = app_of(self).marks
        own = {step.name for step in runbook.steps}
        rows = [self._step(name, step.state, 1) for name, step in view.steps.items() if name not in own]
        number = 0
        for section in runbook.sections:
            states = [view.steps[name].state for name in section.steps if name in view.steps]
            if section.level:
                number += 1
                state = _state(states)
                mark = marks.state(state) if states else " "
                line: Line = [
                    (" " * max(1, section.level - 1), ""),
                    (f"{mark} ", state),
                    (f"{number} {section.title}", "strong"),
                ]
                rows.append(text_row(f"line:{section.line}", line, selectable=True, copy=section.title))
            for name, state in zip(section.steps, states, strict=False):
                rows.append(self._step(name, state, section.level + 1))
        return rows

    def _step(self, name: str, state: str, indent: int) -> Row:
        marks = app_of(self).marks
        style = "strong" if name == self._document.selected else ""
        line: Line = [(" " * (indent + 1), ""), (f"{marks.state(state)} ", state), (name, style)]
        return text_row(name, line, selectable=True, copy=name)


def _state(states: Sequence[str]) -> str:
    """State of a section: the worst of its steps, done if all are, else waiting."""
    for state in _WORST_FIRST:
        if state in states:
            return state
    return "done" if states and all(state in ("done", "skipped") for state in states) else "waiting"
