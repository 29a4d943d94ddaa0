"""``azops demo``: the cluster runbook on a local Azure."""

from __future__ import annotations

import sys

import click

from azops_tui import paths
from azops_tui.cli.options import resolve_profile
from azops_tui.cli.screen import screen, screen_options


@click.command()
@screen_options
def demo(theme: str | None, ascii_only: bool) -> None:
    """Open the cluster runbook on a local Azure: no account, no cost, no risk."""
    profile = resolve_profile("local", read_only=False)
    path = paths.shipped("runbooks") / "generic-cluster.md"
    sys.exit(screen(path, profile=profile, parameters={}, theme=theme, ascii_only=ascii_only))
