"""``azops open``: a runbook on the screen."""

from __future__ import annotations

import sys

import click

from azops_tui.cli.options import assignments, read_runbook, resolve_profile, runbook_options
from azops_tui.cli.screen import screen, screen_options


@click.command("open")
@click.argument("file", type=click.Path())
@runbook_options
@screen_options
def open_(
    file: str,
    settings: tuple[str, ...],
    profile_name: str | None,
    read_only: bool,
    theme: str | None,
    ascii_only: bool,
) -> None:
    """Open FILE on the screen: the document, and beside it what its steps do.

    FILE is a Markdown file, or the name of a runbook that ships with azops. Nothing runs until a key says so.
    """
    profile = resolve_profile(profile_name, read_only=read_only)
    parameters = assignments(settings)
    runbook = read_runbook(file)
    sys.exit(screen(runbook.path, profile=profile, parameters=parameters, theme=theme, ascii_only=ascii_only))
