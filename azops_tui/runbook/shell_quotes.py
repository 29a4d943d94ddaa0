"""Quote a value as its place in shell code needs it."""

from __future__ import annotations

import re
import shlex

from azops_tui.runbook.shell import read

_IN_DOUBLE_QUOTES = re.compile(r'([\\"$`])')


def quoted_at(code: str, offset: int, value: str) -> str:
    """The value for a word, or a part of one, at an offset of the code.

    In quotes, their own special characters are escaped; in the text of a here-document it stays as it is.
    """
    match _quotes_around(code, offset):
        case "string":
            return _IN_DOUBLE_QUOTES.sub(r"\\\1", value)
        case "raw_string":
            return value.replace("'", "'\\''")
        case "heredoc_body" | "comment" | "ansi_c_string":
            return value
    # The shell replaces "~/" by the home only outside quotes.
    return f"~/{shlex.quote(value[2:])}" if value.startswith("~/") and len(value) > 2 else shlex.quote(value)


def reference_at(code: str, offset: int, name: str) -> str | None:
    """A reference to a variable as its place needs it; None where the shell expands nothing."""
    match _quotes_around(code, offset):
        case "string":
            return f"${{{name}}}"
        case "raw_string":
            return f"'\"${{{name}}}\"'"
        case "heredoc_body" | "comment" | "ansi_c_string":
            return None
    return f'"${{{name}}}"'


def _quotes_around(code: str, offset: int) -> str:
    """Kind of the innermost quotes around an offset; empty outside quotes."""
    at = len(code[:offset].encode("utf-8", "replace"))
    # The innermost begins last.
    around = [text.kind for text in read(code).quoted if text.start <= at < text.end]
    return around[-1] if around else ""
