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
import inspect
import sys
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from azops_tui import __version__, paths
from azops_tui.azure.views import FailureView
from azops_tui.engine import events as ev
from azops_tui.engine.context import Outcome, StepContext, World
from azops_tui.engine.emit import Emitter, Subscriber
from azops_tui.engine.guard import Policy, Questions
from azops_tui.engine.hosts import Fleets
from azops_tui.engine.output import Output
from azops_tui.engine.parameters import Resolved, resolve, validate
from azops_tui.engine.perform import Stopper, explain, perform
from azops_tui.engine.plan import Forecast, Planned, forecast, plan, preflight
from azops_tui.engine.problems import Busy, ParameterError, RunError, StepProblem, problem
from azops_tui.engine.sessions import Sessions, base_environment
from azops_tui.engine.state import RunView
from azops_tui.engine.steps import executor
from azops_tui.engine.variables import Change, Namespace, Origin, is_noise
from azops_tui.journal.store import Journal
from azops_tui.runbook.model import Parameter, Problem, Runbook, Step, StepKind
from azops_tui.secrets.redact import MASK, Redactor

if TYPE_CHECKING:
    from azops_tui.azure.cloud import Cloud
    from azops_tui.azure.profiles import Profile

CloudSource = "Callable[[], Awaitable[Cloud]] | Cloud | None"
QueueEnd = Literal["done", "failed", "stopped"]

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
        redactor: hides secrets; give one that knows some already.
        hand_over: gives the terminal to an interactive step while the context is entered.
        open_document: reads a prerequisite; ``engine.open.open_runbook`` by default.

    Raises:
        ParameterError: a parameter has a value it cannot have.
        RunError: a prerequisite cannot be read.
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
        redactor: Redactor | None = None,
        hand_over: Callable[[], AbstractContextManager[object]] = nullcontext,
        open_document: Callable[[Path], Runbook] | None = None,
    ) -> None:
        self.runbook = runbook
        self.policy = policy or Policy()
        self.profile = profile
        self.hand_over = hand_over
        self.redactor = redactor or Redactor()
        self._plan = {planned.name: planned for planned in _plan(runbook, open_document)}
        self._given = validate(self._parameters(), parameters or {})
        self._emitter = Emitter(journal, self.redactor)
        self._emitter.state.announce(planned.info for planned in self._plan.values())
        self.variables = Namespace(lambda value: void(self.redactor.add(value)))
        for parameter in self._parameters():
            if parameter.type == "secret" and parameter.name in self._given:
                self.redactor.add(self._given[parameter.name])
        self._questions = Questions(self.policy, self._emitter.send)
        self._sessions = Sessions(self.variables, runbook.path.resolve().parent)
        self._world = World()
        self._cloud_source = cloud
        self._cloud: Cloud | None = None
        self._cloud_lock = asyncio.Lock()
        self._cloud_known = False
        self._fleets = Fleets()
        self._edits: dict[str, Step] = {}
        self._begun = False
        self._closed = False
        self._began = 0.0
        self._busy = ""
        self._stopping = False
        self._stopper = Stopper()
        self._task: asyncio.Task[ev.StepState] | None = None
        self._background: dict[str, tuple[asyncio.Task[ev.StepState], Stopper]] = {}

    # What front ends see

    @property
    def state(self) -> RunView:
        """The run as it is now; changes with every event."""
        return self._emitter.state

    @property
    def id(self) -> int:
        """Its number in the journal; 0 before the first step."""
        return self._emitter.run

    @property
    def steps(self) -> tuple[Planned, ...]:
        """All steps in the order in which they run, those of prerequisites among them."""
        return tuple(self._plan.values())

    @property
    def running(self) -> str:
        """Name of the step that runs; empty where none does."""
        return self._busy

    @property
    def waiting(self) -> tuple[str, ...]:
        """Ids of the questions that a person must answer. Others were answered by the policy."""
        return self._questions.waiting

    @property
    def read_only(self) -> bool:
        """Whether the run may only read: the policy says so, or the profile."""
        known = self.profile or (self._cloud.profile if self._cloud is not None else None)
        return self.policy.read_only or (known is not None and known.read_only)

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """Parameters of the document and of what it draws in; the first of a name counts."""
        return tuple({parameter.name: parameter for parameter in reversed(self._parameters())}.values())[::-1]

    def subscribe(self, subscriber: Subscriber) -> Callable[[], None]:
        """Have every record shown from now on; returns what ends that. Records of no run have run 0."""
        return self._emitter.subscribe(subscriber)

    def observe(self, event: ev.Event) -> None:
        """Take in what was seen of the world outside a step. Journalled while the run is open."""
        if not event.step and self._told_by_step(event):
            return
        self._note(event)
        self._emitter.send(event)

    def forecast(self) -> list[Forecast]:
        """What ``run_all`` would do with each step, and which agreement it would need."""
        planned = [dataclasses.replace(one, step=self._step(one)) for one in self.steps]
        return forecast(planned, lambda name: self.state.step(name).state == "done")

    # Commands

    async def cloud(self) -> Cloud:
        """The run's cloud, opened when first needed.

        Raises:
            StepProblem: the run has none, or it cannot be opened.
        """
        return await self._open_cloud()

    async def start(self) -> None:
        """Open the cloud, so that the first step need not wait for it. Begins no run.

        Raises:
            StepProblem: the cloud cannot be opened (``NoCloud``).
        """
        if self._cloud_source is not None:
            await self._open_cloud()

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
        queue = [target]
        if not target.prerequisite:
            before = self.steps[: self.steps.index(target)]
            queue = [one for one in before if one.prerequisite and self._wanted(one)] + queue
        await self._run_queue(queue, agreed_by="user" if agreed else "")
        return self.state.step(name).state

    async def run_next(self, *, agreed: bool = False) -> str:
        """Run the first step that has not been done; returns its name, empty where all are done."""
        for planned in self.steps:
            if self._wanted(planned):
                await self.run_step(planned.name, agreed=agreed)
                return planned.name
        return ""

    async def run_all(self, *, force: bool = False) -> QueueEnd:
        """Run in order all steps that have not been done; with ``force`` those that have been, too."""
        return await self._run_queue([one for one in self.steps if self._wanted(one, force=force)])

    async def run_from(self, name: str) -> QueueEnd:
        """Run a step and all behind it, done or not; prerequisites before it only if they have not been done."""
        target = self._find(name)
        place = self.steps.index(target)
        before = [one for one in self.steps[:place] if one.prerequisite and self._wanted(one)]
        behind = [one for one in self.steps[place:] if one is target or self._wanted(one, force=True)]
        return await self._run_queue(before + behind)

    async def stop(self) -> None:
        """End the step that runs, and what was to follow it. Returns when it has ended."""
        self._stopping = True
        task = self._task
        if task is None or task.done():
            return
        if self._stopper.context is not None or self._stopper.task is not None:
            await self._stopper.stop()
        else:
            self._stopper.requested = True
            task.cancel()
        await asyncio.wait([task])

    async def stop_background(self, name: str) -> None:
        """End a background step."""
        found = self._background.get(name)
        if found is not None:
            task, stopper = found
            await stopper.stop()
            await asyncio.wait([task])

    def answer(self, identity: str, accepted: bool, *, typed: str = "", note: str = "", by: str = "user") -> bool:
        """Answer a question. False where no such question waits, or where ``typed`` is not the word asked for."""
        return self._questions.answer(identity, accepted, typed=typed, note=note, by=by)

    async def set_parameters(self, values: Mapping[str, str]) -> None:
        """Give parameters other values; steps that ran already are not run again.

        Raises:
            ParameterError: a value does not fit.
        """
        checked = validate(self._parameters(), values)
        self._given.update(checked)
        if self._begun:
            secrets = {parameter.name for parameter in self._parameters() if parameter.type == "secret"}
            for name, value in checked.items():
                await self._assign(name, value, "parameter", "", secret=name in secrets)

    def edit(self, name: str, code: str) -> None:
        """Run other code in place of a step's, in this run. The journal has it with the step's start.

        Raises:
            RunError: there is no such step, or the code does not fit a native step.
        """
        planned = self._find(name)
        self._edits[name] = _edited(planned, code)
        self._emitter.state.announce([dataclasses.replace(planned, step=self._edits[name]).info])

    async def close(self) -> None:
        """End everything: the step that runs, background steps, sessions, connections, the run.

        A cloud that the run opened is closed too; one that was given open belongs to the caller.
        """
        if self._closed:
            return
        self._closed = True
        await self.stop()
        for name, (_, stopper) in list(self._background.items()):
            stopper.with_run = True
            await self.stop_background(name)
        await self._sessions.close()
        await self._fleets.close()
        if self._begun:
            self._finish_run()
        if self._cloud is not None and self._cloud is not self._cloud_source:
            await self._cloud.close()

    # The queue

    async def _run_queue(self, queue: Sequence[Planned], *, agreed_by: str = "") -> QueueEnd:
        with self._exclusive(queue):
            await self._begin()
            end: QueueEnd = "done"
            for planned in queue:
                if self._stopping or self._emitter.broken:
                    return "stopped"
                self._busy = planned.name
                state = await self._in_task(planned, agreed_by)
                if state == "stopped":
                    return "stopped"
                if state in ("failed", "unknown"):
                    end = "failed"
                    if self._step(planned).attributes.on_error != "continue":
                        return end
            return end

    @contextmanager
    def _exclusive(self, queue: Sequence[Planned]) -> Iterator[None]:
        if self._closed:
            raise RunError("The run has ended.")
        if self._busy:
            raise Busy(f"{self._busy} is running; wait for it, or stop it first.")
        self._busy = queue[0].name if queue else "-"
        self._stopping = False
        try:
            yield
        finally:
            self._busy = ""

    async def _in_task(self, planned: Planned, agreed_by: str) -> ev.StepState:
        """Run a step in a task of its own, so that it can be stopped, and ends properly if the caller is cancelled."""
        stopper = Stopper()
        task = asyncio.ensure_future(self._one(planned, stopper, agreed_by))
        if self._step(planned).attributes.background:
            self._background[planned.name] = (task, stopper)
            task.add_done_callback(lambda _: void(self._background.pop(planned.name, None)))
            # Long enough for a question to come first, or for a program that cannot start to say so.
            await asyncio.wait([task], timeout=0.2)
            while not task.done() and any(q.step == planned.name for q in self.state.questions.values()):
                await asyncio.wait([task], timeout=0.05)
            return task.result() if task.done() else "running"
        self._stopper, self._task = stopper, task
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            await self.stop()
            raise
        finally:
            self._task = None

    async def _one(self, planned: Planned, stopper: Stopper, agreed_by: str) -> ev.StepState:
        began = time.monotonic()
        step = self._step(planned)
        output = Output(
            planned.name,
            self._emitter.send,
            self.redactor.stream,
            paths.state() / "output" / str(self.id) / f"{planned.name.replace('/', '.')}.txt",
            keep_raw=bool(step.attributes.capture or step.expectations),
        )
        try:
            await self._reach_cloud()
            context = self._context(planned, step, output)
            outcome = await perform(
                context,
                executor(step),
                step.effects,
                stopper,
                read_only=lambda: self.read_only,
                agreed_by=agreed_by,
            )
        except asyncio.CancelledError:
            if not stopper.requested:
                raise
            outcome = Outcome("stopped", summary="Stopped.")
        except Exception as error:
            outcome = explain(error)
        if outcome.state == "stopped" and stopper.with_run:
            outcome = Outcome("done", outcome.status, summary="Ended with the run.")
        if self.state.step(planned.name).state == "waiting" and outcome.state not in ("skipped", "stopped"):
            self._emitter.send(ev.StepStarted(at=time.time(), step=planned.name, code=step.code))
        output.finish()
        await self._collect(planned.name, step)
        self._emitter.send(
            ev.StepFinished(
                at=time.time(),
                step=planned.name,
                state=outcome.state,
                duration=time.monotonic() - began,
                status=outcome.status,
                failure=outcome.failure,
                summary=outcome.summary,
            )
        )
        return outcome.state

    async def _collect(self, name: str, step: Step) -> None:
        """Take over and announce what a script changed among the variables."""
        if step.kind is StepKind.NATIVE or step.attributes.background or step.attributes.ssh:
            return
        try:
            changes = await (
                self._sessions.after_python() if step.kind is StepKind.PYTHON else self._sessions.after_shell()
            )
        except Exception as error:
            text = f"The variables after this step cannot be read: {error}"
            self._emitter.send(ev.Notice(at=time.time(), step=name, text=text, level="warning"))
            return
        for change in changes:
            self._announce(change, name)

    def _context(self, planned: Planned, step: Step, output: Output) -> StepContext:
        code, cloud = step.code, self._cloud
        if step.kind is StepKind.SHELL and self._given:
            from azops_tui.runbook.shell import override

            code = override(code, self._given)
        context = StepContext(
            name=planned.name,
            step=step,
            code=code,
            folder=planned.folder,
            where=f"{cloud.subscription_name or cloud.subscription} ({cloud.profile.name})" if cloud else "",
            native=None,
            output=output,
            variables=self.variables,
            sessions=self._sessions,
            questions=self._questions,
            policy=self.policy,
            world=self._world,
            open_cloud=self._open_cloud if self._cloud_source is not None else None,
            send=self.observe,
            assign=lambda name, value, origin: self._assign(name, value, origin, planned.name),
            hand_over=self.hand_over,
            fleets=self._fleets,
        )
        if step.kind is StepKind.NATIVE:
            context.native = self.variables.substitute(step.native)
        return context

    # Beginning and ending

    async def _begin(self) -> None:
        """Make the run, at its first step."""
        if self._begun:
            return
        wrong = preflight({id(one.runbook): one.runbook for one in self._plan.values()}.values() or [self.runbook])
        if wrong:
            raise RunError("\n".join(str(one) for one in wrong))
        cloud_problem: StepProblem | None = None
        try:
            await self.start()
        except StepProblem as error:
            cloud_problem = error
        resolved = await asyncio.to_thread(resolve, self._parameters(), self._given)
        environment = base_environment(self._cloud.environment if self._cloud else {}, sys.executable)
        self._cloud_known = self._cloud is not None
        self._emitter.run = self._emitter.journal.begin(str(self.runbook.path), self.runbook.title)
        self._emitter.open = True
        environment |= {"AZOPS_RUN": str(self.id), "AZOPS_RUNBOOK": str(self.runbook.path.resolve())}
        for name, value in {**environment, **resolved.values}.items():
            self.variables.set(name, value, "parameter", secret=name in resolved.secrets)
        self._begun, self._began = True, time.monotonic()
        self._emitter.send(self._run_started(resolved))
        if cloud_problem is not None:
            self._emitter.send(ev.Notice(at=time.time(), text=str(cloud_problem), level="error"))
        for name in resolved.missing:
            text = f"{name} has no value; give it with --set {name}=VALUE."
            self._emitter.send(ev.Notice(at=time.time(), text=text, level="warning"))

    def _run_started(self, resolved: Resolved) -> ev.RunStarted:
        text = self.runbook.text
        profile = self.profile or (self._cloud.profile if self._cloud is not None else None)
        return ev.RunStarted(
            at=time.time(),
            path=str(self.runbook.path),
            title=self.runbook.title,
            digest=hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest(),
            document=text,
            cloud=profile.cloud if profile is not None else "",
            subscription=self._cloud.subscription_name if self._cloud is not None else "",
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
        if state.failed:
            ended = "failed"
        elif state.count("stopped"):
            ended = "stopped"
        self._emitter.send(
            ev.RunFinished(
                at=time.time(),
                state=ended,
                duration=time.monotonic() - self._began,
                done=state.count("done"),
                failed=len(state.failed),
                skipped=state.count("skipped"),
            )
        )
        self._emitter.open = False

    # Helpers

    async def _open_cloud(self) -> Cloud:
        """The cloud, opened when first needed.

        Raises:
            StepProblem: it cannot be opened.
        """
        async with self._cloud_lock:
            if self._cloud is None:
                source = self._cloud_source
                if source is None:
                    raise problem("NoCloud", "The run has no cloud.")
                if not callable(source):
                    self._cloud = source
                    return source
                try:
                    opened = source()
                    self._cloud = await opened if inspect.isawaitable(opened) else opened
                except StepProblem:
                    raise
                except Exception as error:
                    view = explain(error).failure or FailureView(code="", message=str(error))
                    name = self.profile.name if self.profile is not None else "cloud"
                    text = f"The {name} cloud cannot be opened: {view.message}"
                    raise StepProblem(FailureView(code="NoCloud", message=text, advice=view.advice)) from error
            return self._cloud

    async def _reach_cloud(self) -> None:
        """Make sure that steps act on the run's cloud: without it none may run, or ``az`` would act on another one.

        Raises:
            StepProblem: it cannot be opened.
        """
        if self._cloud_source is None or self._cloud_known:
            return
        cloud = await self._open_cloud()
        for name, value in cloud.environment.items():
            await self._assign(name, value, "parameter", "")
        self._cloud_known = True

    async def _assign(self, name: str, value: str, origin: Origin, step: str, *, secret: bool = False) -> None:
        change = self.variables.set(name, value, origin, secret=secret)
        await self._sessions.assign(name, value)
        if change is not None:
            self._announce(change, step)

    def _announce(self, change: Change, step: str) -> None:
        if is_noise(change.name):
            return
        self._emitter.send(
            ev.VariableSet(
                at=time.time(),
                step=step,
                name=change.name,
                value=MASK if change.secret else change.value,
                secret=change.secret,
                origin=change.origin,
            )
        )

    def _told_by_step(self, event: ev.Event) -> bool:
        """Whether the running step tells of the same thing itself, and knows it better: also what has not begun."""
        step = self.state.steps.get(self._busy)
        if step is None or step.state != "running":
            return False
        if isinstance(event, ev.DeploymentChanged):
            return event.deployment.id.lower() in step.deployments
        return isinstance(event, ev.ScaleSetChanged) and event.scale_set.id.lower() in step.scale_sets

    def _note(self, event: ev.Event) -> None:
        """Remember what deployments of this run made, so that a deletion can say what is not its own."""
        if isinstance(event, ev.DeploymentChanged) and self._begun:
            deployment = event.deployment
            if event.step or (deployment.started or 0) >= (self.state.started or float("inf")):
                self._world.created.update(
                    operation.resource_id.lower()
                    for operation in deployment.operations
                    if operation.resource_id and operation.state != "Waiting"
                )

    def _parameters(self) -> list[Parameter]:
        documents = {id(self.runbook): self.runbook}
        documents.update({id(one.runbook): one.runbook for one in self._plan.values()})
        return [parameter for document in documents.values() for parameter in document.parameters]

    def _find(self, name: str) -> Planned:
        found = self._plan.get(name)
        if found is None:
            raise RunError(f"There is no step {name}; the steps are {', '.join(self._plan) or 'none'}.")
        return found

    def _step(self, planned: Planned) -> Step:
        return self._edits.get(planned.name, planned.step)

    def _wanted(self, planned: Planned, *, force: bool = False) -> bool:
        attributes = self._step(planned).attributes
        if attributes.exclude_from_run_all or attributes.ignore or planned.name in self._background:
            return False
        return force or self.state.step(planned.name).state != "done"


def _plan(runbook: Runbook, open_document: Callable[[Path], Runbook] | None) -> tuple[Planned, ...]:
    from azops_tui.engine.open import RunbookError, open_runbook

    try:
        return plan(runbook, open_document or open_runbook)
    except RunbookError as error:
        raise RunError(str(error)) from error


def _edited(planned: Planned, code: str) -> Step:
    """The step with other code, judged afresh.

    Raises:
        RunError: the code does not fit a native step.
    """
    step = planned.step
    if step.kind is not StepKind.NATIVE:
        from azops_tui.runbook.classify import effects

        return dataclasses.replace(step, code=code, effects=effects(step.kind, code))
    from azops_tui.runbook.native import decode_native, native_effects

    native = decode_native(step.native_kind, code, step.line + 1, planned.runbook.path)
    if isinstance(native, Problem):
        raise RunError(str(native))
    return dataclasses.replace(step, code=code, native=native, effects=native_effects(native))


def void(_: object) -> None:
    """Drop a value where a callback must return none."""
