"""What a document leaves open about its steps, asked when the first of them is about to run."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textual.screen import Screen

from azops_tui.ui.controller import Controller, LiveRun
from azops_tui.ui.format import count
from azops_tui.ui.screens.dialogs import Ask, Dialog, DialogAnswer
from azops_tui.ui.tasks import Tasks


class OpeningQuestions:
    """Asks whether a document is trusted, about guessed steps, and about prerequisites on the web.

    One question asks about all of that before the first step of a document that is not trusted.

    Args:
        screen: shows the dialogs.
        controller: the run.
        tasks: carries out the answers.
    """

    def __init__(self, screen: Screen[None], controller: Controller, tasks: Tasks) -> None:
        self._screen = screen
        self._controller = controller
        self._tasks = tasks

    def settle(self, steps: Sequence[str], act: Callable[[], None]) -> None:
        """Carry out an action once its questions are answered; Cancel ends it, and the next one asks again.

        Args:
            steps: names of the steps that the action runs.
            act: runs them; not called if the answer left none of them.
        """
        live = self._controller.live
        if live is None:
            act()
            return

        def go_on(_: None) -> None:
            self.settle([name for name in steps if name in self._controller.view.steps], act)

        if live.untrusted and steps:
            self._tasks.start(live.trust_lines, lambda lines: self._ask_to_trust(live, lines, go_on), group="load")
        elif live.to_fetch:
            self._ask_to_fetch(live, go_on)
        elif live.guesses and not live.guessed.isdisjoint(steps):
            self._ask_about_guesses(live, go_on)
        elif steps:
            act()

    def _ask_to_trust(self, live: LiveRun, lines: Sequence[str], then: Callable[[None], None]) -> None:
        """Ask one question about all that the document leaves open."""
        fetched = [f"Fetched from the web and trusted: {url}" for url in live.to_fetch]
        guesses = [f"{live.guesses}. They run as bash."] if live.guesses else []
        asked = (*lines, *fetched, *guesses, "", "azops asks once for this content; a change is asked about again.")
        title = f"You have not run {live.file_name} yet"
        ask = Ask(title, asked, "Trust and run", other="Without the guesses" if guesses else "")

        def take(answer: DialogAnswer | None) -> None:
            if answer is not None and (answer.accepted or answer.other):
                self._tasks.start(lambda: live.trust(guesses=answer.accepted), then, group="load")

        self._screen.app.push_screen(Dialog(ask), take)

    def _ask_about_guesses(self, live: LiveRun, then: Callable[[None], None]) -> None:
        lines = (
            f"{live.guesses}.",
            "",
            "They do not say that they are bash. azops asks once for this document; its text is not changed.",
        )
        ask = Ask("Fences without a language", lines, "Run them as bash", other="Leave them out")

        def take(answer: DialogAnswer | None) -> None:
            if answer is not None and (answer.accepted or answer.other):
                self._tasks.start(lambda: live.take_guesses(answer.accepted), then, group="load")

        self._screen.app.push_screen(Dialog(ask), take)

    def _ask_to_fetch(self, live: LiveRun, then: Callable[[None], None]) -> None:
        urls = live.to_fetch
        lines = (*urls, "", "Their steps run before this document. What they hold now is trusted.")
        ask = Ask(
            f"Fetch {count(len(urls), 'prerequisite')} from the web", lines, "Fetch and trust", other="Leave them out"
        )

        def take(answer: DialogAnswer | None) -> None:
            if answer is not None and (answer.accepted or answer.other):
                self._tasks.start(lambda: live.fetch_prerequisites(answer.accepted), then, group="load")

        self._screen.app.push_screen(Dialog(ask), take)
