"""What all panes have in common: rows made from the run's view, a filter, detail that opens in place, copy."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from textual.binding import BindingType

from azops_tui.events.run_view import RunView
from azops_tui.ui.actions.cloud import CloudCommands
from azops_tui.ui.actions.hosts import HostCommands
from azops_tui.ui.actions.replay import ReplayActions
from azops_tui.ui.appearance import app_of
from azops_tui.ui.commands import bindings
from azops_tui.ui.controller import Controller
from azops_tui.ui.event_log import EventLog
from azops_tui.ui.glyphs import Glyphs
from azops_tui.ui.panes.registry import PaneEntry
from azops_tui.ui.widgets.rows import Row, Rows


@dataclass(frozen=True)
class PaneContext:
    """What panes show, and the actions they offer."""

    controller: Controller
    event_log: EventLog
    cloud: CloudCommands
    hosts: HostCommands
    replay: ReplayActions
    insert: Callable[[str], None]
    """Inserts Markdown below the selected step of the document."""


class Pane(Rows):
    """Base of the panes: draws a part of the run's view and offers actions on it."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("panes")
    orders: ClassVar[tuple[str, ...]] = ()
    """Sort orders of its table, the default first; empty if there is no table."""
    shows_cloud: ClassVar[bool] = False
    """True if it shows what was read of the cloud, so that being empty means nothing before the first read."""
    hint: ClassVar[str] = ""
    """Shown when it is empty: what would fill it."""

    def __init__(self, entry: PaneEntry, context: PaneContext) -> None:
        super().__init__(empty=self.hint, id=f"pane-{entry.number}")
        self.number = entry.number
        self.title = entry.title
        self.context = context
        self.controller = context.controller
        self.opened: set[str] = set()
        """Keys of the rows whose detail is open."""
        self.order = self.orders[0] if self.orders else ""

    @property
    def view(self) -> RunView:
        return self.controller.view

    @property
    def marks(self) -> Glyphs:
        return app_of(self).marks

    def build(self) -> list[Row]:
        """The current rows; empty if there is nothing to show."""
        raise NotImplementedError

    def update_view(self) -> None:
        live = self.controller.live
        self.empty = (live.unread if live is not None and self.shows_cloud else "") or self.hint
        self.set_rows(self.build())

    def on_resize(self) -> None:
        self.update_view()

    def toggle(self, key: str) -> None:
        """Open or fold the detail of a row."""
        self.opened ^= {key}
        self.update_view()

    def action_detail(self) -> None:
        """Open or fold the detail of the selected row."""
        if self.current is not None:
            self.toggle(self.current.key)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer sorting only if there is a table."""
        return bool(self.orders) if action == "sort" else super().check_action(action, parameters)

    def action_sort(self) -> None:
        """Sort by the next column."""
        if self.orders:
            self.order = self.orders[(self.orders.index(self.order) + 1) % len(self.orders)]
            self.update_view()
            self.app.notify(f"Sorted by {self.order}.", timeout=2, markup=False)

    def on_show(self) -> None:
        """Called when the pane becomes visible."""
        self.update_view()

    def on_rows_chosen(self, message: Rows.Chosen) -> None:
        """A second click acts like enter."""
        message.stop()
        self.action_detail()


def create_pane(entry: PaneEntry, context: PaneContext) -> Pane:
    """The pane of an entry, with its module imported."""
    module = importlib.import_module(f"azops_tui.ui.panes.{entry.module}")
    pane_class: type[Pane] = getattr(module, entry.class_name)
    return pane_class(entry, context)
