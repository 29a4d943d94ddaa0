"""Markdown prose as lines, without a widget per block.

With a widget per block, a document of 10,000 lines takes seconds; this draws only visible pieces.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.token import Token

from azops_tui.ui.glyphs import Glyphs
from azops_tui.ui.highlight import highlight
from azops_tui.ui.lines import Line, Span, crop_line, plain, width, wrap

FENCE_LINES = 12
"""Maximum lines shown of a fence that is not a step."""


@cache
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark").enable(["table", "strikethrough"])


def render(text: str, cells: int, marks: Glyphs) -> list[Line]:
    """Render Markdown as lines of at most ``cells`` cells, with one blank line between blocks."""
    painter = _Painter(cells, marks)
    painter.blocks(_parser().parse(text))
    while painter.lines and not plain(painter.lines[-1]).strip():
        painter.lines.pop()
    return painter.lines


class _Painter:
    def __init__(self, cells: int, marks: Glyphs) -> None:
        self.cells = max(cells, 12)
        self.marks = marks
        self.lines: list[Line] = []
        self._first: list[Line] = []
        self._rest: list[Line] = []
        """Prefixes of the open containers: a bullet, its indent, a quote's bar."""
        self._counters: list[int | None] = []
        self._tight = False

    def blocks(self, tokens: list[Token]) -> None:
        stream = iter(tokens)
        for token in stream:
            match token.type:
                case "heading_open":
                    self._heading(int(token.tag[1:]), next(stream))
                case "paragraph_open":
                    self._tight = token.hidden
                case "inline":
                    self._put(inline(token))
                case "fence" | "code_block":
                    self._fence(token)
                case "hr":
                    self._put([(self.marks.rule * max(3, self.cells - self._used()), "rule")])
                case "bullet_list_open":
                    self._counters.append(None)
                case "ordered_list_open":
                    self._counters.append(int(token.attrGet("start") or 1))
                case "bullet_list_close" | "ordered_list_close":
                    self._counters.pop()
                    self._blank()
                case "list_item_open":
                    self._open_item()
                case "blockquote_open":
                    self._first.append([(f"{self.marks.quote} ", "rule")])
                    self._rest.append([(f"{self.marks.quote} ", "rule")])
                case "list_item_close" | "blockquote_close":
                    self._first.pop()
                    self._rest.pop()
                    if token.type == "blockquote_close":
                        self._blank()
                case "table_open":
                    self._table(stream)
                case _:
                    pass  # closing tokens, and HTML, which is not shown

    def _used(self) -> int:
        return sum(width(prefix) for prefix in self._rest)

    def _prefixes(self) -> tuple[Line, Line]:
        first = [span for prefix in self._first for span in prefix]
        rest = [span for prefix in self._rest for span in prefix]
        self._first = [list(prefix) for prefix in self._rest]
        return first, rest

    def _open_item(self) -> None:
        counter = self._counters[-1] if self._counters else None
        if counter is None:
            mark = f"{self.marks.bullet} "
        else:
            mark = f"{counter}. "
            self._counters[-1] = counter + 1
        self._first.append([(mark, "accent")])
        self._rest.append([(" " * len(mark), "")])

    def _put(self, spans: list[Span]) -> None:
        first, rest = self._prefixes()
        self.lines.extend(wrap(spans, self.cells, first=first, rest=rest))
        if not self._tight:
            self._blank()
        self._tight = False

    def _blank(self) -> None:
        if self.lines and plain(self.lines[-1]).strip():
            self.lines.append([])

    def _heading(self, level: int, content: Token) -> None:
        spans = [(text, "title" if level == 1 else "heading") for text, _ in inline(content)]
        self._put(spans)
        if level == 1:
            self.lines.pop()
            self.lines.extend([[(self.marks.rule * min(self.cells, sum(len(t) for t, _ in spans)), "rule")], []])

    def _fence(self, token: Token) -> None:
        lines = token.content.rstrip("\n").split("\n")
        shown = highlight("\n".join(lines[:FENCE_LINES]), token.info.split(" ")[0] if token.info else "")
        room = self.cells - self._used() - 2
        for line in shown:
            first, _ = self._prefixes()
            self.lines.append([*first, ("  ", ""), *crop_line(line, room)])
        if len(lines) > FENCE_LINES:
            first, _ = self._prefixes()
            self.lines.append([*first, (f"  {self.marks.ellipsis} {len(lines) - FENCE_LINES} more lines", "muted")])
        self._blank()

    def _table(self, stream: Iterator[Token]) -> None:
        rows: list[list[list[Span]]] = []
        for token in stream:
            if token.type == "table_close":
                break
            if token.type == "tr_open":
                rows.append([])
            elif token.type == "inline":
                rows[-1].append(inline(token))
        columns = max((len(row) for row in rows), default=0)
        if not columns:
            return
        room = self.cells - self._used() - 2 * (columns - 1)
        wanted = [max((width(row[c]) for row in rows if c < len(row)), default=1) for c in range(columns)]
        widths = _share(wanted, room)
        for number, row in enumerate(rows):
            cells = [wrap(row[c] if c < len(row) else [], widths[c]) for c in range(columns)]
            for y in range(max(len(cell) for cell in cells)):
                first, _ = self._prefixes()
                line: Line = list(first)
                for c, cell in enumerate(cells):
                    part = cell[y] if y < len(cell) else []
                    line.extend([(text, f"strong {style}".strip() if not number else style) for text, style in part])
                    line.append((" " * (widths[c] - width(part) + 2), ""))
                self.lines.append(line)
            if not number:
                first, _ = self._prefixes()
                self.lines.append([*first, ("  ".join(self.marks.rule * w for w in widths), "rule")])
        self._blank()


def _share(wanted: list[int], room: int) -> list[int]:
    """Widths of columns: as wide as their content if there is room; else the widest shrink."""
    widths = [max(1, w) for w in wanted]
    while sum(widths) > max(room, len(widths) * 4):
        widths[widths.index(max(widths))] -= 1
    return widths


def inline(token: Token) -> list[Span]:
    """Spans of an inline token: emphasis, code, link texts, image descriptions."""
    spans: list[Span] = []
    styles: list[str] = []
    for child in token.children or []:
        match child.type:
            case "text":
                spans.append((child.content, " ".join(styles)))
            case "code_inline":
                spans.append((child.content, "inline"))
            case "softbreak":
                spans.append((" ", " ".join(styles)))
            case "hardbreak":
                spans.append(("\n", ""))
            case "image":
                spans.append((f"[{child.content or 'image'}]", "muted"))
            case "strong_open":
                styles.append("strong")
            case "em_open":
                styles.append("emph")
            case "s_open":
                styles.append("faint")
            case "link_open":
                styles.append("link")
            case "strong_close" | "em_close" | "link_close" | "s_close":
                styles.pop()
            case _:
                pass  # inline HTML is not shown
    return spans
