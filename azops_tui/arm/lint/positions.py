"""Where the parts of a template begin in its text; the service counts from their ends, people from their beginnings."""

from __future__ import annotations

from json.decoder import JSONDecoder

from azops_tui.arm.reader import Document, Path, Strict, space

_SCAN = JSONDecoder(strict=False).raw_decode


class Places:
    """The places of a document's parts. Each object or array on the way to one is read once."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._strict = document.strict or Strict(document.text)
        self._members: dict[int, dict[str | int, tuple[int, int]]] = {}

    def beginning(self, path: Path, *, key: bool = False) -> tuple[int, int]:
        """Line and column, from 1, of the first character of the value at `path`, or of its key.

        Where there is no such value it is that of the nearest one around it; (0, 0) without a text.
        """
        text = self._strict.text
        if not text:
            return 0, 0
        name = value = space(text, 0)
        for part in (*self._document.path, *path):
            found = self._inside(value).get(part.lower() if isinstance(part, str) else part)
            if found is None:
                name = value
                break
            name, value = found
        return self._document.line_and_column(self._strict.original(name if key else value))

    def _inside(self, start: int) -> dict[str | int, tuple[int, int]]:
        """Offsets of key and value of all that is in the object or array that begins at `start`, by name in lower case
        or by number; empty for anything else."""
        known = self._members.get(start)
        if known is not None:
            return known
        text = self._strict.text
        found: dict[str | int, tuple[int, int]] = {}
        if text[start] in "{[":
            at = space(text, start + 1)
            while text[at] not in "}]":
                name: str | int = len(found)
                first = at
                if text[start] == "{":
                    key, at = _SCAN(text, at)
                    name = str(key).lower()
                    at = space(text, space(text, at) + 1)
                # Of two of one name the first is meant, as wherever names are looked up without case.
                found.setdefault(name, (first, at))
                _, at = _SCAN(text, at)
                at = space(text, at)
                if text[at] == ",":
                    at = space(text, at + 1)
        self._members[start] = found
        return found
