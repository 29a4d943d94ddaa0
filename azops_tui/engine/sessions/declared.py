"""Reads and writes what ``declare -p`` prints: the variables of a bash."""

from __future__ import annotations

import re

_SCALAR = re.compile(
    rb"""declare\ -(?P<flags>[-a-zA-Z]+)\ (?P<name>[A-Za-z_][A-Za-z0-9_]*)
        =(?:"(?P<double>(?:[^"\\]|\\.)*)"|\$'(?P<ansi>(?:[^'\\]|\\.)*)')\n""",
    re.VERBOSE | re.DOTALL,
)
_OTHER = re.compile(
    rb"""declare -[-a-zA-Z]+ [A-Za-z_]\w*(?:=\((?:[^"'()\\]|\\.|"(?:[^"\\]|\\.)*"|\$?'(?:[^'\\]|\\.)*')*\))?\n"""
)
_DOUBLE_ESCAPE = re.compile(rb'\\([$`"\\\n])')
_ANSI_ESCAPE = re.compile(rb"\\(?:([0-7]{1,3})|x([0-9A-Fa-f]{1,2})|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))", re.DOTALL)
_ANSI_LETTERS = {b"a": b"\a", b"b": b"\b", b"e": b"\x1b", b"E": b"\x1b", b"f": b"\f", b"n": b"\n"} | {
    b"r": b"\r",
    b"t": b"\t",
    b"v": b"\v",
}


def scalars(declarations: bytes, *, exported_only: bool = False) -> dict[str, str]:
    """Name to value of the variables that are no arrays; later declarations win. What is not UTF-8 is escaped.

    The reading stops at the first line that declares no variable.
    """
    found: dict[str, str] = {}
    position = 0
    while True:
        match = _SCALAR.match(declarations, position)
        if match is not None:
            if not exported_only or b"x" in match["flags"]:
                value = _double(match["double"]) if match["double"] is not None else _ansi(match["ansi"])
                found[match["name"].decode()] = value.decode("utf-8", "surrogateescape")
        else:
            match = _OTHER.match(declarations, position)
            if match is None:
                return found
        position = match.end()


def declaration(name: str, value: str, *, export: bool) -> bytes:
    """A line of bash that gives the variable that value.

    Raises:
        ValueError: it is no name of a variable, or the value has a NUL, which no shell can keep.
    """
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
        raise ValueError(f"{name!r} is no name of a shell variable.")
    if "\0" in value:
        raise ValueError(f"The value of {name} has a NUL character, which no shell variable can keep.")
    quoted = re.sub(r'([$`"\\])', r"\\\1", value).encode("utf-8", "surrogateescape")
    return b'declare -%s %s="%s"\n' % (b"x" if export else b"-", name.encode(), quoted)


def _double(text: bytes) -> bytes:
    return _DOUBLE_ESCAPE.sub(rb"\1", text)


def _ansi(text: bytes) -> bytes:
    def one(match: re.Match[bytes]) -> bytes:
        octal, two, four, eight, letter = match.groups()
        if octal is not None:
            return bytes([int(octal, 8) & 255])
        if two is not None:
            return bytes([int(two, 16)])
        if four is not None or eight is not None:
            return chr(int(four or eight, 16)).encode("utf-8", "surrogatepass")
        return _ANSI_LETTERS.get(letter, letter)

    return _ANSI_ESCAPE.sub(one, text)
