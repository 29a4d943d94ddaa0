"""Check a document on this machine before anything runs: its own problems, its scripts, its links and its secrets."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from azops_tui import __version__
from azops_tui.engine.bash_syntax import syntax_problems
from azops_tui.engine.open import missing_prerequisites
from azops_tui.runbook.check.finding import DocumentFinding
from azops_tui.runbook.check.scripts import lost_failures
from azops_tui.runbook.check.text import broken_links, hidden_characters
from azops_tui.runbook.check.tools import missing_tools
from azops_tui.runbook.check.variables import unset_variables
from azops_tui.runbook.model import Problem, Runbook, Severity, StepKind
from azops_tui.runbook.preflight import Facts, preflight
from azops_tui.runbook.shell import read
from azops_tui.secrets.named import looks_secret, may_name_secret
from azops_tui.secrets.shapes import SHAPES

_PLACEHOLDER = re.compile(r"[<{\[$]|\b(?:your|example|changeme|placeholder|xxx+)", re.IGNORECASE)
_TRIGGERS = re.compile("|".join(re.escape(trigger) for shape in SHAPES for trigger in shape.triggers))


def check_document(runbook: Runbook) -> list[DocumentFinding]:
    """All findings of a document, by line. Nothing of it is executed; bash only parses its steps."""
    # azops itself is put on the PATH of its steps.
    has_tool = cache(lambda name: name == "azops" or shutil.which(name) is not None)
    facts = Facts(has_tool, Path.is_file, __version__, {})
    unresolved = missing_prerequisites(runbook)
    reported = [one for one in preflight(runbook, facts) if one not in unresolved and not _is_elsewhere(one)]
    findings = [
        *(DocumentFinding.of(problem) for problem in dict.fromkeys(reported)),
        *(DocumentFinding("prerequisite", Severity.ERROR, one.line, one.message) for one in unresolved),
        *_syntax(runbook),
        *unset_variables(runbook, os.environ),
        *lost_failures(runbook),
        *missing_tools(runbook, has_tool),
        *_missing_kernels(runbook),
        *broken_links(runbook, Path.exists),
        *hidden_characters(runbook),
        *_secrets(runbook),
    ]
    return sorted(dict.fromkeys(findings), key=lambda finding: (finding.line, finding.severity is Severity.WARNING))


def _is_elsewhere(problem: Problem) -> bool:
    """True for a problem that another rule reports, with more detail."""
    return problem.message.endswith("which is not on PATH") or "is not there; it would be" in problem.message


def _syntax(runbook: Runbook) -> Iterator[DocumentFinding]:
    steps = [s for s in runbook.steps if s.kind is StepKind.SHELL and s.block.language.casefold() != "zsh"]
    steps = [step for step in steps if not step.attributes.interpreter]
    for step, problem in zip(steps, syntax_problems([step.code for step in steps]), strict=False):
        if problem is not None:
            row, message = problem
            line = min(step.line + row, step.block.end_line) if step.code == step.block.text else step.line
            text = f"step '{step.name}' is not valid bash: {message}"
            yield DocumentFinding("syntax", Severity.ERROR, line, text)


def _missing_kernels(runbook: Runbook) -> Iterator[DocumentFinding]:
    """Report each Jupyter kernel that is not installed at the first step that it executes."""
    first = {step.attributes.kernel: step for step in reversed(runbook.steps) if step.attributes.kernel}
    if not first:
        return
    from azops_tui.engine.sessions.kernel import can_use_kernels, installed_kernels

    installed = installed_kernels() if can_use_kernels() else []
    how = f"installed: {', '.join(installed)}" if installed else "install it: pip install 'azops-tui[jupyter]'"
    for kernel, step in first.items():
        if kernel not in installed:
            message = f"step '{step.name}' runs in the Jupyter kernel '{kernel}', which is not installed; {how}"
            yield DocumentFinding.warning("missing-tool", step.line, message)


def _secrets(runbook: Runbook) -> Iterator[DocumentFinding]:
    """Secrets by their shape, and literal values of variables that are named like secrets."""
    for number, line in enumerate(runbook.text.split("\n"), start=1):
        if not _TRIGGERS.search(line):
            continue
        data = line.encode("utf-8", "replace")
        for shape in SHAPES:
            if any(trigger.encode() in data for trigger in shape.triggers):
                match = shape.regex.search(data)
                if match is not None and not _PLACEHOLDER.search(match[0].decode(errors="replace")):
                    yield _plain_secret(number, shape.label)
                    break
    for parameter in runbook.parameters:
        value = parameter.default or ""
        is_secret = bool(value) and (parameter.type == "secret" or looks_secret(parameter.name, value))
        if is_secret and not parameter.literal and not _PLACEHOLDER.search(value):
            yield _plain_secret(parameter.line, f"the value of {parameter.name}")
    for step in runbook.steps:
        if step.kind is StepKind.SHELL and may_name_secret(step.code):
            for name, literal in read(step.code).variables.items():
                if literal and looks_secret(name, literal) and not _PLACEHOLDER.search(literal):
                    row = step.code[: step.code.find(f"{name}=")].count("\n")
                    yield _plain_secret(step.line + 1 + row, f"the value of {name}")


def _plain_secret(line: int, label: str) -> DocumentFinding:
    message = f"a secret stands here in plain text ({label}); make it a parameter of the type secret"
    return DocumentFinding.warning("plain-secret", line, message)
