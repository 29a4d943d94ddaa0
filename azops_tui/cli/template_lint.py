"""``azops template lint``: findings as text, JSON or SARIF."""

from __future__ import annotations

import asyncio
import dataclasses
import json
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from azops_tui import exits
from azops_tui.cli.template_input import place

if TYPE_CHECKING:
    from azops_tui.arm.lint import Finding

_COLOURS = {"error": "red", "warning": "yellow", "note": "cyan"}
_BICEP = (".bicep", ".bicepparam")


def lint_files(files: Sequence[Path], output: str, today: date) -> int:
    """Print the findings in templates; returns the exit code.

    Args:
        files: of the templates. One that cannot be read is named on standard error, and the others are looked at.
        output: ``text``, ``json`` or ``sarif``.
        today: from which the age of apiVersions is counted.
    """
    from azops_tui.arm import TemplateError
    from azops_tui.arm.lint import FindingSeverity, lint, sarif
    from azops_tui.engine.problems import StepProblem

    found: dict[str, list[Finding]] = {}
    code = exits.OK
    for file in files:
        try:
            found[str(file)] = lint(_read(file), today=today)
        except StepProblem as problem:
            code = exits.BAD_INPUT
            click.echo(" ".join(filter(None, ("azops:", problem.view.message, problem.view.advice))), err=True)
        except TemplateError as error:
            code = exits.BAD_INPUT
            click.echo(f"azops: {place(file, error)}: {error.message}", err=True)
        except OSError as error:
            code = exits.BAD_INPUT
            click.echo(f"azops: {file} cannot be read: {error.strerror}", err=True)
    match output:
        case "sarif":
            click.echo(json.dumps(sarif(found), indent=2, ensure_ascii=False))
        case "json":
            click.echo(json.dumps(_objects(found), indent=2, ensure_ascii=False))
        case _:
            _text(found)
    if code == exits.OK and any(
        one.severity is FindingSeverity.ERROR for findings in found.values() for one in findings
    ):
        return exits.STEP_FAILED
    return code


def _read(file: Path) -> bytes | dict[str, Any]:
    """The text of a template, which gives findings their lines; what the compiler makes of Bicep."""
    if file.suffix.lower() not in _BICEP:
        return file.read_bytes()
    from azops_tui.engine.templates import read_template

    return asyncio.run(read_template(file))


def _objects(found: Mapping[str, Sequence[Finding]]) -> list[dict[str, Any]]:
    return [
        {"file": file, "severity": one.severity.value, **dataclasses.asdict(one)}
        for file, findings in found.items()
        for one in findings
    ]


def _text(found: Mapping[str, Sequence[Finding]]) -> None:
    for file, findings in found.items():
        for one in findings:
            where = f"{file}:{one.line}:{one.column}" if one.line else file
            severity = click.style(one.severity.value, fg=_COLOURS[one.severity.value], bold=True)
            click.echo(f"{where}: {severity} {one.rule}: {one.message}")
    every = [one.severity.value for findings in found.values() for one in findings]
    counts = [f"{n} {kind}{'s' if n != 1 else ''}" for kind in _COLOURS if (n := every.count(kind))]
    files = f"{len(found)} template{'s' if len(found) != 1 else ''}"
    click.echo(f"{', '.join(counts) or 'nothing'} found in {files}", err=True)
