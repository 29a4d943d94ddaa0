"""The document: prose and step cards in one view, of which only the visible lines are drawn."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.binding import BindingType

from azops_tui.events.run_view import RunView
from azops_tui.events.step_view import StepView
from azops_tui.runbook.model import Runbook
from azops_tui.ui.commands import bindings
from azops_tui.ui.outline import Outline, Piece, Prose, StepPiece
from azops_tui.ui.widgets.card import EditorRoom
from azops_tui.ui.widgets.card_output import default_mode, next_mode
from azops_tui.ui.widgets.document_selection import DocumentSelection

if TYPE_CHECKING:
    from azops_tui.engine.earlier import EarlierResult


class DocumentView(DocumentSelection):
    """The runbook and the states of its steps."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("document")

    # What it shows

    def show(self, outline: Outline, runbook: Runbook | None, view: RunView) -> None:
        self.runbook, self.view = runbook, view
        self._take_outline(outline)
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
        self.runbook, self.view = runbook, view
        self._take_outline(outline)
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

    def editor_row(self) -> int | None:
        """Row of this view on which the room for the editor begins; None if no card makes room."""
        room = self.state.room
        index = self._piece_of_room(room) if room is not None else None
        if index is None:
            return None
        parts = [line.part for line in self._lines(index)]
        if "editor" not in parts:
            return self.head(index) + 1 - self.scroll_offset.y
        return self.head(index) + parts.index("editor") - self.scroll_offset.y

    def _piece_of_room(self, room: EditorRoom) -> int | None:
        if not room.prose:
            return self._pieces_of.get(room.step)
        pieces = enumerate(self._outline.pieces)
        return next((i for i, piece in pieces if isinstance(piece, Prose) and piece.line == room.prose), None)

    def set_room(self, room: EditorRoom | None) -> None:
        """Make room for an editor; None takes it back."""
        for each in (self.state.room, room):
            index = self._piece_of_room(each) if each is not None else None
            if index is not None:
                self._drawn.pop(index, None)
        self.state.room = room
        self.changed()
        index = self._piece_of_room(room) if room is not None else None
        if index is not None:
            self._lines(index)
            self._lay_out()
            self.show_lines(self._tops[index], self._tops[index + 1] - 1)

    def prose_to_edit(self) -> tuple[int, int] | None:
        """First and last source line of the text before the selected step, or of that in view if the step is not."""
        pieces = self._outline.pieces
        index = self._pieces_of.get(self.state.selected)
        if index is not None and self.sees_selected:
            index -= 1
        else:
            index = next((i for i in range(self._anchor()[0], len(pieces)) if isinstance(pieces[i], Prose)), -1)
        if index < 0 or not isinstance(pieces[index], Prose) or self.runbook is None:
            return None
        lines = self.runbook.text.split("\n")
        first = pieces[index].line
        last = pieces[index + 1].line - 1 if index + 1 < len(pieces) else len(lines)
        while first < last and not lines[first - 1].strip():
            first += 1
        while last > first and not lines[last - 1].strip():
            last -= 1
        return first, last

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

    def show_earlier(self, results: Mapping[str, EarlierResult]) -> None:
        """Show what came of the steps in earlier runs, dimmed, until they run again."""
        changed = {*self.state.earlier, *results}
        self.state.earlier = results
        self.steps_changed(changed)

    def hold(self, name: str, step: StepView | None) -> None:
        """Show a step as it was while it is refreshed; None shows it as it is."""
        if step is None:
            self.state.held.pop(name, None)
        else:
            self.state.held[name] = step
        self.steps_changed({name})

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
