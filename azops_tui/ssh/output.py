"""Output of a host: its end in memory, and the whole of a long one on disk."""

from __future__ import annotations

from collections import deque
from pathlib import Path
from typing import IO


class OutputRing:
    """Keeps the end of a text that arrives in pieces, in constant memory."""

    def __init__(self, keep: int = 256 * 1024, spill: Path | None = None) -> None:
        """Write nothing to disk until the text is longer than ``keep``.

        Args:
            keep: minimum number of characters kept; the maximum is twice that.
            spill: file for the whole text; without it, the beginning of a long text is lost.
        """
        self._keep = keep
        self._spill = spill
        self._pieces: deque[str] = deque()
        self._held = 0
        self._file: IO[str] | None = None
        self.total = 0
        """Number of characters written so far."""
        self.dropped = 0
        """Number of characters at the beginning that are no longer in memory."""

    def write(self, text: str) -> None:
        """Append a piece of text.

        Raises:
            OSError: the spill file cannot be written.
        """
        if not text:
            return
        self.total += len(text)
        self._held += len(text)
        self._pieces.append(text)
        if self._spill is not None and (self._file is not None or self._held > self._keep):
            if self._file is None:
                self._spill.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                self._file = self._spill.open("w", encoding="utf-8")
                self._file.write("".join(self._pieces))
            else:
                self._file.write(text)
        while self._held - len(self._pieces[0]) >= self._keep:
            piece = self._pieces.popleft()
            self._held -= len(piece)
            self.dropped += len(piece)
        if self._held > 2 * self._keep:
            kept = "".join(self._pieces)[-self._keep :]
            self.dropped += self._held - len(kept)
            self._pieces, self._held = deque([kept]), len(kept)

    @property
    def text(self) -> str:
        """The whole text, or its end."""
        return "".join(self._pieces)

    @property
    def spilled(self) -> str:
        """Path of the file with the whole text; empty if all of it is in memory."""
        return str(self._spill) if self._file is not None else ""

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
