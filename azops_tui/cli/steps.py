"""``azops steps``: lists the fences of a document and their roles."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from azops_tui import exits
from azops_tui.cli.options import fail, find_runbook
from azops_tui.cli.out import echo
from azops_tui.sanitise import clean
from azops_tui.text import format_table

if TYPE_CHECKING:
    from azops_tui.runbook.model import Block, Problem, Runbook, Step


@click.command(
    epilog=f"Exit codes: {exits.OK} the document is valid; {exits.BAD_INPUT} it is missing or has errors"
    " (a document with errors is still listed).",
)
@click.argument("file", type=click.Path())
@click.option("--format", "output", type=click.Choice(["text", "json"]), default="text", show_default=True)
def steps(file: str, output: str) -> None:
    """List every fence of FILE in order: steps, expected results and other fences.

    The class of a step says what it does: R reads, M creates or changes something, D deletes something.
    """
    from azops_tui.engine.open import RunbookError, open_runbook

    try:
        runbook = open_runbook(find_runbook(file))
    except RunbookError as error:
        fail(str(error), exits.BAD_INPUT)
    echo(clean(_json(runbook) if output == "json" else _text(runbook)))
    if output == "text":
        for problem in runbook.problems:
            echo(clean(str(problem)), err=True)
    sys.exit(exits.BAD_INPUT if runbook.errors else exits.OK)


def _fences(runbook: Runbook) -> list[tuple[Block, Step | None]]:
    """Return each fence with its step, if it is one."""
    steps = {step.line: step for step in runbook.steps}
    return [(block, steps.get(block.line)) for block in runbook.blocks]


def _text(runbook: Runbook) -> str:
    rows = [
        (
            str(block.line),
            block.language,
            block.role.value,
            step.name if step else "",
            str(step.effects) if step else "",
            str(block.depth or ""),
            f"{block.heading}  (not runnable: {step.runnable})" if step and step.runnable else block.heading,
        )
        for block, step in _fences(runbook)
    ]
    if not rows:
        return "This document has no fences."
    return format_table(rows, ("LINE", "LANGUAGE", "ROLE", "NAME", "CLASS", "DEPTH", "HEADING"))


def _json(runbook: Runbook) -> str:
    import json

    document = {
        "path": str(runbook.path),
        "title": runbook.title,
        "fences": [_fence(block, step) for block, step in _fences(runbook)],
        "problems": [_problem(problem) for problem in runbook.problems],
    }
    return json.dumps(document, indent=2, ensure_ascii=False)


def _fence(block: Block, step: Step | None) -> dict[str, Any]:
    fence: dict[str, Any] = {
        "line": block.line,
        "end_line": block.end_line,
        "language": block.language,
        "heading": block.heading,
        "depth": block.depth,
        "role": block.role.value,
    }
    if block.file:
        fence["file"] = block.file
    if step is not None:
        fence |= {
            "name": step.name,
            "kind": step.label,
            "class": str(step.effects),
            "runnable": not step.runnable,
            "expectations": len(step.expectations),
        }
        if step.runnable:
            fence["reason"] = step.runnable
        if step.attributes.id:
            fence["id"] = step.attributes.id
    return fence


def _problem(problem: Problem) -> dict[str, Any]:
    return {
        "severity": problem.severity.value,
        "path": str(problem.path or ""),
        "line": problem.line,
        "message": problem.message,
    }
