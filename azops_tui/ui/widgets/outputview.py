"""The output of a step: colours are parsed only for visible lines; scrolling up stops following."""

from __future__ import annotations

from rich.cells import cell_len
from rich.segment import Segment
from textual.geometry import Size
from textual.strip import Strip

from azops_tui.text import strip_ansi
from azops_tui.ui.ansi import segments
from azops_tui.ui.appearance import app_of
from azops_tui.ui.lines import Line, safe
from azops_tui.ui.widgets.lineview import LineView


class OutputView(LineView):
    """Lines of text as a tool printed them."""

    DEFAULT_CSS = "OutputView { overflow-x: auto; }"

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self.wrap = True
        self.raw = False
        """Show escape sequences as text instead of as colours."""
        self.search = ""
        self._source: list[str] = []
        self._lines: list[str] = []
        self._dropped = 0
        self._following = True

    def set_lines(self, lines: list[str], dropped: int = 0) -> None:
        """Show lines; follow the end only if the view was at the end.

        Args:
            lines: the lines that are kept.
            dropped: number of earlier lines that are no longer kept.
        """
        gone = dropped - self._dropped
        y = self.scroll_offset.y
        self._source, self._dropped = lines, dropped
        self._fold()
        if gone > 0 and not self._following:
            self.scroll_to(y=max(0, y - gone), animate=False, immediate=True)

    def _fold(self) -> None:
        width = self.cells
        if self.wrap and not self.raw:
            self._lines = []
            for line in self._source:
                if len(line) <= width and line.isascii() and "\x1b" not in line:
                    self._lines.append(line)
                else:
                    self._lines.extend(_chunks(line, width))
        else:
            self._lines = self._source
        self.changed()
        if self._following:
            self.scroll_end(animate=False, immediate=True)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Scrolling up stops following; scrolling to the end resumes it."""
        super().watch_scroll_y(old_value, new_value)
        self._following = round(new_value) >= self.max_scroll_y

    def changed(self) -> None:
        if self.wrap and not self.raw:
            size = self.cells
        else:
            size = max((len(line) for line in self._lines[-2000:]), default=0) + 1
        self.virtual_size = Size(max(size, self.cells), len(self._lines))
        self.refresh()

    def on_resize(self) -> None:
        self._fold()

    def set_wrap(self, wrap: bool) -> None:
        self.wrap = wrap
        self._fold()

    def set_raw(self, raw: bool) -> None:
        self.raw = raw
        self._fold()

    def find(self, text: str, by: int = 1) -> bool:
        """Mark a text and scroll to its next occurrence; False if there is none."""
        self.search = text.casefold()
        self.refresh()
        total = len(self._lines)
        start = self.scroll_offset.y
        for distance in range(1, total + 1):
            y = (start + by * distance) % total
            if self.search in strip_ansi(self._lines[y]).casefold():
                self.scroll_to(y=y, animate=False, immediate=True)
                return True
        return False

    def count(self) -> int:
        return len(self._lines)

    def line(self, y: int) -> tuple[Line, str]:
        """Text of a line without colours, for searching and copying."""
        return [(strip_ansi(self._lines[y]), "")], ""

    def render_line(self, y: int) -> Strip:
        """The strip of a line, its colours read now."""
        index = y + self.scroll_offset.y
        at = app_of(self)
        base = self.rich_style + at.palette["text"]
        width = self.size.width
        if not 0 <= index < len(self._lines):
            return Strip.blank(width, base)
        text = self._lines[index]
        if self.search and self.search in strip_ansi(text).casefold():
            base = base + at.palette["match"]
        shown = [Segment(safe(text.replace("\x1b", "␛")), base)] if self.raw else segments(text, base)
        strip = Strip(shown)
        left = self.scroll_offset.x
        return strip.crop_extend(left, left + width, base)


def _chunks(line: str, width: int) -> list[str]:
    """Split a line into pieces of at most ``width`` cells; colours continue from piece to piece."""
    plain = strip_ansi(line)
    if cell_len(plain) <= width:
        return [line]
    result: list[str] = []
    current, used, sgr, index = "", 0, "", 0
    while index < len(line):
        if line[index] == "\x1b":
            end = line.find("m", index)
            if end > 0 and line[index : index + 2] == "\x1b[":
                sequence = line[index : end + 1]
                sgr = "" if sequence in ("\x1b[0m", "\x1b[m") else sgr + sequence
                current += sequence
                index = end + 1
                continue
        size = cell_len(line[index])
        if used + size > width and used:
            result.append(current)
            current, used = sgr, 0
        current += line[index]
        used += size
        index += 1
    result.append(current)
    return result
