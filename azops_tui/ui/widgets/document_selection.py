"""The selected step of the document: it is in view whenever a key acts on it."""

from __future__ import annotations

import time
from collections.abc import Callable

from textual.message import Message

from azops_tui.ui.lines import plain
from azops_tui.ui.outline import Prose, StepPiece
from azops_tui.ui.widgets.document_lines import DocumentLines


class DocumentSelection(DocumentLines):
    """Selects steps by keys, by search and as the run goes on, and scrolls to them."""

    class StepSelected(Message, namespace="document_view"):
        """Another step is selected."""

        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name

    class Scrolled(Message, namespace="document_view"):
        """Other lines are in view."""

    def __init__(self, now: Callable[[], float] = time.time, *, id: str | None = None) -> None:
        super().__init__(now, id=id)
        self._was_seen = True
        """Whether the selected card was in view before the last resize."""
        self._match = (0, 0)
        self.moved_at = 0.0
        """Time of the last key that moved the selection: what was drawn late of a run must not move it back."""
        self._ran = ""
        """Step that `n` ran last, whose output stays in view until the next key."""

    @property
    def names(self) -> list[str]:
        """Names of the steps in order."""
        return list(self._pieces_of)

    def heads_in_view(self) -> list[tuple[int, str]]:
        """Row of this view, and name, of every step whose head is in view."""
        lines = self.lines_in_view()
        heads = [(index, name) for name, index in self._pieces_of.items() if self._near(index, lines)]
        return [(self.head(index) - lines.start, name) for index, name in heads]

    def steps_changed(self, names: set[str]) -> None:
        """Redraw the cards of some steps."""
        if not names & self._pieces_of.keys():
            return
        seen = self.sees_selected
        for name in names:
            if name in self._pieces_of:
                self._drawn.pop(self._pieces_of[name], None)
        self.changed()
        if self._ran:
            self._show_ran()
        elif seen:
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

    @property
    def selected(self) -> str:
        """Name of the selected step; empty if the document has none."""
        return self.state.selected

    def select(self, name: str, *, scroll: bool = True) -> None:
        """Select a step."""
        if name not in self._pieces_of:
            return
        self._ran = ""
        before, self.state.selected, self.state.in_code = self.state.selected, name, False
        if before != name:
            self.steps_changed({before, name})
            self.post_message(self.StepSelected(name))
        if scroll:
            self.show_step()

    def show_step(self) -> None:
        """Scroll the selected step into view, with some of the prose before it."""
        index = self._pieces_of.get(self.state.selected)
        if index is None or index + 1 >= len(self._tops):
            return  # nothing is laid out while a pane covers the document
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

    def select_after(self, name: str) -> None:
        """Select the step after one that has run, whose output stays in view."""
        if following := self._neighbour(1):
            self.select(following, scroll=False)
            self._ran = name
            self._show_ran()

    def _show_ran(self) -> None:
        """Scroll towards the selected step, as far as what the step before it wrote stays in view."""
        index, following = self._pieces_of.get(self._ran), self._pieces_of.get(self.state.selected)
        if index is None or following is None:
            return
        parts = [line.part for line in self._lines(index)]
        self._lines(following)
        self._lay_out()
        height = self.scrollable_content_region.height
        last = self._tops[index + 1] - 1
        first = self.head(index)
        if last - first >= height and "output" in parts:
            first += parts.index("output")
        y = max(self.scroll_offset.y, last - height + 1, self._tops[following + 1] - height)
        self.scroll_to(y=max(0, min(y, first)), animate=False, immediate=True)

    def action_cursor_up(self) -> None:
        """Select the previous step; before the first one, scroll to the start."""
        self._go(self._neighbour(-1), 0)

    def action_cursor_down(self) -> None:
        """Select the next step; after the last one, scroll to the end."""
        self._go(self._neighbour(1), -1)

    def _go(self, name: str, end: int) -> None:
        """Select a step; without one, scroll to the start (0) or to the end (-1)."""
        self.moved_at = self.now()
        if name:
            self.select(name)
        else:
            self._scroll_to_end(end)

    def _scroll_to_end(self, end: int) -> None:
        """Scroll to the start (0) or to the end (-1) at once: the next key must act on what is in view then."""
        self.measure_at(end)
        self.scroll_to(y=0 if end == 0 else self.max_scroll_y, animate=False, immediate=True)

    def action_first(self) -> None:
        """Select the first step and scroll to the start."""
        self._go_to_end(0)

    def action_last(self) -> None:
        """Select the last step and scroll to the end."""
        self._go_to_end(-1)

    def _go_to_end(self, end: int) -> None:
        self.moved_at = self.now()
        if self.names:
            self.select(self.names[end], scroll=False)
        self._scroll_to_end(end)

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
        self.moved_at, self._ran = self.now(), ""
        height = self.scrollable_content_region.height
        y = self.scroll_offset.y + direction * max(1, height - 2)
        self.scroll_to(y=min(max(0, y), self.max_scroll_y), animate=False, immediate=True)
        self._bring_selection(direction)

    def on_mouse_scroll_down(self) -> None:
        self._ran = ""
        self.call_after_refresh(self._bring_selection, 1)

    def on_mouse_scroll_up(self) -> None:
        self._ran = ""
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
