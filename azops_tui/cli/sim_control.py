"""``azops sim fault``, ``clock`` and ``snapshot``: steer the simulator that is running."""

from __future__ import annotations

import json
import re
from urllib.parse import quote

import click

from azops_tui import exits
from azops_tui.cli.options import fail
from azops_tui.cli.out import echo
from azops_tui.sanitise import clean

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}


def request(method: str, path: str, body: object = None) -> bytes:
    """Send a request to the running simulator; end the program with a message if there is none or it refuses."""
    from azops_tui.simulator.endpoint import SimulatorError, call, running

    endpoint = running()
    if endpoint is None:
        fail("no local Azure is running; azops sim up starts one", exits.NO_CLOUD)
    try:
        return call(endpoint, method, path, body)
    except SimulatorError as error:
        fail(str(error), exits.STEP_FAILED)


@click.group()
def fault() -> None:
    """Inject faults into the running simulator.

    A fault is written KIND[=VALUE][:PATH][,OPTION=VALUE...]. PATH is a regular expression for the paths of requests.
    Options: times, probability, method, code, message.

    \b
    latency=2s                      answer late
    throttle=1s                     refuse with 429 and Retry-After
    error=503                       refuse with a status
    reset, truncate                 close the connection
    expired-token                   refuse the token
    never-ending                    accept, and never end the operation
    fail=SkuNotAvailable            accept, then fail
    quota, policy, role             refuse machines, writes

    For example: azops sim fault add throttle:/virtualMachines,times=3
    """


@fault.command()
@click.argument("specs", nargs=-1, required=True, metavar="SPEC...")
def add(specs: tuple[str, ...]) -> None:
    """Add faults to those in effect."""
    from azops_tui.simulator.fault_specs import FaultSpecError, describe, parse_fault

    try:
        faults = [parse_fault(spec) for spec in specs]
    except FaultSpecError as error:
        fail(str(error), exits.USAGE)
    request("POST", "/simulator/faults/add", faults)
    for each in faults:
        echo(clean(describe(each)))


@fault.command("list")
def list_faults() -> None:
    """List the faults in effect, each with how often it has hit."""
    import msgspec

    from azops_tui.simulator.fault_specs import Fault, describe

    rows = json.loads(request("GET", "/simulator/faults"))
    for row in rows:
        echo(clean(f"{describe(msgspec.convert(row['fault'], Fault))}; hit {row['hits']} times"))
    if not rows:
        echo(clean("No faults are in effect."))


@fault.command()
def clear() -> None:
    """Remove all faults."""
    request("POST", "/simulator/faults", [])
    echo(clean("No faults are in effect."))


@click.command()
@click.argument("change", required=False, metavar="[+3d|freeze|resume]")
def clock(change: str | None) -> None:
    """Show the simulator's clock, advance it (+90s, +5m, +2h, +3d, +1w), freeze it or let it go on.

    Work that would have ended by then ends at once; tokens, deleted vaults and the like expire.
    """
    from datetime import UTC, datetime

    body: dict[str, object] = {}
    if change in ("freeze", "resume"):
        body = {"frozen": change == "freeze"}
    elif change is not None:
        match = re.fullmatch(r"\+(\d+(?:\.\d+)?)([smhdw])", change)
        if match is None:
            fail(f"'{change}' is not a change of the clock; give +3d, +2h, freeze or resume", exits.USAGE)
        body = {"advance": float(match[1]) * _UNITS[match[2]]}
    shown = json.loads(request("POST", "/simulator/clock", body))
    state = ", frozen" if shown["frozen"] else ""
    echo(clean(f"{datetime.fromtimestamp(shown['now'], UTC):%Y-%m-%d %H:%M:%S} UTC{state}"))


@click.group()
def snapshot() -> None:
    """Save and load the state of the running simulator by name."""


@snapshot.command()
@click.argument("name")
def save(name: str) -> None:
    """Save the state, to return to it later."""
    request("PUT", f"/simulator/snapshots/{quote(name, safe='')}")
    echo(clean(f"Saved the state as '{name}'."))


@snapshot.command()
@click.argument("name")
def load(name: str) -> None:
    """Return to a saved state. What has been created since is gone."""
    request("POST", f"/simulator/snapshots/{quote(name, safe='')}/load")
    echo(clean(f"Loaded the state '{name}'."))


@snapshot.command("list")
def list_snapshots() -> None:
    """List the snapshots."""
    names = json.loads(request("GET", "/simulator/snapshots"))
    echo(clean("\n".join(names) or "There are no snapshots."))
