"""Dialogs: what will happen, to what, where. Cancel has the focus; esc means no."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Static

from azops_tui.ui.lines import safe
from azops_tui.ui.widgets.field import Field
from azops_tui.ui.widgets.rows import Rows


@dataclass(frozen=True)
class Ask:
    """Question of a dialog."""

    title: str
    lines: tuple[str, ...] = ()
    agree: str = "Yes"
    """Label of the button that agrees."""
    typed: str = ""
    """Text to type in order to agree; empty if the button is enough."""
    note: bool = False
    """True if the answer may carry a note."""
    harm: bool = False
    """True if agreeing destroys something."""
    paste: bool = True
    """True if the name may be pasted."""
    other: str = ""
    """Label of a third button, which decides otherwise; empty for none."""


@dataclass(frozen=True)
class DialogAnswer:
    """Answer to a dialog."""

    accepted: bool
    typed: str = ""
    note: str = ""
    other: bool = False
    """True if the third button was pressed."""


class NameInput(Field):
    """Input for the name to type; can refuse pasted text."""

    def __init__(self, *, paste: bool, id: str) -> None:
        super().__init__(id=id)
        self._paste = paste

    def _on_paste(self, event: events.Paste) -> None:
        if self._paste:
            return
        event.prevent_default()
        event.stop()
        self.app.notify("Type the name here: this is production, so it cannot be pasted.", markup=False)


class Dialog(ModalScreen[DialogAnswer]):
    """Asks one question."""

    key_hints: ClassVar[tuple[tuple[str, str], ...]] = (
        ("tab", "next button"),
        ("enter", "press the button"),
        ("esc", "no"),
    )
    """Keys for the footer of the screen below."""

    AUTO_FOCUS: ClassVar[str | None] = "#cancel"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "no", "No", show=False),
        Binding("left", "app.focus_previous", "Previous", show=False),
        Binding("right", "app.focus_next", "Next", show=False),
        Binding("up", "scroll(-1)", "Up", show=False),
        Binding("down", "scroll(1)", "Down", show=False),
        Binding("pageup", "scroll(-5)", "Up", show=False),
        Binding("pagedown", "scroll(5)", "Down", show=False),
    ]
    DEFAULT_CSS = """
    Dialog { align: center middle; background: $background 60%; }
    Dialog:ansi { background: ansi_default; }
    Dialog > #box {
        width: 72; max-width: 96%; height: auto; max-height: 90%;
        border: round $border; background: $surface; padding: 1 2 0 2;
        border-title-color: $foreground; border-title-style: bold;
    }
    Dialog.-low > #box { padding: 0 1; max-height: 100%; }
    Dialog.-low #buttons { margin: 0; }
    Dialog.-low .ask { margin-top: 0; }
    Dialog.-harm > #box { border: round $error; border-title-color: $error; }
    Dialog #lines { height: auto; max-height: 16; }
    Dialog #lines Static { height: auto; }
    Dialog .ask { margin-top: 1; color: $foreground; height: auto; }
    Dialog Input { height: 1; padding: 0 1; background: $panel; }
    Dialog:ansi Input { text-style: underline; }
    Dialog #buttons { height: 1; margin: 1 0; align-horizontal: right; }
    Dialog Button { width: auto; min-width: 10; height: 1; margin-left: 2; padding: 0 1;
        background: $panel; color: $foreground; text-style: none; }
    Dialog Button.-textual-compact:focus { background: $block-cursor-background;
        color: $block-cursor-foreground; text-style: bold; background-tint: $foreground 0%; }
    Dialog Button:disabled { color: $foreground-disabled; background: $panel; }
    """

    def __init__(self, ask: Ask) -> None:
        super().__init__(classes="-harm" if ask.harm else "")
        self.ask = ask

    def compose(self) -> ComposeResult:
        """The box: lines, what is to be typed, buttons."""
        with Vertical(id="box") as box:
            box.border_title = Content(safe(self.ask.title))
            with VerticalScroll(id="lines", can_focus=False):
                yield Static(Content("\n".join(safe(line) for line in self.ask.lines)), markup=False)
            if self.ask.typed:
                yield Static(Content(f"Type  {safe(self.ask.typed)}  to agree:"), classes="ask", markup=False)
                yield NameInput(paste=self.ask.paste, id="typed")
            if self.ask.note:
                yield Static(Content("A note for the journal, if you like:"), classes="ask", markup=False)
                yield Field(id="note")
            with Horizontal(id="buttons"):
                yield Button(self._label("Cancel", True), id="cancel", compact=True)
                if self.ask.other:
                    yield Button(self._label(self.ask.other, False), id="other", compact=True)
                yield Button(
                    self._label(self.ask.agree, False), id="agree", compact=True, disabled=bool(self.ask.typed)
                )

    def _label(self, text: str, default: bool) -> Content:
        return Content(f"[ {safe(text)} ]" if default else f"  {safe(text)}  ")

    def on_resize(self, event: events.Resize) -> None:
        """Give the text the room that the buttons leave; it scrolls, and the buttons stay visible."""
        low = event.size.height < 20
        self.set_class(low, "-low")
        answer = 1 + 2 * bool(self.ask.typed) + 2 * bool(self.ask.note)
        room = event.size.height - 2 - answer if low else event.size.height * 9 // 10 - 6 - answer
        for lines in self.query("#lines"):
            lines.styles.max_height = max(2, room if low else min(16 if event.size.height < 30 else 24, room))

    def action_scroll(self, by: int) -> None:
        for lines in self.query("#lines"):
            lines.scroll_relative(y=by, animate=False)

    def on_key(self, event: events.Key) -> None:
        """Move a letter typed on Cancel into the input."""
        if isinstance(self.focused, Button) and event.is_printable and event.character and event.key != "space":
            fields = self.query(Input)
            if fields:
                field = fields.first()
                field.focus()
                field.insert_text_at_cursor(event.character)
                event.stop()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Enable the button when the name matches."""
        if event.input.id == "typed":
            self.query_one("#agree", Button).disabled = event.value != self.ask.typed

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter agrees after the right name; after a note it moves to the button."""
        if event.input.id == "typed":
            if event.value == self.ask.typed:
                self._finish(True)
        else:
            self.query_one("#agree", Button).focus()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        self.choose(event.button.id or "cancel")

    def choose(self, button: str) -> None:
        if button == "other":
            self.dismiss(DialogAnswer(False, other=True))
        else:
            self._finish(button == "agree")

    def _finish(self, accepted: bool) -> None:
        typed = self.query_one("#typed", Input).value if self.ask.typed else ""
        note = self.query_one("#note", Input).value if self.ask.note else ""
        self.dismiss(DialogAnswer(accepted and typed == self.ask.typed, typed, note))

    def action_no(self) -> None:
        self._finish(False)


class QuitDialog(Dialog):
    """Asks whether to stop the running step and quit."""

    def __init__(self, step: str) -> None:
        super().__init__(Ask("Quit while a step runs", (f"{step} is running.",), "Stop it and quit"))


class Sheet(ModalScreen[None]):
    """Base of sheets to read; esc closes them."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q", "close", "Close", show=False)]
    DEFAULT_CSS = """
    Sheet { align: center middle; background: $background 60%; }
    Sheet:ansi { background: ansi_default; }
    Sheet > #box {
        width: 92; max-width: 98%; height: 90%; border: round $border; background: $background;
        border-title-color: $foreground; border-title-style: bold; border-subtitle-color: $foreground-muted;
    }
    """
    key_hints: ClassVar[tuple[tuple[str, str], ...]] = (("esc", "back"),)
    """Keys for the footer of the screen below."""
    heading = ""

    def body(self) -> ComposeResult:
        raise NotImplementedError

    def compose(self) -> ComposeResult:
        with Vertical(id="box") as box:
            box.border_title = Content(safe(self.heading))
            box.border_subtitle = Content("esc back")
            yield from self.body()

    def action_close(self) -> None:
        self.dismiss(None)


class WrappedSheet(Sheet):
    """Base of sheets of rows that wrap: the rows are made anew for each width."""

    def on_mount(self) -> None:
        self.query_one(Rows).focus()
        self.call_after_refresh(self.fill)

    def on_resize(self) -> None:
        self.call_after_refresh(self.fill)

    def fill(self) -> None:
        """Set the rows for the present width."""
        raise NotImplementedError
