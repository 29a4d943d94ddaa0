"""JSON as Resource Manager accepts it: with comments, trailing commas, bare keys and single quotes.

``az`` sends templates untouched inside its request, and templates have comments.
"""

from __future__ import annotations

import json
import re
from typing import Any

_TOKEN = re.compile(
    r'"(?:[^"\\]|\\.)*"'
    r"|'(?:[^'\\]|\\.)*'"
    r"|//[^\n]*"
    r"|/\*.*?\*/"
    r"|[A-Za-z_$][\w$-]*(?=\s*:)"
    r"|,(?=(?:\s|//[^\n]*|/\*.*?\*/)*[}\]])",
    re.S,
)


def loads(text: str) -> Any:
    """The value of a document.

    Raises:
        ValueError: it is not JSON even so; the message says where.
    """
    try:
        return json.loads(text, strict=False)
    except ValueError:
        return json.loads(_TOKEN.sub(_plain, text), strict=False)


def _plain(match: re.Match[str]) -> str:
    token = match[0]
    if token[0] == '"':
        return token
    if token[0] == "'":
        inner = token[1:-1].replace("\\'", "'")
        return '"' + re.sub(r'(?<!\\)"', '\\"', inner) + '"'
    if token[0] == ",":
        return ""
    if token[0] == "/":
        return " "
    return f'"{token}"'
