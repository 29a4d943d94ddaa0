"""Inline Markdown: parsed only where it matters, and its plain text."""

from __future__ import annotations

import functools
import re

from markdown_it import MarkdownIt


@functools.cache
def inline_parser() -> MarkdownIt:
    return MarkdownIt("commonmark")


def plain_text(source: str) -> str:
    """Text of a heading without markup."""
    if not re.search(r"[\\`*_<\[!&]", source):
        return source.strip()
    parts: list[str] = []
    pending = list(inline_parser().parseInline(source))
    while pending:
        token = pending.pop(0)
        if token.type == "image":
            parts.append(token.content)
        elif token.children:
            pending = [*token.children, *pending]
        elif token.type in {"text", "code_inline", "text_special"}:
            parts.append(token.content)
        elif token.type in {"softbreak", "hardbreak"}:
            parts.append(" ")
    return "".join(parts).strip()
