"""Hosts of a subscription as Ansible needs them: groups, and how each is reached."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from azops_tui.json_types import Json

if TYPE_CHECKING:
    from azops_tui.azure.cloud import Cloud

_KINDS = ("microsoft.compute/virtualmachines", "microsoft.compute/virtualmachinescalesets")


@dataclass(frozen=True, slots=True)
class InventoryHost:
    """A virtual machine, or an instance of a scale set."""

    name: str
    resource_group: str
    groups: tuple[str, ...]
    variables: dict[str, Json]


async def read_inventory(cloud: Cloud) -> list[InventoryHost]:
    """Read the machines and scale set instances of all resource groups, sorted by group and name.

    Raises:
        AzureFailure: the cloud cannot be read.
    """
    found = [item for item in await cloud.resources.list() if item.type.lower() in _KINDS]
    tags = {item.id.lower(): item.tags for item in found}
    by_key = {item.group.lower(): item.group for item in found if item.type.lower() == _KINDS[0]}
    sets = [item for item in found if item.type.lower() == _KINDS[1]]
    machines = await asyncio.gather(*(cloud.machines.list(group) for group in by_key.values()))
    scale_sets = await asyncio.gather(*(cloud.scale_sets.get(item.group, item.name) for item in sets))
    hosts: dict[str, InventoryHost] = {}

    # Instances of a Flexible scale set are machines too; as instances they also have the group of their set.
    for scale_set in scale_sets:
        for instance in scale_set.instances:
            own = {**tags.get(scale_set.id.lower(), {}), **tags.get(instance.id.lower(), {})}
            names = (*_groups(scale_set.group, scale_set.location, own), f"vmss_{scale_set.name}")
            variables = await _variables(cloud, instance.id, instance.address, "", instance.address)
            hosts[instance.id.lower()] = InventoryHost(instance.name, scale_set.group, names, variables)
    for machine in (machine for views in machines for machine in views):
        known = hosts.get(machine.id.lower())
        names = _groups(machine.group, machine.location, tags.get(machine.id.lower(), {}))
        address = machine.fqdn or machine.public_address or machine.private_address
        variables = await _variables(cloud, machine.id, address, machine.user, machine.private_address)
        hosts[machine.id.lower()] = InventoryHost(
            machine.name, machine.group, known.groups if known is not None else names, variables
        )
    return sorted(hosts.values(), key=lambda host: (host.resource_group.lower(), host.name.lower()))


def _groups(resource_group: str, location: str, tags: dict[str, str]) -> tuple[str, ...]:
    labels = [f"tag_{tag}_{value}" if value else f"tag_{tag}" for tag, value in tags.items()]
    return (*labels, f"location_{location}", f"group_{resource_group}")


async def _variables(cloud: Cloud, resource_id: str, address: str, user: str, private: str) -> dict[str, Json]:
    """Variables of a host; one without an address has no ``ansible_host``."""
    variables: dict[str, Json] = {"azure_id": resource_id, "private_address": private}
    if address:
        endpoint = await cloud.route(address)
        variables["ansible_host"] = address if endpoint is None else endpoint[0]
        if endpoint is not None:
            variables["ansible_port"] = endpoint[1]
    if user:
        variables["ansible_user"] = user
    return variables
