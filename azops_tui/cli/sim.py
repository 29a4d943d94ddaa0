"""``azops sim``: a local Azure that outlives a run, for ``--cloud local`` and for ``az``."""

from __future__ import annotations

import sys

import click

from azops_tui import exits
from azops_tui.cli.options import fail
from azops_tui.cli.out import echo
from azops_tui.cli.sim_control import clock, fault, snapshot
from azops_tui.sanitise import clean


@click.group()
def sim() -> None:
    """Start, inspect and stop a local Azure.

    By default, `--cloud local` starts a local Azure that ends with the run. One started here keeps the resources of a
    run for the next run and for other tools: `eval "$(azops sim env)"` points az, ssh
    and scripts at it.
    """


@sim.command()
@click.option("--speed", type=click.FloatRange(min=0.01), help="Speed relative to Azure. [default: 12]")
@click.option("--fault", "faults", multiple=True, metavar="SPEC", help="Inject a fault; see azops sim fault --help.")
@click.option("--seed", type=int, help="Make random names, durations and faults repeatable.")
@click.option("--state", default="", type=click.Path(dir_okay=False), help="Keep the state in this file.")
@click.option("--foreground", is_flag=True, help="Stay in the foreground until interrupted.")
@click.option("--verbose", is_flag=True, help="Log refused requests and the reason.")
def up(
    speed: float | None, faults: tuple[str, ...], seed: int | None, state: str, foreground: bool, verbose: bool
) -> None:
    """Start the simulator unless it is already running."""
    from azops_tui.simulator import lifecycle
    from azops_tui.simulator.endpoint import SimulatorError, SimulatorSettings
    from azops_tui.simulator.fault_specs import FaultSpecError, parse_fault

    try:
        for spec in faults:
            parse_fault(spec)
    except FaultSpecError as error:
        fail(str(error), exits.USAGE)
    settings = SimulatorSettings(faults=faults, seed=seed, state=state)
    try:
        if foreground:
            sys.exit(lifecycle.foreground(speed=speed, verbose=verbose, settings=settings))
        endpoint, started = lifecycle.up(speed=speed, verbose=verbose, settings=settings)
    except SimulatorError as error:
        fail(str(error), exits.NO_CLOUD)
    if not started and settings != SimulatorSettings():
        echo(clean("The settings of a running simulator do not change: azops sim down first."), err=True)
    outcome = "started" if started else "is already running"
    echo(clean(f"The local Azure {outcome} at {endpoint.url} (process {endpoint.pid})."))
    echo(clean('eval "$(azops sim env)" points az, ssh and scripts at it; azops sim down stops it.'))


@sim.command()
def down() -> None:
    """Stop the simulator and discard its state."""
    from azops_tui.simulator import lifecycle
    from azops_tui.simulator.endpoint import SimulatorError

    try:
        stopped = lifecycle.down()
    except SimulatorError as error:
        fail(str(error), exits.NO_CLOUD)
    echo(clean("The local Azure has stopped." if stopped else "No local Azure was running."))


@sim.command()
def status() -> None:
    """Show whether the simulator is running, and its resource groups. Exits with 5 if it is not running."""
    from azops_tui.simulator import lifecycle

    state = lifecycle.state()
    if state.endpoint is None:
        echo(clean("No local Azure is running; azops sim up starts one."))
        sys.exit(exits.NO_CLOUD)
    echo(clean(f"{state.endpoint.url}  process {state.endpoint.pid}  {state.speed:g} times the speed of Azure"))
    echo(clean(f"{len(state.groups)} resource groups, {state.resources} resources"))
    for name in state.groups:
        echo(clean(f"  {name}"))


@sim.command()
def env() -> None:
    """Print shell commands that point az, ssh and scripts at the simulator, for eval.

    Unchanged scripts reach it as well: its proxy answers for management.azure.com and the other hosts of Azure, also
    for sign-in, and passes on what goes elsewhere.
    """
    import shlex

    from azops_tui.net.upstream import led_through
    from azops_tui.simulator.endpoint import running

    endpoint = running()
    if endpoint is None:
        fail("no local Azure is running; azops sim up starts one", exits.NO_CLOUD)
    for name, value in {
        "AZURE_CONFIG_DIR": endpoint.az_config,
        **led_through(endpoint.proxy, endpoint.bundle, direct="127.0.0.1,localhost"),
        "AZURE_AUTHORITY_HOST": endpoint.url,
        "AZURE_SUBSCRIPTION_ID": endpoint.subscription,
        "AZURE_TENANT_ID": endpoint.tenant,
        "AZURE_CLIENT_ID": endpoint.client_id,
        "AZURE_CLIENT_SECRET": endpoint.client_secret,
        "AZOPS_SSH_CONFIG": endpoint.ssh_config,
    }.items():
        echo(clean(f"export {name}={shlex.quote(value)}"))
    echo(clean(f'export PATH={shlex.quote(endpoint.programs)}:"$PATH"'))


@sim.command()
def token() -> None:
    """Print an access token for the simulator, for clients that do not sign in."""
    from azops_tui.simulator.endpoint import running

    endpoint = running()
    if endpoint is None:
        fail("no local Azure is running; azops sim up starts one", exits.NO_CLOUD)
    echo(clean(endpoint.client_secret))


sim.add_command(fault)
sim.add_command(clock)
sim.add_command(snapshot)
