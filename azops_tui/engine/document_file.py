"""The file of a document: read, watched by its status, and written whole."""

from __future__ import annotations

import time
from pathlib import Path

from azops_tui.engine.open import RunbookError, read_text
from azops_tui.errors import AzopsError
from azops_tui.files import replace_file

_UNSURE_SECONDS = 2.0
"""Age below which the time of a file does not prove that its content is the one read."""


class FileChangedError(AzopsError):
    """The file has other text than the one it was read with, so it was not written."""


class DocumentFile:
    """A document's file.

    Args:
        path: the file; a link is followed.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.text: str | None = None
        """Text of the file as it was read or written last, without a byte order mark; None before."""
        self._mark = ""
        """The byte order mark, if the file has one."""
        self._stamp: tuple[int, int, int] | None = None
        self._read_at = 0.0

    def read(self) -> str:
        """Read the file.

        Raises:
            RunbookError: the file does not exist, cannot be read, or is not UTF-8 text.
        """
        self._stamp, self._read_at = self._status(), time.time()
        text = read_text(self.path)
        self._mark = text[:1] if text.startswith("\ufeff") else ""
        self.text = text.removeprefix("\ufeff")
        return self.text

    def changed(self) -> str | None:
        """The new text, if the file has another; None if it has not, is gone, or cannot be read as text."""
        stamp = self._status()
        if stamp is None or (stamp == self._stamp and self._read_at - stamp[0] / 1e9 > _UNSURE_SECONDS):
            return None
        before = self.text
        try:
            text = self.read()
        except RunbookError:
            self.text = before
            return None
        return text if text != before else None

    def move_to(self, path: Path, text: str) -> None:
        """Write a text to a new file, which is the document's from now on; the former file is removed.

        Raises:
            FileExistsError: there is a file of that name.
            OSError: the file cannot be written.
        """
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
        self.path.unlink(missing_ok=True)
        self.path, self.text, self._mark = path, text, ""
        self._stamp, self._read_at = self._status(), time.time()

    def write(self, text: str) -> None:
        """Replace the file in one step; its mode and owner stay.

        Raises:
            FileChangedError: the file has other text than :attr:`text`.
            OSError: the file cannot be written.
        """
        path = self.path.resolve()
        self._require_unchanged(path)
        replace_file(path, (self._mark + text).encode("utf-8"), before=lambda: self._require_unchanged(path))
        self.text, self._stamp, self._read_at = text, self._status(), time.time()

    def _require_unchanged(self, path: Path) -> None:
        """Raise FileChangedError if the file has other text than the one that was read; a missing file has none."""
        if path.exists() and read_text(path).removeprefix("\ufeff") != self.text:
            raise FileChangedError(f"{self.path.name} was changed on disk; nothing was written over.")

    def _status(self) -> tuple[int, int, int] | None:
        try:
            status = self.path.stat()
        except OSError:
            return None
        return status.st_mtime_ns, status.st_size, status.st_ino
