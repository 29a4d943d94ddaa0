"""The command line: one module for each verb, loaded when the verb is called."""

from __future__ import annotations

__all__ = ["main"]


def main() -> None:
    """Entry point of ``azops``."""
    import sys

    from azops_tui.cli.main import cli

    try:
        cli(prog_name="azops")
    except Exception as error:
        from azops_tui.cli.errors import report_error

        sys.exit(report_error(error))
