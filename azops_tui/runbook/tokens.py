"""Places of Markdown tokens in their document."""

from __future__ import annotations

from markdown_it.token import Token


def first_line(token: Token) -> int:
    return token.map[0] + 1 if token.map else 1


def is_closed(token: Token) -> bool:
    """True if a fence has a closing line: one more than its opening line and its text."""
    if token.map is None:
        return True
    rows = token.content.count("\n") + (1 if token.content and not token.content.endswith("\n") else 0)
    return token.map[1] - token.map[0] == rows + 2
