"""What a step has in its hands while it runs, and what it hands back."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol

from azops_tui.azure.errors import sentence
from azops_tui.engine.guard import Answer, Kind, Policy, Proposal, Questions
from azops_tui.engine.output import Output
from azops_tui.engine.problems import StepProblem, problem
from azops_tui.engine.variables import Namespace, Origin
from azops_tui.events.azure_views import FailureView
from azops_tui.events.records import Event
from azops_tui.json_types import Json
from azops_tui.runbook.model import Step

if TYPE_CHECKING:
    from azops_tui.azure.cloud import Cloud
    from azops_tui.engine.sessions.pool import Sessions

FinalState = Literal["done", "failed", "skipped", "stopped", "unknown"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an attempt at a step ended."""

    state: FinalState = "done"
    status: int | None = None
    failure: FailureView | None = None
    summary: str = ""
    value: Json = None
    """What a native step yields, for captures and expectations; scripts yield their output instead."""
    has_value: bool = False

    @classmethod
    def of_problem(cls, error: StepProblem) -> Outcome:
        """The outcome of a step that ended with a problem."""
        return cls("unknown" if error.lost else "failed", error.status, error.view, sentence(error.view))


@dataclass(slots=True)
class World:
    """What this run made and saw, so that a deletion can say what is not its own."""

    created: set[str] = field(default_factory=set)
    """Ids of resources that this run deployed, in lower case."""
    groups: set[str] = field(default_factory=set)
    """Names of the groups that this run acted on, in lower case."""


@dataclass(slots=True)
class StepContext:
    """A step at work. Executors use nothing else of the run."""

    name: str
    step: Step
    code: str
    folder: Path
    """Where relative paths start."""
    where: str
    """The cloud it acts on, as ``Demo subscription (local)``; empty for a run without one."""
    native: Any
    """The body of a native step with its variables replaced; None for scripts."""
    output: Output
    variables: Namespace
    sessions: Sessions
    questions: Questions
    policy: Policy
    world: World
    open_cloud: Callable[[], Awaitable[Cloud]] | None
    send: Callable[[Event], None]
    assign: Callable[[str, str, Origin], Awaitable[None]]
    """Gives a variable of the run a value, in the sessions too."""
    hand_over: Callable[[], AbstractContextManager[object]]
    """Hands the terminal to an interactive step."""
    fleets: FleetSource
    agreed: Kind | Literal[""] = ""
    """What was agreed to for this step."""
    if_stopped: str = ""
    """What to say if the step is stopped now: what goes on elsewhere."""
    on_stop: Callable[[], Awaitable[None]] | None = None
    """Ends the attempt; where it is None its task is cancelled."""

    async def cloud(self) -> Cloud:
        """The cloud of the run.

        Raises:
            StepProblem: the run has none, or it cannot be reached.
        """
        if self.open_cloud is None:
            raise problem(
                "NoCloud",
                "This step acts on Azure, and the run has no cloud.",
                "Choose one: --cloud local for the simulator, or a profile of config.toml.",
            )
        return await self.open_cloud()

    async def ask(self, proposal: Proposal, *, agreed_by: str = "") -> Answer:
        """Ask a person, or the policy."""
        return await self.questions.ask(self.name, proposal, agreed_by=agreed_by)

    def say(self, text: str) -> None:
        """A line of azops itself in the step's output."""
        self.output.say(text)

    def now(self) -> float:
        """The time for an event."""
        return time.time()

    def path(self, text: str) -> Path:
        """A path of the document: relative ones start in its folder, ``~`` is the user's home."""
        path = Path(text).expanduser()
        return path if path.is_absolute() else self.folder / path


class FleetSource(Protocol):
    """Gives a step the connections of the run."""

    unanswered: StepProblem | None
    """Why a question about a host's key could not be put to anyone, in the step that runs."""

    async def fleet(self, context: StepContext) -> Any:
        """The run's fleet, asking ``context`` about host keys."""

    async def close(self) -> None:
        """End all connections."""


class Executor(Protocol):
    """A module of ``engine.steps``."""

    async def execute(self, context: StepContext) -> Outcome:
        """Do it.

        Raises:
            StepProblem: it failed, and why.
        """


__all__ = ["Executor", "FinalState", "FleetSource", "Outcome", "StepContext", "StepProblem", "World"]
