"""What a person decides about a document: whether it is trusted, whether its guessed fences run, what is fetched."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

from azops_tui.runbook.model import Problem, Runbook, Severity


class OpeningChoices:
    """Decisions about one document.

    Args:
        untagged: run the fences that look like shell and do not say so; None asks before the first of them runs, unless
            a person answered earlier.
    """

    def __init__(self, untagged: bool | None) -> None:
        self.untagged = untagged
        self.sentence = ""
        """What the document leaves open about its fences, for a question; empty if nothing is to be asked."""
        self._lines: frozenset[int] = frozenset()
        self._has_fetch_answer = False
        self.documents: tuple[Runbook, ...] = ()
        """The document and its prerequisites."""
        self.untrusted = False
        """True if a person must trust one of them before the first step."""

    def parse(self, path: Path, text: str, *, is_own: bool = False) -> Runbook:
        """Parse the document as it was decided. Undecided fences are steps, about which :attr:`sentence` asks.

        Args:
            path: the document.
            text: its text.
            is_own: a person wrote this text in azops, which keeps the trust of the text before.
        """
        book = self._parse(path, text)
        was_trusted = bool(self.documents) and not self.untrusted
        self.documents = _documents(book)
        from azops_tui.engine import trust

        if is_own and was_trusted:
            trust.trust_all(self.documents)
        self.untrusted = bool(trust.untrusted(self.documents))
        return book

    async def trust(self) -> None:
        """Trust the documents with their present content."""
        from azops_tui.engine import trust

        await asyncio.to_thread(trust.trust_all, self.documents)
        self.untrusted = False

    async def trust_own(self, path: Path, text: str) -> None:
        """Trust a document that a person wrote in azops."""
        from azops_tui.engine.trust import document_digest, trust

        await asyncio.to_thread(trust, path, document_digest(text))

    def _parse(self, path: Path, text: str) -> Runbook:
        from azops_tui.engine.open import open_runbook

        self.sentence, self._lines = "", frozenset()
        book = open_runbook(path, text=text, untagged=bool(self.untagged))
        if not book.guessed or self.untagged is not None:
            return book
        from azops_tui.engine.remembered import ContentQuestion, content_answer
        from azops_tui.runbook.guessing import guessed_sentence

        self.untagged = content_answer(ContentQuestion.GUESSED_STEPS, book.path, book.text)
        if self.untagged is False:
            text = f"{guessed_sentence(book)}; left out, as you chose. To run them: azops open --untagged bash"
            return replace(book, problems=(*book.problems, Problem(Severity.WARNING, 0, text, book.path)))
        if self.untagged is None:
            self.sentence = guessed_sentence(book)
            self._lines = frozenset(block.line for block in book.guessed)
        return open_runbook(path, text=text, untagged=True)

    def guessed(self, book: Runbook | None) -> frozenset[str]:
        """Names of the steps about which :attr:`sentence` asks."""
        return frozenset(step.name for step in book.steps if step.line in self._lines) if book else frozenset()

    def to_fetch(self, book: Runbook | None) -> tuple[str, ...]:
        """Addresses of prerequisites that may be fetched; empty once a person has answered."""
        if book is None or self._has_fetch_answer:
            return ()
        return tuple(link.url for link in book.prerequisites if link.url and not link.path.is_file())

    async def take_guesses(self, book: Runbook | None, agreed: bool) -> None:
        """Keep the answer about guessed fences, also for when the document is opened again."""
        self.untagged, self.sentence = agreed, ""
        if book is not None:
            from azops_tui.engine.remembered import ContentQuestion, keep_content_answer

            await asyncio.to_thread(keep_content_answer, ContentQuestion.GUESSED_STEPS, book.path, book.text, agreed)

    async def fetch(self, book: Runbook | None, agreed: bool) -> None:
        """Fetch the prerequisites and trust what they hold now, or leave them out."""
        urls = self.to_fetch(book)
        if agreed:
            from azops_tui.engine.web_prerequisites import accept, fetch

            for url in urls:
                accept(await asyncio.to_thread(fetch, url))
        self._has_fetch_answer = True


def _documents(book: Runbook) -> tuple[Runbook, ...]:
    """A document with its prerequisites; only itself if they cannot be read, which the run says later."""
    from azops_tui.engine.open import open_runbook
    from azops_tui.engine.plan import plan_run
    from azops_tui.engine.problems import RunError

    try:
        return plan_run(book, open_runbook).documents
    except RunError:
        return (book,)
