"""The app: themes, keys, and which screen is shown. It reads no file but those of themes and keys."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import ClassVar

from textual.app import SystemCommand
from textual.binding import BindingType
from textual.screen import Screen

from azops_tui.ui import glyphs, keymap, theme
from azops_tui.ui.commands import COMMANDS
from azops_tui.ui.controller import Controller
from azops_tui.ui.look import LookApp
from azops_tui.ui.outline import Outline
from azops_tui.ui.paint import safe
from azops_tui.ui.screens.main import MainScreen

CLOSING_SECONDS = 15.0
"""How long the end of a run may take before the app ends without it."""


class AzopsApp(LookApp):
    """Shows a run, or the list of runbooks where there is none.

    Args:
        controller: the run; None shows the list.
        make: makes a controller for a runbook that was chosen from the list, or (with a number) for a replay.
        text: the document's text, shown while it is parsed.
        theme_name: a theme other than the default.
        ascii_only: draw with ASCII only.
    """

    TITLE = "azops"
    ENABLE_COMMAND_PALETTE = True
    BINDINGS: ClassVar[list[BindingType]] = []
    CSS = """
    Toast { max-width: 80; }
    ToastRack { margin-bottom: 1; }
    CommandPalette > Vertical { max-width: 90; }
    .-ascii .frame, .-ascii #box, .-ascii #frame { border: ascii $border-blurred; }
    .-ascii .frame:focus-within, .-ascii #box { border: ascii $border; }
    """

    def __init__(
        self,
        controller: Controller | None,
        *,
        make: Callable[[Path | int], Controller] | None = None,
        text: Outline | None = None,
        theme_name: str | None = None,
        ascii_only: bool = False,
    ) -> None:
        super().__init__()
        self.controller = controller
        self._make = make
        self._text = text
        self.marks = glyphs.glyphs(ascii_only)
        self.set_class(ascii_only, "-ascii")
        self._loaded, self._problems = theme.load_all()
        for loaded in self._loaded.values():
            self.register_theme(loaded.theme)
        wanted = theme_name or theme.DEFAULT
        if wanted not in self.available_themes:
            self._problems.append(f"There is no theme {wanted}; there are {', '.join(sorted(self._loaded))}.")
            wanted = theme.DEFAULT
        self.keymap, problems = keymap.load()
        self._problems += problems
        if wanted in self.available_themes:
            self.theme = wanted
        self._take_palette()

    def watch_theme(self, name: str) -> None:
        """Another theme was chosen."""
        self._take_palette()

    def _take_palette(self) -> None:
        loaded = self._loaded.get(self.theme)
        self.palette = loaded.palette if loaded else theme.derived(self.current_theme)

    def get_default_screen(self) -> Screen[None]:
        """The run's screen, or the list of runbooks."""
        if self.controller is not None:
            return MainScreen(self.controller, self._text)
        from azops_tui.ui.screens.home import HomeScreen

        return HomeScreen()

    def on_mount(self) -> None:
        """Keys, and what is wrong with the user's files."""
        if self.keymap:
            self.set_keymap(self.keymap)
        for problem in self._problems:
            self.notify(safe(problem), severity="warning", timeout=10, markup=False)

    def open(self, what: Path | int) -> None:
        """Show a runbook, or the replay of a run."""
        if self._make is None:
            return
        self.controller = self._make(what)
        self.push_screen(MainScreen(self.controller))

    def show_home(self) -> None:
        """End what is shown and go to the list."""
        from azops_tui.ui.screens.home import HomeScreen

        self.run_worker(self._close(), group="close", exit_on_error=False)
        self.switch_screen(HomeScreen())

    async def _close(self) -> None:
        controller, self.controller = self.controller, None
        if controller is not None:
            await controller.close()

    def leave(self) -> None:
        """End the run and quit, with the run's verdict as the exit code."""
        self.run_worker(self._leave(), group="close", exit_on_error=False)

    async def _leave(self) -> None:
        controller = self.controller
        code = 0
        if controller is not None and not controller.replaying and controller.view.phase != "new":
            code = {"done": 0, "failed": 1, "declined": 4, "no-cloud": 5}[controller.view.verdict]
        try:
            await asyncio.wait_for(self._close(), CLOSING_SECONDS)
        finally:
            self.exit(code)

    async def action_quit(self) -> None:
        """ctrl+q: as q does."""
        if isinstance(self.screen, MainScreen):
            self.screen.action_leave()
        else:
            self.leave()

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """All commands that make sense now, for the palette."""
        main = next((s for s in self.screen_stack if isinstance(s, MainScreen)), None)
        for item in COMMANDS:
            if item.place == "lists" or not item.action.startswith("screen.") or main is None:
                continue
            name = item.action.removeprefix("screen.").partition("(")[0]
            if main.check_action(name, ()) and item.id not in ("back", "pane.back"):
                yield SystemCommand(
                    f"{item.label} ({item.id})",
                    item.description,
                    lambda action=item.action: main.call_later(main.run_action, action),
                )
        yield SystemCommand("theme", "choose a theme", self.search_themes)
        yield SystemCommand("quit", "leave azops", self.leave if main is None else main.action_leave)
