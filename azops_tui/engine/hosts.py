"""The SSH connections of a run: opened when first needed, kept for the next step, closed with the run."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from azops_tui import paths
from azops_tui.engine.cloud import RunCloud
from azops_tui.engine.guard import Proposal, Reply
from azops_tui.engine.problems import StepProblem

if TYPE_CHECKING:
    from azops_tui.ssh.fleet import Fleet
    from azops_tui.ssh.host_keys import HostKeyQuestion

AskProposal = Callable[[Proposal], Awaitable[Reply]]


class Fleets:
    """Holds the run's fleet. Questions about host keys go to the step that uses the fleet."""

    def __init__(self, cloud: RunCloud) -> None:
        self._cloud = cloud
        self._fleet: Fleet | None = None
        self._ask: AskProposal | None = None
        self.unanswered: StepProblem | None = None
        """Why the last question about a host key could not be put to anyone."""

    async def fleet(self, ask: AskProposal) -> Fleet:
        """Return the run's fleet; ``ask`` puts questions about the keys of unknown hosts.

        Hosts of the local cloud are trusted at first sight: nobody else can be behind their addresses.
        """
        from azops_tui.ssh.fleet import Fleet
        from azops_tui.ssh.host_keys import HostKeys

        self._ask, self.unanswered = ask, None
        if self._fleet is None:
            cloud = await self._cloud.open() if self._cloud.exists else None
            endpoint = cloud.endpoint if cloud is not None else None
            self._fleet = Fleet(
                HostKeys(endpoint.known_hosts if endpoint is not None else paths.state() / "known_hosts"),
                cloud.route if cloud is not None else None,
                ask_host_key=None if endpoint is not None else self._trusts,
            )
        return self._fleet

    async def close(self) -> None:
        """Stop what runs on hosts and close the connections."""
        if self._fleet is not None:
            await self._fleet.close()
            self._fleet = None

    async def _trusts(self, question: HostKeyQuestion) -> bool:
        lines = (question.sentence, "If the key is not right, somebody else may be answering in its place.")
        if self._ask is None:
            return False
        try:
            answer = await self._ask(Proposal("hostkey", f"Trust the key of {question.host}", lines))
        except StepProblem as error:
            self.unanswered = error
            return False
        return answer.accepted
