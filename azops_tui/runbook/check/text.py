"""Checks of a document's text: links and characters that are not visible."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import unquote

from azops_tui.runbook.check.finding import DocumentFinding
from azops_tui.runbook.model import Runbook

_LINK = re.compile(
    r"!?\[(?:[^\[\]\\]|\\.|\[[^\[\]]*\])*\]\(\s*<?([^\s<>()]+(?:\([^\s()]*\)[^\s<>()]*)*)>?(?:\s+[\"'(][^\n]*)?\)"
)
_DEFINITION = re.compile(r"^ {0,3}\[[^\]\n]+\]:\s+<?([^\s>]+)>?", re.MULTILINE)
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|//")
_CODE_SPAN = re.compile(r"(`+)(?!`)[^\n]*?(?<!`)\1(?!`)")
_VISIBLE = frozenset("\n\t\r\ufeff\u200d\ufe0f\u00ad\u200c")
"""Controls that text has for good reasons: joiners within emoji and scripts, soft hyphens, line ends."""
_CONTROL = frozenset({"Cc", "Cf", "Zl", "Zp"})
_SPACES_IN_CODE = "\u00a0\u2007\u202f\u3000"


def broken_links(runbook: Runbook, exists: Callable[[Path], bool]) -> Iterator[DocumentFinding]:
    """Report links to files beside the document, and to its headings, that lead nowhere.

    Addresses on the web and a site's own absolute paths are not followed. Prerequisites are reported by the parser.
    """
    fenced = {line for block in runbook.blocks for line in range(block.line, block.end_line + 1)}
    prerequisites = {(link.line, link.target) for link in runbook.prerequisites}
    anchors = {_slug(section.title) for section in runbook.sections}
    anchors |= {name.casefold() for name in re.findall(r"(?:name|id)=[\"']([^\"']+)", runbook.text)}
    for number, raw in enumerate(runbook.text.splitlines(), start=1):
        if number in fenced or ("](" not in raw and "]:" not in raw):
            continue
        text = _CODE_SPAN.sub("", raw)
        for match in (*_LINK.finditer(text), *_DEFINITION.finditer(text)):
            target = match[1]
            path, _, anchor = target.partition("#")
            path = unquote(path.partition("?")[0])
            if _SCHEME.match(target) or path.startswith(("/", "~")) or "{" in target:
                continue
            if not path:
                if (
                    anchor
                    and not anchor.startswith("tab/")
                    and not any(_same_anchor(anchor, known) for known in anchors)
                ):
                    yield DocumentFinding.warning("broken-link", number, f"the document has no heading '#{anchor}'")
            elif (number, path) not in prerequisites and not exists(runbook.path.parent / path):
                yield DocumentFinding.warning("broken-link", number, f"the link leads to {path}, which does not exist")


def hidden_characters(runbook: Runbook) -> Iterator[DocumentFinding]:
    """Report characters that are not visible, by which a command can do something else than it shows."""
    fenced = {line for block in runbook.blocks for line in range(block.line, block.end_line + 1)}
    for number, raw in enumerate(runbook.text.split("\n"), start=1):
        if raw.isascii() and raw.isprintable():
            continue
        hidden = {char for char in raw if char not in _VISIBLE and unicodedata.category(char) in _CONTROL}
        if number in fenced:
            hidden |= {char for char in raw if char in _SPACES_IN_CODE or char == "\u200c"}
        names = ", ".join(f"U+{ord(char):04X} {unicodedata.name(char, 'control character')}" for char in sorted(hidden))
        if names:
            yield DocumentFinding.warning(
                "hidden-character", number, f"the line has a character that is not visible: {names}"
            )


def _slug(title: str) -> str:
    kept = re.sub(r"[^\w\- ]", "", title.casefold())
    return kept.strip().replace(" ", "-")


def _same_anchor(anchor: str, known: str) -> bool:
    """True for an anchor of a heading, also the second one of the same title (``setup-1``)."""
    folded = unquote(anchor).casefold()
    return folded == known or re.sub(r"-\d+$", "", folded) == known
