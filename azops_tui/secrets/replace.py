"""Replacement of fixed strings in text that may arrive in pieces."""

from __future__ import annotations

import re
from collections.abc import Iterable


class Replacer:
    """Replaces fixed strings in text; of several at the same position, the longest."""

    def __init__(self, values: Iterable[str], replacement: str) -> None:
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
