"""The command line. One module for each verb, loaded when its verb is called."""

from __future__ import annotations

__all__ = ["main"]


def main() -> None:
    """Entry point of ``azops``."""
    from azops_tui.cli.main import cli

    cli(prog_name="azops")
