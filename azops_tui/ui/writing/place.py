"""Where the editor stands in the document: over the code of a card, or below the card."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from textual.screen import Screen

from azops_tui.ui.widgets.card import EditorRoom
from azops_tui.ui.widgets.document import DocumentView

if TYPE_CHECKING:
    from textual.widgets import TextArea

    from azops_tui.ui.writing.editor import DocumentEditor


class EditorPlace:
    """Opens the editor and keeps it in its place while the document changes around it.

    Args:
        screen: has the frame of the document.
        document: makes room.
    """

    def __init__(self, screen: Screen[None], document: DocumentView) -> None:
        self._screen = screen
        self._document = document
        self._editor: DocumentEditor | None = None

    @property
    def is_open(self) -> bool:
        return self._editor is not None

    def open(
        self,
        step: str,
        text: str,
        language: str,
        done: Callable[[str, bool], None],
        *,
        below: bool = False,
        line: int = 0,
    ) -> None:
        """Open an editor.

        Args:
            step: the card that makes room; empty in a document without steps.
            text: what to edit.
            language: for its colours.
            done: takes the text, and whether to write it to the file, too.
            below: stand below the card, not over its code.
            line: first source line of the text to stand over, instead of a card.
        """
        # Imported here: a text area loads a parser library that the first frame needs not.
        from azops_tui.ui.writing.editor import DocumentEditor

        if self._editor is not None:
            self._editor.focus()
            return

        def finish(result: str, write: bool) -> None:
            self.close()
            done(result, write)

        self._editor = DocumentEditor(text, language, finish)
        self._document.set_room(EditorRoom(step, self._height(text), below, line))
        if not line:
            self._document.show_selected_card()
        self._screen.query_one("#document-frame").mount(self._editor)
        self.put()
        self._editor.focus()

    def close(self) -> None:
        """Remove the editor; its text is not taken."""
        editor, self._editor = self._editor, None
        if editor is not None:
            editor.remove()
        if self._document.state.room is not None:
            self._document.set_room(None)
        self._document.focus()

    def _height(self, text: str) -> int:
        room = self._document.scrollable_content_region.height
        return max(2, min(max(4, text.count("\n") + 2), room - 3))

    def put(self) -> None:
        """Put the editor over its room; called whenever the document may have moved."""
        editor, room = self._editor, self._document.state.room
        if editor is None or room is None:
            return
        region = self._document.scrollable_content_region
        # Text of the document wraps; until it is laid out, its line ends are all that is known.
        wrapped = editor.wrapped_document.height + 1 if editor.size.width else 0
        lines = min(max(self._height(editor.text), min(wrapped, region.height - 3)), region.height)
        if lines != room.lines:
            self._document.set_room(replace(room, lines=lines))
        row = self._document.editor_row()
        top = min(max(0, row if row is not None else 1), max(0, region.height - lines))
        left = 0 if self._screen.has_class("-tiny") else 2
        editor.styles.offset = (left, top)
        editor.styles.width = max(10, region.width - left - bool(left))
        editor.styles.height = lines

    def on_typed(self, changed: TextArea) -> None:
        """Make room for more lines."""
        if changed is self._editor:
            self.put()
