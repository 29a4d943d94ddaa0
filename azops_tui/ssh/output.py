"""A host's output: the end of it in memory, all of it on disk where it is long."""

from __future__ import annotations

from collections import deque
from pathlib import Path
from typing import IO


class Ring:
    """Keeps the last characters of a text that arrives in pieces; memory does not grow with its length."""

    def __init__(self, keep: int = 256 * 1024, spill: Path | None = None) -> None:
        """Nothing is written to disk until more has come than is kept.

        Args:
            keep: characters that are kept at least; twice as many at most.
            spill: the file for the whole text; without it the beginning of a long text is lost.
        """
        self._keep = keep
        self._spill = spill
        self._pieces: deque[str] = deque()
        self._held = 0
        self._file: IO[str] | None = None
        self.total = 0
        """Characters that came in all."""
        self.dropped = 0
        """Characters at the beginning that are no longer in memory."""

    def write(self, text: str) -> None:
        """Takes the next piece.

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
            gone = self._pieces.popleft()
            self._held -= len(gone)
            self.dropped += len(gone)
        if self._held > 2 * self._keep:
            kept = "".join(self._pieces)[-self._keep :]
            self.dropped += self._held - len(kept)
            self._pieces, self._held = deque([kept]), len(kept)

    @property
    def text(self) -> str:
        """What is in memory: the whole text, or its end."""
        return "".join(self._pieces)

    @property
    def spilled(self) -> str:
        """Path of the file with the whole text; empty where all of it is in memory."""
        return str(self._spill) if self._file is not None else ""

    def close(self) -> None:
        """No more will come."""
        if self._file is not None:
            self._file.close()
