"""Secrets as a type, and redaction of their values in everything that is shown or stored.

Text is cleaned first (:mod:`azops_tui.sanitise`) and redacted then: a control character inside a secret hides nothing.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NoReturn

from azops_tui.secrets.automaton import Automaton
from azops_tui.secrets.forms import SHORTEST, SHORTEST_PART, Form, forms
from azops_tui.secrets.shapes import SHAPES, UNBOUNDED, Shape
from azops_tui.secrets.views import SGR, TextView, views

MASK = "•••"
"""Replacement for a secret in shown text."""

_MOST_HELD = 256 * 1024
"""Bytes that a stream holds back at most."""
_LONGEST_LINE = 16 * 1024
"""Bytes of an unfinished line that are held back because a secret of a known shape may stand in it."""
_LONGEST_WORD = 512
_LONG_WORD = 12
_CONTEXT = 1024
"""Bytes of an unfinished line that a stream remembers."""
_WORD = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=_~.-"
"""Characters of keys."""
_RULES = {trigger.encode(): shape for shape in SHAPES for trigger in shape.triggers}


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


@dataclass(frozen=True, slots=True)
class DetectedSecret:
    """A secret that was recognised by its shape; it stays in memory, to be revealed on the screen."""

    number: int
    label: str
    value: Secret

    @property
    def mask(self) -> str:
        """What is shown in its place."""
        return f"{MASK}({self.label} {self.number})"


@dataclass(frozen=True, slots=True)
class _Span:
    start: int
    end: int
    label: str = ""
    """Label of its shape; empty for a secret that was added."""
    value: bytes = b""


class Redactor:
    """Hides secrets in text, in every form of :mod:`azops_tui.secrets.forms`, and those of known shapes."""

    def __init__(self, values: Iterable[str | Secret] = (), *, shapes: bool = True) -> None:
        """With ``shapes``, secrets that tools print unasked are hidden too."""
        self._forms: dict[bytes, Form] = {}
        self._triggers = tuple(_RULES) if shapes else ()
        self._automaton: Automaton | None = None
        self._detected: dict[bytes, DetectedSecret] = {}
        for value in values:
            self.add(value)

    @property
    def detected(self) -> tuple[DetectedSecret, ...]:
        """Secrets that were recognised by their shape, in order."""
        return tuple(self._detected.values())

    def add(self, value: str | Secret) -> bool:
        """Hide a value from now on. Returns False if it has fewer than :data:`SHORTEST` visible characters."""
        plain = value.reveal() if isinstance(value, Secret) else value
        if len("".join(plain.split())) < SHORTEST:
            return False
        for form in forms(plain):
            key = form.key
            if len(key) >= SHORTEST and key not in self._forms:
                self._forms[key] = form
                self._automaton = None
        return True

    def redact(self, text: str) -> str:
        """Replace every secret with ``•••``."""
        if len(text) < SHORTEST or not (self._forms or self._triggers):
            return text
        data = text.encode("utf-8", "surrogatepass")
        spans, _ = self.find(data, last=True)
        return self.masked(data, spans, 0, len(data)) if spans else text

    def stream(self) -> RedactorStream:
        """A filter for text that arrives in pieces. It also hides values that are added later."""
        return RedactorStream(self)

    def find(self, data: bytes, *, last: bool) -> tuple[list[_Span], int]:
        """The secrets in a text, and where the part begins that what follows may complete to a secret."""
        if self._automaton is None:
            self._automaton = Automaton(self._forms, self._triggers)
        automaton = self._automaton
        spans: list[_Span] = []
        held = len(data)
        for level, (spaced, bare, cut) in enumerate(views(data, last=last)):
            rules: dict[Shape, list[int]] = {}
            for key, start, end in automaton.matches(bare.data):
                shape = _RULES.get(key)
                if shape is not None and self._triggers:
                    rules.setdefault(shape, []).append(start)
                if (shape is None or key in self._forms) and self._counts(key, spaced, bare, start, end):
                    spans.append(_Span(*bare.span(start, end)))
            for shape, starts in rules.items():
                spans += _of_shape(shape, spaced)
                if not last:
                    held = min(held, _open_shape(shape, spaced, bare, starts))
            if not last:
                held = min(held, _beginning(automaton, data, level, spaced, bare, cut))
        spans = _merged(spans)
        for span in reversed(spans):
            if span.start < held < span.end:
                held = span.start
        return spans, held

    def _counts(self, key: bytes, spaced: TextView, bare: TextView, start: int, end: int) -> bool:
        """Whether the white space in a match is what wraps a text, or stands in the secret itself."""
        first, last = bare.within(start, end)
        form = self._forms.get(key)
        if last - first == end - start and (form is None or len(form.text.strip()) == len(key)):
            return True
        text = spaced.data[first:last]
        if form is not None and text == form.text.strip():
            return True
        long = len(key) >= SHORTEST_PART
        return long and (b"\n" in text or form is None or form.digits)

    def masked(self, data: bytes, spans: Iterable[_Span], at: int, end: int) -> str:
        """The text between two positions with its secrets masked."""
        parts: list[str] = []
        for span in spans:
            start = max(span.start, at)
            if start >= end:
                break
            if span.end <= at:
                continue
            parts += [data[at:start].decode("utf-8", "surrogatepass"), self._mask(span)]
            # Colours that begin or end within a secret go on after it.
            parts += [code.decode() for code in SGR.findall(data, start, span.end)]
            at = span.end
        parts.append(data[at:end].decode("utf-8", "surrogatepass") if at < end else "")
        return "".join(parts)

    def _mask(self, span: _Span) -> str:
        if not span.label:
            return MASK
        detected = self._detected.get(span.value)
        if detected is None:
            detected = DetectedSecret(
                len(self._detected) + 1, span.label, Secret(span.value.decode("utf-8", "replace"))
            )
            self._detected[span.value] = detected
        return detected.mask


class RedactorStream:
    """Redacts text that arrives in pieces, with the same result as in the whole text.

    What may be the beginning of a secret is held back, unless it is shorter than :data:`SHORTEST` and ends its line:
    the last line of an output would otherwise wait for the next. The remaining part of such a secret is hidden.
    """

    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor
        self._held = b""
        self._shown = 0
        """Bytes of what is held that were returned already."""

    def feed(self, text: str) -> str:
        """Add a piece; return the text that is ready."""
        return self._next(text.encode("utf-8", "surrogatepass"), last=False)

    def flush(self) -> str:
        """Return the text held back."""
        return self._next(b"", last=True)

    def _next(self, piece: bytes, *, last: bool) -> str:
        data, shown = self._held + piece, self._shown
        if not data:
            return ""
        spans, held = self._redactor.find(data, last=last or len(data) - shown > _MOST_HELD + len(piece))
        held = max(held, shown)
        line, newline, after = data[held:].partition(b"\n")
        if newline and len(line.strip()) < SHORTEST and not after.strip():
            end = len(data)
        else:
            end = held
        ready = self._redactor.masked(data, spans, shown, end)
        # The unfinished line stays as context, although it is shown.
        context = held if last else min(held, max(data.rfind(b"\n", 0, held) + 1, held - _CONTEXT))
        self._held, self._shown = data[context:], end - context
        return ready


def _of_shape(shape: Shape, view: TextView) -> Iterator[_Span]:
    group = "s" if "s" in shape.regex.groupindex else 0
    for match in shape.regex.finditer(view.data):
        yield _Span(*view.span(*match.span(group)), shape.label, match[group])


def _merged(spans: list[_Span]) -> list[_Span]:
    """Spans in order; those that overlap are one."""
    merged: list[_Span] = []
    for span in sorted(spans, key=lambda span: (span.start, -span.end)):
        if merged and span.start < merged[-1].end:
            before = merged[-1]
            merged[-1] = _Span(before.start, max(before.end, span.end), before.label, before.value)
        else:
            merged.append(span)
    return merged


def _open_shape(shape: Shape, spaced: TextView, bare: TextView, starts: list[int]) -> int:
    """Where a secret of a shape begins that is not complete; the length of the text if there is none."""
    data = spaced.data
    for start in starts:
        first, _ = bare.within(start, start + 1)
        if shape.lines == UNBOUNDED:
            begun = shape.regex.search(data, first)
            is_open = begun is not None and begun.end() == len(data) and len(data) - first < _MOST_HELD
            is_open = is_open or len(data) - first < 80
        else:
            is_open = data.count(b"\n", first) < shape.lines and len(data) - first < _LONGEST_LINE
        if is_open:
            # The secret may begin before its trigger.
            line = data.rfind(b"\n", max(0, first - 512), first) + 1
            return spaced.span(max(line, first - 512), first + 1)[0]
    return spaced.length


def _beginning(automaton: Automaton, data: bytes, level: int, spaced: TextView, bare: TextView, cut: int) -> int:
    """Where a secret begins that the end of the text cuts off; the length of the text if there is none.

    ``cut`` is the length of the incomplete escape that is missing at the end of the view.
    """
    size = len(bare.data) - automaton.unfinished(bare.data)
    if automaton.triggers:
        # A key whose mark stands at its end.
        tail = spaced.data[-_LONGEST_WORD:]
        word = tail[len(tail.rstrip(_WORD)) :]
        if len(word) >= _LONG_WORD or not (word.strip(b".-=_~/+") or b"x").isalpha():
            size = max(size, len(word))
    if not size and not (cut and bare.data):
        return len(data) - (cut and len(data))
    if spaced.is_text:
        at = len(spaced.data)
        while size:
            at -= 1
            size -= spaced.data[at] not in b" \t\r\n"
        return at
    # Only the end of the text is traced back to where it comes from.
    window = 4 * size + 256
    while window < len(data):
        for at, (_, end, _) in enumerate(views(data[len(data) - window :], last=False)):
            if at == level and len(end.data) >= size + 64 and end.data.endswith(bare.data[-size - 1 :]):
                return len(data) - window + _start(end, size)
        window *= 4
    return _start(bare, size)


def _start(bare: TextView, size: int) -> int:
    """Where the last ``size`` bytes of a view begin in the text; without any, where the last byte ends."""
    at = len(bare.data) - size
    return bare.span(at, at + 1)[0] if size else bare.span(at - 1, at)[1]
