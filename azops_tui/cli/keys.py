"""``azops keys``: the map of keys, with the user's own changes."""

from __future__ import annotations

import click

from azops_tui.cli.console import table


@click.command()
def keys() -> None:
    """Print every key with its id. An id can be given another key in config.toml, under [keys]."""
    from azops_tui.ui.commands import key_map

    click.echo(table(key_map(), ("ID", "KEY", "WHAT IT DOES", "WHERE")))
