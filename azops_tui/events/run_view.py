"""A run at one moment, reduced from its events: the same for the console, the screen and a replay.

:class:`RunView` takes records one by one and never looks anywhere else, so applying a journal from the beginning
gives what the screen showed. Applying one costs the size of that event, not of the run.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

from azops_tui.events import records as ev
from azops_tui.events.azure_views import DeploymentView, FailureView, GroupView, ResourceView, ScaleSetView
from azops_tui.text import LineTail

TAIL_LINES = 200
"""Lines of output that a step keeps for showing; the journal has them all."""
_LINE_LIMIT = 4_096
_NOTICES = 100

RunPhase = Literal["new", "running", "done", "failed", "stopped", "interrupted"]
Verdict = Literal["done", "failed", "declined", "no-cloud", "empty"]
"""``declined`` stands for a run that was stopped, too; ``empty`` for one in which there was nothing to run."""

DECLINED_CODES = frozenset({"ReadOnly", "ConfirmationMissing", "Declined"})
"""Failure codes of steps that were not allowed to run."""
NO_CLOUD_CODES = frozenset(
    {"NoCloud", "AuthenticationFailed", "CertificateNotTrusted", "NameNotFound"}
    | {"ConnectionRefused", "ConnectionTimeout", "Unreachable"}
)
"""Failure codes of steps that found no cloud to act on."""


@dataclass(slots=True)
class HostRun:
    """A command on one host, as a step ran it."""

    host: str
    step: str
    address: str = ""
    started: float = 0.0
    finished: bool = False
    status: int | None = None
    duration: float = 0.0
    problem: str = ""
    output: LineTail = field(default_factory=lambda: LineTail(TAIL_LINES, _LINE_LIMIT))

    @property
    def state(self) -> ev.StepState:
        """``running``, ``done``, ``failed``, or ``unknown`` where contact was lost."""
        if not self.finished:
            return "running"
        if self.status is None:
            return "unknown"
        return "done" if self.status == 0 else "failed"


@dataclass(slots=True)
class Variable:
    """A variable of the run as it may be shown."""

    name: str
    value: str
    """``•••`` for a secret."""
    secret: bool = False
    origin: str = "parameter"
    step: str = ""
    """The step that set it last; empty for a parameter."""


@dataclass(slots=True)
class Question:
    """A question that waits for a person."""

    id: str
    kind: Literal["mutate", "destroy", "gate", "hostkey"]
    title: str
    lines: tuple[str, ...]
    typed: str
    step: str
    at: float


@dataclass(slots=True)
class Table:
    """A table that a step showed."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(slots=True)
class StepView:
    """A step and what became of it."""

    name: str
    title: str = ""
    kind: str = ""
    effects: str = ""
    line: int = 0
    code: str = ""
    hide: str = ""
    """What the document wants left out: ``input``, ``output`` or ``both``."""
    state: ev.StepState = "waiting"
    attempt: int = 0
    started: float | None = None
    duration: float | None = None
    """Seconds; None until it has ended."""
    status: int | None = None
    failure: FailureView | None = None
    summary: str = ""
    output: LineTail = field(default_factory=lambda: LineTail(TAIL_LINES, _LINE_LIMIT))
    written: int = 0
    """Characters of output so far."""
    checks: list[ev.ExpectationChecked] = field(default_factory=list)
    table: Table | None = None
    hosts: dict[str, HostRun] = field(default_factory=dict)
    deployments: list[str] = field(default_factory=list)
    """Ids of the deployments it made."""
    scale_sets: list[str] = field(default_factory=list)
    foreseen: ev.ForeseenChanges | None = None
    """What its deployment would change, as it was asked last."""

    def tail(self, count: int) -> list[str]:
        """The last ``count`` lines of output, including one without an end."""
        return self.output.tail(count)


class RunView:
    """What is known of a run and of the world it acts on, after the records applied so far."""

    def __init__(self) -> None:
        self.run = 0
        """Number of the run in the journal; 0 before it began."""
        self.path = ""
        self.title = ""
        self.digest = ""
        self.document = ""
        self.cloud = ""
        self.subscription = ""
        self.read_only = False
        self.phase: RunPhase = "new"
        self.started: float | None = None
        self.now = 0.0
        """Time of the last event."""
        self.duration: float | None = None
        self.steps: dict[str, StepView] = {}
        """By name, in the document's order."""
        self.current = ""
        """The step that runs, or ran last."""
        self.variables: dict[str, Variable] = {}
        self.groups: tuple[GroupView, ...] = ()
        self.resources: dict[str, tuple[ResourceView, ...]] = {}
        """By the group's name in lower case."""
        self.deployments: dict[str, DeploymentView] = {}
        """By id in lower case, the one that changed last at the end."""
        self.scale_sets: dict[str, ScaleSetView] = {}
        """By id in lower case."""
        self.foreseen = ""
        """The step that said last what it would change."""
        self.questions: dict[str, Question] = {}
        self.notices: deque[ev.Notice] = deque(maxlen=_NOTICES)
        self._before_question: dict[str, ev.StepState] = {}
        self._hosts_step = ""

    # What front ends ask

    @property
    def question(self) -> Question | None:
        """The question asked first of those that wait."""
        return next(iter(self.questions.values()), None)

    @property
    def hosts(self) -> list[HostRun]:
        """Hosts of the step that used some last."""
        step = self.steps.get(self._hosts_step)
        return list(step.hosts.values()) if step else []

    def count(self, *states: ev.StepState) -> int:
        """How many steps are in one of these states."""
        return sum(step.state in states for step in self.steps.values())

    @property
    def failed(self) -> list[StepView]:
        """Steps that ended badly, in the document's order."""
        return [step for step in self.steps.values() if step.state in ("failed", "unknown")]

    @property
    def verdict(self) -> Verdict:
        """Result of the run, for an exit code."""
        if self.phase == "new":
            return "empty"
        codes = {step.failure.code if step.failure else "" for step in self.failed}
        if codes & NO_CLOUD_CODES:
            return "no-cloud"
        if codes - DECLINED_CODES or (self.phase == "failed" and not codes):
            return "failed"
        if codes or self.count("stopped", "asking") or self.phase == "stopped":
            return "declined"
        return "done"

    def summary(self) -> str:
        """One line: how many steps are done, failed, skipped or stopped, or why none was run."""
        if not self.steps:
            return "Nothing was run: the document has no steps."
        if self.phase == "new":
            return "Nothing was run: every step is excluded from running the whole document."
        if self.count("skipped") == len(self.steps):
            return f"Nothing was run: the conditions of all {len(self.steps)} steps are false."
        parts = [f"{self.count('done')} of {len(self.steps)} steps done"]
        others: tuple[ev.StepState, ...] = ("failed", "unknown", "skipped", "stopped")
        parts += [f"{number} {state}" for state in others if (number := self.count(state))]
        return ", ".join(parts)

    # Reducing

    def apply_all(self, records: Iterable[ev.Record]) -> RunView:
        """Apply records in order; returns itself."""
        for record in records:
            self.apply(record)
        return self

    def apply(self, record: ev.Record) -> None:
        """Take one record in."""
        event = record.event
        if record.run:
            self.run = record.run
        self.now = max(self.now, event.at)
        _HANDLERS[type(event)](self, event)

    def interrupt(self) -> None:
        """Say that the process of this run is gone and no more records will come: what ran then is unknown."""
        if self.phase == "running":
            self.phase = "interrupted"
            self.questions.clear()
            for step in self.steps.values():
                if step.state in ("running", "asking"):
                    step.state = "unknown"

    def step(self, name: str) -> StepView:
        """The step of that name, made where it was not announced."""
        found = self.steps.get(name)
        if found is None:
            found = self.steps[name] = StepView(name)
        return found

    def _run_started(self, event: ev.RunStarted) -> None:
        self.path, self.title, self.digest, self.document = event.path, event.title, event.digest, event.document
        self.cloud, self.subscription, self.read_only = event.cloud, event.subscription, event.read_only
        self.phase, self.started = "running", event.at
        for name, value in event.parameters.items():
            self.variables[name] = Variable(name, value, secret=value == "•••")
        self.announce(event.steps)

    def announce(self, steps: Iterable[ev.StepInfo]) -> None:
        """Say which steps there are, before or when a run begins."""
        for info in steps:
            view = self.step(info.name)
            view.title, view.kind, view.effects = info.title, info.kind, info.effects
            view.line, view.code, view.hide = info.line, info.code, info.hide

    def _run_finished(self, event: ev.RunFinished) -> None:
        self.phase, self.duration = event.state, event.duration
        self.questions.clear()

    def _step_started(self, event: ev.StepStarted) -> None:
        step = self.step(event.step)
        if event.attempt == 1:
            step.started = event.at
            step.output.clear()
            step.hosts, step.checks, step.deployments, step.scale_sets = {}, [], [], []
            step.table, step.written = None, 0
        step.state, step.attempt = "running", event.attempt
        step.duration, step.status, step.failure, step.summary = None, None, None, ""
        if event.code:
            step.code = event.code
        self.current = event.step

    def _step_finished(self, event: ev.StepFinished) -> None:
        step = self.step(event.step)
        step.state, step.duration, step.status = event.state, event.duration, event.status
        step.failure, step.summary = event.failure, event.summary
        for waiting in [q.id for q in self.questions.values() if q.step == event.step]:
            del self.questions[waiting]

    def _output(self, event: ev.OutputWritten) -> None:
        step = self.step(event.step)
        step.written += len(event.text)
        step.output.feed(event.text)
        if event.host:
            self._host(event.step, event.host).output.feed(event.text)

    def _variable(self, event: ev.VariableSet) -> None:
        self.variables[event.name] = Variable(event.name, event.value, event.secret, event.origin, event.step)

    def _asked(self, event: ev.ConfirmationAsked) -> None:
        self.questions[event.id] = Question(
            event.id, event.kind, event.title, event.lines, event.typed, event.step, event.at
        )
        if event.step:
            step = self.step(event.step)
            self._before_question[event.id] = step.state
            step.state = "asking"

    def _answered(self, event: ev.ConfirmationAnswered) -> None:
        question = self.questions.pop(event.id, None)
        before = self._before_question.pop(event.id, "waiting")
        if question is not None and question.step:
            step = self.step(question.step)
            if step.state == "asking":
                step.state = before

    def _deployment(self, event: ev.DeploymentChanged) -> None:
        key = event.deployment.id.lower()
        self.deployments.pop(key, None)
        self.deployments[key] = event.deployment
        if event.step:
            made = self.step(event.step).deployments
            if key not in made:
                made.append(key)

    def _foreseen(self, event: ev.ForeseenChanges) -> None:
        self.step(event.step).foreseen = event
        self.foreseen = event.step

    def _scale_set(self, event: ev.ScaleSetChanged) -> None:
        key = event.scale_set.id.lower()
        self.scale_sets[key] = event.scale_set
        if event.step:
            touched = self.step(event.step).scale_sets
            if key not in touched:
                touched.append(key)

    def _scale_set_gone(self, event: ev.ScaleSetGone) -> None:
        self.scale_sets.pop(event.id.lower(), None)

    def _groups(self, event: ev.GroupsChanged) -> None:
        self.groups = event.groups
        names = {group.name.lower() for group in event.groups}
        for gone in [name for name in self.resources if name not in names]:
            del self.resources[gone]

    def _resources(self, event: ev.ResourcesChanged) -> None:
        self.resources[event.group.lower()] = event.resources

    def _host(self, step: str, host: str) -> HostRun:
        hosts = self.step(step).hosts
        found = hosts.get(host)
        if found is None:
            found = hosts[host] = HostRun(host, step)
            self._hosts_step = step
        return found

    def _host_started(self, event: ev.HostStarted) -> None:
        host = self._host(event.step, event.host)
        host.address, host.started, host.finished = event.address, event.at, False

    def _host_finished(self, event: ev.HostFinished) -> None:
        host = self._host(event.step, event.host)
        host.finished, host.status = True, event.status
        host.duration, host.problem = event.duration, event.problem

    def _table(self, event: ev.TableShown) -> None:
        self.step(event.step).table = Table(event.columns, event.rows)

    def _checked(self, event: ev.ExpectationChecked) -> None:
        self.step(event.step).checks.append(event)

    def _notice(self, event: ev.Notice) -> None:
        self.notices.append(event)


_HANDLERS: dict[type[ev.Event], Callable[[RunView, Any], None]] = {
    ev.RunStarted: RunView._run_started,
    ev.RunFinished: RunView._run_finished,
    ev.StepStarted: RunView._step_started,
    ev.OutputWritten: RunView._output,
    ev.VariableSet: RunView._variable,
    ev.ConfirmationAsked: RunView._asked,
    ev.ConfirmationAnswered: RunView._answered,
    ev.DeploymentChanged: RunView._deployment,
    ev.ForeseenChanges: RunView._foreseen,
    ev.ScaleSetChanged: RunView._scale_set,
    ev.ScaleSetGone: RunView._scale_set_gone,
    ev.GroupsChanged: RunView._groups,
    ev.ResourcesChanged: RunView._resources,
    ev.HostStarted: RunView._host_started,
    ev.HostFinished: RunView._host_finished,
    ev.TableShown: RunView._table,
    ev.ExpectationChecked: RunView._checked,
    ev.Notice: RunView._notice,
    ev.StepFinished: RunView._step_finished,
}
