"""``azops keys``: keys and command ids, with the user's own changes."""

from __future__ import annotations

import click

from azops_tui.cli.out import echo
from azops_tui.sanitise import clean
from azops_tui.text import format_table


@click.command()
def keys() -> None:
    """Print every key with the id of its command. [keys] in config.toml assigns other keys to an id."""
    from azops_tui.ui import keymap
    from azops_tui.ui.commands import key_map

    assigned, problems = keymap.load()
    for problem in problems:
        echo(clean(f"azops: warning: {problem}"), err=True)
    echo(clean(format_table(key_map(assigned), ("ID", "KEY", "WHAT IT DOES", "WHERE"))))
