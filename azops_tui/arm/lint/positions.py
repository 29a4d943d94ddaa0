"""Positions at which the parts of a template begin; the service reports where they end."""

from __future__ import annotations

from json.decoder import JSONDecoder

from azops_tui.arm.reader import Document, Path, StrictText, space

_SCAN = JSONDecoder(strict=False).raw_decode


class Positions:
    """Positions of the parts of a document. Each object or array is read once."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._strict = document.strict or StrictText(document.text)
        self._members: dict[int, dict[str | int, tuple[int, int]]] = {}

    def beginning(self, path: Path, *, key: bool = False) -> tuple[int, int]:
        """Return line and column, from 1, of the value at `path`, or of its key.

        A missing value has the position of its nearest ancestor. Without text the position is (0, 0).
        """
        if not self._strict.text:
            return 0, 0
        start, value = self._offsets(path)
        return self._document.line_and_column(self._strict.original(start if key else value))

    def member(self, path: Path) -> tuple[int, int, int]:
        """Return the offsets, in the strict text, at which the key, the value, and what follows them begin."""
        start, value = self._offsets(path)
        return start, value, _SCAN(self._strict.text, value)[1]

    def _offsets(self, path: Path) -> tuple[int, int]:
        start = value = space(self._strict.text, 0)
        for part in (*self._document.path, *path):
            member = self._inside(value).get(part.lower() if isinstance(part, str) else part)
            if member is None:
                return value, value
            start, value = member
        return start, value

    def _inside(self, start: int) -> dict[str | int, tuple[int, int]]:
        """Return the offsets of key and value of each member of the object or array at `start`.

        Members are keyed by name in lower case or by index. Other values have none.
        """
        known = self._members.get(start)
        if known is not None:
            return known
        text = self._strict.text
        members: dict[str | int, tuple[int, int]] = {}
        if text[start] in "{[":
            at = space(text, start + 1)
            while text[at] not in "}]":
                name: str | int = len(members)
                first = at
                if text[start] == "{":
                    key, at = _SCAN(text, at)
                    name = str(key).lower()
                    at = space(text, space(text, at) + 1)
                # The first of two equal names counts, as in every lookup without case.
                members.setdefault(name, (first, at))
                _, at = _SCAN(text, at)
                at = space(text, at)
                if text[at] == ",":
                    at = space(text, at + 1)
        self._members[start] = members
        return members
