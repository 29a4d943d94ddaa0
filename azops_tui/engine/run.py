"""A run: one document, one shell, one Python, one set of variables, and every event in the journal before it is seen.

Semantics, where a document leaves them open:

- Opening a document makes no run. The first step that is executed does: that is when :class:`RunStarted` is written.
- One step runs at a time, background steps aside; asking for another meanwhile raises :class:`Busy`.
- ``run_all`` runs, in order, what has not been done; ``run_from`` runs a step and all behind it, done or not.
- Prerequisites run before the first step behind their link, once. So does a single step's.
- A failed, declined or stopped step ends what was asked for, unless it says ``on-error=continue`` and failed.
- :class:`RunFinished` is written by :meth:`Run.close`.
"""

from __future__ import annotations

import asyncio
import dataclasses
import hashlib
import re
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING

from azops_tui import __version__
from azops_tui.engine.cloud import RunCloud
from azops_tui.engine.cloud_actions import CloudActions
from azops_tui.engine.event_recorder import EventRecorder, Subscriber
from azops_tui.engine.guard import Policy
from azops_tui.engine.open import open_runbook
from azops_tui.engine.parameters import Resolved, resolve, validate, written_secrets
from azops_tui.engine.plan import Planned, edited, plan_run, preflight
from azops_tui.engine.problems import Busy, ParameterError, RunError, StepProblem, problem
from azops_tui.engine.step_queue import QueueEnd, StepQueue
from azops_tui.engine.step_runner import StepRunner
from azops_tui.engine.variables import Namespace
from azops_tui.events import records as ev
from azops_tui.events.run_view import RunView
from azops_tui.journal.store import Journal, JournalError
from azops_tui.runbook.model import Parameter, Runbook, Step
from azops_tui.secrets.redact import MASK, Redactor

if TYPE_CHECKING:
    from azops_tui.azure.cloud import Cloud
    from azops_tui.azure.profiles import Profile

_GROUP_NAME = re.compile(r"(?:^|_)RG(?:_|$)|(?:^|_|(?i:resource_?))(?i:group)(?:_|$|(?i:name))")
_GROUP = re.compile(r"[\w.()-]{1,90}")

__all__ = ["Busy", "ParameterError", "Policy", "Run", "RunError"]


class Run:
    """A runbook being run.

    Args:
        runbook: what to run; it must be free of errors before a step runs.
        journal: where every event goes first.
        cloud: the cloud it acts on, or what opens it when it is first needed; None for a run without one.
        policy: what may be done without asking.
        parameters: values that win over the document's own.
        profile: of the cloud, where it is known before the cloud is open.
        hand_over: gives the terminal to an interactive step while the context is entered.

    Raises:
        ParameterError: a parameter has a value it cannot have.
        RunError: it draws in more documents than any run needs.
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
    ) -> None:
        self.runbook = runbook
        self.policy = policy or Policy()
        plan = plan_run(runbook, open_runbook)
        self._documents, self._plan = plan.documents, {planned.name: planned for planned in plan.steps}
        self._recorder = EventRecorder(journal, Redactor())
        self._recorder.view.announce(planned.info for planned in self._plan.values())
        self._cloud = RunCloud(cloud, profile)
        self._runner = StepRunner(runbook.path.resolve().parent, self._recorder, self._cloud, self.policy, hand_over)
        self.actions = CloudActions(
            self._cloud, self._begin, lambda: self.read_only, self.observe, self._runner.footprint.created
        )
        """What a person can do to the cloud outside a step."""
        self._give(validate(self._parameters(), parameters or {}))
        self._edits: dict[str, Step] = {}
        self._begun = False
        self._closed = False
        self._began = 0.0
        self._opening: asyncio.Task[None] | None = None
        self._queue = StepQueue(self._runner, self._recorder, self._step, self._begin)

    # What front ends see

    @property
    def state(self) -> RunView:
        """The run as it is now; changes with every event."""
        return self._recorder.view

    @property
    def id(self) -> int:
        """Its number in the journal; 0 before the first step."""
        return self._recorder.run

    @property
    def steps(self) -> tuple[Planned, ...]:
        """All steps in the order in which they run, those of prerequisites among them."""
        return tuple(self._plan.values())

    @property
    def running(self) -> str:
        """Name of the step that runs; empty where none does."""
        return self._queue.running

    @property
    def waiting(self) -> tuple[str, ...]:
        """Ids of the questions that a person must answer. Others were answered by the policy."""
        return self._runner.questions.waiting

    @property
    def read_only(self) -> bool:
        """Whether the run may only read: the policy says so, or the profile."""
        return self._runner.read_only

    def groups(self) -> set[str]:
        """Names of the resource groups that the run is about: those that steps acted on, or that variables name."""
        variables = self.variables.items() if self._begun else ()
        named = {value for name, value in variables if _GROUP_NAME.search(name) and _GROUP.fullmatch(value)}
        return self._runner.footprint.groups | named

    @property
    def variables(self) -> Namespace:
        """The run's variables, secrets as they are: not for showing."""
        return self._runner.environment.variables

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """Parameters of the document and of what it draws in; the first of a name counts."""
        return tuple({parameter.name: parameter for parameter in reversed(self._parameters())}.values())[::-1]

    def subscribe(self, subscriber: Subscriber) -> Callable[[], None]:
        """Have every record shown from now on; returns what ends that. Records of no run have run 0."""
        return self._recorder.subscribe(subscriber)

    def observe(self, event: ev.Event) -> None:
        """Take in what was seen of the world outside a step. Journalled while the run is open."""
        self._recorder.record(event)

    # Commands

    async def cloud(self) -> Cloud:
        """The run's cloud, opened when first needed.

        Raises:
            StepProblem: the run has none, or it cannot be opened.
        """
        return await self._cloud.open()

    async def start(self) -> None:
        """Open the cloud, so that the first step need not wait for it. Begins no run.

        Raises:
            StepProblem: the cloud cannot be opened (``NoCloud``).
        """
        if self._cloud.exists:
            await self._cloud.open()

    async def run_step(self, name: str, *, agreed: bool = False) -> ev.StepState:
        """Run a step, after the prerequisites that stand before it.

        Args:
            name: of the step.
            agreed: a person who saw what it changes asked for this very step, which is agreement to changes. Deletions
                are asked all the same.

        Returns:
            The state it ended in; that of a prerequisite where one failed.

        Raises:
            Busy: another step runs.
            RunError: there is no such step, or the document cannot run.
        """
        target = self._find(name)
        if name in self._queue.background:
            raise Busy(f"{name} is running in the background already.")
        queue = [target]
        if not target.prerequisite:
            before = self.steps[: self.steps.index(target)]
            queue = [one for one in before if one.prerequisite and self._wanted(one)] + queue
        end = await self._run(queue, agreed=target if agreed else None)
        state = self.state.step(name).state
        return end if end != "done" and state in ("waiting", "done", "skipped") else state

    async def run_all(self, *, force: bool = False) -> QueueEnd:
        """Run in order all steps that have not been done; with ``force`` those that have been, too."""
        return await self._run([one for one in self.steps if self._wanted(one, force=force)])

    async def run_from(self, name: str) -> QueueEnd:
        """Run a step and all behind it, done or not; prerequisites before it only if they have not been done."""
        target = self._find(name)
        place = self.steps.index(target)
        before = [one for one in self.steps[:place] if one.prerequisite and self._wanted(one)]
        behind = [one for one in self.steps[place:] if one is target or self._wanted(one, force=True)]
        return await self._run(before + behind)

    async def stop(self) -> None:
        """Stop the step in progress and leave out the steps after it. Returns when the step has ended."""
        self._queue.is_stopping = True
        if self._opening is not None:
            self._opening.cancel()
        await self._queue.stop()

    def answer(self, identity: str, accepted: bool, *, typed: str = "", note: str = "", by: str = "user") -> bool:
        """Answer a question. False where no such question waits, or where ``typed`` is not the word asked for."""
        return self._runner.questions.answer(identity, accepted, typed=typed, note=note, by=by)

    async def set_parameters(self, values: Mapping[str, str]) -> None:
        """Give parameters other values; steps that ran already are not run again.

        Raises:
            ParameterError: a value does not fit.
        """
        checked = validate(self._parameters(), values)
        secrets = self._give(checked)
        if self._begun:
            for name, value in checked.items():
                await self._runner.environment.assign(name, value, "parameter", secret=name in secrets)

    def edit(self, name: str, code: str) -> None:
        """Run other code in place of a step's, in this run. The journal has it with the step's start.

        Raises:
            RunError: there is no such step, or the code does not fit a native step.
        """
        planned = self._find(name)
        self._edits[name] = edited(planned, code)
        self._recorder.view.announce([dataclasses.replace(planned, step=self._edits[name]).info])

    async def close(self) -> None:
        """End everything: the step that runs, background steps, sessions, connections, the run.

        A cloud that the run opened is closed too; one that was given open belongs to the caller.
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

    async def _run(self, steps: Sequence[Planned], *, agreed: Planned | None = None) -> QueueEnd:
        if self._closed:
            raise RunError("The run has ended.")
        return await self._queue.run(steps, agreed=agreed)

    # Beginning and ending

    async def _begin(self) -> None:
        """Make the run, at its first step."""
        if self._begun:
            return
        wrong = preflight(self._documents, self._runner.environment.overrides)
        if wrong:
            raise RunError("\n".join(str(one) for one in wrong))
        cloud_problem: StepProblem | None = None
        self._opening = asyncio.ensure_future(self.start())
        try:
            await self._opening
        except StepProblem as error:
            cloud_problem = error
        except asyncio.CancelledError:
            if not self._queue.is_stopping:
                raise
            cloud_problem = problem("Stopped", "Stopped while the cloud was being opened; nothing was run.")
        finally:
            self._opening.cancel()
            self._opening = None
        resolved = await asyncio.to_thread(resolve, self._parameters(), self._runner.environment.overrides)
        for value in written_secrets(self._parameters(), (self._step(one) for one in self.steps)):
            self._recorder.redactor.add(value)
        try:
            self._recorder.run = self._recorder.journal.begin(str(self.runbook.path), self.runbook.title)
        except JournalError as error:
            raise RunError(str(error)) from error
        self._recorder.open = True
        own = {"AZOPS_RUN": str(self.id), "AZOPS_RUNBOOK": str(self.runbook.path.resolve())}
        self._runner.environment.begin(resolved, own)
        self._runner.footprint.began = time.time()
        self._begun, self._began = True, time.monotonic()
        self._recorder.record(self._run_started(resolved))
        if cloud_problem is not None:
            self._recorder.record(ev.Notice(at=time.time(), text=str(cloud_problem), level="error"))
        for name, why in resolved.missing.items():
            text = f"{name} has no value; give it with --set {name}=VALUE. {why}".rstrip()
            self._recorder.record(ev.Notice(at=time.time(), text=text, level="warning"))

    def _run_started(self, resolved: Resolved) -> ev.RunStarted:
        text = self.runbook.text
        profile, cloud = self._cloud.profile, self._cloud.opened
        return ev.RunStarted(
            at=time.time(),
            path=str(self.runbook.path),
            title=self.runbook.title,
            digest=hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest(),
            document=text,
            cloud=profile.cloud if profile is not None else "",
            subscription=cloud.subscription_name if cloud is not None else "",
            read_only=self.read_only,
            parameters={
                name: MASK if self.variables.is_secret(name) else value for name, value in resolved.values.items()
            },
            steps=tuple(dataclasses.replace(one, step=self._step(one)).info for one in self._plan.values()),
            version=__version__,
        )

    def _finish_run(self) -> None:
        state = self.state
        ended: ev.RunState = "done"
        if state.failed or self._queue.has_crashed or state.count("running", "asking"):
            ended = "failed"
        elif state.count("stopped") or self._queue.was_cut_short:
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

    # Helpers

    def _give(self, values: Mapping[str, str]) -> frozenset[str]:
        """Take values for parameters; those of secrets are hidden from now on. Returns the secrets' names."""
        secrets = frozenset(parameter.name for parameter in self._parameters() if parameter.type == "secret")
        self._runner.environment.overrides.update(values)
        for name in secrets & values.keys():
            self._recorder.redactor.add(values[name])
        return secrets

    def _parameters(self) -> list[Parameter]:
        return [parameter for document in self._documents for parameter in document.parameters]

    def _find(self, name: str) -> Planned:
        found = self._plan.get(name)
        if found is None:
            raise RunError(f"There is no step {name}; the steps are {', '.join(self._plan) or 'none'}.")
        return found

    def _step(self, planned: Planned) -> Step:
        return self._edits.get(planned.name, planned.step)

    def _wanted(self, planned: Planned, *, force: bool = False) -> bool:
        attributes = self._step(planned).attributes
        if attributes.exclude_from_run_all or attributes.ignore or planned.name in self._queue.background:
            return False
        return force or self.state.step(planned.name).state != "done"
