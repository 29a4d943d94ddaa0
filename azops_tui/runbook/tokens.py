"""The blocks of a document as Markdown tokens, and their places."""

from __future__ import annotations

import functools

from markdown_it import MarkdownIt
from markdown_it.token import Token


@functools.cache
def _parser() -> MarkdownIt:
    """CommonMark with tables, without inline parsing; deeper nesting than any readable document is ignored."""
    return MarkdownIt("commonmark", {"maxNesting": 60}).enable("table").disable("inline")


def normal_lines(text: str) -> list[str]:
    """Lines of a document without their ends and without a byte order mark."""
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")


def block_tokens(lines: list[str], skipped: int) -> list[Token]:
    """Tokens of the blocks behind the first ``skipped`` lines, the front matter."""
    return _parser().parse("\n".join(["" for _ in range(skipped)] + lines[skipped:]))


def first_line(token: Token) -> int:
    return token.map[0] + 1 if token.map else 1


def is_closed(token: Token) -> bool:
    """True if a fence has a closing line: one more than its opening line and its text."""
    if token.map is None:
        return True
    rows = token.content.count("\n") + (1 if token.content and not token.content.endswith("\n") else 0)
    return token.map[1] - token.map[0] == rows + 2
