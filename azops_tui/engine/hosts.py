"""The SSH connections of a run: opened when first needed, kept for the next step, closed with the run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from azops_tui import paths
from azops_tui.engine.guard import Proposal
from azops_tui.engine.problems import StepProblem

if TYPE_CHECKING:
    from azops_tui.engine.context import StepContext
    from azops_tui.ssh.fleet import Fleet
    from azops_tui.ssh.host_keys import HostKeyQuestion


class Fleets:
    """Holds the run's fleet. Questions about host keys go to the step that uses it now."""

    def __init__(self) -> None:
        self._fleet: Fleet | None = None
        self._context: StepContext | None = None
        self.unanswered: StepProblem | None = None
        """Why the last question could not be put to anyone."""

    async def fleet(self, context: StepContext) -> Fleet:
        """The run's fleet, asking ``context`` about hosts that are met for the first time.

        Hosts of the local cloud are trusted at first sight: nobody else can be behind their addresses.
        """
        from azops_tui.ssh.fleet import Fleet
        from azops_tui.ssh.host_keys import HostKeys

        self._context, self.unanswered = context, None
        if self._fleet is None:
            cloud = await context.open_cloud() if context.open_cloud is not None else None
            endpoint = cloud.endpoint if cloud is not None else None
            self._fleet = Fleet(
                HostKeys(endpoint.known_hosts if endpoint is not None else paths.state() / "known_hosts"),
                cloud.route if cloud is not None else None,
                ask_host_key=None if endpoint is not None else self._ask,
            )
        return self._fleet

    async def close(self) -> None:
        """End what runs on hosts and close the connections."""
        if self._fleet is not None:
            await self._fleet.close()
            self._fleet = None

    async def _ask(self, question: HostKeyQuestion) -> bool:
        context: Any = self._context
        lines = (question.sentence, "If the key is not right, somebody else may be answering in its place.")
        try:
            answer = await context.ask(Proposal("hostkey", f"Trust the key of {question.host}", lines))
        except StepProblem as error:
            self.unanswered = error
            return False
        return bool(answer.accepted)
