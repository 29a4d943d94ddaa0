"""A second, smaller pane under the first: the run's log, or another pane, where the screen is high enough."""

from __future__ import annotations

from textual.containers import Vertical
from textual.content import Content

from azops_tui.ui.panes.base import Pane, PaneContext, create_pane
from azops_tui.ui.panes.registry import LOG, PANES, PaneEntry

_ORDER: tuple[PaneEntry | None, ...] = (LOG, *PANES, None)
"""What ``Z`` shows in turn; None for nothing."""


class SecondFrame(Vertical):
    """Shows one pane, which takes no keys; each one is created when it is first shown."""

    def __init__(self, context: PaneContext) -> None:
        super().__init__(id="second-frame", classes="frame")
        self._pane_context = context
        self._place = 0
        self._above = 1
        self._shown: PaneEntry | None = None

    @property
    def is_off(self) -> bool:
        """True if the user wants no second pane."""
        return _ORDER[self._place] is None

    def next(self) -> str:
        """Show the next pane, and at the end none; returns what is shown."""
        self._place = (self._place + 1) % len(_ORDER)
        chosen = _ORDER[self._place]
        if chosen is not None and chosen.number == self._above:
            return self.next()
        self.update_pane(self._above)
        return chosen.title if chosen is not None else ""

    def update_pane(self, above: int) -> None:
        """Draw the pane; the one above is not shown twice.

        Args:
            above: number of the pane in the first frame.
        """
        self._above = above
        self.set_class(self.is_off, "-off")
        entry = _ORDER[self._place]
        if entry is None or not self.display or not self.size.height:
            return
        if entry.number == above or (entry is LOG and above == RUN_PANE):
            entry = PANES[0]
        pane = next((pane for pane in self.query(Pane) if pane.number == entry.number), None)
        if pane is None:
            pane = create_pane(entry, self._pane_context)
            pane.can_focus = False
            self.mount(pane)
        if entry is not self._shown:
            self._shown = entry
            for other in self.query(Pane):
                other.display = other is pane
            self.border_title = Content(entry.title.casefold())
        if pane.is_mounted:
            pane.update_view()

    def on_resize(self) -> None:
        self.update_pane(self._above)


RUN_PANE = 5
"""Number of the pane that has the run's log too."""
