"""Markdown prose as lines, without a widget per block.

With a widget per block, a document of 10,000 lines takes seconds; this draws only visible pieces.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token

from azops_tui.ui.docfx import CALLOUTS, html_text, replace_names, take_marker, to_markdown
from azops_tui.ui.glyphs import UNICODE, Glyphs
from azops_tui.ui.highlight import highlight
from azops_tui.ui.lines import Line, Span, crop_line, plain, width, wrap

_DEFINITION = re.compile(r"^ {0,3}\[[^\]]+\]:", re.MULTILINE)
FENCE_LINES = 12
"""Maximum lines shown of a fence that is not a step."""


@cache
def _parser() -> MarkdownIt:
    from mdit_py_plugins.deflist import deflist_plugin

    return MarkdownIt("commonmark").enable(["table", "strikethrough"]).use(deflist_plugin)


def references(text: str) -> dict[str, Any]:
    """Definitions of the links of a document (``[label]: address``), wherever they stand, as the parser takes them."""
    if not _DEFINITION.search(text):
        return {}
    parser = MarkdownIt("commonmark")
    parser.core.ruler.disable("inline")
    environment: dict[str, Any] = {}
    parser.parse(text, environment)
    return dict(environment.get("references", {}))


def render(
    text: str,
    cells: int,
    marks: Glyphs,
    links: Mapping[str, Any] | None = None,
    picture: Callable[[str, int], list[Line]] = lambda address, room: [],
) -> list[Line]:
    """Render Markdown as lines of at most ``cells`` cells, with one blank line between blocks.

    Args:
        text: a part of a document.
        cells: width.
        marks: glyphs.
        links: definitions of the document's links, from :func:`references`.
        picture: returns an image as lines, by its address and the room for it in cells; none shows its text alone.
    """
    painter = _Painter(cells, marks, picture)
    known = {**references(text), **(links or {})}
    painter.blocks(_parser().parse(to_markdown(text, {*known}), {"references": known}))
    while painter.lines and not plain(painter.lines[-1]).strip():
        painter.lines.pop()
    return painter.lines


class _Painter:
    def __init__(self, cells: int, marks: Glyphs, picture: Callable[[str, int], list[Line]]) -> None:
        self._picture = picture
        self.cells = max(cells, 12)
        self.marks = marks
        self.lines: list[Line] = []
        self._first: list[Line] = []
        self._rest: list[Line] = []
        """Prefixes of the open containers: a bullet, its indent, a quote's bar."""
        self._counters: list[int | None] = []
        self._tight = False
        self._markers: dict[int, tuple[str, str]] = {}
        self._checklist = 0
        """Number of open quotes whose lists are checklists."""
        self._callouts: list[bool] = []

    def blocks(self, tokens: list[Token]) -> None:
        self._markers = markers_of(tokens)
        stream = iter(tokens)
        for token in stream:
            match token.type:
                case "heading_open":
                    self._heading(int(token.tag[1:]), next(stream))
                case "paragraph_open":
                    self._tight = token.hidden
                case "inline":
                    spans = self._task(inline(token, self.marks))
                    if spans:
                        self._put(spans)
                    self._pictures(token)
                case "html_block":
                    self._html(token.content)
                case "dt_open":
                    self._put([(text, f"strong {style}".strip()) for text, style in inline(next_inline(stream))])
                    self._unblank()
                case "dd_open":
                    self._first.append([("  ", "")])
                    self._rest.append([("  ", "")])
                case "dd_close":
                    self._first.pop()
                    self._rest.pop()
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
                    self._open_quote(*self._markers.pop(id(token), ("", "")))
                case "list_item_close" | "blockquote_close":
                    self._first.pop()
                    self._rest.pop()
                    if token.type == "blockquote_close":
                        self._checklist -= self._callouts.pop()
                        self._blank()
                case "table_open":
                    self._table(stream)
                case _:
                    pass  # closing tokens

    def _pictures(self, token: Token) -> None:
        """Draw the images of a paragraph below it."""
        for child in token.children or []:
            if child.type == "image" and self.marks.half:
                lines = self._picture(str(child.attrGet("src") or ""), self.cells - self._used())
                for line in lines:
                    first, _ = self._prefixes()
                    self.lines.append([*first, *line])
                if lines:
                    self._blank()

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
            mark = f"{self.marks.check if self._checklist else self.marks.bullet} "
        else:
            mark = f"{counter}. "
            self._counters[-1] = counter + 1
        self._first.append([(mark, "accent")])
        self._rest.append([(" " * len(mark), "")])

    def _task(self, spans: list[Span]) -> list[Span]:
        """Draw the box of a task of a task list."""
        if self._counters and spans and spans[0][0][:4].lower() in ("[ ] ", "[x] "):
            done = spans[0][0][1] != " "
            box = self.marks.box_done if done else self.marks.box
            return [(f"{box} ", "done" if done else "muted"), (spans[0][0][4:], spans[0][1]), *spans[1:]]
        return spans

    def _open_quote(self, kind: str, css_class: str) -> None:
        """Open a quote, a callout with its label, or a checklist, which has no bar."""
        is_checklist = css_class == "checklist"
        self._callouts.append(is_checklist)
        self._checklist += is_checklist
        style = CALLOUTS.get(kind, "rule")
        bar: Line = [] if kind == "DIV" else [(f"{self.marks.quote} ", style)]
        self._first.append([*bar, (f"{kind}  ", f"strong {style}")] if kind in CALLOUTS else bar)
        self._rest.append(bar)

    def _html(self, html: str) -> None:
        """Show the text of HTML; its tags are not shown."""
        summary, text = html_text(html)
        if summary:
            self._put([(f"{self.marks.opened} ", "accent"), (summary, "strong")])
        if text:
            self._put([(" ".join(text.split()), "")])

    def _unblank(self) -> None:
        if self.lines and not plain(self.lines[-1]).strip():
            self.lines.pop()

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
        spans = [(text, "title" if level == 1 else "heading") for text, _ in inline(content, self.marks)]
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
        aligned: list[str] = []
        for token in stream:
            if token.type == "table_close":
                break
            if token.type == "tr_open":
                rows.append([])
            elif token.type == "th_open":
                aligned.append(str(token.attrGet("style") or "").rpartition(":")[2])
            elif token.type == "inline":
                rows[-1].append(inline(token, self.marks))
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
                    before, after = _padding(widths[c] - width(part), aligned[c] if c < len(aligned) else "")
                    line.append((before, ""))
                    line.extend([(text, f"strong {style}".strip() if not number else style) for text, style in part])
                    line.append((after + "  ", ""))
                self.lines.append(line)
            if not number:
                first, _ = self._prefixes()
                self.lines.append([*first, ("  ".join(self.marks.rule * w for w in widths), "rule")])
        self._blank()


def _padding(cells: int, aligned: str) -> tuple[str, str]:
    """Blanks before and after a table cell."""
    before = {"right": cells, "center": cells // 2}.get(aligned, 0)
    return " " * before, " " * (cells - before)


def markers_of(tokens: list[Token]) -> dict[int, tuple[str, str]]:
    """Word and class of the marker of each quote that begins with one; the markers are removed from the text."""
    markers: dict[int, tuple[str, str]] = {}
    for token, paragraph, content in zip(tokens, tokens[1:], tokens[2:], strict=False):
        if token.type == "blockquote_open" and paragraph.type == "paragraph_open" and content.type == "inline":
            markers[id(token)] = take_marker(content)
    return markers


def next_inline(stream: Iterator[Token]) -> Token:
    """The next token with text."""
    return next(token for token in stream if token.type == "inline")


def _share(wanted: list[int], room: int) -> list[int]:
    """Widths of columns: as wide as their content if there is room; else the widest shrink."""
    widths = [max(1, w) for w in wanted]
    while sum(widths) > max(room, len(widths) * 4):
        widths[widths.index(max(widths))] -= 1
    return widths


def inline(token: Token, marks: Glyphs = UNICODE) -> list[Span]:
    """Spans of an inline token: emphasis, code, link texts, descriptions and addresses of images."""
    ascii_only = marks is not UNICODE
    spans: list[Span] = []
    styles: list[str] = []
    for child in token.children or []:
        match child.type:
            case "text":
                spans.append((replace_names(child.content, ascii_only=ascii_only), " ".join(styles)))
            case "code_inline":
                spans.append((child.content, "inline"))
            case "softbreak":
                spans.append((" ", " ".join(styles)))
            case "hardbreak":
                spans.append(("\n", ""))
            case "image":
                address = str(child.attrGet("src") or "")
                spans.append(
                    (f"[image: {child.content}]" if child.content else "[image]", " ".join(["muted", *styles]))
                )
                if address:
                    spans.append((f" {address}", "faint"))
            case "html_inline" if child.content.lower().startswith("<br"):
                spans.append(("\n", ""))
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
