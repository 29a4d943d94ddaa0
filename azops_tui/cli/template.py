"""``azops template``: ARM templates, understood before they are deployed."""

from __future__ import annotations

import dataclasses
import json
import sys
from datetime import date
from pathlib import Path
from typing import Literal

import click

from azops_tui import exits
from azops_tui.cli.options import complete_profile, fail, resolve_profile
from azops_tui.cli.screen import screen_options
from azops_tui.cli.template_input import GROUP_SCOPE, expanded, masked, read_description, read_input, template_options
from azops_tui.terminal import screen_obstacle


@click.group()
def template() -> None:
    """Look inside ARM templates: what they take, what they would deploy, in which order, and what is wrong with them.

    A .bicep file is compiled by bicep, or by az, where one of them is on PATH.
    """


@template.command()
@template_options
@click.option("--format", "output", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("--screen", "on_screen", is_flag=True, help="Look around in it, with the JSON of each resource beside.")
@screen_options
def show(
    file: Path,
    files: tuple[Path, ...],
    settings: tuple[str, ...],
    scope: str,
    location: str,
    output: str,
    on_screen: bool,
    theme: str | None,
    ascii_only: bool,
) -> None:
    """Show parameters, variables, the resources that would be deployed by step, and outputs of FILE.

    Parameters without a value stay symbolic; nothing is asked of any cloud.
    """
    from azops_tui.cli.template_text import describe_text

    description, redactor = read_description(file, files, settings, scope, location)
    if on_screen:
        if obstacle := screen_obstacle():
            fail(f"{obstacle} Without --screen the template is shown as text.", exits.USAGE)
        from azops_tui.ui.template_app import TemplateApp

        app = TemplateApp(file, description, hide=redactor.redact, theme_name=theme, ascii_only=ascii_only)
        sys.exit(app.run() or exits.OK)
    if output == "json":
        rows = [dataclasses.replace(row, resources=()) for row in description.resources]
        shown = dataclasses.asdict(dataclasses.replace(description, resources=tuple(rows)))
        click.echo(redactor.redact(json.dumps(shown, indent=2, ensure_ascii=False)))
    else:
        click.echo(redactor.redact(describe_text(description, scope)))


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

    What only the running deployment knows stays an expression, and so do secrets.
    """
    from azops_tui.arm import plain

    document, given = read_input(file, files, settings)
    expansion = expanded(file, document, given, scope, location)
    shown, redactor = masked(file, document, given, expansion, scope, location)
    live = [resource for resource in shown.resources if resource.condition and not resource.existing]
    if output == "text":
        for resource in live:
            click.echo(redactor.redact(resource.id))
        return
    result = {
        **expansion.as_deployment(),
        "resources": [{"id": resource.id, **plain(resource.body)} for resource in live],
    }
    click.echo(redactor.redact(json.dumps(result, indent=2, ensure_ascii=False)))


@template.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--format", "output", type=click.Choice(["text", "json", "sarif"]), default="text", show_default=True)
def lint(files: tuple[Path, ...], output: str) -> None:
    """Say what is wrong with templates, without values for their parameters and without any cloud.

    Unused and undefined parameters and variables, dependencies that name nothing, circles, hard-coded locations,
    secrets that can be seen, old apiVersions, names that break the rules of their type. Exits with 1 where there are
    errors; warnings alone are no failure.
    """
    from azops_tui.cli.template_lint import lint_files

    sys.exit(lint_files(files, output, date.today()))


@template.command()
@template_options
@click.option(
    "--to",
    "form",
    type=click.Choice(["text", "mermaid"]),
    default="text",
    show_default=True,
    help="text: a tree. mermaid: a flowchart, which code hosts and mermaid-cli turn into a picture.",
)
def graph(file: Path, files: tuple[Path, ...], settings: tuple[str, ...], scope: str, location: str, form: str) -> None:
    """Draw the dependencies between the resources of FILE, as a tree or as a Mermaid flowchart.

    A copy loop is one resource. Dependencies that follow from others are left out.
    """
    from azops_tui.arm import graph as graphs

    description, redactor = read_description(file, files, settings, scope, location)
    drawn = graphs.graph(description)
    click.echo(redactor.redact(graphs.mermaid(drawn) if form == "mermaid" else graphs.text(drawn)))


@template.command("what-if")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--group", "-g", required=True, metavar="GROUP", help="The resource group it would be deployed to.")
@click.option(
    "--parameters",
    "-p",
    "files",
    multiple=True,
    type=click.Path(path_type=Path),
    help="A parameter file; may be repeated, later ones win.",
)
@click.option("--set", "settings", multiple=True, metavar="NAME=VALUE", help="Set a parameter; may be repeated.")
@click.option(
    "--cloud",
    "profile_name",
    metavar="PROFILE",
    shell_complete=complete_profile,
    help="local, public, usgov, china, or a profile of config.toml. [default: $AZOPS_CLOUD, else local]",
)
@click.option(
    "--mode",
    type=click.Choice(["incremental", "complete"], case_sensitive=False),
    default="incremental",
    show_default=True,
    help="complete: what the template leaves out is deleted.",
)
@click.option("--service", is_flag=True, help="Ask the service, rather than read what is there and compare it here.")
@click.option("--location", default="", help="Location of the group, where it is not there yet.")
@click.option("--all", "noise", is_flag=True, help="Also what differs in the text only, and all of what is created.")
@click.option("--format", "output", type=click.Choice(["text", "json"]), default="text", show_default=True)
def what_if(
    file: Path,
    group: str,
    files: tuple[Path, ...],
    settings: tuple[str, ...],
    profile_name: str | None,
    mode: Literal["incremental", "complete"],
    service: bool,
    location: str,
    noise: bool,
    output: str,
) -> None:
    """Show what deploying FILE would create, modify and delete in a group, from a fresh read. Nothing is changed.

    Exits with 1 where the deployment would be refused.
    """
    from azops_tui.cli.template_live import WhatIfRequest, print_changes

    asked = WhatIfRequest(file, files, settings, group, location, mode, service)
    sys.exit(print_changes(asked, resolve_profile(profile_name, read_only=True), noise=noise, output=output))
