"""Secrets as a type, and redaction of their values in everything that is shown or stored."""

from __future__ import annotations

import base64
import hmac
import json
import re
import shlex
from collections.abc import Iterable
from typing import NoReturn
from urllib.parse import quote, quote_plus

from azops_tui.sanitise import clean

MASK = "•••"
"""Replacement for a secret in shown text."""

SHORTEST = 4
"""Shorter values are not hidden: they occur everywhere, and hiding them would reveal them."""

_SHORTEST_LINE = 8
"""Minimum length of a line of a multi-line secret that is hidden on its own."""


class Secret:
    """A value that must not be shown. It prints, formats and logs as ``•••``; :meth:`reveal` returns the value."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The value, for the program that needs it; never for a screen, a file or a log."""
        return self._value

    def __str__(self) -> str:
        return MASK

    def __repr__(self) -> str:
        return MASK

    def __format__(self, spec: str) -> str:
        return format(MASK, spec)

    def __bool__(self) -> bool:
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(
            self._value.encode("utf-8", "surrogatepass"), other._value.encode("utf-8", "surrogatepass")
        )

    def __hash__(self) -> int:
        return hash((Secret, self._value))

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret cannot be pickled")


class Replacer:
    """Replaces fixed strings in text; of several at the same position, the longest."""

    def __init__(self, values: Iterable[str] = (), replacement: str = MASK) -> None:
        self.replacement = replacement
        self._values: set[str] = set()
        self._pattern: re.Pattern[str] | None = None
        for value in values:
            self.include(value)

    def include(self, value: str) -> None:
        """Replace ``value`` too from now on; an empty value is ignored."""
        if value and value not in self._values:
            self._values.add(value)
            longest_first = sorted(self._values, key=lambda item: (-len(item), item))
            self._pattern = re.compile("|".join(map(re.escape, longest_first)))

    def replace(self, text: str) -> str:
        """Replace every occurrence in a text."""
        if self._pattern is None:
            return text
        return self._pattern.sub(lambda _: self.replacement, text)

    def stream(self) -> ReplacerStream:
        """A filter for text that arrives in pieces. It also replaces values that are included later."""
        return ReplacerStream(self)

    def split(self, text: str, *, last: bool) -> tuple[str, str]:
        """The text with its occurrences replaced, and its end that may be the beginning of a value, unchanged."""
        if self._pattern is None:
            return text, ""
        out: list[str] = []
        position = 0
        while True:
            held = len(text) if last else self._unfinished(text, position)
            match = self._pattern.search(text, position)
            if match is None or match.start() >= held:
                out.append(text[position:held])
                return "".join(out), text[held:]
            out.append(text[position : match.start()])
            out.append(self.replacement)
            position = match.end()

    def _unfinished(self, text: str, position: int) -> int:
        """Index at which the first incomplete value begins; the text's length if there is none."""
        first = len(text)
        for value in self._values:
            start = text.find(value[0], max(position, len(text) - len(value) + 1))
            while -1 < start < first:
                if value.startswith(text[start:]):
                    first = start
                start = text.find(value[0], start + 1)
        return first


class ReplacerStream:
    """Replaces in text that arrives in pieces, with the same result as in the whole text."""

    def __init__(self, replacer: Replacer) -> None:
        self._replacer = replacer
        self._held = ""

    def feed(self, text: str) -> str:
        """Add a piece; return the text that is ready. An end that may be the beginning of a value is held back."""
        ready, self._held = self._replacer.split(self._held + text, last=False)
        return ready

    def flush(self) -> str:
        """Return the text held back."""
        ready, self._held = self._replacer.split(self._held, last=True)
        return ready


class Redactor(Replacer):
    """Hides secrets in text, also in Base64 and with URL, JSON and shell quoting."""

    def __init__(self, values: Iterable[str | Secret] = ()) -> None:
        super().__init__()
        for value in values:
            self.add(value)

    def add(self, value: str | Secret) -> bool:
        """Hide a value from now on. Returns False if it is shorter than :data:`SHORTEST` and therefore not hidden."""
        plain = value.reveal() if isinstance(value, Secret) else value
        if len(plain) < SHORTEST:
            return False
        for form in _forms(plain):
            self.include(form)
        return True

    def redact(self, text: str) -> str:
        """Replace every secret with ``•••``."""
        return self.replace(text)


def _forms(value: str) -> Iterable[str]:
    """The value, and the forms in which other programs print it."""
    yield value
    for other in (
        value.strip(),
        clean(value).strip(),
        quote(value, safe="", errors="replace"),
        quote(value, errors="replace"),
        quote_plus(value, errors="replace"),
        json.dumps(value)[1:-1],
        json.dumps(value, ensure_ascii=False)[1:-1],
        shlex.quote(value)[1:-1] if "'" in value else "",
    ):
        if len(other) >= SHORTEST:
            yield other
    raw = value.encode("utf-8", "replace")
    if len(raw) >= _SHORTEST_LINE:
        yield from _base64(raw)
    lines = [line.strip() for line in value.splitlines()]
    if len(lines) > 1:
        yield from (line for line in lines if len(line) >= _SHORTEST_LINE)


def _base64(raw: bytes) -> Iterable[str]:
    """The Base64 characters that depend on the value alone, at any position in the encoded text."""
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        for before in range(3):
            text = encode(b"\0" * before + raw).decode().rstrip("=")
            skipped = (0, 2, 3)[before]
            whole = (before + len(raw)) % 3 == 0
            yield text[skipped:] if whole else text[skipped:-1]
