"""What widgets and screens need of the app: its palette, its glyphs, and the way to other screens."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from rich.style import Style
from rich.text import Text
from textual.app import App
from textual.dom import DOMNode
from textual.filter import LineFilter
from textual.strip import Strip

from azops_tui import bugs
from azops_tui.ui import glyphs
from azops_tui.ui.lines import Line, Palette, to_strip


class BaseApp(App[int]):
    """Base of the app, which widgets and screens can import without a circle."""

    palette: Palette = Palette({})
    """Styles of the current theme, by name."""
    marks: glyphs.Glyphs = glyphs.UNICODE
    keymap: dict[str, str]
    """The user's keys, by command id."""

    @property
    def ascii_only(self) -> bool:
        return self.marks is glyphs.ASCII

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Filters of every line that is drawn."""
        if not self.ascii_only:
            return super().get_line_filters()
        from azops_tui.ui.ascii import AsciiFilter

        return [*super().get_line_filters(), AsciiFilter()]

    def draw(self, line: Line, cells: int, base: Style, background: str = "") -> Strip:
        """Draw a line as a strip of ``cells`` cells.

        Args:
            line: spans to draw.
            cells: width.
            base: the widget's own style.
            background: name of the background style.
        """
        return to_strip(line, cells, self.palette, base + self.palette["text"] + self.palette[background])

    def _fatal_error(self) -> None:
        """End the app after an unexpected error; Textual would print local variables, which can hold secrets."""
        error = self._exception or RuntimeError("unknown error")
        self._exit_renderables.append(Text(f"azops: {bugs.report(error)}"))
        self._close_messages_no_wait()

    def open(self, source: Path | int) -> None:
        """Show a runbook, or the replay of a run by its number."""
        raise NotImplementedError

    def show_home(self) -> None:
        """End the run and show the list of runbooks."""
        raise NotImplementedError

    def leave(self) -> None:
        """End the run and quit."""
        raise NotImplementedError

    def refuse(self, problems: tuple[str, ...], after: Callable[[], None] | None = None) -> None:
        """Show why the document cannot run.

        Args:
            problems: each as ``file:line: sentence``.
            after: called when the sheet is closed.
        """
        raise NotImplementedError


def app_of(node: DOMNode) -> BaseApp:
    """The app of a widget or screen."""
    app = node.app
    assert isinstance(app, BaseApp)
    return app
