"""What a person decides when a document opens: whether fences that look like shell run, and what is fetched."""

from __future__ import annotations

import asyncio
from pathlib import Path

from azops_tui.runbook.model import Runbook


class OpeningChoices:
    """Decisions about one document.

    Args:
        untagged: run the fences that look like shell and do not say so; None asks, unless a person agreed before.
    """

    def __init__(self, untagged: bool | None) -> None:
        self.untagged = untagged
        self._has_fetch_answer = False

    def parse(self, path: Path, text: str) -> Runbook:
        """Parse the document as it was decided, or as a person agreed when it was opened earlier."""
        from azops_tui.engine.open import open_runbook

        book = open_runbook(path, text=text, untagged=bool(self.untagged))
        if book.guessed and self.untagged is None:
            from azops_tui.engine.remembered import agreed_to_guesses

            if agreed_to_guesses(book.path, book.text):
                self.untagged = True
                return open_runbook(path, text=text, untagged=True)
        return book

    def guesses(self, book: Runbook | None) -> str:
        """What the document leaves open about its fences, for a question; empty if nothing is to be asked."""
        if book is None or not book.guessed or self.untagged is not None:
            return ""
        from azops_tui.runbook.guessing import guessed_sentence

        return guessed_sentence(book)

    def to_fetch(self, book: Runbook | None) -> tuple[str, ...]:
        """Addresses of prerequisites that may be fetched; empty once a person has answered."""
        if book is None or self._has_fetch_answer:
            return ()
        return tuple(link.url for link in book.prerequisites if link.url and not link.path.is_file())

    async def take_guesses(self, book: Runbook | None, agreed: bool) -> bool:
        """Keep the answer about guessed fences; True if the document must be read again."""
        self.untagged = agreed
        if not agreed or book is None:
            return False
        from azops_tui.engine.remembered import agree_to_guesses

        await asyncio.to_thread(agree_to_guesses, book.path, book.text)
        return True

    async def fetch(self, book: Runbook | None, agreed: bool) -> bool:
        """Fetch the prerequisites and trust what they hold now; True if the document must be read again."""
        urls, self._has_fetch_answer = self.to_fetch(book), True
        if not agreed:
            return False
        from azops_tui.engine.web_prerequisites import accept, fetch

        for url in urls:
            accept(await asyncio.to_thread(fetch, url))
        return bool(urls)
