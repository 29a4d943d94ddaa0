"""The result of a step: compared with the expectations of the document, and captured into a variable."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from azops_tui.engine.context import Outcome, StepContext
from azops_tui.engine.problems import StepProblem, problem
from azops_tui.engine.variables import extract
from azops_tui.events import records as ev
from azops_tui.events.azure_views import FailureView
from azops_tui.runbook.model import Expectation, StepKind

if TYPE_CHECKING:
    from azops_tui.engine.expectations.check import Match


async def judge(context: StepContext[Any], outcome: Outcome) -> Outcome:
    """Compare an outcome with the step's expectations, and capture its value if it is as expected."""
    try:
        outcome = _compared(context, outcome)
        if outcome.state == "done" and context.step.attributes.capture:
            await _capture(context, outcome)
    except StepProblem as error:
        outcome = replace(Outcome.of_problem(error), status=outcome.status)
    return outcome


def _compared(context: StepContext[Any], outcome: Outcome) -> Outcome:
    """The outcome after its expectations: a step that is expected to fail is done if it fails so, and so on."""
    expectations = context.step.expectations
    failure = next((item for item in expectations if item.error is not None), None)
    if failure is not None:
        return _expected_to_fail(context, outcome, failure)
    status = next((item.exit for item in expectations if item.exit is not None), None)
    if status is not None and outcome.status is not None and outcome.status == status != 0:
        outcome = replace(outcome, state="done", failure=None, summary=f"Ended with {status}, as expected.")
    if outcome.state != "done":
        return outcome
    for expectation in expectations:
        match = _check(context, outcome, expectation)
        if not match.passed and _holds(context, expectation):
            return _not_as_expected(outcome, expectation, match)
        if not match.passed:
            text = f"differs from the example at line {expectation.line}: {match.text}"
            context.record(ev.Notice(at=context.now(), step=context.name, text=text, level="warning"))
    return outcome


def _holds(context: StepContext[Any], expectation: Expectation) -> bool:
    """True if a step fails that does not meet the expectation: an example of a document is one only when strict."""
    is_example = expectation.similarity is not None or bool(expectation.pattern)
    return not is_example or context.policy.strict or context.runbook.is_strict


def _expected_to_fail(context: StepContext[Any], outcome: Outcome, expectation: Expectation) -> Outcome:
    """A step that is expected to fail is done if it failed, with the code that the document names."""
    match = _check(context, outcome, expectation)
    if match.passed:
        return replace(outcome, state="done", summary=f"{match.text} {outcome.summary}".strip())
    if outcome.state == "done":
        return _not_as_expected(outcome, expectation, match)
    return replace(outcome, summary=f"{match.text} {outcome.summary}".strip())


def _not_as_expected(outcome: Outcome, expectation: Expectation, match: Match) -> Outcome:
    view = FailureView(
        code="NotAsExpected", message=match.text, target=f"line {expectation.line}", difference=match.difference
    )
    return Outcome("failed", outcome.status, view, match.text)


def _check(context: StepContext[Any], outcome: Outcome, expectation: Expectation) -> Match:
    from azops_tui.engine.expectations.check import check
    from azops_tui.engine.expectations.whole import whole_difference

    stdout = _text(context, outcome)
    match = check(
        expectation,
        stdout=stdout,
        stderr="" if outcome.has_value else context.output.raw("stderr"),
        status=0 if outcome.state == "done" and outcome.status is None else outcome.status,
        failure=outcome.failure.code if outcome.failure and context.step.kind is StepKind.NATIVE else "",
    )
    context.record(
        ev.ExpectationChecked(
            at=context.now(),
            step=context.name,
            passed=match.passed,
            text=match.text,
            score=match.score,
            difference=match.difference,
            whole_difference=()
            if match.passed or not match.difference
            else whole_difference(expectation.expected, stdout),
        )
    )
    return match


async def _capture(context: StepContext[Any], outcome: Outcome) -> None:
    attributes = context.step.attributes
    if not outcome.has_value and not context.output.raw_complete:
        raise problem(
            "OutputTooLong", "The output is too long to be captured.", "Capture a part of it: filter it in the step."
        )
    value = extract(_text(context, outcome), attributes.query, attributes.format)
    await context.assign(attributes.capture, value, "capture")


def _text(context: StepContext[Any], outcome: Outcome) -> str:
    """The result as text: a native step's value, or a script's standard output."""
    if outcome.has_value:
        return outcome.value if isinstance(outcome.value, str) else json.dumps(outcome.value, ensure_ascii=False)
    return context.output.raw("stdout")
