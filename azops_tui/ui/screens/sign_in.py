"""The dialog with the code to sign in with; it closes when the sign-in has ended."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from azops_tui.ui.appearance import app_of
from azops_tui.ui.clipboard import copy
from azops_tui.ui.format import time_of_day
from azops_tui.ui.lines import safe


class SignInDialog(ModalScreen[None]):
    """Shows where to enter which code, large enough to read from afar.

    Args:
        url: page that asks for the code.
        code: code to enter there.
        expires: until when, in seconds since the epoch.
    """

    key_hints: ClassVar[tuple[tuple[str, str], ...]] = (
        ("y", "copy the code"),
        ("u", "copy the address"),
        ("esc", "hide"),
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss", "hide", show=False),
        Binding("y", "copy_code", "copy the code", show=False),
        Binding("u", "copy_address", "copy the address", show=False),
    ]
    DEFAULT_CSS = """
    SignInDialog { align: center middle; background: $background 60%; }
    SignInDialog:ansi { background: ansi_default; }
    SignInDialog > #box {
        width: 72; max-width: 98%; height: auto; border: round $border; background: $surface; padding: 1 2;
        border-title-style: bold; border-subtitle-color: $foreground-muted;
    }
    SignInDialog #code { text-style: bold reverse; text-align: center; margin: 1 0; padding: 1 0; height: 3; }
    SignInDialog Static { height: auto; }
    """

    def __init__(self, url: str, code: str, expires: float) -> None:
        super().__init__()
        self.url = url
        self.code = code
        self._expires = expires

    def compose(self) -> ComposeResult:
        with Vertical(id="box") as box:
            box.border_title = Content("Sign in to Azure")
            box.border_subtitle = Content("y copy the code  u copy the address  esc hide")
            yield Static(Content(f"Open {safe(self.url)} in a browser, on any machine, and enter"), markup=False)
            yield Static(Content("  ".join(safe(self.code))), id="code", markup=False)
            yield Static(
                Content(f"before {time_of_day(self._expires)}. azops goes on by itself when you have signed in."),
                markup=False,
            )

    def action_copy_code(self) -> None:
        copy(app_of(self), self.code)

    def action_copy_address(self) -> None:
        copy(app_of(self), self.url)
