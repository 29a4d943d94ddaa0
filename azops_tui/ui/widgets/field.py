"""An input line whose cursor does not blink: an idle screen sends nothing."""

from __future__ import annotations

from rich.text import Text
from textual.suggester import Suggester
from textual.widgets import Input

from azops_tui.ui.lines import visible


class Field(Input):
    """An input of one line without a border."""

    def __init__(
        self, value: str = "", *, password: bool = False, suggester: Suggester | None = None, id: str | None = None
    ) -> None:
        super().__init__(value, password=password, suggester=suggester, id=id, select_on_focus=False, compact=True)
        self.cursor_blink = False

    @property
    def _value(self) -> Text:
        """What is drawn; Textual draws a value as it is, with what a terminal would obey."""
        text = super()._value
        text.plain = visible(text.plain)
        return text
