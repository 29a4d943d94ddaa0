"""A list of rows whose cursor stays on its row by key when the rows change."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from textual import events
from textual.message import Message

from azops_tui.ui.lines import Line, crop_line, plain, width, wrap
from azops_tui.ui.widgets.lineview import LineView

Draw = Callable[[int], Line]
"""Draws a row for a width in cells."""


@dataclass(frozen=True)
class Row:
    """One line of a list."""

    key: str
    """Identifies the row when the list is rebuilt."""
    draw: Draw
    text: str = ""
    """Text that the filter searches."""
    copy: str = ""
    """Text that ``y`` copies; ``text`` if empty."""
    selectable: bool = True
    data: object = field(default=None, compare=False)
    """Object that the row represents."""

    @cached_property
    def folded_text(self) -> str:
        """The text with case removed: what a filter compares, for thousands of rows at each letter typed."""
        return self.text.casefold()


def row_filter(text: str) -> Callable[[str], bool] | None:
    """The condition that a filter sets on the case-folded text of a row; None if it sets none."""
    kind, word = (text[0], text[1:]) if text[:1] in ("!", "~") else ("", text)
    if not word:
        return None
    if kind == "~":
        pattern = re.compile(".*?".join(map(re.escape, word)), re.DOTALL)
        return lambda folded: pattern.search(folded) is not None
    return (lambda folded: word not in folded) if kind else (lambda folded: word in folded)


def text_row(key: str, line: Line, *, selectable: bool = False, copy: str = "", data: object = None) -> Row:
    """A row of fixed spans."""
    return Row(key, lambda _: line, plain(line), copy, selectable, data)


def wrapped(key: str, line: Line, cells: int, indent: str = " ") -> list[Row]:
    """A sentence as wrapped rows that cannot be selected."""
    return [
        text_row(f"{key}:{number}", part)
        for number, part in enumerate(wrap(line, cells, first=[(indent, "")], rest=[(indent, "")]))
    ]


class Rows(LineView):
    """A list with a cursor; an empty list shows a sentence about what would fill it."""

    class Moved(Message):
        """Another row is selected."""

        def __init__(self, rows: Rows, row: Row | None) -> None:
            super().__init__()
            self.rows = rows
            self.row = row

        @property
        def control(self) -> Rows:
            return self.rows

    class Chosen(Message):
        """The selected row was clicked."""

        def __init__(self, rows: Rows, row: Row) -> None:
            super().__init__()
            self.rows = rows
            self.row = row

        @property
        def control(self) -> Rows:
            return self.rows

    def __init__(self, *, empty: str = "", id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.empty = empty
        self._all: list[Row] = []
        self._rows: list[Row] = []
        self._filter = ""
        self._cursor = -1

    @property
    def rows(self) -> Sequence[Row]:
        """The rows that pass the filter."""
        return self._rows

    @property
    def filtered(self) -> bool:
        return bool(self._filter)

    @property
    def current(self) -> Row | None:
        return self._rows[self._cursor] if 0 <= self._cursor < len(self._rows) else None

    @property
    def cursor_row(self) -> int | None:
        """Row of the screen on which the selected row is drawn; None without one."""
        return self.region.y + self._cursor - self.scroll_offset.y if self.current is not None else None

    def set_rows(self, rows: list[Row]) -> None:
        """Replace the rows; the cursor stays on its row."""
        self._all = rows
        self._refill()

    def set_filter(self, text: str) -> None:
        """Show only rows whose text contains this, ignoring case; empty shows all.

        ``!word`` shows the rows without the word, ``~word`` those that have its letters in this order.
        """
        self._filter = text.casefold()
        self._refill()

    def _refill(self) -> None:
        current = self.current
        key, before = (current.key, self._cursor) if current else ("", self._cursor)
        passes = row_filter(self._filter)
        self._rows = self._all if passes is None else [r for r in self._all if r.selectable and passes(r.folded_text)]
        self._cursor = next((i for i, r in enumerate(self._rows) if key and r.key == key), -1)
        if self._cursor < 0:
            self._cursor = self._nearest(max(0, before))
        self.changed()
        if self.current is not current:
            self.post_message(self.Moved(self, self.current))

    def _nearest(self, index: int) -> int:
        """Index of the selectable row nearest to an index; -1 if there is none."""
        found = [i for i, row in enumerate(self._rows) if row.selectable]
        return min(found, key=lambda i: abs(i - index), default=-1)

    def select(self, key: str) -> bool:
        """Select the row with that key; False if there is none."""
        for index, row in enumerate(self._rows):
            if row.key == key:
                self._move(index)
                return True
        return False

    def count(self) -> int:
        return len(self._rows) or (len(self._empty_lines()) if not self._filter else 1)

    def _empty_lines(self) -> list[Line]:
        return wrap([(self.empty, "muted")], self.cells - 1, first=[(" ", "")], rest=[(" ", "")]) if self.empty else []

    def line(self, y: int) -> tuple[Line, str]:
        if not self._rows:
            return ([(" nothing matches", "muted")] if self._filter else self._empty_lines()[y]), ""
        row = self._rows[y]
        on = "bg-cursor" if y == self._cursor and row.selectable else ""
        if on and not self.has_focus:
            on = "bg-selected"
        return crop_line(row.draw(self.cells), self.cells), on

    def _move(self, index: int) -> None:
        if not 0 <= index < len(self._rows):
            return
        self._cursor = index
        top = index
        while top > 0 and not self._rows[top - 1].selectable and index - top < 2:
            top -= 1
        self.show_lines(top, index)
        self.refresh()
        self.post_message(self.Moved(self, self.current))

    def _step(self, by: int) -> None:
        index = self._cursor + by
        while 0 <= index < len(self._rows) and not self._rows[index].selectable:
            index += by
        if 0 <= index < len(self._rows):
            self._move(index)
        else:
            self.scroll_relative(y=by, animate=False)

    def action_cursor_up(self) -> None:
        self._step(-1)

    def action_cursor_down(self) -> None:
        self._step(1)

    def action_page_up(self) -> None:
        self._move(self._nearest(max(0, self._cursor - self.size.height + 1)))

    def action_page_down(self) -> None:
        self._move(self._nearest(min(len(self._rows) - 1, self._cursor + self.size.height - 1)))

    def action_first(self) -> None:
        self._move(self._nearest(0))

    def action_last(self) -> None:
        self._move(self._nearest(len(self._rows) - 1))

    def on_focus(self) -> None:
        self.refresh()

    def on_blur(self) -> None:
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        """Select the clicked row; clicking the selected row chooses it."""
        index = event.y + self.scroll_offset.y
        if 0 <= index < len(self._rows) and self._rows[index].selectable:
            if index == self._cursor:
                self.post_message(self.Chosen(self, self._rows[index]))
            else:
                self._move(index)


def columns(*cells: tuple[str, int, str]) -> Line:
    """Columns of a row, separated by two spaces: text, width (negative aligns to the right) and style."""
    line: Line = []
    for text, size, style in cells:
        room = abs(size)
        shown = crop_line([(text, style)], room)
        padding = " " * (room - width(shown))
        line += [(padding, ""), *shown] if size < 0 else [*shown, (padding, "")]
        line.append(("  ", ""))
    return line[:-1]


def heading(key: str, text: str) -> list[Row]:
    """Rows of a heading with a blank line before it."""
    return [text_row(f"{key}:gap", []), text_row(key, [(f" {text}", "heading")])]


def facts(key: str, pairs: list[tuple[str, str]], indent: int = 4) -> list[Row]:
    """One row for each name and value; ``y`` copies the value. Pairs without a value are left out."""
    shown = [(name, value) for name, value in pairs if value]
    size = max((len(name) for name, _ in shown), default=0)
    rows: list[Row] = []
    for name, value in shown:
        line: Line = [(" " * indent + name.ljust(size) + "  ", "muted"), (value, "")]
        rows.append(text_row(f"{key}:{name}", line, selectable=True, copy=value))
    return rows
