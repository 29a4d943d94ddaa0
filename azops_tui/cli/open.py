"""``azops open``: a runbook on the screen."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from azops_tui.cli.answers import read_answers
from azops_tui.cli.options import (
    assignments,
    document_options,
    find_runbook,
    read_runbook,
    read_sandbox,
    resolve_profile,
    runbook_options,
    sandbox_options,
    warn_unknown_parameters,
)
from azops_tui.cli.screen import screen, screen_options
from azops_tui.files import read_file


@click.command("open")
@click.argument("file", type=click.Path())
@runbook_options
@document_options
@screen_options
@sandbox_options
@click.option(
    "--last/--no-last",
    default=None,
    help="Show what came of the steps in earlier runs, dimmed. [default: if the last run was not done to its end]",
)
@click.option(
    "--dashboard",
    is_flag=True,
    help="Show outputs and forms without code; steps with refresh= run at once, and again for as long as it is open.",
)
def open_(
    file: str,
    settings: tuple[str, ...],
    profile_name: str | None,
    read_only: bool,
    untagged: str | None,
    answers: str | None,
    theme: str | None,
    ascii_only: bool,
    sandbox: bool,
    allow_write: tuple[str, ...],
    allow_host: tuple[str, ...],
    last: bool | None,
    dashboard: bool,
) -> None:
    """Open FILE on the screen, with the effects of its steps beside it.

    FILE is a Markdown file or the name of a runbook that ships with azops. Nothing runs until you press a key,
    but for the read steps of a dashboard that say how often they are run.
    """
    profile = resolve_profile(profile_name, read_only=read_only)
    limits = read_sandbox(sandbox, profile.read_only, allow_write, allow_host)
    parameters = {**(read_answers(answers) if answers else {}), **assignments(settings)}
    path = find_runbook(file)
    if parameters or not _readable(path) or not sys.stdin.isatty():
        # Errors are reported here; otherwise the screen reads the document and reports them.
        runbook = read_runbook(file)
        warn_unknown_parameters(runbook, parameters)
    sys.exit(
        screen(
            path,
            profile=profile,
            parameters=parameters,
            theme=theme,
            ascii_only=ascii_only,
            untagged=None if untagged is None else untagged == "bash",
            sandbox=limits,
            last=last,
            is_dashboard=dashboard,
        )
    )


def _readable(path: Path) -> bool:
    """Return whether the path is a file of UTF-8 text."""
    try:
        read_file(path, 16 << 20).decode()
    except (OSError, ValueError):
        return False
    return True
