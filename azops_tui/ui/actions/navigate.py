"""Actions that move between document and panes, copy, show help, and leave."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from textual.screen import Screen

from azops_tui.text import strip_ansi
from azops_tui.ui.actions.base import Action
from azops_tui.ui.actions.search import SearchActions
from azops_tui.ui.appearance import app_of
from azops_tui.ui.clipboard import copy
from azops_tui.ui.controller import Controller
from azops_tui.ui.event_log import EventLog
from azops_tui.ui.panes.registry import PANES
from azops_tui.ui.screens.dialogs import DialogAnswer, QuitDialog
from azops_tui.ui.widgets.document import DocumentView
from azops_tui.ui.widgets.paneframe import PaneFrame
from azops_tui.ui.widgets.secondframe import SecondFrame

ZOOMED = ("-zoom-pane", "-zoom-document")
"""Classes of the screen while one half fills it."""


class PaneActions:
    """Brings panes to the front and zooms them."""

    def __init__(self, screen: Screen[None], document: DocumentView, frame: PaneFrame, second: SecondFrame) -> None:
        self._second = second
        self._screen = screen
        self._document = document
        self._frame = frame

    def table(self) -> Mapping[str, Action]:
        """Actions by command id."""
        return {
            "pane.switch": Action(self.switch),
            "pane.back": Action(self.switch),
            "pane.pin": Action(self.pin),
            "pane.zoom": Action(self.zoom),
            "pane.second": Action(self.change_second, self._is_tall, why_not=lambda: "A second pane needs 30 lines."),
            **{f"pane.{entry.number}": Action(partial(self.show, entry.number)) for entry in PANES},
        }

    def switch(self) -> None:
        """Move the focus from the document to the pane, or back."""
        if self._frame.has_keys:
            self._screen.remove_class("-pane")
            self._document.focus()
        else:
            self.show(self._frame.active)

    def show(self, number: int) -> None:
        """Bring a pane to the front and focus it."""
        self._screen.remove_class("-zoom-document")
        self._screen.set_class(self._screen.has_class("-one"), "-pane")
        self._frame.activate(number, focus=True)

    def begin_in(self, number: int) -> None:
        """Give a pane the whole screen; ``z`` shows the document beside it."""
        self.show(number)
        self._screen.add_class("-zoom-pane")

    def reveal_document(self) -> None:
        """Show the document where a pane covers it, and focus it."""
        self._screen.remove_class("-pane", "-zoom-pane")
        self._document.focus()

    def pin(self) -> None:
        """Keep the pane in front, or let panes follow the run again."""
        self._frame.pinned = not self._frame.pinned
        self._frame.draw_title()
        self._screen.notify("This pane stays in front." if self._frame.pinned else "Panes follow the run.", timeout=2)

    def zoom(self) -> None:
        """Show the half that has the focus on the whole screen, or both halves again."""
        name = "-zoom-pane" if self._frame.has_keys else "-zoom-document"
        if not self.unzoom():
            self._screen.add_class(name)

    def _is_tall(self) -> bool:
        return self._screen.has_class("-tall")

    def change_second(self) -> None:
        """Show the next pane below the first, and at the end none."""
        shown = self._second.next()
        self._screen.notify(f"Below: {shown.casefold()}" if shown else "No second pane.", timeout=2, markup=False)

    def unzoom(self) -> bool:
        """Show both halves again; False if neither was zoomed."""
        zoomed = any(self._screen.has_class(name) for name in ZOOMED)
        self._screen.remove_class(*ZOOMED)
        return zoomed


class ScreenActions:
    """Copies, shows help, steps back and leaves."""

    def __init__(
        self,
        screen: Screen[None],
        controller: Controller,
        document: DocumentView,
        frame: PaneFrame,
        event_log: EventLog,
        panes: PaneActions,
        search: SearchActions,
    ) -> None:
        self._screen = screen
        self._controller = controller
        self._document = document
        self._frame = frame
        self._event_log = event_log
        self._panes = panes
        self._search = search

    def table(self) -> Mapping[str, Action]:
        """Actions by command id."""
        return {
            "copy": Action(self.copy),
            "help": Action(self.show_help),
            "theme": Action(lambda: self._screen.app.search_themes()),
            "back": Action(self.back),
            "open": Action(self.show_home),
            "quit": Action(self.leave),
        }

    def copy(self) -> None:
        """Copy the selected row, or the code or output of the selected step."""
        copy(app_of(self._screen), self._text_to_copy())

    def _text_to_copy(self) -> str:
        pane = self._frame.active_pane
        if self._frame.has_keys and pane is not None:
            return (pane.current.copy or pane.current.text) if pane.current else ""
        state = self._document.state
        step = self._controller.view.steps.get(state.selected)
        if step is None:
            return ""
        output = self._event_log.outputs.get(step.name)
        shows_code = step.state in ("waiting", "running") or state.in_code or state.selected in state.code_open
        if state.is_dashboard and output is None:
            return ""
        if output is None or (shows_code and not state.is_dashboard):
            return step.code
        return "\n".join(strip_ansi(line) for line in output.tail())

    def show_help(self) -> None:
        """Show the keys that work in this place."""
        from azops_tui.ui.screens.sheets import HelpSheet

        pane = self._frame.active_pane
        place = pane.title.casefold() if self._frame.has_keys and pane is not None else "document"
        self._screen.app.push_screen(HelpSheet(place, app_of(self._screen).keymap, self._controller.live is None))

    def back(self) -> None:
        """Close what is open: the prompt, a filter, the code, a zoom, the pane, the marks of a search."""
        pane = self._frame.active_pane
        in_pane = self._frame.has_keys
        if self._search.close():
            return
        if in_pane and pane is not None and pane.filtered:
            pane.set_filter("")
        elif self._document.state.in_code:
            self._document.set_in_code(False)
        elif self._panes.unzoom():
            return
        elif in_pane:
            self._panes.switch()
        elif self._document.state.search:
            self._document.find("")
            self._screen.refresh_bindings()

    def show_home(self) -> None:
        """Show the list of runbooks; asks while a step runs."""
        self._ask_before(app_of(self._screen).show_home)

    def leave(self) -> None:
        """Quit; asks while a step runs."""
        self._ask_before(app_of(self._screen).leave)

    def _ask_before(self, go: Callable[[], None]) -> None:
        live = self._controller.live
        if live is None or not live.busy:
            go()
            return

        def answer(answer: DialogAnswer | None) -> None:
            if answer is not None and answer.accepted:
                self._screen.call_after_refresh(go)  # when the dialog is gone

        self._screen.app.push_screen(QuitDialog(self._controller.view.current or "A step"), answer)
