"""An input line whose cursor does not blink: an idle screen sends nothing."""

from __future__ import annotations

from textual.suggester import Suggester
from textual.widgets import Input


class Field(Input):
    """An input of one line without a border."""

    def __init__(
        self, value: str = "", *, password: bool = False, suggester: Suggester | None = None, id: str | None = None
    ) -> None:
        super().__init__(value, password=password, suggester=suggester, id=id, select_on_focus=False, compact=True)
        self.cursor_blink = False
