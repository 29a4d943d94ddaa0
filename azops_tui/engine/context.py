"""What a step works with while it runs, and what it returns."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Generic, Literal, TypeVar

from azops_tui.azure.errors import sentence
from azops_tui.engine.cloud import RunCloud
from azops_tui.engine.guard import Need, Policy, Proposal, Questions, Reply
from azops_tui.engine.hosts import Fleets
from azops_tui.engine.output import Output
from azops_tui.engine.problems import StepProblem
from azops_tui.engine.variables import Namespace, Origin
from azops_tui.events import records as ev
from azops_tui.events.azure_views import FailureView
from azops_tui.events.run_view import RunView
from azops_tui.json_types import Json
from azops_tui.runbook.model import Runbook, Step

if TYPE_CHECKING:
    from azops_tui.engine.sessions.pool import Sessions
    from azops_tui.replay.tape import Tape

FinalState = Literal["done", "failed", "skipped", "stopped", "unknown"]
T = TypeVar("T")
Body = TypeVar("Body")
"""A native step's record, such as ``DeployStep``; ``str``, the code, for a script."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an attempt at a step ended."""

    state: FinalState = "done"
    status: int | None = None
    failure: FailureView | None = None
    summary: str = ""
    value: Json = None
    """Result of a native step, for captures and expectations; scripts yield their output instead."""
    has_value: bool = False

    @classmethod
    def of_problem(cls, error: StepProblem) -> Outcome:
        """The outcome of a step that ended with a problem."""
        return cls("unknown" if error.lost else "failed", error.status, error.view, sentence(error.view))


@dataclass(frozen=True, slots=True)
class Prepared:
    """What a step is going to do, worked out once: what the question shows is what is executed."""

    execute: Callable[[], Awaitable[Outcome]]
    """Executes what was prepared, once for each attempt; raises StepProblem if the step fails."""
    question: Proposal | None = None
    """What to ask, from a fresh read, with its class (``kind``); None if the step's text says all."""


@dataclass(slots=True)
class Footprint:
    """What a run created and acted on, so that a deletion can name what is not the run's own."""

    began: float = 0.0
    """When the run began, in seconds since the epoch; 0 before."""
    created: set[str] = field(default_factory=set)
    """Ids of resources that the run deployed, in lower case."""
    groups: set[str] = field(default_factory=set)
    """Names of resource groups that steps of the run acted on, in lower case."""

    def observe(self, record: ev.Record) -> None:
        """Add the resources of a deployment that this run made."""
        event = record.event
        if not isinstance(event, ev.DeploymentChanged) or not self.began:
            return
        if event.step or (event.deployment.started or 0) >= self.began:
            self.created.update(
                operation.resource_id.lower()
                for operation in event.deployment.operations
                if operation.resource_id and operation.state != "Waiting"
            )


@dataclass(slots=True)
class StepContext(Generic[Body]):
    """All that the executor of a step may use of its run."""

    name: str
    step: Step
    body: Body
    """Body of a native step with its variables replaced; the code of a script."""
    code: str
    """The code as it is shown."""
    runbook: Runbook
    """The document that the step stands in."""
    folder: Path
    """Folder of the document, where relative paths start."""
    need: Need
    """The agreement that the step's text calls for."""
    cloud: RunCloud
    output: Output
    variables: Namespace
    sessions: Sessions
    questions: Questions
    policy: Policy
    footprint: Footprint
    fleets: Fleets
    record: Callable[[ev.Event], None]
    assign: Callable[[str, str, Origin], Awaitable[None]]
    """Sets a variable of the run, in the sessions too."""
    view: RunView
    """The run so far, with the results of its earlier steps."""
    past_run: Callable[[int], RunView]
    """The end of another run of the journal; raises StepProblem if it does not exist or has not ended."""
    hand_over: Callable[[], AbstractContextManager[object]]
    """Hands the terminal to an interactive step."""
    tape: Tape | None = None
    """Records what crosses the edge of the process, or answers it."""
    only_hosts: frozenset[str] = frozenset()
    """Names of the hosts that are tried again; empty for all hosts of the step."""
    secrets: dict[str, str] = field(default_factory=dict)
    """The secrets that the step names, for its environment alone."""
    notes: tuple[str, ...] = ()
    """What to tell people of the step's attributes when it starts."""
    if_stopped: str = ""
    """What to report if the step is stopped now: what continues elsewhere."""
    on_stop: Callable[[], Awaitable[None]] | None = None
    """Stops the attempt; if None, its task is cancelled."""

    async def ask(self, proposal: Proposal, *, agreed_by: str = "") -> Reply:
        """Ask a person, or the policy."""
        return await self.questions.ask(self.name, proposal, agreed_by=agreed_by)

    def now(self) -> float:
        """The time for an event, in seconds since the epoch."""
        return time.time()

    async def pause(self, seconds: float, result: T = None) -> T:  # type: ignore[assignment]  # None by default
        """Wait before another try, not on replay; returns ``result``."""
        await asyncio.sleep(0 if self.tape is not None and self.tape.is_offline else seconds)
        return result

    def reading(self, name: str, read: Callable[[], Json]) -> Json:
        """A value of this machine, such as the clock's; on replay the recorded one."""
        return read() if self.tape is None else self.tape.reading(name, read)

    def path(self, text: str) -> Path:
        """A path that the document names: relative ones start in its folder, ``~`` is the user's home."""
        path = Path(text).expanduser()
        return path if path.is_absolute() else self.folder / path
