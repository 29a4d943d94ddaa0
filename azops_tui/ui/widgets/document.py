"""The document: prose and step cards in one view, of which only the visible lines are drawn."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import ClassVar

from textual import events
from textual.binding import BindingType
from textual.message import Message

from azops_tui.events.run_view import RunView
from azops_tui.runbook.model import Runbook
from azops_tui.ui.commands import bindings
from azops_tui.ui.lines import plain
from azops_tui.ui.outline import Outline, Piece, Prose, StepPiece
from azops_tui.ui.widgets.card_output import default_mode, next_mode
from azops_tui.ui.widgets.document_lines import DocumentLines


class DocumentView(DocumentLines):
    """The runbook and the states of its steps."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("document")

    class StepSelected(Message):
        """Another step is selected."""

        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name

    class Scrolled(Message):
        """Other lines are in view."""

    def __init__(self, now: Callable[[], float] = time.time, *, id: str | None = None) -> None:
        super().__init__(now, id=id)
        self._was_seen = True
        """Whether the selected card was in view before the last resize."""
        self._match = (0, 0)

    # What it shows

    def show(self, outline: Outline, runbook: Runbook | None, view: RunView) -> None:
        self._outline, self.runbook, self.view = outline, runbook, view
        self._pieces_of = {p.name: i for i, p in enumerate(outline.pieces) if isinstance(p, StepPiece)}
        if self.state.selected not in self._pieces_of:
            self.state.selected = next(iter(self._pieces_of), "")
        self._drawn.clear()
        self._links = None
        self.changed()
        if self.state.selected:
            self.post_message(self.StepSelected(self.state.selected))

    def show_version(self, outline: Outline, runbook: Runbook, view: RunView, renamed: Mapping[str, str]) -> None:
        """Show another version of the document: selection, what is open and the place on the screen stay.

        Args:
            outline: its pieces.
            runbook: the version.
            view: the run.
            renamed: new name by old name.
        """
        state, names = self.state, self.names
        row = self.selected_row
        place = names.index(state.selected) if state.selected in names else 0
        top = self._anchor()
        anchor = self._outline.pieces[top[0]] if top[0] < len(self._outline.pieces) else None
        state.selected = renamed.get(state.selected, state.selected)
        state.code_open = {renamed.get(name, name) for name in state.code_open}
        state.output_modes = {renamed.get(name, name): mode for name, mode in state.output_modes.items()}
        if isinstance(anchor, StepPiece):
            anchor = StepPiece(renamed.get(anchor.name, anchor.name), anchor.line)
        self._outline, self.runbook, self.view = outline, runbook, view
        self._pieces_of = {p.name: i for i, p in enumerate(outline.pieces) if isinstance(p, StepPiece)}
        if state.selected not in self._pieces_of:
            state.selected = self.names[min(place, len(self._pieces_of) - 1)] if self._pieces_of else ""
        self._drawn.clear()
        self.changed()
        y: int | None
        if row is not None and state.selected:
            y = self.head(self._pieces_of[state.selected]) - (row - self.region.y)
        else:
            y = next((self._tops[i] + top[1] for i, p in enumerate(outline.pieces) if _is_same(p, anchor)), None)
        if y is not None:
            self.scroll_to(y=max(0, y), animate=False, immediate=True)
        self.post_message(self.StepSelected(state.selected))

    def show_source_line(self, line: int) -> None:
        """Scroll to the text that stands on a line of the document; the selection follows into view."""
        starts = [index for index, piece in enumerate(self._outline.pieces) if piece.line <= line]
        if starts:
            self.measure_all()
            self.scroll_to(y=self.head(starts[-1]), animate=False, immediate=True)
            self._bring_selection(1)

    def heads_in_view(self) -> list[tuple[int, str]]:
        """Row of this view, and name, of every step whose head is in view."""
        lines = self.lines_in_view()
        heads = [(index, name) for name, index in self._pieces_of.items() if self._near(index, lines)]
        return [(self.head(index) - lines.start, name) for index, name in heads]

    def editor_row(self) -> int | None:
        """Row of this view on which the room for the editor begins; None if no card makes room."""
        room = self.state.room
        index = self._pieces_of.get(room.step) if room is not None else None
        if index is None:
            return None
        parts = [line.part for line in self._lines(index)]
        if "editor" not in parts:
            return self.head(index) + 1 - self.scroll_offset.y
        return self.head(index) + parts.index("editor") - self.scroll_offset.y

    def steps_changed(self, names: set[str]) -> None:
        """Redraw the cards of some steps."""
        if not names & self._pieces_of.keys():
            return
        seen = self.sees_selected
        for name in names:
            if name in self._pieces_of:
                self._drawn.pop(self._pieces_of[name], None)
        self.changed()
        if seen:
            index = self._pieces_of[self.state.selected]
            self.show_lines(self._tops[index], self._tops[index + 1] - 1)

    @property
    def sees_selected(self) -> bool:
        """True if the head of the selected card is in view; the card is then kept in view as it grows."""
        index = self._pieces_of.get(self.state.selected)
        if index is None or index >= len(self._gaps) or not self.is_on_screen:
            return False
        return self.head(index) in self.lines_in_view()

    @property
    def selected_row(self) -> int | None:
        """Row of the screen on which the selected card starts; None if it is out of view."""
        if not self.sees_selected:
            return None
        return self.region.y + self.head(self._pieces_of[self.state.selected]) - self.scroll_offset.y

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
        """Number and title of the section in view: that of the selected step, else the first one in view."""
        index = self._pieces_of.get(self.state.selected)
        if index is None or not self.sees_selected:
            index = self._anchor()[0]
        if not 0 <= index < len(self._outline.pieces):
            return (0, "")
        return self._outline.section(self._outline.pieces[index].line)

    @property
    def names(self) -> list[str]:
        """Names of the steps in order."""
        return list(self._pieces_of)

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
        """Show the output of the selected step folded, short or full, in turn."""
        name = self.selected
        step = self.view.steps.get(name)
        if step is not None:
            self.state.output_modes[name] = next_mode(self.state.output_modes.get(name) or default_mode(step))
        self.steps_changed({name})
        self.show_selected_card()

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
        self.show_selected_card()

    def show_selected_card(self) -> None:
        """Scroll the whole selected card into view, or its start if the card is too high."""
        index = self._pieces_of.get(self.state.selected)
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
        """Mark a text and scroll to its next occurrence; the selection follows. False if there is none."""
        again = text.casefold() == self.state.search
        self.state.search = text.casefold()
        self.refresh()
        if not text:
            return True
        self.measure_all()
        matches = [y for y in range(self.count()) if self._contains(y)]
        if not matches:
            self._match = (0, 0)
            return False
        number, total = self._match
        if again and total == len(matches):
            index = (number - 1 + by) % total
        else:
            index = next((i for i, y in enumerate(matches) if y >= self.scroll_offset.y), 0)
        self._match = (index + 1, len(matches))
        self._show_match(matches[index])
        return True

    def _contains(self, y: int) -> bool:
        hit = self._at(y)
        return hit is not None and self.state.search in plain(hit[1].spans).casefold()

    def _show_match(self, y: int) -> None:
        """Scroll to a line, with the head of its card if that fits, and select the step there."""
        hit = self._at(y)
        top = y
        if hit is not None:
            piece = self._outline.pieces[hit[0]]
            head = self.head(hit[0])
            if isinstance(piece, StepPiece):
                self.select(piece.name, scroll=False)
                top = head if y - head < self.scrollable_content_region.height - 1 else y
        if y not in self.lines_in_view() or top not in self.lines_in_view():
            self.scroll_to(y=max(0, top - 1 if top < y or top == 0 else top), animate=False, immediate=True)
        if hit is not None and isinstance(self._outline.pieces[hit[0]], Prose):
            self._bring_selection(1)

    @property
    def match(self) -> tuple[int, int]:
        """Number of the current match of the search, from 1, and the number of matches."""
        return self._match if self.state.search else (0, 0)

    def on_resize(self) -> None:
        """Keep the selected card in view if it was."""
        seen = self._was_seen
        self.changed()
        if seen and self.state.selected in self._pieces_of:
            self.show_selected_card()
        self._was_seen = seen

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        if round(old_value) != round(new_value):
            self._was_seen = self.sees_selected
            self.post_message(self.Scrolled())

    def action_page_up(self) -> None:
        """Scroll a page up; the selection follows into view."""
        self._page(-1)

    def action_page_down(self) -> None:
        """Scroll a page down; the selection follows into view."""
        self._page(1)

    def _page(self, direction: int) -> None:
        height = self.scrollable_content_region.height
        y = self.scroll_offset.y + direction * max(1, height - 2)
        self.scroll_to(y=min(max(0, y), self.max_scroll_y), animate=False, immediate=True)
        self._bring_selection(direction)

    def on_mouse_scroll_down(self) -> None:
        self.call_after_refresh(self._bring_selection, 1)

    def on_mouse_scroll_up(self) -> None:
        self.call_after_refresh(self._bring_selection, -1)

    def _bring_selection(self, direction: int) -> None:
        """Select a step in view; without one, the step that scrolling on would reach first."""
        if not self._pieces_of or self.sees_selected:
            return
        lines = self.lines_in_view()
        heads = [(self._tops[index + 1] - 1, name) for name, index in self._pieces_of.items()]
        seen = [name for name, index in self._pieces_of.items() if self._near(index, lines)]
        after = [name for end, name in heads if end >= lines.stop]
        before = [name for end, name in heads if end < lines.stop]
        if seen:
            self.select(seen[0] if direction > 0 else seen[-1], scroll=False)
        elif direction > 0:
            self.select((after[:1] or before[-1:])[0], scroll=False)
        else:
            self.select((before[-1:] or after[:1])[0], scroll=False)

    def _near(self, index: int, lines: range) -> bool:
        """True if the head of a card is in these lines; only cards that touch them are drawn."""
        return self._tops[index] < lines.stop and self._tops[index + 1] > lines.start and self.head(index) in lines

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


def _is_same(piece: Piece, other: Piece | None) -> bool:
    """True if a piece is another one, wherever it stands now."""
    if isinstance(piece, Prose):
        return isinstance(other, Prose) and piece.text == other.text
    return isinstance(other, StepPiece) and piece.name == other.name
