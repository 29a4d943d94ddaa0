"""The question for the name of a scratch page."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from azops_tui.ui.widgets.field import Field


class NamePrompt(ModalScreen[str]):
    """Returns the path to save to; empty to leave the page where it is."""

    key_hints: ClassVar[tuple[tuple[str, str], ...]] = (("enter", "save there"), ("esc", "back"))
    """Keys for the footer of the screen below."""
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "close", "Back", show=False)]
    DEFAULT_CSS = """
    NamePrompt { align: center middle; background: $background 60%; }
    NamePrompt:ansi { background: ansi_default; }
    NamePrompt > #box {
        width: 72; max-width: 98%; height: auto; border: round $border; background: $surface; padding: 0 2;
        border-title-style: bold;
    }
    NamePrompt Input { height: 1; padding: 0 1; background: $panel; }
    NamePrompt Static { height: auto; color: $foreground-muted; }
    """

    def compose(self) -> ComposeResult:
        with Vertical(id="box") as box:
            box.border_title = Content("Save the scratch page as")
            yield Field(id="name")
            yield Static(Content("A path; relative ones begin in this folder. The page and its results stay open."))

    def on_mount(self) -> None:
        self.query_one(Field).focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.dismiss(event.value.strip())

    def action_close(self) -> None:
        self.dismiss("")
