"""Regular expressions that scripts bring, in an engine that takes linear time."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, Protocol

_SURROGATE = re.compile("[\ud800-\udfff]")


class PatternMatch(Protocol):
    """A match: the whole of it is group 0."""

    def __getitem__(self, group: int) -> str | None:
        """The text of a group; None if it took no part."""


class ScriptPattern:
    """A compiled expression. Bytes that are not UTF-8 count as U+FFFD."""

    def __init__(self, text: str, *, ignore_case: bool = False) -> None:
        """Compile.

        Raises:
            ValueError: the expression is not valid, or has a back reference or an assertion.
        """
        import re2

        options = re2.Options()
        options.log_errors = False
        options.case_sensitive = not ignore_case
        try:
            self._compiled: Any = re2.compile(_clean(text), options)
        except re2.error as error:
            raise ValueError(str(error)) from None

    def search(self, text: str) -> PatternMatch | None:
        """The first match, or None."""
        match: PatternMatch | None = self._compiled.search(_clean(text))
        return match

    def finditer(self, text: str) -> Iterator[PatternMatch]:
        """All matches that do not overlap."""
        matches: Iterator[PatternMatch] = self._compiled.finditer(_clean(text))
        return matches

    def subn(self, replacement: Callable[[Any], str], text: str, count: int = 0) -> tuple[str, int]:
        """Replace matches, at most `count` unless it is 0; return the text and the number of replacements."""
        if self.search(text) is None:
            return text, 0
        result, replaced = self._compiled.subn(replacement, _clean(text), count=count)
        return str(result), int(replaced)


def _clean(text: str) -> str:
    return _SURROGATE.sub("\ufffd", text)
