"""The app: themes, keys, and the current screen. Everything beyond the first frame is loaded after it."""

from __future__ import annotations

import asyncio
import contextlib
import importlib
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual.binding import BindingType
from textual.message import Message
from textual.screen import Screen

from azops_tui import exits
from azops_tui.errors import AzopsError
from azops_tui.ui import glyphs, terminal, theme
from azops_tui.ui.appearance import BaseApp
from azops_tui.ui.lines import safe
from azops_tui.ui.screens.first import FirstScreen, Opening

if TYPE_CHECKING:
    from azops_tui.replay import Recording
    from azops_tui.ui.controller import Controller
    from azops_tui.ui.screens.palette import PaletteEntry

HOME_ACTIONS = {
    "home.open": "screen.open",
    "home.replay": "screen.replay",
    "home.new": "screen.new",
    "home.filter": "screen.filter",
    "home.help": "screen.help",
    "home.quit": "screen.quit",
    "theme": "screen.theme",
}
"""Actions of the list of runbooks, by command id."""
CLOSING_SECONDS = 15.0
"""Time limit for ending a run before the app exits without waiting."""


class AzopsApp(BaseApp):
    """Shows a run, or the list of runbooks if there is none.

    Args:
        controller: the run; None where ``opening`` is to be shown first, or the list of runbooks.
        make: makes a controller for a runbook, or (with a number) for the replay of a run.
        what: the runbook or the run to open; None shows the list.
        opening: what the first frame shows of it.
        theme_name: a theme other than the default.
        ascii_only: draw with ASCII only.
        pane: number of the pane to begin in; 0 begins in the document.
    """

    class Loaded(Message):
        """The imports of the main screen are done and the document has been read, or could not be."""

        def __init__(self, controller: Controller | None, problem: str) -> None:
            super().__init__()
            self.controller = controller
            self.problem = problem

    TITLE = "azops"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = []
    CSS = """
    Toast { max-width: 80; }
    ToastRack { margin-bottom: 1; }
    MainScreen.-messages-above ToastRack { dock: top; align: right top; margin-top: 1; }
    .-ascii .frame, .-ascii #box, .-ascii #frame { border: ascii $border-blurred; }
    .-ascii .frame:focus-within, .-ascii #box { border: ascii $border; }
    """

    def __init__(
        self,
        controller: Controller | None = None,
        *,
        make: Callable[[Path | int | Recording], Controller] | None = None,
        what: Path | int | Recording | None = None,
        opening: Opening | None = None,
        theme_name: str | None = None,
        ascii_only: bool = False,
        pane: int = 0,
    ) -> None:
        super().__init__(driver_class=terminal.driver_class())
        self.controller = controller
        self.keymap: dict[str, str] = {}
        self.recent_commands: list[str] = []
        """Ids of the commands that were chosen in the palette, the latest first."""
        self.document_problems: tuple[str, ...] = ()
        """Why the document cannot run, each as ``file:line: sentence``; printed again when the screen is gone."""
        self._make = make
        self._pane = pane
        self._what = what
        self._opening = opening or Opening()
        self.marks = glyphs.glyphs(ascii_only)
        self.set_class(ascii_only, "-ascii")
        self._loaded, self._problems = theme.load_all()
        for loaded in self._loaded.values():
            self.register_theme(loaded.theme)
        wanted = theme_name or theme.DEFAULT
        if wanted not in self.available_themes:
            self._problems.append(f"There is no theme {wanted}; there are {', '.join(sorted(self._loaded))}.")
            wanted = theme.DEFAULT
        if wanted in self.available_themes:
            self.theme = wanted
        self._take_palette()

    def watch_theme(self, name: str) -> None:
        self._take_palette()

    def _take_palette(self) -> None:
        loaded = self._loaded.get(self.theme)
        self.palette = loaded.palette if loaded else theme.derived(self.current_theme)

    # Beginning

    def get_default_screen(self) -> Screen[None]:
        """The run's screen, the first frame of one, or the list of runbooks."""
        if self.controller is not None:
            from azops_tui.ui.screens.main import MainScreen

            return MainScreen(self.controller, self._pane)
        if self._what is not None:
            return FirstScreen(self._opening)
        from azops_tui.ui.screens.home import HomeScreen

        return HomeScreen()

    def on_mount(self) -> None:
        """Apply the user's keys; load everything else after the first frame."""
        from azops_tui.ui import keymap, signals

        signals.on_end(self.leave, lambda: asyncio.wait_for(self._close(), CLOSING_SECONDS))
        if self._what is not None:
            self.call_after_refresh(self._load)
        self.keymap, problems = keymap.load()
        if self.keymap:
            self.set_keymap(self.keymap)
        for problem in [*self._problems, *problems]:
            self.notify(safe(problem), severity="warning", timeout=10, markup=False)

    def _load(self) -> None:
        self.run_worker(self._load_rest(), group="load", exit_on_error=False)

    async def _load_rest(self) -> None:
        """Import what the main screen needs and read the document, in a thread; one repaint follows."""
        await asyncio.to_thread(_import, "azops_tui.ui.screens.main", "azops_tui.ui.live", "azops_tui.engine.open")
        controller: Controller | None = None
        problem = ""
        try:
            if self._make is not None and self._what is not None:
                controller = self._make(self._what)
                await controller.load()
        except Exception as error:
            problem = str(error)
        self.post_message(self.Loaded(controller, problem))

    def on_azops_app_loaded(self, message: Loaded) -> None:
        """Replace the first frame by the main screen."""
        if message.controller is None:
            self.refuse((message.problem,), self.leave)
        else:
            self._show(message.controller)

    def refuse(self, problems: tuple[str, ...], after: Callable[[], None] | None = None) -> None:
        """Show why the document cannot run.

        Args:
            problems: each as ``file:line: sentence``.
            after: called when it has been read; by default what is behind it is shown.
        """
        from azops_tui.ui.screens.sheets import ProblemsSheet

        self.document_problems = problems

        def was_read(_: None) -> None:
            if after is not None:
                after()

        self.push_screen(ProblemsSheet(problems), was_read)

    def _show(self, controller: Controller) -> None:
        from azops_tui.ui.screens.main import MainScreen

        self.controller = controller
        self.document_problems = ()
        pane, self._pane = self._pane, 0  # what is opened afterwards begins in its document
        self._put(MainScreen(controller, pane))

    def open(self, what: Path | int | Recording) -> None:
        """Show a runbook, or the replay of a run."""
        if self._make is not None:
            try:
                self._show(self._make(what))
            except Exception as error:
                self.notify(safe(str(error)), severity="error", timeout=15, markup=False)

    def _put(self, screen: Screen[None]) -> None:
        """Replace the current screen; the bottom screen of the stack stays below it."""
        if len(self.screen_stack) > 1:
            self.switch_screen(screen)
        else:
            self.push_screen(screen)

    def show_home(self) -> None:
        """End the run and show the list of runbooks."""
        from azops_tui.ui.screens.home import HomeScreen

        self.run_worker(self._close(), group="close", exit_on_error=False)
        self.document_problems = ()
        self._put(HomeScreen())

    # Ending

    async def _close(self) -> None:
        controller, self.controller = self.controller, None
        if controller is not None:
            await controller.close()

    def leave(self) -> None:
        """End the run and quit; the exit code is the run's verdict."""
        self.run_worker(self._leave(), group="close", exit_on_error=False)

    async def _leave(self) -> None:
        controller = self.controller
        code = 0
        try:
            await asyncio.wait_for(self._close(), CLOSING_SECONDS)
        finally:
            if controller is not None and controller.live is not None and controller.view.phase != "new":
                code = exits.OF_VERDICT[controller.view.verdict]
            self.exit(exits.BAD_INPUT if self.document_problems else code)

    async def on_unmount(self) -> None:
        """End a run that no key ended: a browser's page was closed."""
        # No screen is left to show what went wrong; the journal has it.
        with contextlib.suppress(AzopsError, TimeoutError):
            await asyncio.wait_for(self._close(), CLOSING_SECONDS)

    async def action_quit(self) -> None:
        """Handle ctrl+q like q."""
        from azops_tui.ui.screens.main import MainScreen

        if isinstance(self.screen, MainScreen):
            self.screen.action_do("quit")
        else:
            self.leave()

    def palette_entries(self) -> list[PaletteEntry]:
        """All commands that work now."""
        from azops_tui.ui.commands import COMMANDS, shown_keys
        from azops_tui.ui.screens.main import MainScreen
        from azops_tui.ui.screens.palette import PaletteEntry

        main = next((screen for screen in self.screen_stack if isinstance(screen, MainScreen)), None)
        home = HOME_ACTIONS if main is None else {}
        entries: list[PaletteEntry] = []
        for command in COMMANDS:
            action = main.actions.get(command.id) if main is not None else None
            execute = action.execute if action is not None and action.is_enabled() else None
            if command.id in home:
                execute = partial(self._run_on_screen, home[command.id])
            if execute is not None and command.id not in ("back", "pane.back"):
                keys = shown_keys(self.keymap.get(command.id, command.key), self.ascii_only)
                title = command.description[:1].upper() + command.description[1:]
                entries.append(PaletteEntry(command.id, title, keys, execute))
        return entries

    def _run_on_screen(self, action: str) -> None:
        self.call_later(self.screen.run_action, action)

    def action_palette(self) -> None:
        """Search all commands by name."""
        from azops_tui.ui.screens.palette import PaletteScreen

        entries = {entry.id: entry for entry in self.palette_entries()}

        def chosen(identity: str | None) -> None:
            if identity:
                self.recent_commands = [identity, *(one for one in self.recent_commands if one != identity)]
                entries[identity].execute()

        self.push_screen(PaletteScreen(tuple(entries.values()), self.recent_commands), chosen)

    def search_themes(self) -> None:
        """Choose a theme from a list."""
        from azops_tui.ui.screens.menus import Choice, Menu

        def chosen(name: str | None) -> None:
            if name:
                self.theme = name

        names = sorted(self.available_themes, key=lambda name: (name not in self._loaded, name))
        self.push_screen(Menu("Theme", [Choice(name, name) for name in names], self.theme), chosen)


def _import(*modules: str) -> None:
    for module in modules:
        importlib.import_module(module)
