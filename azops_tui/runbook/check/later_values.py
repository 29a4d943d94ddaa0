"""Where a document sets a variable in a way that a value of the user cannot replace."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from azops_tui.runbook.check.variables import native_sets, python_sets
from azops_tui.runbook.model import Problem, Runbook, Severity, Step, StepKind
from azops_tui.runbook.shell import read


def later_values(documents: Iterable[Runbook], names: Collection[str]) -> list[Problem]:
    """A warning for each of these variables that a step sets again, so that the value of the user does not last.

    Plain assignments are no such places: the value of the user replaces theirs.
    """
    wanted = set(names)
    problems: dict[tuple[str, int], Problem] = {}
    for book in documents if wanted else ():
        for step in book.steps:
            for name, line, how in _places(step, wanted):
                message = f"--set {name}: {how} sets {name} here, and that value wins from then on"
                problems.setdefault((name, line), Problem(Severity.WARNING, line, message, book.path))
    return list(problems.values())


def _places(step: Step, wanted: set[str]) -> Iterator[tuple[str, int, str]]:
    """Name, line of the document, and what sets it."""
    attributes = step.attributes
    if attributes.capture in wanted:
        yield attributes.capture, step.line, "capture="
    yield from ((name, step.line, "env=") for name in sorted(wanted & attributes.env.keys()))
    if step.kind is StepKind.NATIVE:
        yield from ((name, step.line, f"the {step.native_kind} step") for name in sorted(wanted & native_sets(step)))
    elif step.kind is StepKind.PYTHON:
        yield from ((name, step.line, "the Python step") for name in sorted(wanted & python_sets(step.code)))
    elif step.kind is StepKind.SHELL and not attributes.ssh and any(name in step.code for name in wanted):
        for place in read(step.code).other_settings:
            if place.name in wanted:
                yield place.name, step.document_line(place.row + 1), place.by
