"""The SSH connections of a run: opened when first needed, kept for the next step, closed with the run."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from azops_tui import paths
from azops_tui.engine.cloud import RunCloud
from azops_tui.engine.guard import Proposal, Reply
from azops_tui.engine.problems import StepProblem
from azops_tui.events.records import AskedValue

if TYPE_CHECKING:
    from asyncssh import SSHClientConnection

    from azops_tui.azure.cloud import Cloud
    from azops_tui.engine.taped_fleet import TapedFleet
    from azops_tui.replay.tape import Tape
    from azops_tui.ssh.challenges import SignInPrompt
    from azops_tui.ssh.fleet import Fleet
    from azops_tui.ssh.host_keys import HostKeyQuestion
    from azops_tui.ssh.output import TextFilter
    from azops_tui.ssh.targets import Target

AskProposal = Callable[[Proposal], Awaitable[Reply]]


class Fleets:
    """Holds the run's fleet. Questions about host keys go to the step that uses the fleet."""

    def __init__(
        self,
        cloud: RunCloud,
        spill: Path | None = None,
        hide: Callable[[], TextFilter] | None = None,
        *,
        fan_out: int = 50,
        connect_timeout: float = 15,
        tape: Tape | None = None,
        trust_new_hosts: bool = False,
    ) -> None:
        """Open no connection yet.

        Args:
            cloud: of the run.
            spill: folder for output too long for memory.
            hide: makes the filter that keeps secrets out of that folder.
            fan_out: number of hosts that run a command at the same time.
            connect_timeout: seconds allowed for connecting and signing in.
            trust_new_hosts: record the keys of unknown hosts while connecting, in place of a question before.
            tape: records what runs on hosts, or answers in their place.
        """
        self._tape = tape
        self._trust_new_hosts = trust_new_hosts
        self._fan_out = fan_out
        self._connect_timeout = connect_timeout
        self._can_ask = False
        self._cloud = cloud
        self._spill = spill
        self._hide = hide
        self._fleet: Fleet | TapedFleet | None = None
        self._ask: AskProposal | None = None
        self.unanswered: StepProblem | None = None
        """Why the last question about a host key could not be put to anyone."""

    async def fleet(self, ask: AskProposal, *, can_ask: bool) -> Fleet | TapedFleet:
        """Return the run's fleet; ``ask`` puts questions, for passwords only where ``can_ask``."""
        self._ask, self._can_ask, self.unanswered = ask, can_ask, None
        if self._fleet is None:
            if self._tape is None:
                self._fleet = await self._start()
            else:
                from azops_tui.engine.taped_fleet import TapedFleet

                self._fleet = TapedFleet(self._tape, self._start, self._is_trusted)
        return self._fleet

    async def connect(self, target: Target, ask: AskProposal, *, can_ask: bool) -> SSHClientConnection:
        """Open a connection to one host, for a terminal.

        Raises:
            HostProblem: the host cannot be reached, is not trusted, or refuses the user.
        """
        self._ask, self._can_ask, self.unanswered = ask, can_ask, None
        fleet = await self._start()
        self._fleet = fleet
        return await fleet.connect(target)

    async def _start(self) -> Fleet:
        """Make the fleet that connects.

        Machines of the local cloud are trusted at first sight: nobody else can be behind their addresses. Every other
        host is checked by the user's own known hosts, whatever the cloud.
        """
        from azops_tui.ssh.config import default_settings
        from azops_tui.ssh.fleet import Fleet
        from azops_tui.ssh.host_keys import HostKeys

        own, *others = default_settings().known_hosts
        cloud = await self._local_cloud()
        endpoint = cloud.endpoint if cloud is not None else None
        return Fleet(
            HostKeys(own, [*others, paths.state() / "known_hosts"]),
            cloud.route if cloud is not None else None,
            routed_host_keys=HostKeys(endpoint.known_hosts) if endpoint is not None else None,
            ask_host_keys=None if self._trust_new_hosts else self._trusts,
            spill=self._spill,
            hide=self._hide,
            fan_out=self._fan_out,
            connect_timeout=self._connect_timeout,
            ask_answers=self._answers,
        )

    async def route(self, address: str) -> tuple[str, int] | None:
        """Return the endpoint of a machine of the local cloud; None for any other host."""
        cloud = await self._local_cloud()
        return await cloud.route(address) if cloud is not None else None

    async def _local_cloud(self) -> Cloud | None:
        """The run's cloud if it is the local one and has machines.

        No other cloud is opened for this: a real one has no routes, and a local one that does not run has no machines.
        """
        from azops_tui.simulator.endpoint import running

        if self._cloud.opened is not None:
            return self._cloud.opened
        profile = self._cloud.profile
        is_local = self._cloud.exists and (profile is None or profile.cloud == "local")
        return await self._cloud.open() if is_local and running() is not None else None

    async def close(self) -> None:
        """Stop what runs on hosts and close the connections."""
        if self._fleet is not None:
            await self._fleet.close()
            self._fleet = None

    async def _trusts(self, questions: Sequence[HostKeyQuestion]) -> bool:
        title = f"Trust the key of {questions[0].host}"
        if len(questions) > 1:
            title = f"Trust the keys of {len(questions)} new hosts"
        warning = "If a key is not right, somebody else may be answering in place of the host."
        lines = (*(question.sentence for question in questions), warning)
        if self._tape is not None:
            asked = getattr(self._fleet, "asked", [])
            asked.append([title, *lines])
        return await self._is_trusted(title, lines)

    async def _is_trusted(self, title: str, lines: tuple[str, ...]) -> bool:
        """Whether a person, or the policy, trusts the keys of hosts."""
        if self._ask is None:
            return False
        try:
            answer = await self._ask(Proposal("hostkey", title, lines))
        except StepProblem as error:
            self.unanswered = error
            return False
        return answer.accepted

    async def _answers(self, title: str, lines: Sequence[str], prompts: Sequence[SignInPrompt]) -> list[str] | None:
        """Ask for a passphrase, or for what a host asks."""
        if self._ask is None or not self._can_ask:
            return None
        # Two prompts of a host may have the same text.
        names = [prompt.text or "Answer" for prompt in prompts]
        names = [f"{name} {names[:n].count(name) + 1}" if name in names[:n] else name for n, name in enumerate(names)]
        values = tuple(
            AskedValue(name=name, secret=prompt.hidden, required=True)
            for name, prompt in zip(names, prompts, strict=True)
        )
        try:
            answer = await self._ask(Proposal("values", title, tuple(lines), values=values))
        except StepProblem:
            return None
        return [answer.values.get(name, "") for name in names] if answer.accepted else None
