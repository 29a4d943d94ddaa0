"""A run as one HTML page that needs nothing else: light and dark, printable, without scripts."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Sequence
from html import escape
from importlib import resources
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token

from azops_tui.journal.export.results import ExportedStep, RunResults
from azops_tui.runbook.frontmatter import read_front_matter
from azops_tui.runbook.model import Block, Role
from azops_tui.runbook.tokens import normal_lines
from azops_tui.sanitise import clean
from azops_tui.text import strip_ansi

LoadImage = Callable[[str], tuple[str, bytes] | None]
"""Returns the media type and the content of an image beside the document; None for any other."""

_KINDS = "NOTE|TIP|IMPORTANT|WARNING|CAUTION"
_CALLOUT = re.compile(rf"\[!({_KINDS})\]\s*", re.IGNORECASE)
_MARKER_LINE = re.compile(rf"^[ \t]*(?:>[ \t]*\[!(?!(?:{_KINDS})\]).*\]|:::.*)$", re.MULTILINE)
_SAFE_TAGS = re.compile(r"</?(?:br|sub|sup|kbd|b|i|em|strong|details|summary)\s*/?>", re.IGNORECASE)
_LONGEST_TABLE = 500
"""Rows of a list of JSON objects that are shown as a table."""
_MOST_COLUMNS = 12


def html(results: RunResults, *, dashboard: bool = False, load_image: LoadImage = lambda source: None) -> str:
    """The page: the document with states, times, outputs and tables in place.

    Args:
        results: the run.
        dashboard: leave out the code, expected results, and steps without anything to show.
        load_image: loads the images of the document, which become part of the page.
    """
    style = resources.files("azops_tui.journal.export").joinpath("page.css").read_text("utf-8")
    title = escape(results.title)
    body = _Page(results, dashboard, load_image).body()
    return (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
        f'img-src data:">\n<title>{title}</title>\n<style>\n{style}</style>\n</head>\n<body>\n{body}</body>\n</html>\n'
    )


class _Page:
    def __init__(self, results: RunResults, dashboard: bool, load_image: LoadImage) -> None:
        self._results = results
        self._dashboard = dashboard
        self._load_image = load_image
        self._runbook = results.runbook
        self._steps = results.in_document(self._runbook)
        self._roles: dict[int, Block] = {block.line: block for block in self._runbook.blocks}

    def body(self) -> str:
        results = self._results
        parameters = list(results.parameters.items())
        parts = [f"<header>\n<p>{escape(results.sentence)}</p>\n"]
        if parameters:
            parts.append(f"<details><summary>Parameters</summary>{_table(('Name', 'Value'), parameters)}</details>\n")
        parts.append("</header>\n")
        for step in results.elsewhere(self._runbook):
            parts += [f"<p><b>{escape(step.info.name)}</b></p>\n", self._step(step)]
        return "".join(parts) + self._document()

    def _document(self) -> str:
        lines = normal_lines(self._results.document)
        front = read_front_matter(lines).lines
        text = "\n".join([""] * front + lines[front:])
        # Lines that mean something to another renderer only; their number stays.
        text = _MARKER_LINE.sub("", text)
        parser = MarkdownIt("commonmark", {"maxNesting": 60}).enable(["table", "strikethrough"])
        tokens = parser.parse(text)
        _mark_callouts(tokens)
        rules: dict[str, Callable[..., str]] = {
            "fence": self._fence,
            "code_block": self._fence,
            "html_block": _raw,
            "html_inline": _raw,
            "image": self._image,
            "softbreak": lambda *_: "\n",
        }
        renderer = RendererHTML()
        # The library's own entries are methods of the renderer, and so declared; it calls any function.
        renderer.rules |= rules  # type: ignore[arg-type]
        return str(renderer.render(tokens, parser.options, {}))

    def _fence(self, tokens: Sequence[Token], index: int, *_: Any) -> str:
        token = tokens[index]
        line = token.map[0] + 1 if token.map else 0
        block = self._roles.get(line)
        place = self._steps.get(line)
        if place is not None:
            return self._step(place[1])
        if self._dashboard and block is not None and block.role in (Role.STEP, Role.RESULT):
            return ""
        return f'<pre class="plain"><code>{_escaped(token.content)}</code></pre>\n'

    def _image(self, tokens: Sequence[Token], index: int, *_: Any) -> str:
        token = tokens[index]
        source, alternative = str(token.attrGet("src") or ""), token.content
        loaded = self._load_image(source)
        if loaded is None:
            return f"[{_escaped(alternative or source)}]"
        kind, content = loaded
        return _img(kind, content, alternative)

    def _step(self, step: ExportedStep) -> str:
        parts: list[str] = []
        if not self._dashboard and step.info.hide not in ("input", "both"):
            parts.append(f'<pre class="code"><code>{_escaped(step.code.rstrip())}</code></pre>')
        if not self._dashboard or step.state not in ("done", "waiting", "skipped"):
            edited = " It was edited before it was run." if step.is_edited else ""
            parts.append(f'<div class="state"><b>{step.label}</b>{_escaped(step.account + edited)}</div>')
        if not step.hides_output:
            parts += _output(step)
        if not parts:
            return ""
        return f'<div class="step {step.state}" id="{_escaped(step.info.name)}">{"".join(parts)}</div>\n'


def _output(step: ExportedStep) -> list[str]:
    parts = []
    objects = _objects(step)
    if objects is not None:
        parts.append(_table(*objects))
    else:
        pieces, last = [], ""
        for piece in step.pieces:
            if piece.host != last and piece.host:
                pieces.append(f'<span class="host">── {_escaped(piece.host)}</span>\n')
            last = piece.host
            text = _coloured(piece.text)
            pieces.append(text if piece.stream == "stdout" else f'<span class="{piece.stream}">{text}</span>')
        if "".join(pieces).strip():
            parts.append(f'<pre class="output">{"".join(pieces).rstrip()}</pre>')
    parts += [_table(table.columns, table.rows) for table in step.tables]
    parts += [_img("image/png", picture.png, f"a picture of {step.info.name}") for picture in step.pictures]
    if step.failure is not None and step.failure.difference:
        parts.append(f'<pre class="output">{_escaped(chr(10).join(step.failure.difference))}</pre>')
    for deployment, rows in step.operations:
        parts.append(_table((f"Deployment {deployment.name}", "Type", "State", "Time"), rows))
    return parts


def _img(kind: str, content: bytes, alternative: str) -> str:
    return f'<img alt="{_escaped(alternative)}" src="data:{kind};base64,{base64.b64encode(content).decode()}">'


def _objects(step: ExportedStep) -> tuple[list[str], list[list[str]]] | None:
    """Columns and rows of an output that is a list of flat JSON objects; None for any other."""
    if any(piece.stream != "stdout" or piece.host for piece in step.pieces) or step.kept.left_out:
        return None
    try:
        found = json.loads(step.output())
    except ValueError:
        return None
    if not isinstance(found, list) or not 0 < len(found) <= _LONGEST_TABLE:
        return None
    if not all(isinstance(item, dict) for item in found):
        return None
    columns = list(dict.fromkeys(name for item in found for name in item))
    if not 0 < len(columns) <= _MOST_COLUMNS or any(
        isinstance(value, dict | list) for i in found for value in i.values()
    ):
        return None
    return columns, [["" if item.get(name) is None else str(item.get(name)) for name in columns] for item in found]


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    def row(tag: str, cells: Sequence[str]) -> str:
        return "<tr>" + "".join(f"<{tag}>{_escaped(strip_ansi(cell))}</{tag}>" for cell in cells) + "</tr>"

    body = "".join(row("td", cells) for cells in rows)
    return f"<table><thead>{row('th', columns)}</thead><tbody>{body}</tbody></table>"


def _escaped(text: str) -> str:
    return escape(clean(text))


def _coloured(text: str) -> str:
    """Output with its colours."""
    if "\x1b" not in text:
        return _escaped(text)
    from io import StringIO

    from rich.console import Console
    from rich.text import Text

    console = Console(record=True, file=StringIO(), force_terminal=True, color_system="truecolor", width=10_000)
    console.print(Text.from_ansi(text), soft_wrap=True, end="")
    code = console.export_html(inline_styles=True, code_format="{code}")
    return code + ("\n" if text.endswith("\n") and not code.endswith("\n") else "")


def _raw(tokens: Sequence[Token], index: int, *_: Any) -> str:
    """HTML of the document: a few harmless tags as they are, comments not at all, all else as text."""
    content = re.sub(r"<!--.*?-->", "", tokens[index].content, flags=re.DOTALL)
    parts, at = [], 0
    for match in _SAFE_TAGS.finditer(content):
        parts += [_escaped(content[at : match.start()]), match[0]]
        at = match.end()
    return "".join([*parts, _escaped(content[at:])])


def _mark_callouts(tokens: Sequence[Token]) -> None:
    """Turn quotes that begin with ``[!NOTE]`` into boxes."""
    for place, token in enumerate(tokens[:-2]):
        inner = tokens[place + 2]
        if token.type != "blockquote_open" or inner.type != "inline" or not inner.children:
            continue
        match = _CALLOUT.match(inner.content)
        if match is None:
            continue
        token.attrSet("class", f"callout {match[1].lower()}")
        first = inner.children[0]
        first.content = _CALLOUT.sub("", first.content, count=1)
        label = Token("html_inline", "", 0, content=f"<b>{match[1].capitalize()}</b><br>")
        rest = inner.children[1:] if first.content == "" and len(inner.children) > 1 else inner.children
        if rest and rest[0].type in ("softbreak", "hardbreak"):
            rest = rest[1:]
        inner.children = [label, *rest]
