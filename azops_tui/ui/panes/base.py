"""What all panes have in common: rows made from the run's view, a filter, detail that opens in place, copy."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import BindingType

from azops_tui.events.run_view import RunView
from azops_tui.ui.appearance import look
from azops_tui.ui.commands import bindings
from azops_tui.ui.controller import Controller
from azops_tui.ui.glyphs import Glyphs
from azops_tui.ui.lines import Line
from azops_tui.ui.widgets.rows import Row, Rows, text_row


class Pane(Rows):
    """A view of one side of the world. It draws what the view says, and asks the screen to act."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("panes")
    number: ClassVar[int] = 0
    title: ClassVar[str] = ""
    orders: ClassVar[tuple[str, ...]] = ()
    """What its table can be sorted by, the usual order first; empty where there is no table."""
    hint: ClassVar[str] = ""
    """What would fill it, when it is empty."""

    def __init__(self, controller: Controller) -> None:
        super().__init__(empty=self.hint, id=f"pane-{self.number}")
        self.controller = controller
        self.opened: set[str] = set()
        """Keys of the rows whose detail is open."""
        self.order = self.orders[0] if self.orders else ""
        """What the table is sorted by."""

    @property
    def view(self) -> RunView:
        """The run."""
        return self.controller.view

    @property
    def marks(self) -> Glyphs:
        """The glyphs in use."""
        return look(self).marks

    def build(self) -> list[Row]:
        """The rows as things are now; empty where there is nothing to show."""
        raise NotImplementedError

    def update_view(self) -> None:
        """Draw what is known now."""
        self.set_rows(self.build())

    def on_resize(self) -> None:
        """Sentences wrap differently now."""
        self.update_view()

    def toggle(self, key: str) -> None:
        """Open or fold the detail of a row."""
        self.opened ^= {key}
        self.update_view()

    def action_detail(self) -> None:
        """Open or fold what is under the bar."""
        if self.current is not None:
            self.toggle(self.current.key)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """To sort makes sense only where there is a table."""
        return bool(self.orders) if action == "sort" else super().check_action(action, parameters)

    def action_sort(self) -> None:
        """Sort by the next column."""
        if self.orders:
            self.order = self.orders[(self.orders.index(self.order) + 1) % len(self.orders)]
            self.update_view()
            self.app.notify(f"Sorted by {self.order}.", timeout=2, markup=False)

    def on_show(self) -> None:
        """It came to the front."""
        self.update_view()

    def on_rows_chosen(self, message: Rows.Chosen) -> None:
        """A second click is enter."""
        message.stop()
        self.action_detail()


def heading(key: str, text: str) -> list[Row]:
    """A blank line and a heading."""
    return [text_row(f"{key}:gap", []), text_row(key, [(f" {text}", "heading")])]


def facts(key: str, pairs: list[tuple[str, str]], indent: int = 4) -> list[Row]:
    """Names and values, one a line, each of which can be copied; those without a value are left out."""
    shown = [(name, value) for name, value in pairs if value]
    size = max((len(name) for name, _ in shown), default=0)
    rows: list[Row] = []
    for name, value in shown:
        line: Line = [(" " * indent + name.ljust(size) + "  ", "muted"), (value, "")]
        rows.append(text_row(f"{key}:{name}", line, selectable=True, copy=value))
    return rows
