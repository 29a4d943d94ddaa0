"""One step from its start to its end: may it run, does it run, did it do what was expected, what did it leave."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from azops_tui.engine.context import Executor, Outcome, StepContext
from azops_tui.engine.guard import Proposal, need, refusal
from azops_tui.engine.problems import StepProblem, explain, problem
from azops_tui.engine.variables import extract
from azops_tui.events import records as ev
from azops_tui.events.azure_views import FailureView
from azops_tui.runbook.model import Effect, Expectation, StepKind

if TYPE_CHECKING:
    from collections.abc import Callable

    from azops_tui.engine.expectations.check import Match


@dataclass(slots=True)
class Stopper:
    """Lets a run end the attempt that is under way."""

    requested: bool = False
    with_run: bool = False
    """Whether it is the run's end that ends a background step, which is then as it should be."""
    over: bool = False
    """Whether there is nothing left to stop: only what it left is still being told."""
    context: StepContext | None = None
    task: asyncio.Task[Outcome] | None = None

    async def stop(self, step: asyncio.Task[ev.StepState]) -> None:
        """End a step: its script's process group, its native work, or the question it waits with.

        Args:
            step: the task of the whole step; when this returns it is done.
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


async def perform(
    context: StepContext,
    executor: Executor,
    effects: Effect,
    stopper: Stopper,
    *,
    read_only: Callable[[], bool],
    agreed_by: str = "",
) -> Outcome:
    """Take a step through its guard, its attempts and its checks. Emits all but ``StepFinished``.

    Args:
        context: the step's.
        executor: what does it.
        effects: what it does to the world.
        stopper: through which the run stops it.
        read_only: whether the run may only read; asked after the cloud is known.
        agreed_by: who agreed to changes already; deletions are asked all the same.
    """
    try:
        refused = refusal(context.step, effects, read_only=read_only())
        if refused is not None:
            raise refused
        if context.step.runnable:
            raise problem("NotRunnable", context.step.runnable)
        if context.step.attributes.when and not await _holds(context):
            return Outcome("skipped", summary=f"Skipped: {context.step.attributes.when} does not hold.")
        declined = await _agreement(context, executor, effects, agreed_by)
        if declined is not None:
            return declined
        return await _attempts(context, executor, stopper)
    except asyncio.CancelledError:
        if not stopper.requested:
            raise
        return Outcome("stopped", summary=context.if_stopped or "Stopped.")
    except Exception as error:
        return Outcome.of_problem(explain(error))


async def _agreement(context: StepContext, executor: Executor, effects: Effect, agreed_by: str) -> Outcome | None:
    """Ask where it must be asked; the outcome of a step that was declined, None where it may go on."""
    wanted = need(context.step, effects)
    describe = getattr(executor, "describe", None)
    if wanted == "none" and not (context.step.native_kind and effects & (Effect.MUTATES | Effect.DESTROYS)):
        return None
    proposal: Proposal | None = await describe(context) if describe is not None else None
    if wanted == "none" and (proposal is None or proposal.kind != "destroy"):
        # Only a fresh read tells whether a native step deletes something, and ``confirm=none`` is no word on that.
        return None
    if proposal is None:
        proposal = _proposal(context, wanted)
    elif context.step.attributes.confirm == "destroy" and proposal.kind == "mutate":
        proposal = replace(proposal, kind="destroy", typed=proposal.typed or context.name)
    answer = await context.ask(proposal, agreed_by=agreed_by if proposal.kind == "mutate" else "")
    if answer.accepted:
        context.agreed = proposal.kind
        return None
    view = FailureView(code="Declined", message="Declined; nothing was done.")
    return Outcome("stopped", None, view, " ".join(filter(None, (view.message, answer.note))))


def _proposal(context: StepContext, wanted: str) -> Proposal:
    lines = [line for line in context.code.splitlines() if line.strip()]
    shown = [*lines[:8], f"… and {len(lines) - 8} lines more"] if len(lines) > 9 else lines
    place = (f"in {context.where}",) if context.where else ()
    if wanted == "destroy":
        return Proposal("destroy", f"Run {context.name}, which deletes something", (*place, *shown), context.name)
    return Proposal("mutate", f"Run {context.name}, which changes something", (*place, *shown))


async def _holds(context: StepContext) -> bool:
    """Whether the shell test of ``when=`` holds.

    Raises:
        StepProblem: it is no test.
    """
    test = context.step.attributes.when.strip()
    code = test if test.startswith(("[", "((", "test ", "!")) else f"[[ {test} ]]"
    session = await context.sessions.shell()
    said: list[str] = []
    result = await session.run(code, timeout=60.0, on_output=lambda text, stream: said.append(text))
    if result.status in (0, 1) and not result.timed_out:
        return bool(result.status == 0)
    raise problem(
        "InvalidCondition", f'when="{test}" is not a shell test: {"".join(said).strip()[:200]}', target="when"
    )


async def _attempts(context: StepContext, executor: Executor, stopper: Stopper) -> Outcome:
    attributes = context.step.attributes
    outcome = Outcome("failed")
    for attempt in range(1, attributes.retries + 2):
        context.send(ev.StepStarted(at=context.now(), step=context.name, attempt=attempt, code=context.code))
        context.output.forget_raw()
        outcome = await _attempt(context, executor, stopper)
        if outcome.state not in ("failed", "unknown") or attempt > attributes.retries or stopper.requested:
            break
        said = f"Attempt {attempt} of {attributes.retries + 1} failed: {outcome.summary}"
        context.send(
            ev.Notice(
                at=context.now(),
                step=context.name,
                text=f"{said} Trying again in {attributes.retry_delay:g} s.",
                level="warning",
            )
        )
        stopper.task = asyncio.ensure_future(asyncio.sleep(attributes.retry_delay, outcome))
        try:
            await stopper.task
        finally:
            stopper.task = None
    return outcome


async def _attempt(context: StepContext, executor: Executor, stopper: Stopper) -> Outcome:
    """Do it once, then see whether what came is what was expected."""
    attributes = context.step.attributes
    try:
        stopper.context = context
        stopper.task = asyncio.ensure_future(executor.execute(context))
        limit = attributes.timeout if context.step.kind is StepKind.NATIVE else None
        try:
            outcome = await asyncio.wait_for(stopper.task, limit)
        except TimeoutError:
            if not stopper.task.cancelled():
                raise
            raise problem(
                "TimedOut",
                f"It took longer than {attributes.timeout:g} s and was given up. {context.if_stopped}".strip(),
                "Give it more with timeout=, or see what it waits for.",
            ) from None
    except asyncio.CancelledError:
        if stopper.task is not None and not stopper.task.done():
            stopper.task.cancel()
        raise
    except Exception as error:
        outcome = Outcome.of_problem(explain(error))
    finally:
        stopper.task, stopper.context = None, None
        context.output.settle()
    if stopper.requested or outcome.state in ("stopped", "skipped"):
        if not stopper.requested or outcome.state == "done":
            return outcome
        return replace(outcome, state="stopped", failure=None, summary=context.if_stopped or "Stopped.")
    try:
        outcome = _judged(context, outcome)
        if outcome.state == "done" and attributes.capture:
            await _capture(context, outcome)
    except StepProblem as error:
        outcome = replace(Outcome.of_problem(error), status=outcome.status)
    return outcome


async def _capture(context: StepContext, outcome: Outcome) -> None:
    attributes = context.step.attributes
    if not outcome.has_value and not context.output.raw_complete:
        raise problem(
            "OutputTooLong", "The output is too long to be captured.", "Capture a part of it: filter it in the step."
        )
    value = extract(_text(context, outcome), attributes.query, attributes.format)
    await context.assign(attributes.capture, value, "capture")


def _text(context: StepContext, outcome: Outcome) -> str:
    """What a step yields as text."""
    if outcome.has_value:
        return outcome.value if isinstance(outcome.value, str) else json.dumps(outcome.value, ensure_ascii=False)
    return context.output.raw("stdout")


def _judged(context: StepContext, outcome: Outcome) -> Outcome:
    """The outcome after its expectations: a step that is meant to fail is done if it fails so, and so on."""
    expectations = context.step.expectations
    meant = next((one for one in expectations if one.error is not None), None)
    if meant is not None:
        return _meant_to_fail(context, outcome, meant)
    wanted_exit = next((one.exit for one in expectations if one.exit is not None), None)
    if wanted_exit is not None and outcome.status is not None and outcome.status == wanted_exit != 0:
        outcome = replace(outcome, state="done", failure=None, summary=f"Ended with {wanted_exit}, as expected.")
    if outcome.state != "done":
        return outcome
    for expectation in expectations:
        match = _check(context, outcome, expectation)
        context.send(
            ev.ExpectationChecked(
                at=context.now(), step=context.name, passed=match.passed, text=match.text, score=match.score
            )
        )
        if not match.passed:
            view = FailureView(code="NotAsExpected", message=match.text, target=f"line {expectation.line}")
            return Outcome("failed", outcome.status, view, match.text)
    return outcome


def _check(context: StepContext, outcome: Outcome, expectation: Expectation) -> Match:
    from azops_tui.engine.expectations.check import check

    code = outcome.failure.code if outcome.failure is not None and context.step.kind is StepKind.NATIVE else ""
    status = 0 if outcome.state == "done" and outcome.status is None else outcome.status
    return check(
        expectation,
        stdout=_text(context, outcome),
        stderr="" if outcome.has_value else context.output.raw("stderr"),
        status=status,
        failure=code,
    )


def _meant_to_fail(context: StepContext, outcome: Outcome, meant: Expectation) -> Outcome:
    """A step that is meant to fail is done if it failed, with the code that is asked for."""
    match = _check(context, outcome, meant)
    context.send(ev.ExpectationChecked(at=context.now(), step=context.name, passed=match.passed, text=match.text))
    if match.passed:
        return replace(outcome, state="done", summary=f"{match.text} {outcome.summary}".strip())
    if outcome.state == "done":
        view = FailureView(code="NotAsExpected", message=match.text, target=f"line {meant.line}")
        return Outcome("failed", outcome.status, view, match.text)
    return replace(outcome, summary=f"{match.text} {outcome.summary}".strip())
