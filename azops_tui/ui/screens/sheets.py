"""Sheets to read: help, what would run, a resource as JSON."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from azops_tui.ui.appearance import app_of
from azops_tui.ui.commands import COMMANDS, UiCommand, shown_keys
from azops_tui.ui.highlight import highlight
from azops_tui.ui.lines import Line, width, wrap
from azops_tui.ui.panes.registry import PANES
from azops_tui.ui.screens.dialogs import Sheet, WrappedSheet
from azops_tui.ui.widgets.rows import Row, Rows, text_row, wrapped

_PLACES = {
    "anywhere": "Anywhere",
    "document": "In the document",
    "lists": "In lists and in the document",
    "panes": "In every pane",
    **{pane.title.lower(): f"In the {pane.title.lower()}" for pane in PANES},
    "replay": "In a replay",
    "home": "In the list of runbooks",
}


class HelpSheet(Sheet):
    """Lists the keys with their ids, those of the current place first."""

    heading = "Keys"

    def __init__(self, place: str, keymap: dict[str, str], replaying: bool) -> None:
        super().__init__()
        self.place = place
        self.keymap = keymap
        self.replaying = replaying

    def body(self) -> ComposeResult:
        yield Rows()

    def on_mount(self) -> None:
        rows = self.query_one(Rows)
        rows.set_rows(self._rows())
        rows.focus()

    def _rows(self) -> list[Row]:
        marks = app_of(self).marks
        here = {"document": ["document"], "home": ["home", "lists"]}.get(self.place, ["panes", self.place])
        rows = [text_row("states", [(" States  ", "heading"), *_legend(marks.states)]), text_row("gap", [])]
        order = ["replay", *here] if self.replaying else here
        others = [] if self.place == "home" else [p for p in _PLACES if p not in order and p != "home"]
        for place in [*order, *others]:
            commands = [item for item in COMMANDS if item.place == place]
            if not commands or (place == "replay" and not self.replaying):
                continue
            mine = place in here
            rows.append(
                text_row(place, [(f" {_PLACES[place]}", "heading"), ("  (you are here)" if mine else "", "muted")])
            )
            for item in commands:
                keys = shown_keys(self.keymap.get(item.id, item.key), app_of(self).ascii_only)
                rows.append(_key_row(item, keys))
            rows.append(text_row(f"{place}:gap", []))
        return rows


def _key_row(item: UiCommand, keys: str) -> Row:
    def draw(cells: int) -> Line:
        line: Line = [(f"   {keys:<14}", "key"), (item.description, "")]
        gap = cells - width(line) - len(item.id) - 2
        return [*line, (" " * gap + item.id, "faint")] if gap > 1 else line

    return Row(item.id, draw, f"{keys} {item.description} {item.id}")


def _legend(states: dict[str, str]) -> list[tuple[str, str]]:
    names = {"asking": "needs you", "unknown": "lost contact"}
    return [
        (f"{glyph} {names.get(state, state)}  ", state) for state, glyph in states.items() if state != "interrupted"
    ]


class TextSheet(Sheet):
    """Lines to read and copy, such as a resource's JSON."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("y", "copy", "Copy", show=False)]
    key_hints = (("y", "copy"), ("esc", "back"))

    def __init__(self, title: str, rows: Iterable[Row], copy: str = "") -> None:
        super().__init__()
        self.heading = title
        self._rows = list(rows)
        self._copy = copy

    def body(self) -> ComposeResult:
        yield Rows()

    def on_mount(self) -> None:
        rows = self.query_one(Rows)
        rows.set_rows(self._rows)
        rows.focus()

    def action_copy(self) -> None:
        """Copy everything, or the selected row if the sheet has no text as a whole."""
        current = self.query_one(Rows).current
        from azops_tui.ui.clipboard import copy

        copy(self.app, self._copy or (current.copy if current else ""))


class ProblemsSheet(WrappedSheet):
    """Shows why a document cannot run: place and sentence of each problem."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "close", "Close", show=False),
        Binding("y", "copy", "Copy", show=False),
    ]
    DEFAULT_CSS = """
    ProblemsSheet > #box { height: auto; max-height: 90%; border: round $error; }
    ProblemsSheet Rows { height: auto; }
    """
    heading = "This document cannot run"
    key_hints = (("y", "copy"), ("esc", "back"))

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__()
        self.problems = problems

    def body(self) -> ComposeResult:
        yield Rows()

    def fill(self) -> None:
        rows = self.query_one(Rows)
        marks = app_of(self).marks
        rows_shown: list[Row] = [text_row("gap", [])]
        for number, problem in enumerate(self.problems):
            line: Line = [(f"{marks.state('failed')} ", "failed"), (problem, "")]
            rows_shown += [
                text_row(f"{number}:{n}", part, selectable=n == 0, copy=problem)
                for n, part in enumerate(wrap(line, rows.cells - 1, first=[(" ", "")], rest=[("   ", "")]))
            ]
            rows_shown.append(text_row(f"{number}:gap", []))
        advice = "Correct the file and open it again. Nothing was run."
        rows_shown += wrapped("advice", [(f"{marks.arrow} ", "accent"), (advice, "muted")], rows.cells - 1)
        rows_shown.append(text_row("end", []))
        rows.set_rows(rows_shown)

    def action_copy(self) -> None:
        from azops_tui.ui.clipboard import copy

        copy(app_of(self), "\n".join(self.problems))


def json_rows(text: str) -> list[Row]:
    return [
        text_row(f"{number}", [(" ", ""), *line], selectable=True)
        for number, line in enumerate(highlight(text, "json"))
    ]
