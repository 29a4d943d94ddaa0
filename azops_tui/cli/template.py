"""``azops template``: ARM templates, understood before they are deployed."""

from __future__ import annotations

import dataclasses
import json
import sys
from pathlib import Path

import click

from azops_tui.cli import exits
from azops_tui.cli.template_input import GROUP_SCOPE, read_description, read_expansion, template_options


@click.group()
def template() -> None:
    """Look inside ARM templates: what they take, what they would deploy, in which order, and what is wrong with them.

    A .bicep file is compiled by bicep, or by az, where one of them is on PATH.
    """


@template.command()
@template_options
@click.option("--format", "output", type=click.Choice(["text", "json"]), default="text", show_default=True)
def show(
    file: Path, files: tuple[Path, ...], settings: tuple[str, ...], scope: str, location: str, output: str
) -> None:
    """Show parameters, variables, the resources that would be deployed by step, and outputs of FILE.

    Parameters without a value stay symbolic; nothing is asked of any cloud.
    """
    from azops_tui.cli.template_text import describe_text

    description = read_description(file, files, settings, scope, location)
    if output == "json":
        rows = [dataclasses.replace(row, resources=()) for row in description.resources]
        shown = dataclasses.asdict(dataclasses.replace(description, resources=tuple(rows)))
        click.echo(json.dumps(shown, indent=2, ensure_ascii=False))
    else:
        click.echo(describe_text(description, scope))


@template.command("eval")
@click.argument("expression", required=False)
@click.option("--scope", default=GROUP_SCOPE, metavar="ID", help="Id of the group, subscription … it is evaluated in.")
def eval_(expression: str | None, scope: str) -> None:
    """Evaluate EXPRESSION, as "[uniqueString('a')]", and print its value as JSON.

    Without one: a prompt with history and completion on a terminal, else every line of standard input.
    """
    from azops_tui.cli.template_prompt import answer, prompt

    if expression is not None:
        sys.exit(answer(expression, scope))
    if sys.stdin.isatty():
        sys.exit(prompt(scope))
    sys.exit(max([answer(line.strip(), scope) for line in sys.stdin if line.strip()], default=exits.OK))


@template.command()
@template_options
@click.option("--format", "output", type=click.Choice(["text", "json"]), default="json", show_default=True)
def expand(
    file: Path, files: tuple[Path, ...], settings: tuple[str, ...], scope: str, location: str, output: str
) -> None:
    """Expand FILE: its resources as they would be sent, and the deployment as the service would show it.

    What only the running deployment knows stays an expression.
    """
    from azops_tui.arm import plain

    expansion = read_expansion(file, files, settings, scope, location)
    live = [resource for resource in expansion.resources if resource.condition and not resource.existing]
    if output == "text":
        for resource in live:
            click.echo(resource.id)
        return
    shown = {
        **expansion.as_deployment(),
        "resources": [{"id": resource.id, **plain(resource.body)} for resource in live],
    }
    click.echo(json.dumps(shown, indent=2, ensure_ascii=False))
