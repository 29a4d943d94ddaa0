"""A run at one moment, reduced from its events: the same for the console, the screen and a replay.

:class:`RunView` takes records one by one and never looks anywhere else, so applying a journal from the beginning
gives what the screen showed. Applying one costs the size of that event, not of the run.

Long because each kind of event has its handler here.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from typing import Any, Literal

from azops_tui.events import records as ev
from azops_tui.events.azure_views import DeploymentView, GroupView, MachineView, ResourceView, ScaleSetView
from azops_tui.events.step_view import HostRun, LedgerEntry, Question, StepView, Table, Variable

_NOTICES = 100
"""Number of notices that are kept."""

RunPhase = Literal["new", "running", "done", "failed", "stopped", "interrupted"]
Verdict = Literal["done", "failed", "declined", "no-cloud", "empty"]
"""``declined`` stands for a run that was stopped, too; ``empty`` for one in which there was nothing to run."""

DECLINED_CODES = frozenset({"ReadOnly", "ConfirmationMissing", "Declined", "ReadOnlyRun", "NotAgreed"})
"""Failure codes of steps that were not allowed to run."""
NO_CLOUD_CODES = frozenset(
    {"NoCloud", "AuthenticationFailed", "CertificateNotTrusted", "NameNotFound"}
    | {"ConnectionRefused", "ConnectionTimeout", "Unreachable"}
)
"""Failure codes of steps that could not reach a cloud."""


class RunView:
    """A run and the cloud resources that it shows, after the records applied so far."""

    def __init__(self) -> None:
        self.run = 0
        """Number of the run in the journal; 0 before the run has begun."""
        self.path = ""
        self.title = ""
        self.digest = ""
        self.document = ""
        self.cloud = ""
        self.subscription = ""
        self.read_only = False
        self.gate = True
        """False if the gate was off, so that the run has no ledger."""
        self.phase: RunPhase = "new"
        self.started: float | None = None
        self.now = 0.0
        """Time of the last event, in seconds since the epoch."""
        self.duration: float | None = None
        self.steps: dict[str, StepView] = {}
        """By name, in the document's order."""
        self.current = ""
        """Name of the step that runs, or ran last."""
        self.variables: dict[str, Variable] = {}
        self.groups: tuple[GroupView, ...] = ()
        self.resources: dict[str, tuple[ResourceView, ...]] = {}
        """By the name of the group, in lower case."""
        self.machines: tuple[MachineView, ...] = ()
        """Virtual machines of the subscription; read only where the hosts are shown without a document."""
        self.deployments: dict[str, DeploymentView] = {}
        """By id in lower case; the deployment that changed last comes last."""
        self.scale_sets: dict[str, ScaleSetView] = {}
        """By id in lower case."""
        self.foreseen = ""
        """Name of the step whose changes were predicted last."""
        self.questions: dict[str, Question] = {}
        self.requests: dict[int, LedgerEntry] = {}
        """Writes to Azure by number, in the order in which they were sent."""
        self.notices: deque[ev.Notice] = deque(maxlen=_NOTICES)
        self._before_question: dict[str, ev.StepState] = {}
        self._hosts_step = ""
        self._shelf: dict[tuple[str, str], StepView] = {}
        """Results of steps that were edited or removed, by name and code: undoing the edit brings them back."""

    @property
    def question(self) -> Question | None:
        """The oldest question that waits for an answer."""
        return next(iter(self.questions.values()), None)

    @property
    def hosts(self) -> list[HostRun]:
        """Hosts of the step that connected to hosts last."""
        step = self.steps.get(self._hosts_step)
        return list(step.hosts.values()) if step else []

    def count(self, *states: ev.StepState) -> int:
        """How many steps are in one of these states."""
        return sum(step.state in states for step in self.steps.values())

    @property
    def failed(self) -> list[StepView]:
        """Failed steps, in the document's order."""
        return [step for step in self.steps.values() if step.state in ("failed", "unknown")]

    @property
    def in_flight(self) -> list[LedgerEntry]:
        """Writes that are not known to have ended, in the order in which they were sent."""
        return [entry for entry in self.requests.values() if entry.is_in_flight]

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
            reasons = {step.summary for step in self.steps.values()}
            if not any("condition" in reason for reason in reasons):
                return f"Nothing was run. {' '.join(sorted(reasons))}".rstrip()
            return f"Nothing was run: the conditions of all {len(self.steps)} steps are false."
        parts = [f"{self.count('done')} of {len(self.steps)} steps done"]
        others: tuple[ev.StepState, ...] = ("failed", "unknown", "skipped", "stopped")
        parts += [f"{number} {state}" for state in others if (number := self.count(state))]
        return ", ".join(parts)

    def apply_all(self, records: Iterable[ev.Record]) -> RunView:
        """Apply records in order; returns itself."""
        for record in records:
            self.apply(record)
        return self

    def apply(self, record: ev.Record) -> None:
        event = record.event
        if record.run:
            self.run = record.run
        self.now = max(self.now, event.at)
        _HANDLERS[type(event)](self, event)

    def interrupt(self) -> None:
        """Mark the run as interrupted: its process is gone, and the end of the steps that ran is unknown."""
        if self.phase == "running":
            self.phase = "interrupted"
            self.questions.clear()
            for step in self.steps.values():
                if step.state in ("running", "asking"):
                    step.state = "unknown"

    def step(self, name: str) -> StepView:
        """The view of a step; a step that was not announced gets a new view."""
        found = self.steps.get(name)
        if found is None:
            found = self.steps[name] = StepView(name)
        return found

    def _run_started(self, event: ev.RunStarted) -> None:
        self.path, self.title, self.digest, self.document = event.path, event.title, event.digest, event.document
        self.cloud, self.subscription, self.read_only = event.cloud, event.subscription, event.read_only
        self.gate = event.gate
        self.phase, self.started = "running", event.at
        for name, value in event.parameters.items():
            self.variables[name] = Variable(name, value, secret=value == "•••")
        self.announce(event.steps)

    def announce(self, steps: Iterable[ev.StepInfo]) -> None:
        """Add the steps of a run, before or when the run begins."""
        for info in steps:
            view = self.step(info.name)
            view.title, view.kind, view.effects = info.title, info.kind, info.effects
            view.line, view.code, view.hide = info.line, info.code, info.hide
            view.source = info.code

    def _document_changed(self, event: ev.DocumentChanged) -> None:
        self.document, self.digest = event.document, event.digest
        former = {event.renamed.get(name, name): step for name, step in self.steps.items()}
        infos = {info.name: info for info in event.steps}
        for name, step in former.items():
            step.name = name
            is_busy = step.state in ("running", "asking")
            if step.state != "waiting" and not is_busy and (name not in infos or name in event.changed):
                self._shelf[name, step.source] = step
        self.steps = {}
        for name, info in infos.items():
            shelved = self._shelf.pop((name, info.code), None)
            before = former.get(name)
            if before is not None and (name not in event.changed or before.state in ("running", "asking")):
                step = before
            elif shelved is not None:
                step = shelved
            else:
                step = StepView(name, edited=name in event.changed)
            if step.state == "waiting":
                step.code = info.code
            step.edited = step.edited or (step is before and name in event.changed)
            step.title, step.kind, step.effects = info.title, info.kind, info.effects
            step.line, step.hide, step.source = info.line, info.hide, info.code
            self.steps[name] = step
        # A step that still runs is shown to its end, although the document has it no more.
        self.steps |= {n: s for n, s in former.items() if n not in infos and s.state in ("running", "asking")}
        self.current = event.renamed.get(self.current, self.current)

    def _session_restarted(self, event: ev.SessionRestarted) -> None:
        self.variables = {
            name: Variable(name, value, secret=value == "•••") for name, value in event.parameters.items()
        }

    def _run_finished(self, event: ev.RunFinished) -> None:
        self.phase, self.duration = event.state, event.duration
        self.questions.clear()

    def _step_started(self, event: ev.StepStarted) -> None:
        step = self.step(event.step)
        if event.attempt == 1:
            step.started, step.edited = event.at, False
            step.output.clear()
            step.hosts = {name: host for name, host in step.hosts.items() if event.hosts and name not in event.hosts}
            step.checks, step.deployments, step.scale_sets = [], [], []
            step.table, step.written, step.refused, step.pictures = None, 0, [], []
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
            event.id,
            event.kind,
            event.title,
            event.lines,
            event.typed,
            event.step,
            event.at,
            event.steps,
            event.values,
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

    def _shown_only(self, event: ev.SignInAsked | ev.SignInEnded) -> None:
        """A screen shows a code to sign in with; it is no part of the run."""

    def _machines(self, event: ev.MachinesChanged) -> None:
        self.machines = event.machines

    def _host(self, step: str, host: str) -> HostRun:
        hosts = self.step(step).hosts
        found = hosts.get(host)
        if found is None:
            found = hosts[host] = HostRun(host, step)
            self._hosts_step = step
        return found

    def _hosts_chosen(self, event: ev.HostsChosen) -> None:
        for host in event.hosts:
            self._host(event.step, host)

    def _host_started(self, event: ev.HostStarted) -> None:
        host = self._host(event.step, event.host)
        host.address, host.started, host.finished = event.address, event.at, False

    def _host_finished(self, event: ev.HostFinished) -> None:
        host = self._host(event.step, event.host)
        host.finished, host.status = True, event.status
        host.duration, host.problem, host.digest = event.duration, event.problem, event.digest
        host.reason = event.reason

    def _hosts_compared(self, event: ev.HostsCompared) -> None:
        self.step(event.step).host_differences = {item.hosts: item.lines for item in event.differences}

    def _table(self, event: ev.TableShown) -> None:
        self.step(event.step).table = Table(event.columns, event.rows)

    def _picture(self, event: ev.PictureShown) -> None:
        self.step(event.step).pictures.append(event)

    def _checked(self, event: ev.ExpectationChecked) -> None:
        self.step(event.step).checks.append(event)

    def _sent(self, event: ev.RequestSent) -> None:
        self.requests[event.id] = LedgerEntry(event.step, event.method, event.resource, event.effect, event.at)

    def _request_answered(self, event: ev.RequestAnswered) -> None:
        entry = self.requests.get(event.id)
        if entry is not None:
            entry.answered, entry.status, entry.operation = True, event.status, event.operation
            entry.problem, entry.duration = event.problem, event.duration

    def _operation_ended(self, event: ev.OperationEnded) -> None:
        entry = self.requests.get(event.id)
        if entry is not None:
            entry.ended = event.state

    def _held(self, event: ev.RequestHeld) -> None:
        """The question that follows says all."""

    def _refused(self, event: ev.RequestRefused) -> None:
        if event.step:
            refused = self.step(event.step).refused
            if event.text not in refused:
                refused.append(event.text)

    def _notice(self, event: ev.Notice) -> None:
        self.notices.append(event)


_HANDLERS: dict[type[ev.Event], Callable[[RunView, Any], None]] = {
    ev.RunStarted: RunView._run_started,
    ev.RunFinished: RunView._run_finished,
    ev.DocumentChanged: RunView._document_changed,
    ev.SessionRestarted: RunView._session_restarted,
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
    ev.HostsChosen: RunView._hosts_chosen,
    ev.MachinesChanged: RunView._machines,
    ev.SignInAsked: RunView._shown_only,
    ev.SignInEnded: RunView._shown_only,
    ev.HostStarted: RunView._host_started,
    ev.HostFinished: RunView._host_finished,
    ev.HostsCompared: RunView._hosts_compared,
    ev.TableShown: RunView._table,
    ev.PictureShown: RunView._picture,
    ev.ExpectationChecked: RunView._checked,
    ev.RequestSent: RunView._sent,
    ev.RequestAnswered: RunView._request_answered,
    ev.OperationEnded: RunView._operation_ended,
    ev.RequestHeld: RunView._held,
    ev.RequestRefused: RunView._refused,
    ev.Notice: RunView._notice,
    ev.StepFinished: RunView._step_finished,
}
