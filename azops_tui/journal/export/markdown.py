"""A run as Markdown: its document, with what came of each step behind the step."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Sequence

from azops_tui.journal.export.results import ExportedStep, RunResults
from azops_tui.runbook.edits import fenced
from azops_tui.runbook.frontmatter import read_front_matter
from azops_tui.runbook.model import Role
from azops_tui.runbook.source_lines import prefixed, read_fence
from azops_tui.runbook.tokens import normal_lines
from azops_tui.text import strip_ansi


def markdown(
    results: RunResults, *, dashboard: bool = False, shows: Callable[[ExportedStep], bool] = lambda step: True
) -> str:
    """The document with states, times, outputs and tables in place. Without ``dashboard``, it runs as before.

    Args:
        results: the run.
        dashboard: leave out the code, and expected results.
        shows: whether what came of a step is shown.
    """
    runbook = results.runbook
    lines = normal_lines(results.document)
    steps = results.in_document(runbook)
    front = read_front_matter(lines).lines
    written = [] if dashboard else lines[:front]
    written += ["", f"> {results.sentence}", ""]
    for step in results.elsewhere(runbook):
        written += [f"**{step.info.name}**", "", *_result(step), ""]
    at = front
    for block in runbook.blocks:
        place = steps.get(block.line)
        if place is None and not (dashboard and block.role in (Role.STEP, Role.RESULT)):
            continue
        written += lines[at : block.line - 1]
        code, at = lines[block.line - 1 : block.end_line], block.end_line
        if not dashboard:
            written += code
        if place is None or not shows(place[1]):
            continue
        # What a list or a quote puts before the fence goes on before its result.
        prefix = read_fence(lines[block.line - 1]).prefix
        written += prefixed(["", *_result(place[1]), ""], prefix, "")
    written += lines[at:]
    return "\n".join(written).strip("\n") + "\n"


def _result(step: ExportedStep) -> list[str]:
    """What came of a step, as lines of Markdown."""
    lines = [f"**{step.label}**{escaped(step.account)}"]
    if step.is_edited:
        lines += ["", "It was run with this text instead:", "", *_fence(step.code)]
    if step.hides_output:
        return lines
    output = strip_ansi(step.output()).rstrip("\n")
    if output.strip():
        lines += ["", *_fence(output)]
    for shown in step.tables:
        lines += ["", *table(shown.columns, shown.rows)]
    for picture in step.pictures:
        content = base64.b64encode(picture.png).decode()
        lines += ["", f"![a picture of {escaped(step.info.name)}](data:image/png;base64,{content})"]
    if step.failure is not None and step.failure.difference:
        lines += ["", *_fence("\n".join(step.failure.difference), "diff")]
    for deployment, rows in step.operations:
        lines += ["", f"Deployment {deployment.name}: {deployment.state}", ""]
        lines += table(("Resource", "Type", "State", "Time"), rows)
    return lines


def _fence(text: str, info: str = "text") -> list[str]:
    return fenced(info, text).splitlines()


def table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """A table of Markdown."""
    cells = [[_cell(cell) for cell in row] for row in (columns, *rows)]
    return [
        "| " + " | ".join(cells[0]) + " |",
        "|" + " --- |" * len(columns),
        *("| " + " | ".join(row) + " |" for row in cells[1:]),
    ]


def _cell(text: str) -> str:
    return escaped(strip_ansi(text)).replace("|", "\\|")


def escaped(text: str) -> str:
    """Text in which nothing is markup, on one line."""
    return re.sub(r"([\\`*_<\[\]])", r"\\\1", " ".join(text.split("\n")))
