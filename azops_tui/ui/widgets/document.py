"""The document: prose and step cards in one view, of which only the visible lines are drawn."""

from __future__ import annotations

import time
from bisect import bisect_right
from collections.abc import Callable
from itertools import accumulate
from typing import ClassVar

from textual import events
from textual.binding import BindingType
from textual.message import Message
from textual.timer import Timer

from azops_tui.events.run_view import RunView
from azops_tui.runbook.model import Runbook
from azops_tui.ui.appearance import app_of
from azops_tui.ui.commands import bindings
from azops_tui.ui.lines import Line, plain
from azops_tui.ui.outline import Outline, Prose, StepPiece
from azops_tui.ui.prose import render
from azops_tui.ui.widgets.card import CardLine, CardState, card
from azops_tui.ui.widgets.lineview import LineView

MEASURED_AT_ONCE = 120
"""Pieces measured before the first paint; the others are measured in slices while the app is idle."""
_SLICE_SECONDS = 0.012


class DocumentView(LineView):
    """The runbook and the states of its steps."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("document")

    class StepSelected(Message):
        """Another step is selected."""

        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name

    def __init__(self, now: Callable[[], float] = time.time, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.state = CardState()
        self.runbook: Runbook | None = None
        self.view = RunView()
        self.now = now
        self._outline = Outline((), ())
        self._drawn: dict[int, list[CardLine]] = {}
        """Lines of the pieces drawn so far at this width."""
        self._tops: list[int] = [0]
        """First line of every piece, followed by the total number of lines."""
        self._width = 0
        self._pieces_of: dict[str, int] = {}
        self._measuring: Timer | None = None
        self._plain = False

    # What it shows

    def show(self, outline: Outline, runbook: Runbook | None, view: RunView) -> None:
        self._outline, self.runbook, self.view = outline, runbook, view
        self._pieces_of = {p.name: i for i, p in enumerate(outline.pieces) if isinstance(p, StepPiece)}
        if self.state.selected not in self._pieces_of:
            self.state.selected = next(iter(self._pieces_of), "")
        self._drawn.clear()
        self.changed()
        if self.state.selected:
            self.post_message(self.StepSelected(self.state.selected))

    def steps_changed(self, names: set[str]) -> None:
        """Redraw the cards of some steps."""
        if not names & self._pieces_of.keys():
            return
        seen = self._selected_is_seen()
        for name in names:
            if name in self._pieces_of:
                self._drawn.pop(self._pieces_of[name], None)
        self.changed()
        if seen:
            index = self._pieces_of[self.state.selected]
            self.show_lines(self._tops[index], self._tops[index + 1] - 1)

    def _selected_is_seen(self) -> bool:
        """True if the selected card starts within the view; it is then kept in view as it grows."""
        index = self._pieces_of.get(self.state.selected)
        if index is None:
            return False
        y = self.scroll_offset.y
        return y <= self._tops[index] < y + self.scrollable_content_region.height

    def show_view(self, view: RunView) -> None:
        """Show another view of the run, after a jump in a replay."""
        self.view = view
        self._drawn = {i: d for i, d in self._drawn.items() if isinstance(self._outline.pieces[i], Prose)}
        self.changed()

    def set_plain(self, plain: bool) -> None:
        """Show only the steps with their states, one line each, on very small screens."""
        if plain != self._plain:
            self._plain = plain
            self._drawn.clear()
            self.changed()
            self.show_step()

    @property
    def section(self) -> tuple[int, str]:
        """Number and title of the section of the selected step."""
        index = self._pieces_of.get(self.state.selected)
        if index is None:
            return (0, "")
        return self._outline.section(self._outline.pieces[index].line)

    @property
    def names(self) -> list[str]:
        """Names of the steps in order."""
        return list(self._pieces_of)

    # Lines

    def changed(self) -> None:
        """Lay out the pieces again; the top of the view stays in place."""
        if not self.size.width:
            return  # not laid out yet: the resize that comes will do it
        if self.cells != self._width:
            anchor = self._anchor()
            self._drawn.clear()
            self._width = self.cells
        else:
            anchor = self._anchor()
        self._measure_some(MEASURED_AT_ONCE)
        self._lay_out()
        super().changed()
        self._restore(anchor)
        if len(self._drawn) < len(self._outline.pieces) and self._measuring is None:
            self._measuring = self.set_timer(0.05, self._measure_more)

    def _anchor(self) -> tuple[int, int]:
        y = self.scroll_offset.y
        index = max(0, bisect_right(self._tops, y) - 1)
        return index, y - self._tops[index]

    def _restore(self, anchor: tuple[int, int]) -> None:
        index, offset = anchor
        if self.scroll_offset.y and 0 < index < len(self._tops) - 1:
            y = self._tops[index] + offset
            if y != self.scroll_offset.y:
                self.scroll_to(y=y, animate=False, immediate=True)

    def _measure_some(self, count: int) -> None:
        first = self._anchor()[0]
        for index in range(max(0, first - count // 4), min(len(self._outline.pieces), first + count)):
            self._lines(index)
        if self.state.selected in self._pieces_of:
            self._lines(self._pieces_of[self.state.selected])

    def _measure_more(self) -> None:
        """Measure pieces for a moment without moving the view."""
        self._measuring = None
        began = time.perf_counter()
        anchor = self._anchor()
        for index in range(len(self._outline.pieces)):
            if index not in self._drawn:
                self._lines(index)
                if time.perf_counter() - began > _SLICE_SECONDS:
                    break
        self._lay_out()
        super().changed()
        self._restore(anchor)
        if len(self._drawn) < len(self._outline.pieces):
            self._measuring = self.set_timer(0.02, self._measure_more)

    def _lay_out(self) -> None:
        pieces = self._outline.pieces
        heights: list[int] = []
        before = -1
        for index, piece in enumerate(pieces):
            drawn = self._drawn.get(index)
            height = len(drawn) if drawn is not None else _estimate(piece, self.cells)
            is_card = isinstance(piece, StepPiece)
            gap = 0 if self._plain or before < 0 or (is_card and before == 1 and height == 1) else 1
            heights.append(height + gap)
            before = height if is_card else 2
        self._tops = [0, *accumulate(heights)]

    def _lines(self, index: int) -> list[CardLine]:
        lines = self._drawn.get(index)
        if lines is not None:
            return lines
        piece = self._outline.pieces[index]
        marks = app_of(self).marks
        if self._plain and isinstance(piece, Prose):
            lines = []
        elif isinstance(piece, Prose):
            lines = [
                CardLine([(" ", ""), *line], "prose") for line in render(piece.text, max(20, self.cells - 2), marks)
            ]
        else:
            lines = card(
                piece.name,
                runbook=self.runbook,
                view=self.view,
                state=self.state,
                cells=self.cells,
                code_lines=1 if self.app.size.width < 100 else 3,
                marks=marks,
                name_cells=self._name_cells(),
                now=self.now(),
            )
            lines = lines[:1] if self._plain else lines
        self._drawn[index] = lines
        return lines

    def _name_cells(self) -> int:
        longest = max((len(name) for name in self._pieces_of), default=12)
        return max(12, min(longest, self.cells - 24, 32))

    def count(self) -> int:
        """Lines of the whole document."""
        return self._tops[-1]

    def line(self, y: int) -> tuple[Line, str]:
        hit = self._at(y)
        if hit is None:
            return [], ""
        line = hit[1]
        if self.state.search and self.state.search in plain(line.spans).casefold():
            return _marked(line.spans, self.state.search), line.ground
        return line.spans, line.ground

    def _at(self, y: int) -> tuple[int, CardLine] | None:
        """Piece and line at ``y``; None for a blank line between pieces."""
        index = bisect_right(self._tops, y) - 1
        if not 0 <= index < len(self._outline.pieces):
            return None
        lines = self._lines(index)
        gap = self._tops[index + 1] - self._tops[index] - len(lines)
        within = y - self._tops[index] - gap
        return (index, lines[within]) if 0 <= within < len(lines) else None

    # What is open

    def toggle_code(self) -> None:
        """Open or fold the code of the selected step."""
        self.state.code_open ^= {self.selected}
        self.steps_changed({self.selected})

    def set_in_code(self, in_code: bool) -> None:
        """Move the selection to the step's code, or back to the step."""
        self.state.in_code = in_code
        self.steps_changed({self.selected})
        self.screen.refresh_bindings()

    def toggle_output(self) -> None:
        """Open or fold the output of the selected step."""
        name = self.selected
        step = self.view.steps.get(name)
        shown_anyway = step is not None and step.state in ("failed", "unknown", "stopped", "running")
        self.state.output_open[name] = not self.state.output_open.get(name, shown_anyway)
        self.steps_changed({name})
        self.show_step()

    # The selection

    @property
    def selected(self) -> str:
        """Name of the selected step; empty if the document has none."""
        return self.state.selected

    def select(self, name: str, *, scroll: bool = True) -> None:
        """Select a step."""
        if name not in self._pieces_of:
            return
        before, self.state.selected, self.state.in_code = self.state.selected, name, False
        if before != name:
            self.steps_changed({before, name})
            self.post_message(self.StepSelected(name))
        if scroll:
            self.show_step()

    def show_step(self) -> None:
        """Scroll the selected step into view, with some of the prose before it."""
        index = self._pieces_of.get(self.state.selected)
        if index is None:
            return
        top, bottom = self._tops[index], self._tops[index + 1] - 1
        before = index - 1
        height = self.scrollable_content_region.height
        if before >= 0 and isinstance(self._outline.pieces[before], Prose):
            top = max(self._tops[before], top - max(0, min(12, height - (bottom - top) - 2)))
        self.show_lines(top, bottom)

    def show_card(self, name: str) -> None:
        """Select a step and scroll its whole card into view, or its start if the card is too high."""
        self.select(name, scroll=False)
        index = self._pieces_of.get(name)
        if index is not None:
            self._lines(index)
            self._lay_out()
            self.show_lines(self._tops[index], self._tops[index + 1] - 1)

    def _neighbour(self, by: int) -> str:
        names = self.names
        if self.state.selected not in names:
            return names[0] if names else ""
        index = names.index(self.state.selected) + by
        return names[index] if 0 <= index < len(names) else ""

    def select_next(self) -> None:
        self.select(self._neighbour(1))

    def action_cursor_up(self) -> None:
        """Select the previous step; before the first one, scroll to the start."""
        name = self._neighbour(-1)
        if name:
            self.select(name)
        else:
            self.scroll_home(animate=False)

    def action_cursor_down(self) -> None:
        """Select the next step; after the last one, scroll to the end."""
        name = self._neighbour(1)
        if name:
            self.select(name)
        else:
            self.scroll_end(animate=False)

    def action_first(self) -> None:
        """Select the first step and scroll to the start."""
        if self.names:
            self.select(self.names[0], scroll=False)
        self.scroll_home(animate=False)

    def action_last(self) -> None:
        """Select the last step and scroll to the end."""
        if self.names:
            self.select(self.names[-1], scroll=False)
        self.scroll_end(animate=False)

    def find(self, text: str, by: int = 1) -> bool:
        """Mark a text and scroll to its next occurrence; False if there is none."""
        self.state.search = text.casefold()
        self.refresh()
        if not text:
            return True
        start = self.scroll_offset.y
        total = self.count()
        for distance in range(1, total + 1):
            y = (start + by * distance) % total
            hit = self._at(y)
            if hit is not None and self.state.search in plain(hit[1].spans).casefold():
                self.scroll_to(y=max(0, y), animate=False, immediate=True)
                piece = self._outline.pieces[hit[0]]
                if isinstance(piece, StepPiece):
                    self.select(piece.name, scroll=False)
                return True
        return False

    def on_click(self, event: events.Click) -> None:
        """Select the clicked step; clicking the code of the selected step toggles it."""
        hit = self._at(event.y + self.scroll_offset.y)
        if hit is None:
            return
        piece = self._outline.pieces[hit[0]]
        if isinstance(piece, StepPiece):
            if piece.name == self.state.selected and hit[1].part == "code":
                self.toggle_code()
            self.select(piece.name, scroll=False)


def _estimate(piece: Prose | StepPiece, cells: int) -> int:
    """Estimated height of a piece that has not been drawn yet."""
    if isinstance(piece, StepPiece):
        return 4
    return sum(max(1, -(-len(line) // max(20, cells))) for line in piece.text.split("\n"))


def _marked(line: Line, text: str) -> Line:
    """Mark every occurrence of a text in a line."""
    result: Line = []
    for content, style in line:
        folded, end = content.casefold(), 0
        if len(folded) != len(content):
            result.append((content, style))
            continue
        while (at := folded.find(text, end)) >= 0:
            result += [(content[end:at], style), (content[at : at + len(text)], "match")]
            end = at + len(text)
        result.append((content[end:], style))
    return [span for span in result if span[0]]
