"""A run as Markdown: its document, with what came of each step behind the step."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from azops_tui.durations import format_duration
from azops_tui.journal.export.results import GLYPHS, ExportedStep, RunResults
from azops_tui.runbook.frontmatter import read_front_matter
from azops_tui.runbook.model import Role
from azops_tui.text import strip_ansi

_FENCE = re.compile(r"(?P<before>.*?)(?:`{3,}|~{3,})")


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
    lines = results.document.removeprefix("\ufeff").replace("\r\n", "\n").split("\n")
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
        match = _FENCE.match(lines[block.line - 1])
        # What a list or a quote puts before the fence goes on before its result.
        margin = re.sub(r"[^\s>]", " ", match["before"]) if match is not None else ""
        written += [(margin + line).rstrip() for line in ["", *_result(place[1]), ""]]
    written += lines[at:]
    return "\n".join(written).strip("\n") + "\n"


def _result(step: ExportedStep) -> list[str]:
    """What came of a step, as lines of Markdown."""
    lines = [f"**{GLYPHS[step.state]} {step.state}**{_after_state(step)}"]
    if step.is_edited:
        lines += ["", "It was run with this text instead:", "", *fenced(step.code)]
    if step.info.hide in ("output", "both"):
        return lines
    output = strip_ansi(step.output()).rstrip("\n")
    if output.strip():
        lines += ["", *fenced(output)]
    for shown in step.tables:
        lines += ["", *table(shown.columns, shown.rows)]
    if step.failure is not None and step.failure.difference:
        lines += ["", *fenced("\n".join(step.failure.difference), "diff")]
    for deployment in step.deployments.values():
        rows = [
            (
                "  " * operation.depth + operation.name,
                operation.type,
                operation.state,
                format_duration(operation.duration),
            )
            for operation in deployment.operations
        ]
        if rows:
            lines += ["", f"Deployment {deployment.name}: {deployment.state}", ""]
            lines += table(("Resource", "Type", "State", "Time"), rows)
    return lines


def _after_state(step: ExportedStep) -> str:
    rest = step.sentence.removeprefix(f"{GLYPHS[step.state]} {step.state}")
    return escaped(rest)


def fenced(text: str, language: str = "text") -> list[str]:
    """A fence around text, longer than any in it."""
    longest = max((len(run) for run in re.findall(r"`{3,}", text)), default=2)
    marks = "`" * (longest + 1)
    return [marks + language, *text.rstrip("\n").split("\n"), marks]


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
