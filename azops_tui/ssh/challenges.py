"""What a person is asked for while a host signs them in: passphrases, passwords, codes of a second factor."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple

from azops_tui.sanitise import clean
from azops_tui.ssh.host_key_checker import HostKeyChecker
from azops_tui.ssh.host_keys import HostKeys
from azops_tui.ssh.targets import Target


class SignInPrompt(NamedTuple):
    """A line to be answered."""

    text: str
    hidden: bool = True
    """True if the answer is not shown while it is typed."""


AskAnswers = Callable[[str, Sequence[str], Sequence[SignInPrompt]], Awaitable[list[str] | None]]
"""Called with title, lines and prompts; returns an answer to each prompt, or None if the person declines."""


class Challenges:
    """Puts the questions of hosts to a person, one at a time. After a no, no other host asks."""

    def __init__(self, ask: AskAnswers | None) -> None:
        self._ask = ask
        self._asking = asyncio.Lock()
        self._declined = False

    @property
    def can_ask(self) -> bool:
        return self._ask is not None and not self._declined

    def begin(self) -> None:
        """Ask again, for another command."""
        self._declined = False

    async def answers(self, title: str, lines: Sequence[str], prompts: Sequence[SignInPrompt]) -> list[str] | None:
        """Answers to prompts; None if nobody answers."""
        async with self._asking:
            if self._ask is None or self._declined:
                return None
            answers = await self._ask(title, lines, prompts)
            self._declined = answers is None
            return answers


class SignIn(HostKeyChecker):
    """Client of one connection: checks the host's key, and answers its questions.

    The time limit of the connection stands still while a person thinks.
    """

    def __init__(self, host_keys: HostKeys, target: Target, user: str, challenges: Challenges, *, asking: bool) -> None:
        super().__init__(host_keys, target, asking=asking)
        self._who = f"{user}@{target.where}"
        self._challenges = challenges
        self.limit: asyncio.Timeout | None = None
        """Time limit of the connection."""
        self.seconds = 0.0
        """Seconds that it has after an answer."""
        self._asked_password = False

    def kbdint_auth_requested(self) -> str | None:
        """Accept keyboard-interactive sign-in, with any method, if there is a person to ask."""
        return "" if self._challenges.can_ask else None

    async def kbdint_challenge_received(
        self, name: str, instructions: str, lang: str, prompts: Sequence[tuple[str, bool]]
    ) -> list[str] | None:
        """Ask a person; a host that only tells something gets an empty answer."""
        if not prompts:
            return []
        lines = [line for text in (name, instructions) for line in clean(text).strip().splitlines() if line.strip()]
        return await self._answers(lines, [SignInPrompt(clean(text).strip(" :\n"), not echo) for text, echo in prompts])

    async def password_auth_requested(self) -> str | None:
        """Ask for the password, once."""
        if self._asked_password or not self._challenges.can_ask:
            return None
        self._asked_password = True
        answers = await self._answers([], [SignInPrompt("Password")])
        return answers[0] if answers else None

    async def _answers(self, lines: Sequence[str], prompts: Sequence[SignInPrompt]) -> list[str] | None:
        if self.limit is not None:
            self.limit.reschedule(None)
        try:
            return await self._challenges.answers(f"{self._who} asks", lines, prompts)
        finally:
            if self.limit is not None:
                self.limit.reschedule(asyncio.get_running_loop().time() + self.seconds)
