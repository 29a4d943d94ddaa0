"""Text formatting of ``echo -e``, ``printf`` and ``df -h``."""

from __future__ import annotations

import re

_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "e": "\x1b", "\\": "\\", "0": "\0", "v": "\v"}


def unescape(text: str) -> str:
    """Replace the backslash sequences of a text."""

    def replacement(match: re.Match[str]) -> str:
        if match[1]:
            return chr(int(match[1], 8))
        return _ESCAPES.get(match[2], match[0])

    return re.sub(r"\\(?:0?([0-7]{1,3})|(.))", replacement, text, flags=re.DOTALL)


def formatted(form: str, words: list[str]) -> str:
    """Fill a ``printf`` format; the words used are removed from the list."""

    def replacement(match: re.Match[str]) -> str:
        if match[0] == "%%":
            return "%"
        if match["escape"]:
            return unescape(match["escape"])
        flags, kind = (
            match["flags"].replace("*", words.pop(0) if "*" in match["flags"] and words else ""),
            match["kind"],
        )
        word = words.pop(0) if words else ""
        if kind in "di":
            return f"%{flags}d" % _number(word)
        if kind in "xXou":
            return f"%{flags}{'d' if kind == 'u' else kind}" % int(_number(word))
        if kind in "feg":
            return f"%{flags}{kind}" % _number(word)
        if kind == "c":
            return word[:1]
        if kind == "q":
            return quoted(word)
        return f"%{flags}s" % (unescape(word) if kind == "b" else word)

    return re.sub(
        r"%%|%(?P<flags>[-+ 0#*]*\d*(?:\.\d+)?)(?P<kind>[sdixXoucbqfeg])|(?P<escape>\\.[0-7]*)", replacement, form
    )


def _number(word: str) -> float:
    try:
        return int(word, 0) if word else 0
    except ValueError:
        try:
            return float(word)
        except ValueError:
            return 0


def quoted(text: str) -> str:
    """Quote a text for the shell."""
    return re.sub(r"([^A-Za-z0-9_@%+=:,./-])", r"\\\1", text) or "''"


def human_size(number: float, unit: str = "") -> str:
    """A number of bytes as ``df -h`` prints it."""
    for letter in ("", "K", "M", "G", "T"):
        if number < 1024 or letter == "T":
            if letter and number < 10:
                return f"{number:.1f}{letter}{unit}"
            return f"{number:.0f}{letter}{unit}"
        number /= 1024
    return ""
