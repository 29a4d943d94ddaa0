"""Virtual machines and their addresses."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping
from typing import Literal

from azops_tui.arm.resource_id import ResourceId
from azops_tui.azure.client import Clients, wait_for
from azops_tui.azure.errors import AzureFailure, explained
from azops_tui.azure.trouble import items
from azops_tui.events.azure_views import MachineView
from azops_tui.json_types import Json

NETWORK = "2024-05-01"
"""API version of Microsoft.Network."""

_AT_ONCE = 8


class Machines:
    """Virtual machines of a subscription, without the instances of Uniform scale sets."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    async def list(self, group: str = "") -> list[MachineView]:
        """List the machines of a group, sorted by name, with the addresses of their network interfaces.

        Args:
            group: name of the group; empty for the whole subscription, which takes as few requests as one group.

        Raises:
            AzureFailure: the group does not exist.
        """
        client = await self._clients.compute()
        with explained(f"/subscriptions/{self._clients.subscription}{f'/resourceGroups/{group}' if group else ''}"):
            every = client.virtual_machines
            listed = every.list(group, expand="instanceView") if group else every.list_all(expand="instanceView")
            machines = [machine.as_dict() async for machine in items(listed)]
        if not machines:
            return []
        network = await addresses(self._clients, group, {card_of(machine) for machine in machines})
        return sorted((_view(machine, network) for machine in machines), key=lambda machine: machine.name.lower())

    async def act(
        self,
        group: str,
        name: str,
        action: Literal["start", "restart", "power_off", "deallocate", "redeploy"],
        *,
        on_poll: Callable[[float], object] | None = None,
    ) -> None:
        """Run an action on a machine and wait for its end.

        Raises:
            AzureFailure: the action was rejected or failed.
        """
        client = await self._clients.compute()
        resource = (
            f"/subscriptions/{self._clients.subscription}/resourceGroups/{group}"
            f"/providers/Microsoft.Compute/virtualMachines/{name}"
        )
        with explained(resource):
            poller = await getattr(client.virtual_machines, f"begin_{action}")(group, name)
            await wait_for(poller, self._clients.poll, on_poll)


async def addresses(
    clients: Clients, group: str, interfaces: Collection[str] = ()
) -> Mapping[str, tuple[str, str, str]]:
    """Return private address, public address and DNS name of network interfaces, by id in lower case.

    Args:
        clients: of the subscription.
        group: resource group whose interfaces are read; empty for the whole subscription.
        interfaces: ids of further ones, in lower case: machines often have theirs in another group.

    Raises:
        AzureFailure: the network cannot be read.
    """
    scope = f"/subscriptions/{clients.subscription}{f'/resourceGroups/{group}' if group else ''}"
    base = f"{scope}/providers/Microsoft.Network"

    async def listed(kind: str) -> list[Json]:
        return [item async for item in clients.pages(f"{base}/{kind}", NETWORK)]

    cards, publics = await asyncio.gather(listed("networkInterfaces"), listed("publicIPAddresses"))
    gate = asyncio.Semaphore(_AT_ONCE)

    async def read(identity: str) -> Json:
        async with gate:
            try:
                return await clients.get(identity, NETWORK)
            except AzureFailure:
                return None  # a group that we may not read

    own = {card["id"].lower() for card in cards}
    elsewhere = await asyncio.gather(*(read(identity) for identity in sorted({*interfaces} - own - {""})))
    cards += [card for card in elsewhere if card]
    known = {address["id"].lower(): address for address in publics}
    named = {(_primary(card).get("publicIPAddress") or {}).get("id", "").lower() for card in cards}
    missing = sorted(
        identity
        for identity in named - known.keys() - {""}
        if ResourceId.parse(identity).group.lower() != group.lower()
    )
    known |= dict(zip(missing, await asyncio.gather(*map(read, missing)), strict=True))
    addresses = {}
    for card in cards:
        setting = _primary(card)
        public = (known.get((setting.get("publicIPAddress") or {}).get("id", "").lower()) or {}).get("properties") or {}
        fqdn = (public.get("dnsSettings") or {}).get("fqdn") or ""
        addresses[card["id"].lower()] = (setting.get("privateIPAddress") or "", public.get("ipAddress") or "", fqdn)
    clients.addresses.update(name.lower() for names in addresses.values() for name in names if name)
    return addresses


def _primary(card: Json) -> Json:
    """Properties of the primary, or else the first, address of a network interface."""
    settings = (card.get("properties") or {}).get("ipConfigurations") or []
    properties = [setting.get("properties") or {} for setting in settings]
    return next((item for item in properties if item.get("primary")), properties[0] if properties else {})


def power_of(statuses: list[Json] | None) -> str:
    """Power state in an instance view, such as ``running``; empty if unknown."""
    codes = [status.get("code", "") for status in statuses or []]
    return next((code.partition("/")[2] for code in codes if code.lower().startswith("powerstate/")), "")


def card_of(machine: Json) -> str:
    """Id of a machine's primary network interface, in lower case; empty if it has none."""
    cards = ((machine.get("properties") or {}).get("networkProfile") or {}).get("networkInterfaces") or []
    primary = next((card for card in cards if (card.get("properties") or {}).get("primary")), cards[0] if cards else {})
    return str(primary.get("id", "")).lower()


def _view(machine: Json, network: Mapping[str, tuple[str, str, str]]) -> MachineView:
    properties = machine.get("properties") or {}
    private, public, fqdn = network.get(card_of(machine), ("", "", ""))
    return MachineView(
        id=machine.get("id", ""),
        name=machine.get("name", ""),
        group=ResourceId.parse(machine.get("id", "")).group,
        location=machine.get("location", ""),
        size=(properties.get("hardwareProfile") or {}).get("vmSize") or "",
        state=properties.get("provisioningState") or "",
        power=power_of((properties.get("instanceView") or {}).get("statuses")),
        user=(properties.get("osProfile") or {}).get("adminUsername") or "",
        private_address=private,
        public_address=public,
        fqdn=fqdn,
        unique=properties.get("vmId") or "",
    )
