"""A scrolling view that draws only its visible lines."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import BindingType
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from azops_tui.ui.appearance import app_of
from azops_tui.ui.commands import bindings
from azops_tui.ui.lines import Line


class LineView(ScrollView, can_focus=True):
    """Base of the document, the lists and the output: a subclass provides the lines."""

    DEFAULT_CSS = """
    LineView {
        background: $background;
        color: $foreground;
        overflow-x: hidden;
        overflow-y: auto;
        scrollbar-size-vertical: 1;
        scrollbar-gutter: stable;
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = bindings("lists")

    def count(self) -> int:
        raise NotImplementedError

    def line(self, y: int) -> tuple[Line, str]:
        """Line ``y`` and the name of its background style."""
        raise NotImplementedError

    @property
    def cells(self) -> int:
        """Cells a line may take."""
        return max(1, self.scrollable_content_region.width)

    def changed(self) -> None:
        """Redraw after lines were added, removed or changed."""
        self.virtual_size = Size(self.cells, self.count())
        self.refresh()

    def on_resize(self) -> None:
        self.changed()

    def render_line(self, y: int) -> Strip:
        at = app_of(self)
        index = y + self.scroll_offset.y
        base = self.rich_style
        if not 0 <= index < self.count():
            return Strip.blank(self.size.width, base)
        line, background = self.line(index)
        return at.draw(line, self.size.width, base, background)

    def show_lines(self, top: int, bottom: int) -> None:
        """Scroll as little as possible to show lines ``top`` to ``bottom`` (inclusive); the top one has priority."""
        height = max(1, self.scrollable_content_region.height)
        y = self.scroll_offset.y
        if bottom >= y + height:
            y = bottom - height + 1
        y = min(y, top)
        self.scroll_to(y=y, animate=False, immediate=True)

    def action_cursor_up(self) -> None:
        self.scroll_relative(y=-1, animate=False)

    def action_cursor_down(self) -> None:
        self.scroll_relative(y=1, animate=False)

    def action_page_up(self) -> None:
        self.scroll_page_up(animate=False)

    def action_page_down(self) -> None:
        self.scroll_page_down(animate=False)

    def action_first(self) -> None:
        self.scroll_home(animate=False)

    def action_last(self) -> None:
        self.scroll_end(animate=False)
