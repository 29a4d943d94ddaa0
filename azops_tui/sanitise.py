"""Convert bytes from tools and hosts to text that is safe to show.

A terminal obeys what it is sent: an escape sequence in a program's output can retitle the window, fill the clipboard,
move the cursor over other text or hide it. Whatever comes from outside passes here once, before anything shows it.
What stays is printable text, tabs, line feeds, and (if wanted) colours.
"""

from __future__ import annotations

import codecs
import re
from enum import Enum, auto
from typing import NewType

_MARKS = "\u0300-\u034e\u0350-\u036f\u0483-\u0489\u0591-\u05bd\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
"""Combining marks that a text can pile up over and under its lines."""
_INVISIBLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0"
    "\ufff9-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
"""Zero-width characters, fillers, tags and direction overrides."""
_SPECIAL = re.compile(f"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff{_INVISIBLE}{_MARKS}]")
"""Also controls (C0 but tab and line feed, DEL, C1), Unicode line breaks and lone surrogates."""
_SPECIAL_ASCII = re.compile("[\x00-\x08\x0b-\x1f\x7f]")
_IS_MARK = re.compile(f"[{_MARKS}]")
_MOST_MARKS = 4
"""Combining marks kept on one character."""

_TOO_MANY_MARKS = re.compile(f"([{_MARKS}]{{{_MOST_MARKS}}})([{_MARKS}]+)")

_MOST_PARAMETERS = 64
"""Number of characters kept of a control sequence; a longer sequence is dropped."""
_LONGEST_STRING = 65_536
"""Number of characters after which a string sequence without an end is taken for text."""


class _State(Enum):
    TEXT = auto()
    ESCAPE = auto()
    """After ESC."""
    INTERMEDIATE = auto()
    """After ESC and an intermediate such as ``(``: one more character belongs to it."""
    CONTROL = auto()
    """In a control sequence: ESC [ …"""
    STRING = auto()
    """In an operating system command or another string: ends at BEL, ST or a cancel."""


_CONTROL_BYTES = {"\x9b": _State.CONTROL, "\x9d": _State.STRING, "\x90": _State.STRING}
_CONTROL_BYTES |= dict.fromkeys("\x98\x9e\x9f", _State.STRING)
_STRING_STARTS = "]PX^_"
_CANCELS = "\x18\x1a"


def _colour(parameters: str) -> str:
    """The SGR sequence without the attributes that hide or blink (5, 6, 8); empty if nothing is left."""
    if not parameters:
        return "\x1b[m"
    parts = parameters.split(";")
    kept: list[str] = []
    index = 0
    while index < len(parts):
        part = parts[index]
        width = 1
        if part in ("38", "48", "58") and index + 1 < len(parts):
            width = {"5": 3, "2": 5}.get(parts[index + 1], 1)
        if part.split(":")[0].lstrip("0") not in ("5", "6", "8"):
            kept.extend(parts[index : index + width])
        index += width
    return f"\x1b[{';'.join(kept)}m" if kept else ""


class Sanitiser:
    """Sanitises one stream as it arrives; the result does not depend on how the stream was cut.

    Invalid UTF-8 becomes U+FFFD. CR LF is LF, and a CR alone (a progress bar that rewrites its line) begins a new line,
    so that what was written first is not hidden by what came later.
    """

    def __init__(self, *, colours: bool = True) -> None:
        """With ``colours``, SGR sequences (bold, colours) stay; all other sequences never do."""
        self._colours = colours
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._state = _State.TEXT
        self._parameters = ""
        self._swallowed = 0
        self._return = False
        """A CR is pending: the next character decides whether it is a new line."""
        self._fresh = True
        """At the start of a line."""
        self._marks = 0
        """Combining marks since the last other character."""

    def feed(self, data: bytes | str) -> str:
        """Return the safe text of the next piece; an incomplete sequence or character is held back."""
        return self._text(self._decoder.decode(data) if isinstance(data, bytes) else data)

    def flush(self) -> str:
        """End the stream and return the text held back: at most a replacement character and a line feed."""
        rest = self._text(self._decoder.decode(b"", True))
        self._state, self._return = _State.TEXT, False
        return rest

    def _text(self, text: str) -> str:
        special = _SPECIAL_ASCII if text.isascii() else _SPECIAL
        if self._state is _State.TEXT and not self._return and not special.search(text):
            if text:
                self._fresh, self._marks = text[-1] == "\n", 0
            return text
        out: list[str] = []
        position, end = 0, len(text)
        while position < end:
            if self._state is not _State.TEXT:
                if self._inside(text[position], out):
                    position += 1
                continue
            match = special.search(text, position)
            stop = match.start() if match else end
            if stop > position:
                self._plain(text[position:stop], out)
                position = stop
            elif match:
                self._special(text[position], out)
                position += 1
        return "".join(out)

    def _plain(self, run: str, out: list[str]) -> None:
        if self._return:
            self._return = False
            if run[0] != "\n" and not self._fresh:
                out.append("\n")
        out.append(run)
        self._fresh, self._marks = run[-1] == "\n", 0

    def _special(self, char: str, out: list[str]) -> None:
        if char == "\r":
            self._return = True
        elif char == "\x1b":
            self._state = _State.ESCAPE
        elif char in _CONTROL_BYTES:
            self._begin(_CONTROL_BYTES[char])
        elif char in "\x0b\x0c\x85\u2028\u2029":
            self._plain("\n", out)
        elif "\ud800" <= char <= "\udfff":
            self._plain("\ufffd", out)
        elif _IS_MARK.match(char) and self._marks < _MOST_MARKS:
            marks = self._marks + 1
            self._plain(char, out)
            self._marks = marks

    def _begin(self, state: _State) -> None:
        self._state, self._parameters, self._swallowed = state, "", 0

    def _inside(self, char: str, out: list[str]) -> bool:
        """Continue inside a sequence; return True if the character belongs to it."""
        if char in _CANCELS:
            self._state = _State.TEXT
            return True
        if char == "\x1b":
            self._state = _State.ESCAPE
            return True
        match self._state:
            case _State.ESCAPE:
                return self._after_escape(char)
            case _State.INTERMEDIATE:
                if " " <= char <= "/":
                    return True
                self._state = _State.TEXT
                return "0" <= char <= "~"
            case _State.CONTROL:
                return self._in_control(char, out)
            case _:
                self._swallowed += 1
                if char in "\x07\x9c" or self._swallowed > _LONGEST_STRING:
                    self._state = _State.TEXT
                return True

    def _after_escape(self, char: str) -> bool:
        if char == "[":
            self._begin(_State.CONTROL)
        elif char in _STRING_STARTS:
            self._begin(_State.STRING)
        elif " " <= char <= "/":
            self._state = _State.INTERMEDIATE
        else:
            self._state = _State.TEXT
            return "0" <= char <= "~"
        return True

    def _in_control(self, char: str, out: list[str]) -> bool:
        if " " <= char <= "?":
            if len(self._parameters) <= _MOST_PARAMETERS:
                self._parameters += char
            return True
        self._state = _State.TEXT
        if not "@" <= char <= "~":
            return False
        parameters = self._parameters
        if (
            char == "m"
            and self._colours
            and len(parameters) <= _MOST_PARAMETERS
            and re.fullmatch("[0-9;:]*", parameters)
        ):
            out.append(_colour(parameters))
        return True


def limit_marks(text: str) -> str:
    """The text with at most four combining marks on each character: more hide the lines around it."""
    return text if text.isascii() else _TOO_MANY_MARKS.sub(r"\1", text)


def replace_marks(text: str, character: str) -> str:
    """As :func:`limit_marks`, with a character in the place of each mark that goes."""
    return text if text.isascii() else _TOO_MANY_MARKS.sub(lambda match: match[1] + character * len(match[2]), text)


SafeText = NewType("SafeText", str)
"""Text that a terminal may be sent: printable characters, tabs, line feeds and colours."""


def clean(text: str | bytes, *, colours: bool = False) -> SafeText:
    """Convert a whole text to one that is safe to show, without colours by default."""
    sanitiser = Sanitiser(colours=colours)
    return SafeText(sanitiser.feed(text) + sanitiser.flush())
