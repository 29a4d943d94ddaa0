"""The document as it is being written: the text on the page, the text in the file, and the way between them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from azops_tui import paths
from azops_tui.runbook.merge import merge, pick
from azops_tui.ui.problems import UserError

if TYPE_CHECKING:
    from azops_tui.engine.document_file import DocumentFile

LOOK_SECONDS = 0.4
"""Time between two looks at the file."""
_MOST_EDITS = 200
"""Number of edits that can be undone."""


@dataclass(frozen=True)
class Conflict:
    """The page and the file changed the same lines."""

    base: str
    """The text that both had."""
    page: str
    file: str


class WorkingDocument:
    """Text of the page, which may be ahead of the file, and the file, which others may change.

    Args:
        file: the file; read already.
        adopt: makes a text the page's.
    """

    def __init__(self, file: DocumentFile, adopt: Callable[[str], Awaitable[None]]) -> None:
        self._file = file
        self._adopt = adopt
        self.text = file.text or ""
        self.conflict: Conflict | None = None
        """What a person must decide; nothing is written until then."""
        self.on_news: Callable[[str], None] = lambda sentence: None
        """Called with a sentence after the file changed on disk."""
        self.is_taking_over = False
        """True while a text of the file, which others wrote, becomes the page's."""
        self._edits: list[tuple[str, str]] = []
        """Texts before and after each edit, the last one last."""
        self._undone: list[tuple[str, str]] = []
        self._lock = asyncio.Lock()
        self._following: asyncio.Task[None] | None = None

    @property
    def name(self) -> str:
        return self._file.path.name

    @property
    def in_file(self) -> str:
        """Text of the file, as it was read last."""
        return self._file.text or ""

    @property
    def is_ahead(self) -> bool:
        """True if the page has edits that the file has not."""
        return self.text != self.in_file

    async def edit(self, text: str, base: str) -> None:
        """Make an edit.

        Args:
            text: the document after the edit.
            base: the document that the edit began with; what changed since stays.

        Raises:
            UserError: the same lines were changed meanwhile.
        """
        async with self._lock:
            merged = merge(base, text, self.text)
            if merged.conflicts:
                self.conflict = Conflict(base, text, self.text)
                raise UserError("The same lines were changed in the file while you edited them.")
            await self._change(merged.text)

    async def _change(self, text: str) -> None:
        if text == self.text:
            return
        self._edits = [*self._edits[1 - _MOST_EDITS :], (self.text, text)]
        self._undone.clear()
        await self._show(text)

    async def _show(self, text: str) -> None:
        await self._adopt(text)
        self.text = text

    async def undo(self) -> None:
        """Undo the last edit; what was changed since then stays.

        Raises:
            UserError: there is no edit, or its lines were changed since.
        """
        await self._swap(self._edits, self._undone, "undone")

    async def redo(self) -> None:
        """Make the edit again that was undone last.

        Raises:
            UserError: no edit was undone, or its lines were changed since.
        """
        await self._swap(self._undone, self._edits, "made again")

    async def _swap(self, source: list[tuple[str, str]], target: list[tuple[str, str]], verb: str) -> None:
        async with self._lock:
            if not source:
                raise UserError(f"There is no edit that can be {verb}.")
            before, after = source[-1]
            merged = merge(after, self.text, before)
            if merged.conflicts:
                raise UserError(f"The edit cannot be {verb}: its lines were changed since.")
            source.pop()
            target.append((after, before))
            await self._show(merged.text)

    async def save(self, first: int = 0, last: int = 0) -> None:
        """Write edits to the file.

        Args:
            first: first line of the page whose edits are written; 0 for all edits.
            last: last line.

        Raises:
            UserError: the file cannot be written, or a conflict must be decided first.
        """
        async with self._lock:
            await self._look()
            if self.conflict is not None:
                raise UserError(f"{self.name} was changed on disk in the same lines; decide first.")
            text = pick(self.in_file, self.text, first, last) if first else self.text
            try:
                await asyncio.to_thread(self._file.write, text)
            except OSError as error:
                raise UserError(f"{self._file.path} cannot be written: {error.strerror or error}") from None

    @property
    def is_scratch(self) -> bool:
        """True for a scratch page, which has no name of its own yet."""
        return self._file.path.resolve().parent == paths.scratch().resolve()

    async def save_as(self, name: str) -> Path:
        """Give a scratch page a name; returns its path.

        Raises:
            UserError: there is a file of that name, or it cannot be written.
        """
        path = named(name)
        async with self._lock:
            try:
                await asyncio.to_thread(self._file.move_to, path, self.text)
            except FileExistsError:
                raise UserError(f"{path} exists; choose another name.") from None
            except OSError as error:
                raise UserError(f"{path} cannot be written: {error.strerror or error}") from None
        return path

    async def look(self) -> None:
        """Take over what changed in the file."""
        async with self._lock:
            await self._look()

    async def _look(self) -> None:
        if self.conflict is not None:
            return
        base = self.in_file
        changed = await asyncio.to_thread(self._file.changed)
        if changed is None:
            return
        merged = merge(base, self.text, changed)
        if merged.conflicts:
            self.conflict = Conflict(base, self.text, changed)
        elif merged.text != self.text:
            self.is_taking_over = True
            try:
                await self._show(merged.text)
            finally:
                self.is_taking_over = False
        self.on_news(f"{self.name} was changed on disk.")

    async def decide(self, *, keep: bool) -> None:
        """End a conflict; changes of other lines stay on both sides.

        Args:
            keep: True for the page's lines, which go to the file when they are written; False for the file's.
        """
        async with self._lock:
            conflict, self.conflict = self.conflict, None
            if conflict is not None:
                mine, theirs = (conflict.page, conflict.file) if keep else (conflict.file, conflict.page)
                await self._change(merge(conflict.base, mine, theirs).text)

    def follow(self) -> None:
        """Look at the file again and again, until :meth:`close`."""
        if self._following is None:
            self._following = asyncio.create_task(self._follow())

    async def _follow(self) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                await self.look()
            except Exception as error:  # a document that cannot be shown must not end the watch
                self.on_news(str(error))

    def close(self) -> None:
        if self._following is not None:
            self._following.cancel()
            self._following = None


def named(name: str) -> Path:
    """The path that a person typed; ``.md`` is added."""
    path = Path(name).expanduser()
    return path if path.suffix else path.with_suffix(".md")
