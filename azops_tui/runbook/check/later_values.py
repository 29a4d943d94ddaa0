"""Where a document sets a variable in a way that a value of the user cannot replace."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from azops_tui.runbook.check.syntax import syntax_nodes
from azops_tui.runbook.check.variables import native_sets, python_sets
from azops_tui.runbook.model import Problem, Runbook, Severity, Step, StepKind

_READERS = frozenset({"read", "mapfile", "readarray", "getopts", "unset"})


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
        for name, row, how in _in_shell(step.code):
            if name in wanted:
                yield name, step.document_line(row + 1), how


def _in_shell(code: str) -> Iterator[tuple[str, int, str]]:
    """Variables that shell code sets without a plain assignment, with their rows from 0."""
    for node, text in syntax_nodes(code):
        row = node.start_point[0]
        if node.type in ("for_statement", "select_statement"):
            name = node.child_by_field_name("variable")
            if name is not None:
                yield text(name), row, "a loop"
        elif node.type == "variable_assignment":
            name = node.child_by_field_name("name")
            if name is not None and "[" in text(name):
                yield text(name).partition("[")[0], row, "an element of an array"
        elif node.type == "unset_command":
            yield from ((text(child), row, "unset") for child in node.named_children if child.type == "variable_name")
        elif node.type == "command":
            words = [text(child) for child in node.named_children]
            if words and words[0] in _READERS:
                yield from ((word.strip("'\""), row, words[0]) for word in words[1:] if not word.startswith("-"))
            elif words[:2] == ["printf", "-v"] and len(words) > 2:
                yield words[2], row, "printf -v"
