"""The palette: every command that works now, by its plain title; the ones used last come first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen

from azops_tui.ui.lines import Line, crop_line, safe, width
from azops_tui.ui.widgets.field import Field
from azops_tui.ui.widgets.rows import Row, Rows


@dataclass(frozen=True)
class PaletteEntry:
    """A command of the palette."""

    id: str
    title: str
    keys: str
    """Its keys as they are written on the screen."""
    execute: Callable[[], None]


class PaletteScreen(ModalScreen[str]):
    """Returns the id of the chosen command; empty if none was chosen.

    Args:
        entries: the commands.
        recent: ids of the commands used last, the latest first.
        title: title of the frame.
        placeholder: what to type.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "close", "back"),
        Binding("enter", "choose", "choose", priority=True),
        Binding("down,ctrl+n", "move(1)", "next", priority=True),
        Binding("up,ctrl+p", "move(-1)", "previous", priority=True),
        Binding("pagedown", "page(1)", "page down", priority=True),
        Binding("pageup", "page(-1)", "page up", priority=True),
    ]
    DEFAULT_CSS = """
    PaletteScreen { align: center top; background: $background 60%; }
    PaletteScreen:ansi { background: ansi_default; }
    PaletteScreen > #box {
        width: 84; max-width: 98%; height: auto; max-height: 90%; margin-top: 1; border: round $border;
        background: $surface; border-title-style: bold;
    }
    PaletteScreen Input { height: 1; border: none; padding: 0 1; background: $panel; }
    PaletteScreen Rows { height: auto; max-height: 20; background: $surface; }
    """
    key_hints = (("⏎", "run"), ("↑↓", "choose"), ("esc", "back"))

    def __init__(
        self,
        entries: Sequence[PaletteEntry],
        recent: Sequence[str],
        *,
        title: str = "Commands",
        placeholder: str = "a word of what you want to do",
    ) -> None:
        super().__init__()
        self._title = title
        self._placeholder = placeholder
        place = {identity: number for number, identity in enumerate(recent)}
        self._entries = sorted(entries, key=lambda entry: place.get(entry.id, len(place)))

    def compose(self) -> ComposeResult:
        with Vertical(id="box") as box:
            box.border_title = Content(safe(self._title))
            yield Field()
            yield Rows()

    def on_mount(self) -> None:
        rows = self.query_one(Rows)
        rows.can_focus = False
        rows.set_rows([_row(entry) for entry in self._entries])
        field = self.query_one(Field)
        field.placeholder = self._placeholder
        field.focus()

    def on_resize(self) -> None:
        self.query_one(Rows).styles.max_height = max(3, self.size.height - 6)

    def on_input_changed(self) -> None:
        """Show the commands that have all words, in any order."""
        words = self.query_one(Field).value.casefold().split()
        rows = [_row(entry) for entry in self._entries]
        view = self.query_one(Rows)
        view.set_rows([row for row in rows if all(word in row.text.casefold() for word in words)])
        view.action_first()

    def action_move(self, by: int) -> None:
        view = self.query_one(Rows)
        if by > 0:
            view.action_cursor_down()
        else:
            view.action_cursor_up()

    def action_page(self, by: int) -> None:
        view = self.query_one(Rows)
        if by > 0:
            view.action_page_down()
        else:
            view.action_page_up()

    def action_choose(self) -> None:
        current = self.query_one(Rows).current
        self.dismiss(current.key if current is not None else "")

    def on_rows_chosen(self) -> None:
        """A second click acts like enter."""
        self.action_choose()

    def action_close(self) -> None:
        self.dismiss("")


def _row(entry: PaletteEntry) -> Row:
    def draw(cells: int) -> Line:
        title = crop_line([(f" {entry.title}", "")], cells - width([(entry.keys, "")]) - 3)
        gap = cells - width(title) - width([(entry.keys, "")]) - 1
        return [*title, (" " * max(1, gap), ""), (entry.keys, "key")]

    return Row(entry.id, draw, f"{entry.title} {entry.id} {entry.keys}")
