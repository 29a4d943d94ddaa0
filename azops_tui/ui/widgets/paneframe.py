"""The frame around the panes: their titles in its border, one of them in front."""

from __future__ import annotations

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content

from azops_tui.ui.appearance import app_of
from azops_tui.ui.format import age, time_of_day
from azops_tui.ui.lines import safe
from azops_tui.ui.panes.base import Pane, PaneContext, create_pane
from azops_tui.ui.panes.registry import PANES


class PaneFrame(Vertical):
    """Holds the panes; each one is created when it is first shown."""

    def __init__(self, context: PaneContext) -> None:
        super().__init__(id="pane-frame", classes="frame")
        self._pane_context = context
        self.active = 1
        self.followed = 0
        """Number of the pane that follows the step that ran last; 0 for none."""
        self.pinned = False
        self._spots: list[tuple[int, int, int]] = []

    def compose(self) -> ComposeResult:
        yield self._create(1)

    def on_mount(self) -> None:
        self.draw_title()

    def _create(self, number: int) -> Pane:
        return create_pane(PANES[number - 1], self._pane_context)

    @property
    def active_pane(self) -> Pane | None:
        """The pane in front; None before it is mounted."""
        return next((pane for pane in self.query(Pane) if pane.number == self.active), None)

    @property
    def has_keys(self) -> bool:
        """True if a pane has the focus."""
        return isinstance(self.screen.focused, Pane)

    def tab_places(self) -> list[tuple[int, int]]:
        """Cell before the title of every pane in the border, and its number."""
        return [(first + 2, number) for first, _, number in self._spots]

    def activate(self, number: int, *, focus: bool = False) -> None:
        """Bring a pane to the front."""
        had_focus = any(pane.has_focus for pane in self.query(Pane))
        self.active = number
        pane = self.active_pane
        if pane is None:
            pane = self._create(number)
            self.mount(pane)
        for other in self.query(Pane):
            other.display = other.number == number
        pane.display = True
        if focus or had_focus:
            pane.focus()
        if pane.is_mounted:
            pane.update_view()
        self.draw_title()

    def follow(self, number: int) -> None:
        """Mark the pane that follows the running step, and bring it to the front unless one is pinned."""
        self.followed = number
        if not self.pinned and number != self.active:
            self.activate(number)
        self.draw_title()

    def update_panes(self) -> None:
        """Redraw the pane in front."""
        pane = self.active_pane
        if pane is not None and pane.is_mounted:
            pane.update_view()
        self.draw_age()

    def on_descendant_focus(self) -> None:
        """Refresh the age label when the pane gains focus."""
        self.draw_age()

    def draw_age(self) -> None:
        """Show the age of data that is not live. Drawn on news and focus: an idle screen sends nothing."""
        controller = self._pane_context.controller
        since = controller.live.stale_since if controller.live is not None else None
        trouble = controller.live.waits_for if controller.live is not None else ""
        text = trouble if PANES[self.active - 1].shows_cloud else ""
        if since is not None and PANES[self.active - 1].shows_cloud:
            text = f"not live: read {age(controller.now() - since)}, at {time_of_day(since)}  {trouble}".rstrip()
        self.border_subtitle = Content(safe(text))

    def on_resize(self) -> None:
        self.draw_title()

    def draw_title(self) -> None:
        """Draw the titles of the panes into the border: as many as fit, always the one in front."""
        marks = app_of(self).marks
        room = self.size.width - 2
        full = sum(len(entry.title) + 4 for entry in PANES) - 1
        parts: list[str | tuple[str, str]] = []
        self._spots = []
        at = 0
        for number, title in ((entry.number, entry.title) for entry in PANES):
            short = full > room and number != self.active
            dot = marks.dot if number == self.followed else ""
            pin = "!" if self.pinned and number == self.active else ""
            text = f"{number}{'' if short else ' ' + title}{dot}{pin}"
            parts.append((text, "bold $border underline") if number == self.active else (text, "$foreground-muted"))
            parts.append("  ")
            self._spots.append((at, at + len(text), number))
            at += len(text) + 2
        self.border_title = Content.assemble(*parts[:-1])
        self.draw_age()

    def on_click(self, event: events.Click) -> None:
        """Bring the pane whose title was clicked to the front."""
        if event.screen_y != self.region.y:
            return
        x = event.screen_x - self.region.x - 2
        for first, end, number in self._spots:
            if first <= x < end:
                self.activate(number, focus=True)
