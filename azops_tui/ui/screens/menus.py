"""A menu, and the form for tags."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Static

from azops_tui.ui.appearance import app_of
from azops_tui.ui.clipboard import copy
from azops_tui.ui.lines import Line, safe
from azops_tui.ui.widgets.field import Field
from azops_tui.ui.widgets.rows import Row, Rows, text_row


@dataclass(frozen=True)
class Choice:
    """Entry of a menu."""

    id: str
    label: str
    note: str = ""
    """What the entry does, or why it is disabled."""
    possible: bool = True
    harm: bool = False
    az: str = ""
    """The equivalent ``az``, which can be copied or put into the document; empty if there is none."""


class Menu(ModalScreen[str]):
    """Returns the id of the chosen entry; empty if none was chosen."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "close", "back"),
        Binding("enter", "choose", "choose"),
        Binding("c", "copy_az", "copy as az"),
        Binding("plus", "add_step", "add to the document"),
    ]
    key_hints: ClassVar[tuple[tuple[str, str], ...]] = (("⏎", "choose"), ("esc", "back"))
    DEFAULT_CSS = """
    Menu { align: center middle; background: $background 60%; }
    Menu:ansi { background: ansi_default; }
    Menu > #box {
        width: 64; max-width: 98%; height: auto; max-height: 96%; border: round $border; background: $background;
        border-title-style: bold; border-subtitle-color: $foreground-muted;
    }
    Menu Rows { height: auto; max-height: 20; }
    """

    def __init__(
        self,
        title: str,
        choices: list[Choice],
        current: str = "",
        *,
        insert: Callable[[Choice], None] | None = None,
    ) -> None:
        super().__init__()
        self._insert = insert
        self._title = title
        self._current = current
        self._choices = choices

    def compose(self) -> ComposeResult:
        with Vertical(id="box") as box:
            box.border_title = Content(safe(self._title))
            more = "c copy as az  + add to the document  " if any(choice.az for choice in self._choices) else ""
            box.border_subtitle = Content(f"enter choose  {more}esc back")
            yield Rows()

    def on_mount(self) -> None:
        size = max(len(choice.label) for choice in self._choices)
        rows: list[Row] = []
        for choice in self._choices:
            style = "faint" if not choice.possible else "destroys" if choice.harm else ""
            line: Line = [(f" {choice.label.ljust(size)}  ", style), (choice.note, "muted")]
            rows.append(text_row(choice.id, line, selectable=choice.possible))
        rows_view = self.query_one(Rows)
        rows_view.set_rows(rows)
        rows_view.focus()
        self.call_after_refresh(rows_view.select, self._current)

    def on_resize(self, event: events.Resize) -> None:
        self.query_one(Rows).styles.max_height = max(3, event.size.height - 4)

    def action_choose(self) -> None:
        """Choose the selected entry."""
        current = self.query_one(Rows).current
        self.dismiss(current.key if current else "")

    def _current_choice(self) -> Choice | None:
        row = self.query_one(Rows).current
        return next((choice for choice in self._choices if row is not None and choice.id == row.key), None)

    def action_copy_az(self) -> None:
        """Copy the ``az`` of the selected entry."""
        choice = self._current_choice()
        if choice is not None and choice.az:
            copy(app_of(self), choice.az)

    def action_add_step(self) -> None:
        """Put the ``az`` of the selected entry into the document, as a step, and close the menu."""
        choice = self._current_choice()
        if choice is not None and choice.az and self._insert is not None:
            self.dismiss("")
            self._insert(choice)

    def on_rows_chosen(self) -> None:
        """A second click acts like enter."""
        self.action_choose()

    def action_close(self) -> None:
        self.dismiss("")


class TagsForm(ModalScreen[dict[str, str] | None]):
    """One line per tag as ``name=value``, and an empty line for a new tag; clearing a line removes its tag.

    Returns the complete new tags; None if nothing changed.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "close", "back"),
        Binding("down", "app.focus_next", "next", show=False),
        Binding("up", "app.focus_previous", "previous", show=False),
        Binding("ctrl+s", "save", "save", show=False),
    ]
    DEFAULT_CSS = """
    TagsForm { align: center middle; background: $background 60%; }
    TagsForm:ansi { background: ansi_default; }
    TagsForm > #box {
        width: 72; max-width: 98%; height: auto; max-height: 96%; border: round $border; background: $surface;
        border-title-style: bold; padding: 0 2;
    }
    TagsForm #where { height: auto; color: $foreground-muted; }
    TagsForm #fields { height: auto; max-height: 8; margin: 1 0 0 0; }
    TagsForm Input { height: 1; width: 1fr; padding: 0 1; background: $panel; }
    TagsForm:ansi Input { text-style: underline; }
    TagsForm #wrong { color: $error; height: 1; }
    TagsForm #buttons { height: 1; align-horizontal: right; }
    TagsForm Button { width: auto; min-width: 10; height: 1; margin-left: 2; padding: 0 1;
        background: $panel; color: $foreground; text-style: none; }
    TagsForm Button.-textual-compact:focus { background: $block-cursor-background;
        color: $block-cursor-foreground; text-style: bold; background-tint: $foreground 0%; }
    """

    def __init__(self, name: str, where: str, tags: dict[str, str]) -> None:
        super().__init__()
        self._name_shown = name
        self._where = where
        self._tags = tags

    def compose(self) -> ComposeResult:
        with Vertical(id="box") as box:
            box.border_title = Content(safe(f"Tags of {self._name_shown}"))
            yield Static(Content(safe(self._where)), id="where", markup=False)
            with VerticalScroll(id="fields", can_focus=False):
                for name, value in self._tags.items():
                    yield Field(f"{name}={value}")
                yield self._empty()
            yield Static(Content(""), id="wrong", markup=False)
            with Horizontal(id="buttons"):
                yield Button(Content("[ Cancel ]"), id="cancel", compact=True)
                yield Button(Content("  Set these  "), id="save", compact=True)

    def _empty(self) -> Field:
        field = Field()
        field.placeholder = "name=value"
        return field

    def on_mount(self) -> None:
        self.query(Input).last().focus()

    def on_resize(self, event: events.Resize) -> None:
        self.query_one("#fields").styles.max_height = max(2, min(12, event.size.height - 7))

    def on_input_changed(self) -> None:
        """Keep an empty line at the end, and report an invalid line at once."""
        if self.query(Input).last().value:
            self.query_one("#fields").mount(self._empty())
        self._read()

    def _read(self) -> dict[str, str] | None:
        """The tags as typed; None if a line is invalid."""
        tags: dict[str, str] = {}
        problem = ""
        for field in self.query(Input):
            if not field.value.strip():
                continue
            name, equals, value = (part.strip() for part in field.value.partition("="))
            if not equals or not name:
                problem = f"{field.value} is not name=value."
            elif name.casefold() in {known.casefold() for known in tags}:
                problem = f"There are two tags {name}."
            elif len(name) > 512 or len(value) > 256 or set(name) & set("<>%&\\?/"):
                problem = f"{name}: a name has no < > % & \\ ? / and at most 512 characters, a value at most 256."
            tags[name] = value
        self.query_one("#wrong", Static).update(Content(safe(problem)))
        return None if problem else tags

    def on_input_submitted(self) -> None:
        """Enter moves to the next line, and from the last one to the buttons."""
        self.focus_next()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        if event.button.id == "save":
            self.action_save()
        else:
            self.action_close()

    def action_save(self) -> None:
        tags = self._read()
        if tags is not None:
            self.dismiss(tags if tags != self._tags else None)

    def action_close(self) -> None:
        self.dismiss(None)
