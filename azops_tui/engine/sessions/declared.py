"""Reads and writes what ``declare -p`` prints: the variables of a bash."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

_HEAD = re.compile(rb"declare -(?P<flags>[-a-zA-Z]+) (?P<name>[A-Za-z_][A-Za-z0-9_]*)=(?P<quote>\"|\$')")
_OTHER = re.compile(
    rb"""declare -[-a-zA-Z]+ [A-Za-z_]\w*(?:=\((?:[^"'()\\]|\\.|"(?:[^"\\]|\\.)*"|\$?'(?:[^'\\]|\\.)*')*\))?\n"""
)
_ESCAPED = ((b'\\"', b'"'), (b"\\$", b"$"), (b"\\`", b"`"), (b"\\\n", b"\n"))
_ANSI_ESCAPE = re.compile(rb"\\(?:([0-7]{1,3})|x([0-9A-Fa-f]{1,2})|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))", re.DOTALL)
_ANSI_LETTERS = {b"a": b"\a", b"b": b"\b", b"e": b"\x1b", b"E": b"\x1b", b"f": b"\f", b"n": b"\n"} | {
    b"r": b"\r",
    b"t": b"\t",
    b"v": b"\v",
}


def scalars(declarations: bytes, *, exported_only: bool = False) -> dict[str, str]:
    """Name to value of the variables that are not arrays; later declarations win. Bytes that are not UTF-8 are escaped.

    Reads up to the first line that does not declare a variable. No single operation on a large value takes long, so a
    thread can do it beside the event loop.
    """
    values: dict[str, str] = {}
    for head, _, end in _declared(declarations):
        if not exported_only or b"x" in head["flags"]:
            text = declarations[head.end() : end]
            value = _double(text) if head["quote"] == b'"' else _ansi(text)
            values[head["name"].decode()] = value.decode("utf-8", "surrogateescape")
    return values


def without(declarations: bytes, names: Collection[str]) -> bytes:
    """The declarations without those of some variables that are not arrays. What follows the declarations stays."""
    pieces, kept = [], 0
    for head, start, end in _declared(declarations):
        if head["name"].decode() in names:
            pieces.append(declarations[kept:start])
            kept = end + 2
    return b"".join(pieces) + declarations[kept:]


def _declared(declarations: bytes) -> Iterator[tuple[re.Match[bytes], int, int]]:
    """The head of each variable that is not an array, and the indexes of its beginning and of the end of its value."""
    position = 0
    while True:
        head = _HEAD.match(declarations, position)
        if head is not None:
            end = _end_of_value(declarations, head.end(), b'"\n' if head["quote"] == b'"' else b"'\n")
            if end < 0:
                return
            yield head, position, end
            position = end + 2
        else:
            other = _OTHER.match(declarations, position)
            if other is None:
                return
            position = other.end()


def _end_of_value(text: bytes, start: int, closing: bytes) -> int:
    """Index of the quote that closes the value which begins at ``start``; -1 where it is not closed."""
    end = text.find(closing, start)
    while end >= 0:
        backslashes = 0
        while end - backslashes > start and text[end - backslashes - 1] == 0x5C:
            backslashes += 1
        if backslashes % 2 == 0:
            return end
        end = text.find(closing, end + 1)
    return -1


def declaration(name: str, value: str, *, export: bool) -> bytes:
    """A line of bash that assigns the value to the variable.

    Raises:
        ValueError: the name is not valid, or the value has a NUL character.
    """
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
        raise ValueError(f"'{name}' is not a valid name for a shell variable.")
    if "\0" in value:
        raise ValueError(f"The value of '{name}' contains a NUL character, which a shell variable cannot hold.")
    quoted = re.sub(r'([$`"\\])', r"\\\1", value).encode("utf-8", "surrogateescape")
    return b'declare -%s %s="%s"\n' % (b"x" if export else b"-", name.encode(), quoted)


def _double(text: bytes) -> bytes:
    if b"\\" not in text:
        return text
    text = text.replace(b"\\\\", b"\0")  # no value has a NUL
    for escaped, plain in _ESCAPED:
        text = text.replace(escaped, plain)
    return text.replace(b"\0", b"\\")


def _ansi(text: bytes) -> bytes:
    def unescape(match: re.Match[bytes]) -> bytes:
        octal, two, four, eight, letter = match.groups()
        if octal is not None:
            return bytes([int(octal, 8) & 255])
        if two is not None:
            return bytes([int(two, 16)])
        if four is not None or eight is not None:
            return chr(int(four or eight, 16)).encode("utf-8", "surrogatepass")
        return _ANSI_LETTERS.get(letter, letter)

    return _ANSI_ESCAPE.sub(unescape, text)
