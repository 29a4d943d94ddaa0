"""Output of a host: its end in memory, and the whole of a long one on disk."""

from __future__ import annotations

import hashlib
import os
from collections import deque
from pathlib import Path
from typing import IO, Protocol

LIMIT = 256 * 1024 * 1024
"""Number of characters after which a file of output takes no more."""


class TextFilter(Protocol):
    """Changes a text that arrives in pieces, for example hides secrets in it."""

    def feed(self, text: str) -> str:
        """Add a piece; return the text that is ready."""
        ...

    def flush(self) -> str:
        """Return the text held back."""
        ...


class OutputRing:
    """Keeps the end of a text that arrives in pieces, in constant memory."""

    def __init__(
        self, keep: int = 256 * 1024, spill: Path | None = None, hide: TextFilter | None = None, limit: int = LIMIT
    ) -> None:
        """Write nothing to disk until the text is longer than ``keep``.

        Args:
            keep: minimum number of characters kept; the maximum is twice that.
            spill: file for the whole text, readable by its owner alone; without it, the beginning of a long text is
                lost.
            hide: what the text passes on its way to the file.
            limit: number of characters after which the file says that it was cut, and takes no more.
        """
        self._hide = hide
        self._room = limit
        self._digest = hashlib.blake2b(digest_size=16)
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
        self._digest.update(text.encode("utf-8", "surrogatepass"))
        if self._spill is not None and (self._file is not None or self._held > self._keep):
            if self._file is None:
                self._spill.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                descriptor = os.open(self._spill, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
                self._file = open(descriptor, "w", encoding="utf-8", errors="surrogatepass")  # noqa: SIM115 - kept
                text = "".join(self._pieces)
            self._save(self._hide.feed(text) if self._hide is not None else text)
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

    @property
    def digest(self) -> str:
        """Digest of the whole text: equal for equal texts, however long."""
        return self._digest.hexdigest()

    def close(self) -> None:
        if self._file is not None:
            if self._hide is not None:
                self._save(self._hide.flush())
            self._file.close()

    def _save(self, text: str) -> None:
        assert self._file is not None
        if self._room <= 0 or not text:
            return
        self._file.write(text[: self._room])
        self._room -= len(text)
        if self._room <= 0:
            self._file.write("\n… the output is longer than this file may be; the rest was not kept\n")
