"""``azops check``: checks documents before anything runs."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import click

from azops_tui import __version__, exits
from azops_tui.cli.options import find_runbook
from azops_tui.cli.out import echo
from azops_tui.sanitise import clean
from azops_tui.text import format_table

if TYPE_CHECKING:
    from azops_tui.runbook.check.finding import DocumentFinding
    from azops_tui.runbook.model import Runbook

_SARIF = "https://json.schemastore.org/sarif-2.1.0.json"


@click.command(
    epilog=f"Exit codes: {exits.OK} no errors (there may be warnings); {exits.STEP_FAILED} a document has errors."
)
@click.argument("files", nargs=-1, required=True, type=click.Path())
@click.option(
    "--format",
    "output",
    type=click.Choice(["text", "json", "sarif", "github"]),
    default="text",
    show_default=True,
    help="github prints annotations for a workflow of GitHub Actions.",
)
def check(files: tuple[str, ...], output: str) -> None:
    """Check FILES before anything runs, and show the class of each step.

    Reports what the format does not allow, steps that bash cannot parse, variables that nothing sets, programs that are
    not on PATH, links that lead nowhere, failures that bash would lose, secrets in plain text and hidden characters.
    Nothing is executed.
    """
    from azops_tui.engine.document_check import check_document
    from azops_tui.engine.open import RunbookError, open_runbook
    from azops_tui.runbook.check.finding import DocumentFinding
    from azops_tui.runbook.model import Severity

    results: list[tuple[str, Runbook | None, list[DocumentFinding]]] = []
    for file in files:
        try:
            runbook = open_runbook(find_runbook(file))
        except RunbookError as error:
            results.append((file, None, [DocumentFinding("document", Severity.ERROR, error.line, error.message)]))
        else:
            results.append((str(runbook.path), runbook, check_document(runbook)))
    echo(clean({"text": _text, "json": _json, "sarif": _sarif, "github": _github}[output](results)))
    failed = any(finding.severity is Severity.ERROR for _, _, findings in results for finding in findings)
    sys.exit(exits.STEP_FAILED if failed else exits.OK)


def _text(results: list[tuple[str, Runbook | None, list[DocumentFinding]]]) -> str:
    parts: list[str] = []
    for path, runbook, findings in results:
        steps = runbook.steps if runbook is not None else ()
        errors = sum(finding.severity.value == "error" for finding in findings)
        parts.append(
            f"{path}: {_count(len(steps), 'step')}, {_count(errors, 'error')}, "
            f"{_count(len(findings) - errors, 'warning')}"
        )
        if steps:
            rows = [("", str(step.line), step.name, str(step.effects) or "-", step.label) for step in steps]
            parts.append(format_table(rows, ("", "LINE", "STEP", "CLASS", "KIND")))
        parts += [f"{path}:{item.line}: {item.severity.value}: {item.message} [{item.rule}]" for item in findings]
    return "\n".join(parts)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'s' * (number != 1)}"


def _json(results: list[tuple[str, Runbook | None, list[DocumentFinding]]]) -> str:
    documents = [
        {
            "path": path,
            "steps": [
                {"name": step.name, "line": step.line, "kind": step.label, "class": str(step.effects)}
                for step in (runbook.steps if runbook is not None else ())
            ],
            "findings": [
                {"rule": item.rule, "severity": item.severity.value, "line": item.line, "message": item.message}
                for item in findings
            ],
        }
        for path, runbook, findings in results
    ]
    return json.dumps(documents, indent=2, ensure_ascii=False)


def _sarif(results: list[tuple[str, Runbook | None, list[DocumentFinding]]]) -> str:
    from azops_tui.runbook.check.finding import RULES

    def result(path: str, item: DocumentFinding) -> dict[str, Any]:
        place = {"artifactLocation": {"uri": path}, "region": {"startLine": max(1, item.line)}}
        return {
            "ruleId": item.rule,
            "level": item.severity.value,
            "message": {"text": item.message},
            "locations": [{"physicalLocation": place}],
        }

    rules = [{"id": rule, "shortDescription": {"text": text}} for rule, text in RULES.items()]
    driver = {"name": "azops", "version": __version__, "rules": rules}
    found = [result(path, item) for path, _, findings in results for item in findings]
    log = {"$schema": _SARIF, "version": "2.1.0", "runs": [{"tool": {"driver": driver}, "results": found}]}
    return json.dumps(log, indent=2, ensure_ascii=False)


def _github(results: list[tuple[str, Runbook | None, list[DocumentFinding]]]) -> str:
    """Workflow commands: https://docs.github.com/actions/reference/workflow-commands-for-github-actions."""

    def escaped(text: str, *more: str) -> str:
        for char in ("%", "\r", "\n", *more):
            text = text.replace(char, f"%{ord(char):02X}")
        return text

    return "\n".join(
        f"::{item.severity.value} file={escaped(path, ':', ',')},line={max(1, item.line)},title={item.rule}::"
        f"{escaped(item.message)}"
        for path, _, findings in results
        for item in findings
    )
