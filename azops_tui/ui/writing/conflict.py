"""The sheet that shows how page and file differ, with a choice."""

from __future__ import annotations

from difflib import unified_diff
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen

from azops_tui.ui.lines import safe
from azops_tui.ui.widgets.rows import Row, Rows, text_row
from azops_tui.ui.writing.working import Conflict

_STYLES = {"+": "add", "-": "delete", "@": "muted"}


class ConflictSheet(ModalScreen[str]):
    """Returns ``page`` or ``file``; empty to decide later."""

    key_hints: ClassVar[tuple[tuple[str, str], ...]] = (
        ("m", "keep my lines"),
        ("f", "take the file's lines"),
        ("esc", "decide later"),
    )
    """Keys for the footer of the screen below."""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("m", "choose('page')", "mine", show=False),
        Binding("f", "choose('file')", "the file's", show=False),
        Binding("escape,q", "choose('')", "later", show=False),
    ]
    DEFAULT_CSS = """
    ConflictSheet { align: center middle; background: $background 60%; }
    ConflictSheet:ansi { background: ansi_default; }
    ConflictSheet > #box {
        width: 100; max-width: 98%; height: auto; max-height: 90%; border: round $warning; background: $background;
        border-title-color: $foreground; border-title-style: bold; border-subtitle-color: $foreground-muted;
    }
    ConflictSheet Rows { height: auto; }
    """

    def __init__(self, name: str, conflict: Conflict) -> None:
        super().__init__()
        self._name = name
        self._conflict = conflict

    def compose(self) -> ComposeResult:
        with Vertical(id="box") as box:
            box.border_title = Content(safe(f"{self._name} was edited here (+) and in the file (-)"))
            box.border_subtitle = Content("m keep mine  f take the file's  esc later")
            yield Rows()

    def on_mount(self) -> None:
        rows = self.query_one(Rows)
        rows.set_rows(self._rows())
        rows.focus()

    def _rows(self) -> list[Row]:
        page, file = self._conflict.page.splitlines(), self._conflict.file.splitlines()
        lines = list(unified_diff(file, page, lineterm="", n=2))[2:]
        rows = [
            text_row(str(number), [(" ", ""), (line, _STYLES.get(line[:1], ""))], selectable=True)
            for number, line in enumerate(lines)
        ]
        note = "Lines that only one side changed are kept in either case, and u undoes the choice."
        return [*rows, text_row("gap", []), text_row("note", [(f" {note}", "muted")])]

    def action_choose(self, side: str) -> None:
        self.dismiss(side)
