"""``azops template``: inspects ARM templates before they are deployed."""

from __future__ import annotations

import dataclasses
import gc
import json
import sys
from datetime import date
from pathlib import Path
from typing import Literal

import click

from azops_tui import exits
from azops_tui.cli.options import complete_profile, fail, resolve_profile
from azops_tui.cli.out import echo
from azops_tui.cli.screen import screen_options
from azops_tui.cli.template_input import GROUP_SCOPE, expanded, masked, read_description, read_input, template_options
from azops_tui.sanitise import clean
from azops_tui.terminal import screen_obstacle


@click.group()
def template() -> None:
    """Inspect ARM templates: parameters, resources in order of deployment, and errors.

    A .bicep file is compiled with bicep or az, if one of them is on PATH.
    """
    # A large template is millions of live objects; by default, walking them in search of cycles takes half the time.
    gc.set_threshold(200_000, 20, 100)


@template.command()
@template_options
@click.option("--format", "output", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("--screen", "on_screen", is_flag=True, help="Browse the template on the screen.")
@click.option("--follow", "parameter", metavar="PARAM", help="Show only where a parameter ends up, through modules.")
@screen_options
def show(
    file: Path,
    files: tuple[Path, ...],
    settings: tuple[str, ...],
    scope: str,
    location: str,
    output: str,
    on_screen: bool,
    parameter: str | None,
    theme: str | None,
    ascii_only: bool,
) -> None:
    """Show parameters, variables, resources by step of deployment, and outputs of FILE.

    Parameters without a value stay symbolic. No cloud is contacted.
    """
    from azops_tui.cli.template_text import describe_text

    if parameter is not None:
        from azops_tui.cli.template_follow import follow_parameter

        if on_screen:
            fail("--follow and --screen cannot be combined.", exits.USAGE)
        echo(clean(follow_parameter(file, read_input(file, files, settings)[0], parameter, output), colours=True))
        return
    description, redactor = read_description(file, files, settings, scope, location)
    if on_screen:
        if obstacle := screen_obstacle():
            fail(f"{obstacle} Without --screen the template is shown as text.", exits.USAGE)
        from azops_tui.ui.template_app import TemplateApp

        app = TemplateApp(file, description, hide=redactor.redact, theme_name=theme, ascii_only=ascii_only)
        sys.exit(app.run() or app.return_code or exits.OK)
    if output == "json":
        rows = [dataclasses.replace(row, resources=()) for row in description.resources]
        shown = dataclasses.asdict(dataclasses.replace(description, resources=tuple(rows)))
        echo(clean(redactor.redact(json.dumps(shown, indent=2, ensure_ascii=False)), colours=True))
    else:
        echo(clean(redactor.redact(describe_text(description, scope)), colours=True))


@template.command("eval")
@click.argument("expression", required=False)
@click.option("--scope", default=GROUP_SCOPE, metavar="ID", help="Id of the scope to evaluate in.")
def eval_(expression: str | None, scope: str) -> None:
    """Evaluate EXPRESSION, for example "[uniqueString('a')]", and print its value as JSON.

    Without EXPRESSION, azops prompts for expressions on a terminal, or evaluates each line of standard input.
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
    """Expand FILE: print its resources as they would be sent, and the deployment as the service would show it.

    Secrets and values known only at run time stay expressions.
    """
    from azops_tui.arm import plain

    document, parameters = read_input(file, files, settings)
    expansion = expanded(file, document, parameters, scope, location)
    shown, redactor = masked(file, document, parameters, expansion, scope, location)
    live = [resource for resource in shown.resources if resource.condition and not resource.existing]
    if output == "text":
        for resource in live:
            echo(clean(redactor.redact(resource.id), colours=True))
        return
    result = {
        **expansion.as_deployment(),
        "resources": [{"id": resource.id, **plain(resource.body)} for resource in live],
    }
    echo(clean(redactor.redact(json.dumps(result, indent=2, ensure_ascii=False)), colours=True))


@template.command()
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@click.option("--format", "output", type=click.Choice(["text", "json", "sarif"]), default="text", show_default=True)
@click.option(
    "--ignore",
    "ignored",
    multiple=True,
    metavar="RULE",
    help="Leave out the findings of a rule, by its name here, in Bicep or in ARM-TTK; may be repeated.",
)
@click.option(
    "--fix", is_flag=True, help="Remove unused variables, and make the type of plain secrets securestring, in the file."
)
@click.option("--explain", metavar="RULE", help="Print what a rule means, with an example, and exit.")
def lint(files: tuple[Path, ...], output: str, ignored: tuple[str, ...], fix: bool, explain: str | None) -> None:
    """Check templates for problems, without parameter values and without a cloud.

    Reports unused and undefined parameters and variables, missing and circular dependencies, hard-coded locations,
    exposed secrets, old apiVersions and names that are not valid for their type. Exits with 1 if there are errors;
    warnings alone exit with 0.
    """
    from azops_tui.cli.template_lint import explain_rule, lint_files

    if explain is not None:
        explain_rule(explain)
        return
    if not files:
        raise click.UsageError("Missing argument 'FILES...'.")
    sys.exit(lint_files(files, output, date.today(), ignored, fix=fix))


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

    A copy loop is one resource. Dependencies implied by others are omitted.
    """
    from azops_tui.arm import graph as graphs

    description, redactor = read_description(file, files, settings, scope, location)
    drawn = graphs.graph(description)
    echo(clean(redactor.redact(graphs.mermaid(drawn) if form == "mermaid" else graphs.text(drawn)), colours=True))


@template.command("what-if")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--group", "-g", required=True, metavar="GROUP", help="Resource group to deploy to.")
@click.option(
    "--parameters",
    "-p",
    "files",
    multiple=True,
    type=click.Path(path_type=Path),
    help="Parameter file; may be repeated, later files win.",
)
@click.option("--set", "settings", multiple=True, metavar="NAME=VALUE", help="Set a parameter; may be repeated.")
@click.option(
    "--cloud",
    "profile_name",
    metavar="PROFILE",
    shell_complete=complete_profile,
    help="local, public, usgov, china or a profile of config.toml. [default: $AZOPS_CLOUD, else local]",
)
@click.option(
    "--mode",
    type=click.Choice(["incremental", "complete"], case_sensitive=False),
    default="incremental",
    show_default=True,
    help="complete deletes resources that are not in the template.",
)
@click.option("--service", is_flag=True, help="Have the service predict the changes instead of comparing locally.")
@click.option("--location", default="", help="Location of the group, if it does not exist yet.")
@click.option("--all", "noise", is_flag=True, help="Include noise, and all properties of new resources.")
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
    """Show what deploying FILE would create, modify and delete in a resource group. Nothing is changed.

    Exits with 1 if the service would refuse the deployment.
    """
    from azops_tui.cli.template_live import WhatIfRequest, print_changes

    request = WhatIfRequest(file, files, settings, group, location, mode, service)
    sys.exit(print_changes(request, resolve_profile(profile_name, read_only=True), noise=noise, output=output))
