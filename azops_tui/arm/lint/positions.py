"""Where the parts of a template begin in its text; the service counts from their ends, people from their beginnings."""

from __future__ import annotations

from azops_tui.arm.reader import Document, Path, Strict, locate


def beginning(document: Document, path: Path, *, key: bool = False) -> tuple[int, int]:
    """Line and column, from 1, of the first character of the value at `path`, or of its key; (0, 0) without a text."""
    if not document.text:
        return 0, 0
    strict = document.strict or Strict(document.text)
    at = _start(strict.text, locate(strict.text, document.path + path))
    if key and path and isinstance(path[-1], str):
        at = _key(strict.text, at)
    return document.line_and_column(strict.original(at))


def _start(text: str, last: int) -> int:
    """Offset of the first character of the token whose last one is at `last`."""
    if text[last] == '"':
        return _opening(text, last)
    if text[last] in "{[":
        return last
    while last > 0 and (text[last - 1].isalnum() or text[last - 1] in "+-."):
        last -= 1
    return last


def _opening(text: str, closing: int) -> int:
    """Offset of the quote that opens the string closed at `closing`: the nearest that no backslash escapes."""
    at = closing
    while at > 0:
        at = text.rfind('"', 0, at)
        before = at
        while before > 0 and text[before - 1] == "\\":
            before -= 1
        if (at - before) % 2 == 0:
            return max(at, 0)
    return closing


def _key(text: str, value: int) -> int:
    """Offset of the key before the value that begins at `value`, or `value` where there is none."""
    at = value - 1
    while at >= 0 and text[at].isspace():
        at -= 1
    if at < 0 or text[at] != ":":
        return value
    at -= 1
    while at >= 0 and text[at].isspace():
        at -= 1
    return _opening(text, at) if at > 0 and text[at] == '"' else value
