"""``azops sim``: a local Azure that keeps running, for ``--cloud local`` and for ``az``."""

from __future__ import annotations

import sys

import click

from azops_tui import exits
from azops_tui.cli.options import fail


@click.group()
def sim() -> None:
    """Keep a local Azure running.

    Without it, `--cloud local` starts one that ends with the run. With it, what a run makes is there for the next one,
    and for other tools: `eval "$(azops sim env)"` makes az and ssh act on it.
    """


@sim.command()
@click.option("--speed", type=click.FloatRange(min=0.01), help="How many times faster than Azure. [default: 12]")
@click.option("--foreground", is_flag=True, help="Stay in the foreground until interrupted.")
@click.option("--verbose", is_flag=True, help="Say what is refused, and why.")
def up(speed: float | None, foreground: bool, verbose: bool) -> None:
    """Start it, unless it runs already."""
    from azops_tui.simulator import lifecycle

    try:
        if foreground:
            sys.exit(lifecycle.foreground(speed=speed, verbose=verbose))
        endpoint, started = lifecycle.up(speed=speed, verbose=verbose)
    except RuntimeError as error:
        fail(str(error), exits.NO_CLOUD)
    said = "started" if started else "runs already"
    click.echo(f"The local Azure {said} at {endpoint.url} (process {endpoint.pid}).")
    click.echo('eval "$(azops sim env)" makes az and ssh act on it; azops sim down ends it.')


@sim.command()
def down() -> None:
    """End it. Everything in it is gone."""
    from azops_tui.simulator import lifecycle

    try:
        ended = lifecycle.down()
    except RuntimeError as error:
        fail(str(error), exits.NO_CLOUD)
    click.echo("The local Azure has ended." if ended else "No local Azure was running.")


@sim.command()
def status() -> None:
    """Say whether it runs, and what is in it. Exits with 5 where it does not."""
    from azops_tui.simulator import lifecycle

    found = lifecycle.state()
    if found.endpoint is None:
        click.echo("No local Azure is running; azops sim up starts one.")
        sys.exit(exits.NO_CLOUD)
    click.echo(f"{found.endpoint.url}  process {found.endpoint.pid}  {found.speed:g} times as fast as Azure")
    click.echo(f"{len(found.groups)} resource groups, {found.resources} resources")
    for name in found.groups:
        click.echo(f"  {name}")


@sim.command()
def env() -> None:
    """Print the variables that make az and ssh act on it, for a shell's eval."""
    import shlex

    from azops_tui.simulator.endpoint import running

    endpoint = running()
    if endpoint is None:
        fail("no local Azure is running; azops sim up starts one", exits.NO_CLOUD)
    for name, value in {
        "AZURE_CONFIG_DIR": endpoint.az_config,
        "REQUESTS_CA_BUNDLE": endpoint.bundle,
        "AZOPS_SSH_CONFIG": endpoint.ssh_config,
    }.items():
        click.echo(f"export {name}={shlex.quote(value)}")
    click.echo(f'export PATH={shlex.quote(endpoint.programs)}:"$PATH"')
