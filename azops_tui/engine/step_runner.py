"""Execute one step from its start to its end: may it run, what will it do, does a person agree, was it as expected.

Long because the whole way of a step stands in one class, in its order.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from azops_tui import paths
from azops_tui.azure.errors import AzureFailure
from azops_tui.engine import trust
from azops_tui.engine.cleanup import past_run
from azops_tui.engine.cloud import RunCloud, on_plain_hosts
from azops_tui.engine.context import Footprint, Outcome, Prepared, StepContext
from azops_tui.engine.document_rights import DocumentRights
from azops_tui.engine.environment import RunEnvironment
from azops_tui.engine.event_recorder import EventRecorder
from azops_tui.engine.guard import Policy, Proposal, Questions, need, refusal, remote_refusal
from azops_tui.engine.hosts import Fleets
from azops_tui.engine.output import Output
from azops_tui.engine.plan import Planned
from azops_tui.engine.problems import StepProblem, explain, problem
from azops_tui.engine.results import judge
from azops_tui.engine.run_gate import RunGate, end_agreement
from azops_tui.engine.sandbox import hold
from azops_tui.engine.secret_values import SecretValues
from azops_tui.engine.steps import prepare
from azops_tui.engine.value_questions import ValueQuestions
from azops_tui.events import records as ev
from azops_tui.events.azure_views import FailureView
from azops_tui.gate.classes import RequestClass
from azops_tui.gate.policy import Actor, current_actor
from azops_tui.http_edge import current_step
from azops_tui.runbook.attributes import condition_code
from azops_tui.runbook.model import Effect, Step, StepKind
from azops_tui.runbook.native import DeployStep, InstancesStep, ScaleStep, WaitStep

if TYPE_CHECKING:
    from azops_tui.replay.tape import Tape


@dataclass(slots=True)
class Stopper:
    """Cancels the attempt in progress."""

    requested: bool = False
    with_run: bool = False
    """True if a background step ends because its run does, as it should."""
    over: bool = False
    """True once nothing is left to stop: only the step's results are still being recorded."""
    context: StepContext[Any] | None = None
    task: asyncio.Task[Outcome] | None = None

    async def stop(self, step: asyncio.Task[ev.StepState]) -> None:
        """Stop a step: its script's processes, its native work, or the question it waits with.

        Args:
            step: task of the whole step; it is done when this returns.
        """
        if step.done():
            return
        self.requested = True
        context, task = self.context, self.task
        if context is not None and context.on_stop is not None:
            await context.on_stop()
        elif task is not None:
            task.cancel()
        elif not self.over:
            step.cancel()
        await asyncio.wait([step])

    def outcome(self) -> Outcome:
        return Outcome("stopped", summary=(self.context.if_stopped if self.context else "") or "Stopped.")


class StepRunner:
    """Executes single steps in the environment that all steps of a run share.

    Args:
        folder: folder in which sessions start.
        recorder: takes the events.
        cloud: the run's cloud.
        policy: what may be done without asking.
        hand_over: hands the terminal to an interactive step while the context is entered.
        tape: records what crosses the edge of the process, or answers it.
    """

    def __init__(
        self,
        folder: Path,
        recorder: EventRecorder,
        cloud: RunCloud,
        policy: Policy,
        hand_over: Callable[[], AbstractContextManager[object]],
        tape: Tape | None = None,
    ) -> None:
        self.environment = RunEnvironment(folder, cloud, recorder, tape)
        self._tape = tape
        self.questions = Questions(policy, recorder.record)
        self.gate = RunGate(cloud, recorder, self.questions, lambda: self.read_only, tape)
        self.footprint = Footprint()
        self._recorder = recorder
        self._cloud = cloud
        self.policy = policy
        self._hand_over = hand_over
        self.rights = DocumentRights(lambda: self.policy, recorder.record)
        self.secrets = SecretValues(
            self.environment,
            self.questions,
            cloud,
            self.rights,
            recorder,
            lambda: self.read_only,
            replays=tape is not None and tape.replays,
        )
        self.values = ValueQuestions(self.environment, self.questions, recorder, self.secrets)
        hosts = paths.state() / "output" / str(recorder.run) / "hosts"
        self._fleets = Fleets(cloud, hosts, recorder.redactor.stream, tape=tape)
        recorder.subscribe(self.footprint.observe)

    @property
    def read_only(self) -> bool:
        """True if the run may only read: the policy says so, or the profile."""
        profile = self._cloud.profile
        return self.policy.read_only or (profile is not None and profile.read_only)

    @property
    def place(self) -> str:
        """Label of the open cloud; empty without one."""
        return self._cloud.label

    async def trusts_documents(self, step: str) -> bool:
        """Whether a person trusts the documents of the run, or agrees to now; asked before the first step."""
        documents = self.values.documents
        if not self.policy.interactive or self.policy.trust_documents:
            return True
        if not await asyncio.to_thread(trust.untrusted, documents):
            return True
        from azops_tui.engine.trust_summary import trust_lines

        lines = await asyncio.to_thread(trust_lines, documents)
        title = f"Trust {documents[0].path.name} and run its steps"
        if not await self.agrees(step, Proposal("trust", title, lines)):
            return False
        await asyncio.to_thread(trust.trust_all, documents)
        return True

    async def agrees(self, step: str, proposal: Proposal) -> bool:
        """Whether a person agrees to what is proposed; the question stands at a step."""
        return (await self.questions.ask(step, proposal)).accepted

    async def run(
        self,
        planned: Planned,
        step: Step,
        stopper: Stopper,
        *,
        agreed_by: str = "",
        hosts: frozenset[str] = frozenset(),
    ) -> ev.StepState:
        """Execute a step to its end and return the state it ended in. Failures are recorded, not raised.

        Args:
            planned: the step's place in the run.
            step: the step, as edited.
            stopper: stops it.
            agreed_by: what agreed to its changes already, ``key`` or ``list``; deletions are asked all the same.
            hosts: names of the hosts that are tried again; empty for all.
        """
        began = time.monotonic()
        name = planned.name
        if self._tape is not None and not step.attributes.background:
            self._tape.step = name
        output = Output(
            name,
            self._recorder.record,
            self._recorder.redactor.stream,
            paths.state() / "output" / str(self._recorder.run) / f"{name.replace('/', '.')}.txt",
            keep_raw=bool(step.attributes.capture or step.expectations or self.values.reads(step)),
        )
        try:
            outcome = await self._execute(planned, step, output, stopper, agreed_by, hosts)
        except asyncio.CancelledError:
            if not stopper.requested:
                raise
            outcome = stopper.outcome()
        except Exception as error:
            outcome = Outcome.of_problem(explain(error))
        if outcome.state == "stopped" and stopper.with_run:
            outcome = Outcome("done", outcome.status, summary="Ended with the run.")
        if self._recorder.view.step(name).state == "waiting" and outcome.state not in ("skipped", "stopped"):
            self._recorder.record(ev.StepStarted(at=time.time(), step=name, code=step.code))
        outcome = end_agreement(outcome)
        stopper.over = True
        try:
            output.finish()
            if outcome.state == "done" and self.values.reads(step):
                self.values.learn(name, output.raw("stdout"))
            await self.environment.collect(name, step)
        except Exception as error:  # whatever happens, the journal gets the step's end
            outcome = Outcome.of_problem(explain(error))
        for text in self._tape.take_notes(name) if self._tape is not None else ():
            self._recorder.record(ev.Notice(at=time.time(), step=name, text=text, level="warning"))
        self._recorder.record(
            ev.StepFinished(
                at=time.time(),
                step=name,
                state=outcome.state,
                duration=time.monotonic() - began,
                status=outcome.status,
                failure=outcome.failure,
                summary=outcome.summary,
            )
        )
        return outcome.state

    async def close(self) -> None:
        """End sessions and connections."""
        await self.environment.close()
        await self.gate.close()
        await self._fleets.close()

    async def _execute(
        self,
        planned: Planned,
        step: Step,
        output: Output,
        stopper: Stopper,
        agreed_by: str,
        hosts: frozenset[str],
    ) -> Outcome:
        """Take a step through its guard, its preparation, its question, its attempts and its checks."""
        if not on_plain_hosts(step):
            await self.environment.reach_cloud()
        if step.runnable:
            return Outcome("skipped", summary=f"Skipped: {step.runnable}.")
        if not await self.values.ask_for(planned.name, step):
            view = FailureView(code="Declined", message="No values were entered; nothing was done.")
            return Outcome("stopped", None, view, view.message)
        self.secrets.check(step)
        await self.environment.restore_target()
        step, notes = self.rights.permitted_step(planned, step, self.environment.own_folders)
        effects = step.effects
        actor = await self._pass_gate(planned.name, step, effects)
        await self.environment.refresh(step)
        context = stopper.context = self._context(planned, step, output, effects)
        context.notes, context.only_hosts = notes, hosts
        if (refused := refusal(step, effects, read_only=self.read_only)) is not None:
            raise refused
        if self.read_only and (refused := remote_refusal(step, context.body)) is not None:
            raise refused
        if _starts_processes(step):
            self._hold(step, effects, context.body)
        if step.attributes.when and not await _condition_holds(context):
            return Outcome("skipped", summary=f"Skipped: the condition {step.attributes.when} is not true.")
        prepared = await self._prepared(context)
        question = _question(context, prepared)
        if question is not None:
            answer = await context.ask(question, agreed_by=agreed_by if question.kind == "mutate" else "")
            if not answer.accepted:
                view = FailureView(code="Declined", message="Declined; nothing was done.")
                return Outcome("stopped", None, view, " ".join(filter(None, (view.message, answer.note))))
            agreed = RequestClass.DELETES if question.kind == "destroy" else RequestClass.CHANGES
            actor.level = max(actor.level, agreed if question.kind in ("mutate", "destroy") else actor.level)
        return await self._attempts(context, prepared, stopper)

    def _hold(self, step: Step, effects: Effect, body: object) -> None:
        """Put what the step starts inside the fence, if the run needs one."""
        hold(
            step,
            effects,
            body,
            environment=self.environment,
            policy=self.policy,
            read_only=self.read_only,
            gate_port=self.gate.port,
        )

    async def _pass_gate(self, name: str, step: Step, effects: Effect) -> Actor:
        """Admit a step to the gate, and lead through it what the step starts."""
        if self._cloud.opened is not None and self._cloud.has_gate:
            self.gate.attach(self._cloud.opened)
        actor = self.gate.admit(name)
        current_actor.set(actor)
        current_step.set(name)
        if step.kind is StepKind.NATIVE:
            # A native step does what its body says, and asks for that from a fresh read.
            actor.level = _native_level(effects)
            actor.shows_progress = isinstance(step.native, DeployStep | ScaleStep | InstancesStep | WaitStep)
        if self._tape is not None and self._tape.is_offline and self._tape.plays_sessions:
            return actor  # no tool is started
        if (
            _starts_processes(step)
            and self._cloud.has_gate
            and (self._cloud.exists or self.read_only or self.policy.sandbox)
        ):
            await self.environment.lead_through(await self.gate.environment(actor))
        return actor

    def _context(self, planned: Planned, step: Step, output: Output, effects: Effect) -> StepContext[Any]:
        environment = self.environment
        variables, code = environment.variables, step.code
        if step.kind is StepKind.SHELL:
            from azops_tui.engine.open_values import fill_placeholders

            # First: with "A=<a>" in it, the shell's grammar would see a redirection where the value is.
            code = fill_placeholders(step, code, variables, variables.withheld)
        if step.kind is StepKind.SHELL and environment.overrides:
            from azops_tui.runbook.shell import override

            code = override(code, environment.overrides, variables.withheld)
        body: Any = code
        if step.kind is StepKind.NATIVE:
            body = variables.substitute(step.native)
            if group := getattr(body, "group", ""):
                self.footprint.groups.add(group.lower())
            with contextlib.suppress(StepProblem):
                # For showing: a comment in the body may name variables that do not exist.
                code = variables.expand(code)
        return StepContext(
            name=planned.name,
            step=step,
            body=body,
            code=code,
            runbook=planned.runbook,
            folder=planned.folder,
            need=need(step, effects),
            cloud=self._cloud,
            output=output,
            variables=variables,
            sessions=environment.sessions,
            questions=self.questions,
            policy=self.policy,
            footprint=self.footprint,
            fleets=self._fleets,
            record=self._recorder.record,
            assign=self.rights.guarded(planned, environment.assign),
            view=self._recorder.view,
            past_run=partial(past_run, self._recorder.journal),
            hand_over=self._hand_over,
            tape=self._tape,
            secrets=self.secrets.environment(step, code),
        )

    @staticmethod
    async def _prepared(context: StepContext[Any]) -> Prepared:
        """Prepare a step within its time limit: what it reads may have to wait for Azure."""
        limit = context.step.attributes.timeout if context.step.kind is StepKind.NATIVE else None
        try:
            return await asyncio.wait_for(prepare(context), limit)
        except TimeoutError:
            if limit is None:
                raise
            text = f"Stopped at its limit of {limit:g} s, before anything was changed."
            raise problem("TimedOut", text, "Raise timeout=, or find out what the step waits for.") from None
        except AzureFailure as error:
            explained = explain(error)
            if not explained.lost:
                raise
            text = "The connection to Azure was lost while azops read what the step needs; nothing was changed."
            raise StepProblem(msgspec.structs.replace(explained.view, message=text)) from None

    async def _attempts(self, context: StepContext[Any], prepared: Prepared, stopper: Stopper) -> Outcome:
        """Execute what was prepared until it succeeds or its retries are used up."""
        attributes = context.step.attributes
        for attempt in range(1, attributes.retries + 2):
            context.record(
                ev.StepStarted(
                    at=context.now(),
                    step=context.name,
                    attempt=attempt,
                    code=context.code,
                    hosts=tuple(sorted(context.only_hosts)),
                )
            )
            for text in context.notes if attempt == 1 else ():
                context.record(ev.Notice(at=context.now(), step=context.name, text=text, level="warning"))
            context.output.forget_raw()
            outcome = await self._attempt(context, prepared, stopper)
            if outcome.state not in ("failed", "unknown") or attempt > attributes.retries or stopper.requested:
                break
            text = (
                f"Attempt {attempt} of {attributes.retries + 1} failed: {outcome.summary} "
                f"Trying again in {attributes.retry_delay:g} s."
            )
            context.record(ev.Notice(at=context.now(), step=context.name, text=text, level="warning"))
            stopper.task = asyncio.ensure_future(context.pause(attributes.retry_delay, outcome))
            try:
                await stopper.task
            finally:
                stopper.task = None
        return outcome

    async def _attempt(self, context: StepContext[Any], prepared: Prepared, stopper: Stopper) -> Outcome:
        """Execute once, then compare the result with what is expected."""
        attributes = context.step.attributes
        try:
            stopper.task = asyncio.ensure_future(prepared.execute())
            limit = attributes.timeout if context.step.kind is StepKind.NATIVE else None
            try:
                outcome = await asyncio.wait_for(stopper.task, limit)
            except TimeoutError:
                if not stopper.task.cancelled():
                    raise
                raise problem(
                    "TimedOut",
                    f"Stopped at its limit of {attributes.timeout:g} s. {context.if_stopped}".strip(),
                    "Raise timeout=, or find out what the step waits for.",
                ) from None
        except asyncio.CancelledError:
            if stopper.task is not None and not stopper.task.done():
                stopper.task.cancel()
            raise
        except Exception as error:
            outcome = Outcome.of_problem(explain(error))
        finally:
            stopper.task = None
            context.output.settle()
        if stopper.requested and outcome.state != "done":
            return replace(outcome, state="stopped", failure=None, summary=stopper.outcome().summary)
        if stopper.requested or outcome.state in ("stopped", "skipped"):
            return outcome
        return await judge(context, outcome)


def _question(context: StepContext[Any], prepared: Prepared) -> Proposal | None:
    """What to ask before the step is executed; None if it needs no agreement."""
    question = prepared.question
    if context.need == "none":
        # Only a fresh read tells whether a native step deletes something, and ``confirm=none`` cannot waive that.
        return question if question is not None and question.kind == "destroy" else None
    if question is None:
        lines = [line for line in context.code.splitlines() if line.strip()]
        shown = [*lines[:8], f"… and {len(lines) - 8} lines more"] if len(lines) > 9 else lines
        place = (f"in {context.cloud.label}",) if context.cloud.label else ()
        if context.need == "destroy":
            title = f"Run {context.name}, which deletes something"
            return Proposal("destroy", title, (*place, *shown), context.name)
        return Proposal("mutate", f"Run {context.name}, which changes something", (*place, *shown))
    if context.step.attributes.confirm == "destroy" and question.kind == "mutate":
        return replace(question, kind="destroy", typed=question.typed or context.name)
    return question


async def _condition_holds(context: StepContext[Any]) -> bool:
    """Whether the shell test of ``when=`` is true.

    Raises:
        StepProblem: it is not a shell test.
    """
    test = context.step.attributes.when
    code = condition_code(test)
    session = await context.sessions.shell()
    messages: list[str] = []
    result = await session.run(
        code, timeout=60.0, on_output=lambda text, stream: messages.append(text), env=context.secrets
    )
    if result.status in (0, 1) and not result.timed_out:
        return result.status == 0
    text = "".join(messages).strip()[:200]
    raise problem("InvalidCondition", f'when="{test}" is not a shell test: {text}', target="when")


def _starts_processes(step: Step) -> bool:
    """Whether a step starts processes here: scripts do, and conditions and commands that native steps poll with."""
    has_command = isinstance(step.native, WaitStep) and bool(step.native.command)
    is_script = step.kind is not StepKind.NATIVE and not step.attributes.ssh
    return is_script or has_command or bool(step.attributes.when)


def _native_level(effects: Effect) -> RequestClass:
    if Effect.DESTROYS in effects:
        return RequestClass.DELETES
    return RequestClass.CHANGES if Effect.MUTATES in effects else RequestClass.READS
