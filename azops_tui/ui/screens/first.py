"""The first frame: looks like the main screen, drawn before anything but Textual is loaded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget

from azops_tui.ui.appearance import app_of
from azops_tui.ui.lines import Line, wrap

_WIDE = 100
_SHARE = 1 / 2.14
"""The document's share of a wide screen, as on the main screen."""
_LINES = 80


@dataclass(frozen=True)
class Opening:
    """What the first frame shows: all that is known before the document is parsed."""

    file: str = ""
    cloud: str = ""
    mode: Sequence[str] = ()
    """What is enforced, in words."""
    production: bool = False
    text: str = ""


class FirstFrame(Widget):
    """Top line, an empty frame or two, and the beginning of the text."""

    DEFAULT_CSS = "FirstFrame { width: 100%; height: 100%; background: $background; color: $foreground; }"

    def __init__(self, opening: Opening) -> None:
        super().__init__()
        self.opening = opening
        self._body: list[Line] = []
        self._cells = 0

    def render_line(self, y: int) -> Strip:
        return app_of(self).draw(self._line(y, self.size.width, self.size.height), self.size.width, self.rich_style)

    def _line(self, y: int, cells: int, height: int) -> Line:
        if y == 0:
            return self._top()
        left = round(cells * _SHARE) if cells >= _WIDE else cells
        if y == height - 1:
            return []
        if y in (1, height - 2):
            return [*_edge(left, y == 1, "accent"), *(_edge(cells - left, y == 1, "rule") if left < cells else [])]
        inner = left - 3
        if inner != self._cells:
            self._cells, self._body = inner, beginning(self.opening.text, inner - 1)
        line = self._body[y - 2] if y - 2 < len(self._body) else []
        used = sum(len(text) for text, _ in line)
        row: Line = [("│ ", "accent"), *line, (" " * (inner - used), ""), ("│", "accent")]
        if left < cells:
            row += [("│", "rule"), (" " * (cells - left - 2), ""), ("│", "rule")]
        return row

    def _top(self) -> Line:
        opening, marks = self.opening, app_of(self).marks
        line: Line = [(" azops  ", "strong"), (opening.file, "muted")]
        if opening.cloud:
            mode = f" {marks.separator} ".join(["", *opening.mode])
            style = "production" if opening.production else "strong"
            line += [("            ", ""), (f"{marks.cloud} ", "accent"), (opening.cloud, style)]
            line.append((mode, "muted"))
        return [*line, ("   reading", "faint")]


def _edge(cells: int, top: bool, style: str) -> Line:
    corners = ("╭", "╮") if top else ("╰", "╯")
    return [(corners[0] + "─" * (cells - 2) + corners[1], style)]


def beginning(text: str, cells: int) -> list[Line]:
    """First lines of the document, wrapped: close to what the main screen shows, without parsing."""
    source = text.split("\n", _LINES)[:_LINES]
    if source and source[0].strip() == "---":
        end = next((n for n, line in enumerate(source[1:], 1) if line.strip() in ("---", "...")), 0)
        source = source[end + 1 :]
    lines: list[Line] = []
    paragraph: list[str] = []

    def close() -> None:
        if paragraph:
            words = " ".join(paragraph).replace("**", "").replace("`", "")
            lines.extend(wrap([(words, "")], max(10, cells)))
            lines.append([])
            paragraph.clear()

    for raw in source:
        line = raw.strip()
        if line.startswith("#"):
            close()
            title = line.lstrip("#").strip()
            first = not lines and not line.startswith("##")
            lines.append([(title, "title" if first else "heading")])
            lines.append([("─" * min(len(title), cells), "rule")] if first else [])
            lines += [[]] if first else []
        elif line.startswith(("```", "~~~")):
            break
        elif line and not line.startswith("<!--"):
            paragraph.append(line)
        else:
            close()
    close()
    return lines


class FirstScreen(Screen[None]):
    """Shows the first frame until the main screen is loaded."""

    DEFAULT_CSS = "FirstScreen { background: $background; }"

    def __init__(self, opening: Opening) -> None:
        super().__init__()
        self.opening = opening

    def compose(self) -> list[Widget]:
        return [FirstFrame(self.opening)]
