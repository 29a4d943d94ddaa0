"""Values for a run: from the command line, a file of answers, earlier runs of the document, or a person."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from azops_tui import exits
from azops_tui.cli.options import fail
from azops_tui.cli.out import echo
from azops_tui.sanitise import clean

if TYPE_CHECKING:
    from azops_tui.runbook.model import Parameter, Runbook


def collect_values(
    runbook: Runbook, settings: Mapping[str, str], answers: str | None, *, fill_from_output: bool = False
) -> dict[str, str]:
    """Return the values that the user sets, after asking for what the document leaves open.

    Exits with :data:`exits.USAGE` if a name is nowhere used, and with :data:`exits.BAD_INPUT` if values are missing
    and nobody can be asked.

    Args:
        runbook: the document.
        settings: values of ``--set``.
        answers: path of a file of answers, one ``NAME=VALUE`` a line.
        fill_from_output: leave out what an output that the document shows tells; the step that needs it is filled.
    """
    from azops_tui.engine.open import open_runbook
    from azops_tui.engine.open_values import is_used, open_parameters, required_parameters, shown_in_output
    from azops_tui.engine.plan import plan_run
    from azops_tui.engine.problems import RunError
    from azops_tui.engine.remembered import remember_values, remembered_values
    from azops_tui.runbook.suggest import did_you_mean

    try:
        documents = plan_run(runbook, open_runbook).documents
    except RunError as error:
        fail(str(error), exits.BAD_INPUT)
    needed = [*required_parameters(documents, os.environ), *open_parameters(documents, os.environ)]
    parameters = [*needed, *(parameter for document in documents for parameter in document.parameters)]
    for name in settings:
        if not is_used(name, documents, parameters):
            hint = did_you_mean(name, [parameter.name for parameter in parameters])
            fail(f"--set {name}: the runbook has no such parameter{hint}", exits.USAGE)
    values = {**(read_answers(answers) if answers else {}), **settings}
    earlier = remembered_values(runbook.path)
    values = {p.name: earlier[p.name] for p in needed if p.name in earlier} | values
    missing = [parameter for parameter in needed if parameter.name not in values]
    if fill_from_output or sys.stdin.isatty():
        # The step that needs such a value asks for it, and offers the one that was printed.
        missing = [p for p in missing if not (p.origin and shown_in_output(p.name, p.line, runbook))]
    if missing and sys.stdin.isatty():
        entered = {parameter.name: _ask(parameter) for parameter in missing}
        remember_values(runbook, entered)
        values |= entered
    elif missing:
        lines = [f"  --set {p.name}=VALUE    line {p.line}: {clean(p.help)}" for p in missing]
        fail("\n".join(["values are missing, so nothing was run; set them:", *lines]), exits.BAD_INPUT)
    return values


def read_answers(answers: str) -> dict[str, str]:
    """Values from a file of answers, one ``NAME=VALUE`` a line.

    Exits with :data:`exits.BAD_INPUT` if it cannot be read.
    """
    from azops_tui.runbook.parameters import from_ini

    try:
        text = Path(answers).read_text("utf-8-sig")
    except (OSError, ValueError) as error:
        fail(clean(f"{answers} cannot be read: {error}"), exits.BAD_INPUT)
    return from_ini("\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#")))


def _ask(parameter: Parameter) -> str:
    echo(clean(f"  line {parameter.line}: {clean(parameter.help)}"))
    value: str = click.prompt(clean(f"  {parameter.name}"), hide_input=parameter.type == "secret")
    return value
