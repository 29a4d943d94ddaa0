"""``azops template lint``: findings as text, JSON or SARIF."""

from __future__ import annotations

import codecs
import dataclasses
import json
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from azops_tui import exits
from azops_tui.cli.options import fail
from azops_tui.cli.out import echo
from azops_tui.cli.template_input import place
from azops_tui.errors import AzopsError
from azops_tui.files import read_file, replace_file
from azops_tui.sanitise import clean

if TYPE_CHECKING:
    from azops_tui.arm.lint import Finding

_COLOURS = {"error": "red", "warning": "yellow"}
_BICEP = (".bicep", ".bicepparam")


def lint_files(
    files: Sequence[Path], output: str, today: date, ignored: Sequence[str] = (), *, fix: bool = False
) -> int:
    """Print the findings in templates; return the exit code.

    Args:
        files: paths of the templates. A file that cannot be read is reported, and the others are checked.
        output: ``text``, ``json`` or ``sarif``.
        today: reference date for the age of apiVersions.
        ignored: names of rules whose findings are left out. Exits with :data:`exits.USAGE` if one is not known.
        fix: first correct what can be corrected safely, and name it on standard error.
    """
    from azops_tui.arm import TemplateError
    from azops_tui.arm.lint import FindingSeverity, lint, sarif

    ignored_ids = _ignored_ids(ignored)
    findings_by_file: dict[str, list[Finding]] = {}
    code = exits.OK
    for file in files:
        try:
            if fix:
                _fix(file, today)
            findings = lint(_read(file), today=today)
            findings_by_file[str(file)] = [finding for finding in findings if finding.rule not in ignored_ids]
        except TemplateError as error:
            code = exits.BAD_INPUT
            echo(clean(f"azops: {place(file, error)}: {error.message}", colours=True), err=True)
        except AzopsError as error:
            code = exits.BAD_INPUT
            echo(clean(f"azops: {error}", colours=True), err=True)
        except OSError as error:
            code = exits.BAD_INPUT
            echo(clean(f"azops: {file} cannot be read: {error.strerror}", colours=True), err=True)
    match output:
        case "sarif":
            echo(clean(json.dumps(sarif(findings_by_file), indent=2, ensure_ascii=False), colours=True))
        case "json":
            echo(clean(json.dumps(_objects(findings_by_file), indent=2, ensure_ascii=False), colours=True))
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


def _fix(file: Path, today: date) -> None:
    """Correct a template in its file. The file stays as it is until the new text is whole."""
    from azops_tui.arm.lint.fixes import fixed
    from azops_tui.arm.reader import decoded

    if file.suffix.lower() in _BICEP:
        raise AzopsError(f"{file} is Bicep: --fix corrects templates in JSON only.")
    data = read_file(file, 64 << 20)
    text, findings = fixed(decoded(data, "template"), today=today)
    if findings:
        mark = codecs.BOM_UTF8 if data.startswith(codecs.BOM_UTF8) else b""
        replace_file(file.resolve(), mark + text.encode())
    for finding in findings:
        echo(
            clean(f"{file}:{finding.line}:{finding.column}: corrected {finding.rule}: {finding.message}", colours=True),
            err=True,
        )


def explain_rule(name: str) -> None:
    """Print a rule with an example. Exits with :data:`exits.USAGE` if no rule has that name."""
    from azops_tui.arm.lint import RULES
    from azops_tui.arm.lint.examples import EXAMPLES
    from azops_tui.arm.lint.fixes import FIXABLE

    blocks = []
    for id in sorted(_ignored_ids([name])):
        rule = RULES[id]
        title = click.style(id, bold=True) + f"  {click.style(rule.severity.value, fg=_COLOURS[rule.severity.value])}"
        lines = [title, rule.title, rule.help]
        if id in FIXABLE:
            lines.append("`azops template lint --fix` corrects it.")
        if rule.aliases:
            lines.append(f"Also known as {' and '.join(rule.aliases)}.")
        for heading, members in zip(("Wrong", "Right"), EXAMPLES[id], strict=True):
            lines += ["", heading, *(f"  {line}" for line in members.splitlines())]
        blocks.append("\n".join(lines))
    echo(clean("\n\n".join(blocks) or f"'{name}' is a check of another linter; azops does not make it.", colours=True))


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
            echo(clean(f"{where}: {severity} {finding.rule}: {finding.message}", colours=True))
    severities = [finding.severity.value for findings in findings_by_file.values() for finding in findings]
    counts = [f"{n} {kind}{'s' if n != 1 else ''}" for kind in _COLOURS if (n := severities.count(kind))]
    files = f"{len(findings_by_file)} template{'s' if len(findings_by_file) != 1 else ''}"
    echo(clean(f"{', '.join(counts) or 'no findings'} in {files}", colours=True), err=True)
