"""The pieces of a document as lines: laid out, measured in slices while the app is idle, and drawn where visible."""

from __future__ import annotations

import time
from bisect import bisect_right
from collections.abc import Callable
from functools import partial
from itertools import accumulate
from pathlib import Path
from typing import Any

from textual.timer import Timer

from azops_tui.events.run_view import RunView
from azops_tui.runbook.model import Runbook
from azops_tui.ui.appearance import app_of
from azops_tui.ui.glyphs import Glyphs
from azops_tui.ui.lines import Line, plain
from azops_tui.ui.outline import Outline, Prose, StepPiece
from azops_tui.ui.pictures import document_picture
from azops_tui.ui.prose import references, render
from azops_tui.ui.widgets.card import CardLine, CardState, card
from azops_tui.ui.widgets.lineview import LineView

MEASURED_AT_ONCE = 120
"""Pieces measured before the first paint; the others are measured in slices while the app is idle."""
_SLICE_SECONDS = 0.012
_SLICES_A_REPAINT = 20


class DocumentLines(LineView):
    """Base of the document: which line of which piece stands where."""

    def __init__(self, now: Callable[[], float] = time.time, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.state = CardState()
        self.runbook: Runbook | None = None
        self.view = RunView()
        self.now = now
        self._outline = Outline((), ())
        self._links: dict[str, Any] | None = None
        """Definitions of the document's links; None until prose is drawn."""
        self._drawn: dict[int, list[CardLine]] = {}
        """Lines of the pieces drawn so far at this width."""
        self._tops: list[int] = [0]
        """First line of every piece, followed by the total number of lines."""
        self._gaps: list[int] = []
        """Blank lines before each piece."""
        self._width = 0
        self._pieces_of: dict[str, int] = {}
        self._longest_name = 12
        self._measuring: Timer | None = None
        self._slices = 0
        self._plain = False

    def _take_outline(self, outline: Outline) -> None:
        self._outline = outline
        self._pieces_of = {p.name: i for i, p in enumerate(outline.pieces) if isinstance(p, StepPiece)}
        self._longest_name = max(map(len, self._pieces_of), default=12)

    def lines_in_view(self) -> range:
        y = self.scroll_offset.y
        return range(y, y + self.scrollable_content_region.height)

    def head(self, index: int) -> int:
        """Line on which a piece starts, behind the blank line before it."""
        return self._tops[index] + self._gaps[index]

    def measure_all(self) -> None:
        """Draw every piece, so that every line has its final number."""
        if len(self._drawn) < len(self._outline.pieces):
            anchor = self._anchor()
            for index in range(len(self._outline.pieces)):
                self._lines(index)
            self._lay_out()
            super().changed()
            self._restore(anchor)

    def measure_at(self, end: int) -> None:
        """Draw the pieces at the start (0) or at the end (-1), which may be measured by estimate so far."""
        pieces, height = len(self._outline.pieces), self.scrollable_content_region.height
        drawn = 0
        for index in range(pieces) if end == 0 else range(pieces - 1, -1, -1):
            drawn += len(self._lines(index))
            if drawn > height:
                break
        self._lay_out()
        super().changed()

    def changed(self) -> None:
        """Lay out the pieces again; the top of the view stays in place."""
        if not self.size.width:
            return  # not laid out yet: the resize that comes will do it
        anchor = self._anchor()
        if self.cells != self._width:
            self._drawn.clear()
            self._width = self.cells
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
        end = bisect_right(self._tops, self.scroll_offset.y + self.size.height) + 1
        shown = self._tops[anchor[0] : end]
        for index in range(len(self._outline.pieces)):
            if index not in self._drawn:
                self._lines(index)
                if time.perf_counter() - began > _SLICE_SECONDS:
                    break
        self._lay_out()
        self._slices += 1
        done = len(self._drawn) == len(self._outline.pieces)
        # Most of the time only what is out of view has other heights, and a repaint takes longer than the measuring.
        if done or self._tops[anchor[0] : end] != shown or self._slices % _SLICES_A_REPAINT == 0:
            super().changed()
            self._restore(anchor)
        if not done:
            self._measuring = self.set_timer(0.02, self._measure_more)

    def _lay_out(self) -> None:
        pieces = self._outline.pieces
        heights: list[int] = []
        self._gaps = []
        before = -1
        cells = max(20, self.cells)
        for index, piece in enumerate(pieces):
            drawn = self._drawn.get(index)
            height = len(drawn) if drawn is not None else _estimate(piece, cells)
            is_card = isinstance(piece, StepPiece)
            gap = 0 if self._plain or before < 0 or (is_card and before == 1 and height == 1) else 1
            self._gaps.append(gap)
            heights.append(height + gap)
            before = height if is_card else 2
        self._tops = [0, *accumulate(heights)]

    def _lines(self, index: int) -> list[CardLine]:
        lines = self._drawn.get(index)
        if lines is not None:
            return lines
        piece = self._outline.pieces[index]
        marks = app_of(self).marks
        room = self.state.room
        if self._plain and isinstance(piece, Prose):
            lines = []
        elif isinstance(piece, Prose) and room is not None and room.prose == piece.line:
            lines = [CardLine([], "editor")] * room.lines
        elif isinstance(piece, Prose):
            lines = [CardLine([(" ", ""), *line], "prose") for line in self._prose(piece.text, marks)]
        else:
            lines = card(
                piece.name,
                runbook=self.runbook,
                view=self.view,
                state=self.state,
                cells=self.cells,
                code_lines=1 if self.app.size.width < 100 else 3,
                marks=marks,
                name_cells=max(12, min(self._longest_name, self.cells - 24, 32)),
                now=self.now(),
            )
            lines = lines[:1] if self._plain else lines
        self._drawn[index] = lines
        return lines

    def _prose(self, text: str, marks: Glyphs) -> list[Line]:
        if self._links is None:
            self._links = references(self.runbook.text) if self.runbook is not None else {}
        folder = self.runbook.path.parent if self.runbook is not None else Path()
        return render(text, max(20, self.cells - 2), marks, self._links, partial(document_picture, folder))

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
        within = y - self.head(index)
        return (index, lines[within]) if 0 <= within < len(lines) else None


def _estimate(piece: Prose | StepPiece, cells: int) -> int:
    """Estimated height of a piece that has not been drawn yet."""
    return 4 if isinstance(piece, StepPiece) else piece.text.count("\n") + 1 + len(piece.text) // cells


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
