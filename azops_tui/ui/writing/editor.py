"""An editor in the document, over the lines of a card."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from rich.text import Text
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region
from textual.strip import Strip
from textual.widgets import TextArea

from azops_tui.ui.appearance import app_of
from azops_tui.ui.highlight import highlight
from azops_tui.ui.lines import visible

_SUFFIXES = {"python": ".py", "yaml": ".yaml", "markdown": ".md"}


class DocumentEditor(TextArea):
    """Edits the source text of a step, or text of the document.

    Args:
        text: what to edit.
        language: for its colours: ``bash``, ``python``, ``yaml`` or ``markdown``.
        done: takes the text when the person is done.
    """

    key_hints: ClassVar[tuple[tuple[str, str], ...]] = (
        ("esc", "done; u undoes it later"),
        ("ctrl+s", "done, and into the file"),
        ("ctrl+e", "$EDITOR"),
    )
    """Keys for the footer."""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "done(False)", "Done", show=False),
        Binding("ctrl+s", "done(True)", "Write", show=False),
        Binding("ctrl+e", "external", "Editor", show=False, priority=True),
    ]
    DEFAULT_CSS = """
    DocumentEditor {
        position: absolute; border: none; padding: 0 1; background: $panel; color: $foreground; overflow-x: hidden;
        scrollbar-size-vertical: 1;
    }
    DocumentEditor:focus { border: none; }
    """

    def __init__(self, text: str, language: str, done: Callable[[str, bool], None]) -> None:
        super().__init__(text, soft_wrap=True, show_line_numbers=False, tab_behavior="indent", compact=True)
        self.cursor_blink = False
        self.highlight_cursor_line = False
        self._colours = language
        self._finish = done

    def render_lines(self, crop: Region) -> list[Strip]:
        """The lines; blank ones until the stylesheet has reached the editor, which a busy loop may paint before."""
        if not self._component_styles:
            return [Strip.blank(crop.width)] * crop.height
        return super().render_lines(crop)

    def get_line(self, line_index: int) -> Text:
        """The line in the colours of the theme."""
        palette = app_of(self).palette
        text = Text("", end="", no_wrap=True)
        for part, style in highlight(self.document.get_line(line_index), self._colours)[0]:
            text.append(visible(part), palette[style])
        return text

    async def _on_key(self, event: events.Key) -> None:
        if event.key == "escape":
            event.stop()
            event.prevent_default()
            self.action_done(False)
            return
        await super()._on_key(event)

    def action_done(self, write: bool) -> None:
        """End editing and keep the text.

        Args:
            write: write it to the file, too.
        """
        self._finish(self.text, write)

    def action_external(self) -> None:
        """Go on in ``$EDITOR``; the text comes back here."""
        from azops_tui.ui.editor import edit_text
        from azops_tui.ui.problems import UserError

        try:
            text = edit_text(app_of(self), self.text, _SUFFIXES.get(self._colours, ".sh"))
        except UserError as error:
            self.notify(str(error), severity="error", markup=False)
            return
        if text is not None:
            self.load_text(text)
