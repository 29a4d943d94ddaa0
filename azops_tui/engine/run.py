"""A run: a document with its shell, its Python and its variables; the journal gets every event before it is shown.

Rules that a document does not state itself:

- Opening a document does not begin a run. The first step does: :class:`RunStarted` is written then.
- One step runs at a time, beside background steps; a request to run another meanwhile raises :class:`Busy`.
- ``run_all`` runs the steps that are not done, in order; ``run_from`` runs a step and all steps after it, done or not.
- Prerequisites run once, before the first step after their link, also if only a single step is run.
- A failed, declined or stopped step ends the request, unless it failed and has ``on-error=continue``.
- :class:`RunFinished` is written by :meth:`Run.close`.

Long because all that front ends can do to a run stands in one class.
"""

from __future__ import annotations

import asyncio
import itertools
import re
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING

from azops_tui import __version__
from azops_tui.engine.cloud import RunCloud
from azops_tui.engine.cloud_actions import CloudActions
from azops_tui.engine.document_version import digest_of, version_event
from azops_tui.engine.event_recorder import EventRecorder, Subscriber
from azops_tui.engine.guard import Policy
from azops_tui.engine.open import open_runbook
from azops_tui.engine.parameters import Resolved, resolve, validate, written_secrets
from azops_tui.engine.plan import Planned, plan_run, preflight
from azops_tui.engine.problems import (
    GATE_OFF,
    SANDBOX_WITHOUT_GATE,
    Busy,
    ParameterError,
    RunError,
    StepProblem,
    problem,
)
from azops_tui.engine.step_queue import QueueEnd, StepQueue
from azops_tui.engine.step_runner import StepRunner
from azops_tui.engine.variables import Namespace
from azops_tui.events import records as ev
from azops_tui.events.run_view import RunView
from azops_tui.gate.fence import fence_kind
from azops_tui.journal.store import Journal, JournalError
from azops_tui.runbook.model import Parameter, Runbook
from azops_tui.runbook.versions import new_version
from azops_tui.secrets.redact import MASK, Redactor

if TYPE_CHECKING:
    from azops_tui.azure.cloud import Cloud
    from azops_tui.azure.profiles import Profile
    from azops_tui.replay.tape import Tape

_GROUP_NAME = re.compile(r"(?:^|_)RG(?:_|$)|(?:^|_|(?i:resource_?))(?i:group)(?:_|$|(?i:name))")
_GROUP = re.compile(r"[\w.()-]{1,90}")

__all__ = ["Busy", "ParameterError", "Policy", "Run", "RunError"]


class Run:
    """A run of a runbook.

    Args:
        runbook: the runbook; no step runs while it has errors.
        journal: gets every event first.
        cloud: opens the cloud when it is first needed; or an open cloud; None for a run without a cloud.
        policy: what may be done without asking.
        parameters: values that override the document's own.
        profile: profile of the cloud, if it is known before the cloud is open.
        hand_over: hands the terminal to an interactive step while the context is entered.
        tape: records what crosses the edge of the process, or answers it; it is closed with the run.

    Raises:
        ParameterError: a value is not valid for its parameter.
        RunError: the runbook has more prerequisites than any run needs.
    """

    def __init__(
        self,
        runbook: Runbook,
        *,
        journal: Journal,
        cloud: Callable[[], Awaitable[Cloud]] | Cloud | None = None,
        policy: Policy | None = None,
        parameters: Mapping[str, str] | None = None,
        profile: Profile | None = None,
        hand_over: Callable[[], AbstractContextManager[object]] = nullcontext,
        tape: Tape | None = None,
    ) -> None:
        self.runbook = runbook
        self.policy = policy or Policy()
        plan = plan_run(runbook, open_runbook)
        self._documents, self._plan = plan.documents, {planned.name: planned for planned in plan.steps}
        self._recorder = EventRecorder(journal, Redactor())
        self._recorder.view.announce(planned.info for planned in self._plan.values())
        self._cloud = RunCloud(cloud, profile)
        self._tape = tape
        if tape is not None:
            tape.begin(redact=self._recorder.redactor.redact, runbook=runbook.path.name)
        folder = runbook.path.resolve().parent
        self._runner = StepRunner(folder, self._recorder, self._cloud, self.policy, hand_over, tape)
        self._runner.values.documents = self._documents
        self.actions = CloudActions(
            self._cloud, self._begin, lambda: self.read_only, self.observe, self._runner.footprint.created
        )
        """What a person can do to the cloud outside a step."""
        self._set_by_user = tuple(parameters or ())
        self._override(validate(self._parameters(), parameters or {}))
        self._begun = False
        self._closed = False
        self._began = 0.0
        self._opening: asyncio.Task[None] | None = None
        self._typed: dict[str, Planned] = {}
        """Steps that a person typed, by name."""
        self._queue = StepQueue(
            self._runner, self._recorder, self._begin, lambda name: self._plan.get(name) or self._typed.get(name)
        )

    @property
    def state(self) -> RunView:
        """The view of the run; it changes with every event."""
        return self._recorder.view

    @property
    def id(self) -> int:
        """Number of the run in the journal; 0 before the first step."""
        return self._recorder.run

    @property
    def steps(self) -> tuple[Planned, ...]:
        """All steps in the order in which they run, including those of prerequisites."""
        return tuple(self._plan.values())

    @property
    def running(self) -> str:
        """Name of the step in progress; empty if there is none."""
        return self._queue.running

    @property
    def waiting(self) -> tuple[str, ...]:
        """Ids of the questions that wait for a person; the policy answers all others."""
        return self._runner.questions.waiting

    @property
    def read_only(self) -> bool:
        """True if the run may only read: the policy says so, or the profile."""
        return self._runner.read_only

    def meter(self) -> list[str]:
        """Counts of the requests to Azure so far by service, and what is left of the limits, as lines."""
        if not self.state.gate:
            return [GATE_OFF.format("its requests are not counted")]
        return self._runner.gate.meter.lines()

    def groups(self) -> set[str]:
        """Names of the resource groups that steps acted on or that variables name."""
        variables = self.variables.items() if self._begun else ()
        named = {value for name, value in variables if _GROUP_NAME.search(name) and _GROUP.fullmatch(value)}
        return self._runner.footprint.groups | named

    @property
    def variables(self) -> Namespace:
        """The run's variables, with secrets in plain text: not for showing."""
        return self._runner.environment.variables

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """Parameters of the document and its prerequisites; of several with the same name, the first."""
        return tuple({parameter.name: parameter for parameter in reversed(self._parameters())}.values())[::-1]

    def redact(self, text: str) -> str:
        """The text without the values of the run's secrets, fit to be shown."""
        return self._recorder.redactor.redact(text)

    def detected_secrets(self) -> list[tuple[str, str]]:
        """The secrets that tools printed unasked: the mask of each, and its value, for a screen only."""
        return [(secret.mask, secret.value.reveal()) for secret in self._recorder.redactor.detected]

    def subscribe(self, subscriber: Subscriber) -> Callable[[], None]:
        """Call ``subscriber`` with every record from now on; returns a function that ends the subscription.

        Records that belong to no run have run 0.
        """
        return self._recorder.subscribe(subscriber)

    def observe(self, event: ev.Event) -> None:
        """Record what was seen in the cloud outside a step; journalled while the run is open."""
        self._recorder.record(event)

    async def cloud(self) -> Cloud:
        """Return the run's cloud, opening it on the first call.

        Raises:
            StepProblem: the run has no cloud, or it cannot be opened (``NoCloud``).
        """
        return await self._cloud.open()

    async def start(self) -> None:
        """Open the cloud, so that the first step need not wait for it. Does not begin the run.

        Raises:
            StepProblem: the cloud cannot be opened (``NoCloud``).
        """
        if self._cloud.exists:
            await self._cloud.open()

    async def run_step(self, name: str, *, agreed: bool = False, hosts: frozenset[str] = frozenset()) -> ev.StepState:
        """Run a step, after the prerequisites before it.

        Args:
            name: name of the step.
            agreed: true if a person who saw what the step changes asked for this very step, which is agreement to
                changes. Deletions are asked all the same.
            hosts: names of the hosts on which the step is tried again, while the results of the others stay; empty
                for all.

        Returns:
            The state in which the step ended, or the failed prerequisite before it.

        Raises:
            Busy: another step runs.
            RunError: the step does not exist, or the document cannot run.
        """
        target = self._find(name)
        if name in self._queue.background:
            raise Busy(f"{name} is running in the background already.")
        queue = [target]
        if not target.prerequisite and name in self._plan:
            before = self.steps[: self.steps.index(target)]
            needed = [step for step in before if step.prerequisite or step.included_by == target.name]
            queue = [step for step in needed if self._is_due(step)] + queue
        end = await self._queue.run(queue, agreed=target if agreed else None, hosts=hosts)
        state = self.state.step(name).state
        return end if end != "done" and state in ("waiting", "done", "skipped") else state

    async def run_on_hosts(self, hosts: str, command: str) -> ev.StepState:
        """Run a command that no step of the document has on hosts, as a step of its own: ``ssh-1``, ``ssh-2``, …

        Args:
            hosts: expression, as of an ``ssh`` step.
            command: command line for the user's shell on the hosts.

        Raises:
            Busy: another step runs.
            RunError: the document cannot run.
        """
        from azops_tui.engine.typed_steps import ssh_step

        name = next(name for n in itertools.count(1) if (name := f"ssh-{n}") not in {*self._plan, *self._typed})
        planned = self._typed[name] = ssh_step(name, hosts, command, self.runbook)
        await self._queue.run([planned])
        return self.state.step(name).state

    async def run_all(self, *, force: bool = False) -> QueueEnd:
        """Run all steps that are not done, in order; with ``force`` those that are done, too."""
        return await self._queue.run([step for step in self.steps if self._is_due(step, force=force)])

    async def run_from(self, name: str) -> QueueEnd:
        """Run a step and all steps after it, done or not; prerequisites before it only if they are not done."""
        target = self._find(name)
        place = self.steps.index(target)
        before = [step for step in self.steps[:place] if step.prerequisite and self._is_due(step)]
        behind = [step for step in self.steps[place:] if step is target or self._is_due(step, force=True)]
        return await self._queue.run(before + behind)

    async def stop(self) -> None:
        """Stop the step in progress and leave out the steps after it. Returns when the step has ended."""
        self._queue.is_stopping = True
        if self._opening is not None:
            self._opening.cancel()
        await self._queue.stop()

    def answer(
        self,
        identity: str,
        accepted: bool,
        *,
        typed: str = "",
        note: str = "",
        by: str = "user",
        values: Mapping[str, str] | None = None,
    ) -> bool:
        """Answer a question. False if no such question waits, or if ``typed`` is not the word to type."""
        return self._runner.questions.answer(identity, accepted, typed=typed, note=note, by=by, values=values)

    async def set_parameters(self, values: Mapping[str, str]) -> None:
        """Set parameters; steps that ran already are not run again.

        Raises:
            ParameterError: a value is not valid for its parameter.
        """
        checked = validate(self._parameters(), values)
        secrets = self._override(checked)
        if self._begun:
            for name, value in checked.items():
                await self._runner.environment.assign(name, value, "parameter", secret=name in secrets)

    async def restart_session(self) -> None:
        """End the sessions and background steps; the next step begins with the variables of the run's beginning.

        Raises:
            Busy: a step runs.
        """
        if self.running:
            raise Busy(f"{self.running} is running; wait for it, or stop it first.")
        if not self._begun:
            return
        await self._queue.end_background()
        resolved = resolve(self._parameters(), self._runner.environment.overrides)
        await self._runner.environment.restart(resolved, self._own_variables())
        parameters = self._shown(resolved)
        self._recorder.record(ev.SessionRestarted(at=time.time(), parameters=parameters))

    def _own_variables(self) -> dict[str, str]:
        return {"AZOPS_RUN": str(self.id), "AZOPS_RUNBOOK": str(self.runbook.path.resolve())}

    def _shown(self, resolved: Resolved) -> dict[str, str]:
        """Values of parameters, fit to be shown."""
        return {name: MASK if self.variables.is_secret(name) else value for name, value in resolved.values.items()}

    async def update(self, runbook: Runbook) -> None:
        """Go on with another version of the document. Results of steps whose text is the same stay.

        A step that runs ends as it began. Steps that are going to run are executed as the document has them then.

        Args:
            runbook: the version, as it was parsed; its steps keep the names that this run gave them.

        Raises:
            RunError: it has more prerequisites than any run needs.
        """
        busy = frozenset({self.running, *self._queue.background})
        version = new_version(self.runbook, runbook, busy)
        plan = plan_run(version.runbook, open_runbook)
        known = {parameter.name for parameter in self._parameters()}
        self.runbook, self._documents = version.runbook, plan.documents
        self._runner.values.documents = plan.documents
        self._plan = {planned.name: planned for planned in plan.steps}
        self._queue.rename(version.names)
        for value in written_secrets(self._parameters(), (planned.step for planned in self.steps)):
            self._recorder.redactor.add(value)
        self._recorder.record(version_event(version, [planned.info for planned in self.steps]))
        added = [parameter for parameter in self._parameters() if parameter.name not in known]
        if self._begun and added:
            resolved = resolve(added, self._runner.environment.overrides)
            for name, value in resolved.values.items():
                secret = name in resolved.secrets
                await self._runner.environment.assign(name, value, "parameter", secret=secret)

    async def close(self) -> None:
        """End the step in progress, background steps, sessions and connections, and with them the run.

        A cloud that the run opened is closed too; one that was passed in open belongs to the caller.
        """
        if self._closed:
            return
        self._closed = True
        if self._opening is not None:
            self._opening.cancel()
        await self._queue.close()
        try:
            await self._runner.close()
        finally:
            if self._begun:
                self._finish_run()
            await self._cloud.close()
            if self._tape is not None:
                await asyncio.to_thread(self._tape.close)

    async def _begin(self) -> None:
        """Begin the run, at its first step."""
        errors = preflight(self._documents, self._runner.environment.overrides)
        if errors:
            raise RunError("\n".join(map(str, errors)))
        if self._begun:
            return
        cloud_problem: StepProblem | None = None
        self._opening = asyncio.ensure_future(self.start())
        try:
            await self._opening
        except StepProblem as error:
            cloud_problem = error
        except asyncio.CancelledError:
            if not self._queue.is_stopping:
                raise
            cloud_problem = problem("Stopped", "Stopped while the cloud was being opened; no step was run.")
        finally:
            self._opening.cancel()
            self._opening = None
        if self.read_only and not self._cloud.has_gate:
            raise RunError(GATE_OFF.format("a read-only run is refused"))
        if self._tape is not None and self._tape.records and not self._cloud.has_gate:
            raise RunError(GATE_OFF.format("a recording is refused"))
        resolved = resolve(self._parameters(), self._runner.environment.overrides)
        from azops_tui.runbook.check.later_values import later_values

        resolved, notes = self._runner.rights.permitted_values(
            resolved, self._runner.environment.overrides, self._documents
        )
        notes += [str(one.message) + f" (line {one.line})" for one in later_values(self._documents, self._set_by_user)]
        if self.policy.sandbox is not None and not self._cloud.has_gate:
            notes.append(GATE_OFF.format(SANDBOX_WITHOUT_GATE))
        if any(parameter.source or parameter.type == "path" for parameter in self._parameters()):
            from azops_tui.engine.choices import check_choices

            folder = self.runbook.path.resolve().parent
            commands = not self.read_only and (self._tape is None or not self._tape.is_offline)
            notes += await check_choices(
                self._parameters(), resolved.values, folder, self._cloud.open, commands=commands
            )
        for value in written_secrets(self._parameters(), (planned.step for planned in self.steps)):
            self._recorder.redactor.add(value)
        await self._runner.secrets.hide_known(self._documents)
        try:
            self._recorder.run = self._recorder.journal.begin(str(self.runbook.path), self.runbook.title)
        except JournalError as error:
            raise RunError(str(error)) from error
        self._recorder.open = True
        self._runner.environment.begin(resolved, self._own_variables())
        if self._tape is not None:
            self._runner.environment.take_recorded(self._tape, "".join(document.text for document in self._documents))
        self._runner.footprint.began = time.time()
        self._begun, self._began = True, time.monotonic()
        self._recorder.record(self._run_started(resolved))
        if cloud_problem is not None:
            self._recorder.record(ev.Notice(at=time.time(), text=str(cloud_problem), level="error"))
        for note in notes:
            self._recorder.record(ev.Notice(at=time.time(), text=note, level="warning"))
        for name in resolved.missing:
            text = f"Parameter {name} has no value; set it with --set {name}=VALUE."
            self._recorder.record(ev.Notice(at=time.time(), text=text, level="warning"))

    def _run_started(self, resolved: Resolved) -> ev.RunStarted:
        text = self.runbook.text
        profile, cloud = self._cloud.profile, self._cloud.opened
        return ev.RunStarted(
            at=time.time(),
            path=str(self.runbook.path),
            title=self.runbook.title,
            digest=digest_of(text),
            document=text,
            cloud=profile.cloud if profile is not None else "",
            subscription=cloud.subscription_name if cloud is not None else "",
            profile=profile.name if profile is not None else "",
            gate=self._cloud.has_gate,
            fence=fence_kind(read_only=self.read_only, sandbox=self.policy.sandbox is not None),
            read_only=self.read_only,
            parameters=self._shown(resolved),
            steps=tuple(planned.info for planned in self.steps),
            version=__version__,
        )

    def _finish_run(self) -> None:
        state = self.state
        ended: ev.RunState = "done"
        if state.failed or self._queue.has_crashed or state.count("running", "asking"):
            ended = "failed"
        elif state.count("stopped") or any(step.edited for step in state.steps.values()) or self._queue.was_cut_short:
            ended = "stopped"
        self._recorder.record(
            ev.RunFinished(
                at=time.time(),
                state=ended,
                duration=time.monotonic() - self._began,
                done=state.count("done"),
                failed=len(state.failed),
                skipped=state.count("skipped"),
            )
        )
        self._recorder.open = False

    def _override(self, values: Mapping[str, str]) -> frozenset[str]:
        """Set parameters of the user; values of secrets are hidden from now on. Returns the names of secrets."""
        secrets = frozenset(parameter.name for parameter in self._parameters() if parameter.type == "secret")
        self._runner.environment.overrides.update(values)
        for name in secrets & values.keys():
            self._recorder.redactor.add(values[name])
        return secrets

    def _parameters(self) -> list[Parameter]:
        return [parameter for document in self._documents for parameter in document.parameters]

    def _find(self, name: str) -> Planned:
        planned = self._plan.get(name) or self._typed.get(name)
        if planned is None:
            raise RunError(f"Step '{name}' does not exist; the steps are {', '.join(self._plan) or 'none'}.")
        return planned

    def _is_due(self, planned: Planned, *, force: bool = False) -> bool:
        attributes = planned.step.attributes
        if attributes.exclude_from_run_all or attributes.ignore or planned.name in self._queue.background:
            return False
        return force or self.state.step(planned.name).state != "done"
