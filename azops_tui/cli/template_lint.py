"""``azops template lint``: findings as text, JSON or SARIF."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from azops_tui import exits
from azops_tui.cli.options import fail
from azops_tui.cli.template_input import place
from azops_tui.errors import AzopsError
from azops_tui.files import read_file

if TYPE_CHECKING:
    from azops_tui.arm.lint import Finding

_COLOURS = {"error": "red", "warning": "yellow", "note": "cyan"}
_BICEP = (".bicep", ".bicepparam")


def lint_files(files: Sequence[Path], output: str, today: date, ignored: Sequence[str] = ()) -> int:
    """Print the findings in templates; return the exit code.

    Args:
        files: paths of the templates. A file that cannot be read is reported, and the others are checked.
        output: ``text``, ``json`` or ``sarif``.
        today: reference date for the age of apiVersions.
        ignored: names of rules whose findings are left out. Exits with :data:`exits.USAGE` if one is not known.
    """
    from azops_tui.arm import TemplateError
    from azops_tui.arm.lint import FindingSeverity, lint, sarif

    ignored_ids = _ignored_ids(ignored)
    findings_by_file: dict[str, list[Finding]] = {}
    code = exits.OK
    for file in files:
        try:
            findings = lint(_read(file), today=today)
            findings_by_file[str(file)] = [finding for finding in findings if finding.rule not in ignored_ids]
        except TemplateError as error:
            code = exits.BAD_INPUT
            click.echo(f"azops: {place(file, error)}: {error.message}", err=True)
        except AzopsError as error:
            code = exits.BAD_INPUT
            click.echo(f"azops: {error}", err=True)
        except OSError as error:
            code = exits.BAD_INPUT
            click.echo(f"azops: {file} cannot be read: {error.strerror}", err=True)
    match output:
        case "sarif":
            click.echo(json.dumps(sarif(findings_by_file), indent=2, ensure_ascii=False))
        case "json":
            click.echo(json.dumps(_objects(findings_by_file), indent=2, ensure_ascii=False))
        case _:
            _text(findings_by_file)
    if code == exits.OK and any(
        finding.severity is FindingSeverity.ERROR for findings in findings_by_file.values() for finding in findings
    ):
        return exits.STEP_FAILED
    return code


def _ignored_ids(names: Sequence[str]) -> frozenset[str]:
    from azops_tui.arm.lint import RULES, rules_named
    from azops_tui.runbook.suggest import did_you_mean

    ids: frozenset[str] = frozenset()
    for name in names:
        rules = rules_named(name)
        if rules is None:
            known = [*RULES, *(alias for rule in RULES.values() for alias in rule.aliases)]
            fail(f"'{name}' is not a rule of azops, Bicep or ARM-TTK{did_you_mean(name, known)}", exits.USAGE)
        ids |= rules
    return ids


def _read(file: Path) -> bytes | dict[str, Any]:
    """Return the text of a template, which gives findings their lines; Bicep is compiled."""
    if file.suffix.lower() not in _BICEP:
        return read_file(file, 64 << 20)
    # A template of JSON needs none of these, and is checked in the time that they take to import.
    import asyncio

    from azops_tui.engine.problems import StepProblem
    from azops_tui.engine.templates import read_template

    try:
        return asyncio.run(read_template(file))
    except StepProblem as problem:
        raise AzopsError(" ".join(filter(None, (problem.view.message, problem.view.advice)))) from None


def _objects(findings_by_file: Mapping[str, Sequence[Finding]]) -> list[dict[str, Any]]:
    return [
        {"file": file, "severity": finding.severity.value, **dataclasses.asdict(finding)}
        for file, findings in findings_by_file.items()
        for finding in findings
    ]


def _text(findings_by_file: Mapping[str, Sequence[Finding]]) -> None:
    for file, findings in findings_by_file.items():
        for finding in findings:
            where = f"{file}:{finding.line}:{finding.column}" if finding.line else file
            severity = click.style(finding.severity.value, fg=_COLOURS[finding.severity.value], bold=True)
            click.echo(f"{where}: {severity} {finding.rule}: {finding.message}")
    severities = [finding.severity.value for findings in findings_by_file.values() for finding in findings]
    counts = [f"{n} {kind}{'s' if n != 1 else ''}" for kind in _COLOURS if (n := severities.count(kind))]
    files = f"{len(findings_by_file)} template{'s' if len(findings_by_file) != 1 else ''}"
    click.echo(f"{', '.join(counts) or 'no findings'} in {files}", err=True)
