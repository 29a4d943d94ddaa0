"""The frame around the panes: their names in its border, one of them in front, each made when it is first looked at."""

from __future__ import annotations

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content

from azops_tui.ui.appearance import look
from azops_tui.ui.controller import Controller
from azops_tui.ui.event_log import Chronicle
from azops_tui.ui.format import age, time_of_day
from azops_tui.ui.panes.base import Pane

TITLES = {1: "Resources", 2: "Deployments", 3: "Scale sets", 4: "Hosts", 5: "Run"}


class PaneFrame(Vertical):
    """Holds panes 1 to 5."""

    def __init__(self, controller: Controller, chronicle: Chronicle) -> None:
        super().__init__(id="pane-frame", classes="frame")
        self.controller = controller
        self.chronicle = chronicle
        self.active = 1
        self.followed = 0
        """The pane that shows what the step does that ran last; 0 for none."""
        self.pinned = False
        self._spots: list[tuple[int, int, int]] = []

    def compose(self) -> ComposeResult:
        """Only the first one."""
        yield self._make(1)

    def on_mount(self) -> None:
        """Write the names."""
        self.draw_title()

    def _make(self, number: int) -> Pane:
        from azops_tui.ui.panes import deployments, hosts, resources, run, scalesets

        match number:
            case 2:
                return deployments.DeploymentsPane(self.controller)
            case 3:
                return scalesets.ScaleSetsPane(self.controller, self.chronicle)
            case 4:
                return hosts.HostsPane(self.controller)
            case 5:
                return run.RunPane(self.controller, self.chronicle)
            case _:
                return resources.ResourcesPane(self.controller)

    @property
    def active_pane(self) -> Pane | None:
        """The pane in front."""
        return next((pane for pane in self.query(Pane) if pane.number == self.active), None)

    def activate(self, number: int, *, focus: bool = False) -> None:
        """Bring a pane to the front."""
        had_focus = any(pane.has_focus for pane in self.query(Pane))
        self.active = number
        pane = self.active_pane
        if pane is None:
            pane = self._make(number)
            self.mount(pane)
        for other in self.query(Pane):
            other.display = other.number == number
        pane.display = True
        if focus or had_focus:
            pane.focus()
        if pane.is_mounted:
            pane.update_view()
        self.draw_title()

    def follow(self, number: int, *, show: bool) -> None:
        """Mark the pane that shows what happens, and bring it to the front unless another is pinned."""
        self.followed = number
        if show and number != self.active:
            self.activate(number)
        self.draw_title()

    def update_panes(self) -> None:
        """Draw the pane in front again."""
        pane = self.active_pane
        if pane is not None and pane.is_mounted:
            pane.update_view()
        self.draw_age()

    def on_descendant_focus(self) -> None:
        """Somebody looks at it: say how old it is now."""
        self.draw_age()

    def draw_age(self) -> None:
        """How old what is shown is, where it is not live. Drawn on news and focus: an idle screen sends nothing."""
        since = self.controller.stale_since
        said = ""
        if since is not None and self.active in (1, 2, 3):
            said = f"not live: read {age(self.controller.now() - since)}, at {time_of_day(since)}"
        self.border_subtitle = Content(said)

    def chronicle_changed(self, chronicle: Chronicle) -> None:
        """Events were counted anew, as a replay jumped."""
        from azops_tui.ui.panes.run import RunPane
        from azops_tui.ui.panes.scalesets import ScaleSetsPane

        self.chronicle = chronicle
        for pane in self.query(RunPane):
            pane.chronicle = chronicle
        for other in self.query(ScaleSetsPane):
            other.chronicle = chronicle

    def on_resize(self) -> None:
        """Names may have to be shortened."""
        self.draw_title()

    def draw_title(self) -> None:
        """The names of the panes, in the border: as many as fit, the one in front always."""
        marks = look(self).marks
        room = self.size.width - 2
        full = sum(len(title) + 4 for title in TITLES.values()) - 1
        parts: list[str | tuple[str, str]] = []
        self._spots = []
        at = 0
        for number, title in TITLES.items():
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
        """A click on a name brings that pane to the front."""
        if event.screen_y != self.region.y:
            return
        x = event.screen_x - self.region.x - 2
        for first, end, number in self._spots:
            if first <= x < end:
                self.activate(number, focus=True)
