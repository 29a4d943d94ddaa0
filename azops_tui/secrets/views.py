"""A text as other readers see it: without colours, without white space, with its escapes undone.

A view remembers where its bytes come from, so that what is hidden in the view can be hidden in the text.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from functools import lru_cache
from html.entities import html5

SGR = re.compile(rb"\x1b\[[0-9;:]*m")
_SPACE = re.compile(rb"[ \t\r\n]+")
_ESCAPE = re.compile(
    rb"[%\\&](?:(?<=%)[0-9A-Fa-f]{2}(?:%[0-9A-Fa-f]{2})*"
    rb"|(?<=\\)(?:u[0-9A-Fa-f]{4}(?:\\u[0-9A-Fa-f]{4})*|U[0-9A-Fa-f]{8}|x[0-9A-Fa-f]{2}|[0-7]{1,3}|.|\n)"
    rb"|(?<=&)(?:\#[0-9]{1,7}|\#[xX][0-9A-Fa-f]{1,6}|[A-Za-z]{2,8});)"
)
"""URL, JSON and shell, XML. It begins with a set of characters, which `re` searches fast."""
_PARTIAL = re.compile(
    rb"(?:%[0-9A-Fa-f]?|\\(?:u[0-9A-Fa-f]{0,3}|U[0-9A-Fa-f]{0,7}|x[0-9A-Fa-f]?|[0-7]{1,2})?"
    rb"|&(?:\#[0-9]{0,7}|\#[xX][0-9A-Fa-f]{0,6}|[A-Za-z]{0,8}))\Z"
)
"""The beginning of an escape at the end of a piece."""
_CONTROLS = {b"n": b"\n", b"t": b"\t", b"r": b"\r", b"f": b"\f", b"b": b"\b", b"a": b"\a", b"v": b"\v", b"e": b"\x1b"}
_DEEPEST = 3
"""Times that escapes are undone: JSON in JSON in a URL."""

Replace = Callable[[re.Match[bytes]], bytes]


def _nothing(_: re.Match[bytes]) -> bytes:
    return b""


def _character(number: int) -> bytes:
    return chr(number).encode("utf-8", "surrogatepass") if number < 0x110000 else b""


def _undo(match: re.Match[bytes]) -> bytes:
    return _meaning(match[0])


@lru_cache(4096)
def _meaning(text: bytes) -> bytes:
    """What an escape stands for."""
    head, kind = text[:1], text[1:2]
    if head == b"%":
        return bytes.fromhex(text.replace(b"%", b"").decode())
    if head == b"&":
        name = text[1:-1].decode()
        if name[0] != "#":
            return html5.get(name + ";", text.decode()).encode()
        return _character(int(name[2:], 16) if name[1] in "xX" else int(name[1:]))
    if kind == b"u" and len(text) > 2:
        units = bytes.fromhex(text.replace(b"\\u", b"").decode())
        return units.decode("utf-16-be", "surrogatepass").encode("utf-8", "surrogatepass")
    if kind == b"U" and len(text) > 2:
        return _character(int(text[2:], 16))
    if kind == b"x" and len(text) > 2:
        return bytes([int(text[2:], 16)])
    if kind.isdigit() and kind < b"8":
        return bytes([int(text[1:], 8) & 255])
    return _CONTROLS.get(kind, b"" if kind == b"\n" else text[1:])


def decoded(text: bytes) -> bytes:
    """The text with its escapes undone once."""
    return _ESCAPE.sub(_undo, text)


class TextView:
    """Bytes that were derived from other bytes by replacing pieces of them."""

    def __init__(
        self,
        data: bytes,
        parent: TextView | None = None,
        pattern: re.Pattern[bytes] = _SPACE,
        replace: Replace = _nothing,
    ) -> None:
        self.data = data
        self._parent = parent
        self._pattern = pattern
        self._replace = replace
        self._starts: list[int] = []
        self._pieces: list[tuple[int, int, bool]] = []
        """Start and end in the parent, and whether the piece was replaced; one for each of ``_starts``."""

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where the bytes from ``start`` to ``end`` come from in the text."""
        return (start, end) if self._parent is None else self._parent.span(*self.within(start, end))

    def within(self, start: int, end: int) -> tuple[int, int]:
        """Where the bytes from ``start`` to ``end`` come from in the parent."""
        if not self._pieces:
            assert self._parent is not None
            self._locate(self._parent.data)
        first, at = self._piece(start)
        last, until = self._piece(end - 1)
        return (first[0] if first[2] else first[0] + start - at), (last[1] if last[2] else last[0] + end - until)

    @property
    def is_text(self) -> bool:
        """True for the text itself."""
        return self._parent is None

    @property
    def length(self) -> int:
        """Length of the text that the view shows."""
        return len(self.data) if self._parent is None else self._parent.length

    def _piece(self, position: int) -> tuple[tuple[int, int, bool], int]:
        index = bisect_right(self._starts, position) - 1
        return self._pieces[index], self._starts[index]

    def _locate(self, source: bytes) -> None:
        length = at = 0
        for match in self._pattern.finditer(source):
            if match.start() > at:
                self._add(length, at, match.start(), False)
                length += match.start() - at
            replacement = self._replace(match)
            if replacement:
                self._add(length, match.start(), match.end(), True)
                length += len(replacement)
            at = match.end()
        self._add(length, at, len(source), False)

    def _add(self, length: int, start: int, end: int, replaced: bool) -> None:
        self._starts.append(length)
        self._pieces.append((start, end, replaced))


def views(text: bytes, *, last: bool = True) -> Iterator[tuple[TextView, TextView, int]]:
    """The views of a text: each with its white space, and without.

    Unless the text is the ``last`` piece, an incomplete escape at the end of each view is left out; yields its length.
    """
    view = TextView(text)
    if b"\x1b" in text:
        view = TextView(SGR.sub(b"", text), view, SGR)
    for _ in range(_DEEPEST + 1):
        cut = 0 if last else _partial_escape(view.data)
        if cut:
            view.data = view.data[:-cut]
        data = view.data
        yield view, TextView(data.translate(None, b" \t\r\n"), view), cut
        if not (b"\\" in data or b"%" in data or b"&" in data):
            return
        undone = decoded(data)
        if undone == data:
            return
        view = TextView(undone, view, _ESCAPE, _undo)


def _partial_escape(text: bytes) -> int:
    """Length of incomplete escapes at the end of a text."""
    end = len(text)
    for _ in range(8):
        match = _PARTIAL.search(text, max(0, end - 12), end)
        if match is None:
            break
        end = match.start()
    return len(text) - end
