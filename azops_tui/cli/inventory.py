"""``azops inventory``: virtual machines and scale set instances as a dynamic inventory of Ansible."""

from __future__ import annotations

import asyncio
import json
import re
from collections import Counter
from typing import TYPE_CHECKING

import click

from azops_tui import exits
from azops_tui.cli.options import complete_profile, fail, resolve_profile
from azops_tui.cli.out import echo
from azops_tui.json_types import Json
from azops_tui.sanitise import clean

if TYPE_CHECKING:
    from azops_tui.azure.profiles import Profile
    from azops_tui.engine.inventory import InventoryHost


@click.command(
    epilog=f"Exit codes: {exits.OK} printed; {exits.USAGE} neither or both of --list and --host; "
    f"{exits.BAD_INPUT} no such host; {exits.NO_CLOUD} the cloud cannot be reached."
)
@click.option("--cloud", "profile_name", metavar="PROFILE", shell_complete=complete_profile, help="The profile.")
@click.option("--list", "lists", is_flag=True, help="Print all groups and hosts.")
@click.option("--host", "name", default="", metavar="NAME", help="Print the variables of one host.")
def inventory(profile_name: str | None, lists: bool, name: str) -> None:
    """Print machines and scale set instances as a dynamic inventory of Ansible.

    The groups are named tag_KEY_VALUE, location_NAME, group_NAME (resource groups) and vmss_NAME.
    """
    if lists == bool(name):
        fail("pass either --list or --host NAME", exits.USAGE)
    hosts = _named(asyncio.run(_read(resolve_profile(profile_name, read_only=True))))
    if lists:
        value: Json = _inventory(hosts)
    elif name in hosts:
        value = hosts[name].variables
    else:
        fail(f"there is no host '{name}'; `azops inventory --list` prints all", exits.BAD_INPUT)
    echo(clean(json.dumps(value, ensure_ascii=False, indent=2)))


async def _read(profile: Profile) -> list[InventoryHost]:
    from azops_tui.azure.errors import AzureFailure, sentence
    from azops_tui.cli.sign_in import open_cloud
    from azops_tui.engine.inventory import read_inventory

    try:
        cloud = await open_cloud(profile)
        try:
            return await read_inventory(cloud)
        finally:
            await cloud.close()
    except AzureFailure as error:
        fail(sentence(error.view), exits.NO_CLOUD)


def _named(hosts: list[InventoryHost]) -> dict[str, InventoryHost]:
    """Hosts by name; a name that several resource groups use is followed by its group."""
    counts = Counter(host.name.lower() for host in hosts)
    return {
        host.name if counts[host.name.lower()] == 1 else f"{host.name}_{host.resource_group}": host for host in hosts
    }


def _inventory(hosts: dict[str, InventoryHost]) -> dict[str, Json]:
    groups: dict[str, list[Json]] = {}
    for name, host in hosts.items():
        # Two tags may become the same group name, such as a.b and a-b.
        for group in dict.fromkeys(re.sub(r"\W", "_", text.lower(), flags=re.ASCII) for text in host.groups):
            groups.setdefault(group, []).append(name)
    return {
        "_meta": {"hostvars": {name: host.variables for name, host in hosts.items()}},
        "all": {"children": [*sorted(groups)]},
        **{group: {"hosts": groups[group]} for group in sorted(groups)},
    }
