"""``azops groups``, ``resources``, ``deployments``, ``scalesets``, ``hosts``, ``locations``, ``profiles``."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from azops_tui import exits
from azops_tui.cli.formats import FORMATS, formatted
from azops_tui.cli.options import complete_profile, fail, resolve_profile
from azops_tui.cli.out import echo
from azops_tui.cli.tapes import open_offline, recorded, tell_missing
from azops_tui.json_types import Json
from azops_tui.sanitise import clean

if TYPE_CHECKING:
    from azops_tui.azure.cloud import Cloud
    from azops_tui.replay.tape import Tape

Read = Callable[["Cloud", str], Awaitable[list[dict[str, Json]]]]
"""Reads rows; the text is the resource group, empty for all."""


async def _groups(cloud: Cloud, group: str) -> list[dict[str, Json]]:
    return [
        {
            "id": view.id,
            "location": view.location,
            "name": view.name,
            "provisioningState": view.state,
            "locked": view.locked,
            "tags": view.tags,
            "type": "Microsoft.Resources/resourceGroups",
        }
        for view in await cloud.groups.list()
    ]


async def _resources(cloud: Cloud, group: str) -> list[dict[str, Json]]:
    return [
        {
            "id": view.id,
            "kind": view.kind,
            "location": view.location,
            "name": view.name,
            "provisioningState": view.state,
            "resourceGroup": view.group,
            "sku": view.sku,
            "tags": view.tags,
            "resourceType": view.type,
        }
        for view in (await cloud.resources.list(group) if group else await cloud.resources.everything())
    ]


async def _deployments(cloud: Cloud, group: str) -> list[dict[str, Json]]:
    groups = [group] if group else [view.name for view in await cloud.groups.list()]
    lists = await asyncio.gather(*(cloud.deployments.list(name) for name in groups))
    views = sorted((view for views in lists for view in views), key=lambda view: -(view.started or 0))
    return [
        {
            "id": view.id,
            "name": view.name,
            "resourceGroup": view.group,
            "provisioningState": view.state,
            "mode": view.mode,
            "timestamp": datetime.fromtimestamp(view.started, UTC).isoformat() if view.started else None,
            "duration": round(view.duration, 3),
            "correlationId": view.correlation_id,
            "error": {"code": view.failure.code, "message": view.failure.message} if view.failure else None,
        }
        for view in views
    ]


async def _scale_sets(cloud: Cloud, group: str) -> list[dict[str, Json]]:
    return [
        {
            "id": view.id,
            "name": view.name,
            "resourceGroup": view.group,
            "location": view.location,
            "size": view.sku,
            "capacity": view.capacity,
            "provisioningState": view.state,
            "orchestrationMode": view.orchestration,
        }
        for view in await cloud.scale_sets.list(group or None)
    ]


async def _hosts(cloud: Cloud, group: str) -> list[dict[str, Json]]:
    return [
        {
            "id": view.id,
            "name": view.name,
            "resourceGroup": view.group,
            "location": view.location,
            "size": view.size,
            "powerState": view.power,
            "privateIpAddress": view.private_address,
            "publicIpAddress": view.public_address,
            "fqdn": view.fqdn,
            "adminUsername": view.user,
        }
        for view in await cloud.machines.list(group)
    ]


async def _locations(cloud: Cloud, group: str) -> list[dict[str, Json]]:
    return [{"name": name} for name in await cloud.locations()]


def _verb(name: str, what: str, read: Read, *, by_group: bool = True, pane: int = 0) -> click.Command:
    """A verb that reads from the cloud and prints, or opens its pane where there is a terminal."""
    on_screen = " On a terminal, without a format and a query, show them on the screen instead." if pane else ""

    @click.command(
        name,
        help=f"Print the {what} of a subscription.{on_screen}",
        epilog=f"Exit codes: {exits.OK} printed; {exits.BAD_INPUT} the query is not valid, or the group does not "
        f"exist; {exits.NO_CLOUD} the cloud cannot be reached.",
    )
    def verb(
        profile_name: str | None, output: str | None, query: str, replay: str | None = None, group: str = ""
    ) -> None:
        if (
            pane
            and replay is None
            and output is None
            and not (query or group)
            and sys.stdin.isatty()
            and sys.stdout.isatty()
        ):
            sys.exit(_show_pane(profile_name, pane))
        expression = _query(query)
        tape = open_offline(replay, profile_name) if replay else None
        profile = recorded(tape) if tape is not None else resolve_profile(profile_name, read_only=True)
        _print(asyncio.run(_read(profile, read, group, tape)), expression, output)
        if tape is not None:
            tell_missing(tape)
            tape.close()

    options = [
        click.option(
            "--cloud", "profile_name", metavar="PROFILE", shell_complete=complete_profile, help="The profile."
        ),
        click.option(
            "--replay", type=click.Path(dir_okay=False), metavar="CASSETTE", help="Read from a recording, offline."
        ),
        *_FORM,
    ]
    if by_group:
        options.append(click.option("--group", "-g", default="", metavar="NAME", help="Of one resource group only."))
    for option in reversed(options):
        verb = option(verb)
    return verb


_FORM = (
    click.option("--output", "-o", type=click.Choice(FORMATS), help="Format.  [default: table]"),
    click.option("--query", default="", metavar="JMESPATH", help="What to print of the result, as with az."),
)


def _show_pane(profile_name: str | None, pane: int) -> int:
    """Open the screen on a pane, beside a scratch page; return the exit code."""
    from azops_tui.cli.new import scratch_page
    from azops_tui.cli.screen import screen

    profile = resolve_profile(profile_name, read_only=False)
    with scratch_page() as path:
        return screen(path, profile=profile, parameters={}, theme=None, ascii_only=False, pane=pane)


def _query(text: str) -> Any:
    from azops_tui.runbook.queries import bad_query

    if not text:
        return None
    if problem := bad_query(text):
        fail(f"--query '{text}' is not valid JMESPath: {problem}", exits.BAD_INPUT)
    import jmespath

    return jmespath.compile(text)


def _print(rows: Json, expression: Any, output: str | None) -> None:
    """Print what a query finds in rows, all of them without a query."""
    if text := formatted(rows if expression is None else expression.search(rows), output or "table"):
        echo(clean(text))


async def _read(profile: Any, read: Read, group: str, tape: Tape | None = None) -> list[dict[str, Json]]:
    from azops_tui.azure.errors import AzureFailure, sentence
    from azops_tui.cli.sign_in import open_cloud

    try:
        cloud = await open_cloud(profile, tape)
    except AzureFailure as error:
        fail(sentence(error.view), exits.NO_CLOUD)
    try:
        return await read(cloud, group)
    except AzureFailure as error:
        fail(sentence(error.view), exits.BAD_INPUT if "NotFound" in error.view.code else exits.NO_CLOUD)
    finally:
        await cloud.close()


@click.command("profiles")
def profiles(output: str | None, query: str) -> None:
    """Print the profiles of config.toml and those that always exist."""
    from azops_tui.azure.profiles import read_profiles

    expression = _query(query)
    known, problems = read_profiles()
    for problem in problems:
        echo(clean(str(problem)), err=True)
    rows: Json = [
        {
            "name": profile.name,
            "cloud": profile.cloud,
            "subscription": profile.subscription,
            "tenant": profile.tenant,
            "credential": profile.credential,
            "readOnly": profile.read_only,
            "production": profile.production,
        }
        for profile in known.values()
    ]
    _print(rows, expression, output)
    if problems:
        raise SystemExit(exits.BAD_INPUT)


for _option in reversed(_FORM):
    profiles = _option(profiles)

groups = _verb("groups", "resource groups", _groups, by_group=False, pane=1)
resources = _verb("resources", "resources", _resources, pane=1)
deployments = _verb("deployments", "deployments, newest first,", _deployments, pane=2)
scalesets = _verb("scalesets", "scale sets", _scale_sets, pane=3)
hosts = _verb("hosts", "virtual machines and their addresses", _hosts, pane=4)
locations = _verb("locations", "locations", _locations, by_group=False)
