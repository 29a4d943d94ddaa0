"""A question for one line of text."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from azops_tui.ui.lines import safe
from azops_tui.ui.widgets.field import Field


class TextPrompt(ModalScreen[str]):
    """Returns the line that was typed; empty if nothing was.

    Args:
        title: what is asked for.
        hint: a sentence below the line.
        value: text to begin with.
    """

    key_hints: ClassVar[tuple[tuple[str, str], ...]] = (("enter", "take it"), ("esc", "back"))
    """Keys for the footer of the screen below."""
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "close", "Back", show=False)]
    DEFAULT_CSS = """
    TextPrompt { align: center middle; background: $background 60%; }
    TextPrompt:ansi { background: ansi_default; }
    TextPrompt > #box {
        width: 72; max-width: 98%; height: auto; border: round $border; background: $surface; padding: 0 2;
        border-title-style: bold;
    }
    TextPrompt Input { height: 1; padding: 0 1; background: $panel; }
    TextPrompt Static { height: auto; color: $foreground-muted; }
    """

    def __init__(self, title: str, hint: str, value: str = "") -> None:
        super().__init__()
        self._prompt_title = title
        self._hint = hint
        self._value = value

    def compose(self) -> ComposeResult:
        with Vertical(id="box") as box:
            box.border_title = Content(safe(self._prompt_title))
            yield Field(self._value, id="text")
            yield Static(Content(safe(self._hint)), markup=False)

    def on_mount(self) -> None:
        self.query_one(Field).focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.dismiss(event.value.strip())

    def action_close(self) -> None:
        self.dismiss("")
