"""Scale sets and their instances, in both orchestration modes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from typing import Literal

from azops_tui.arm.resource_id import ResourceId
from azops_tui.azure.client import Clients, wait_for
from azops_tui.azure.errors import AzureFailure, explained
from azops_tui.azure.machines import NETWORK, addresses, card_of, power_of
from azops_tui.azure.trouble import items
from azops_tui.events.azure_views import InstanceView, ScaleSetView
from azops_tui.json_types import Json

Action = Literal["start", "restart", "power_off", "deallocate", "reimage", "upgrade", "delete"]

_AUTOSCALE = "2022-10-01"
_RULES_LAST = 15.0
"""Seconds for which an autoscale rule is cached: it changes rarely and is read with each scale set."""


class ScaleSets:
    """Scale sets of a subscription."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients
        self._addresses: dict[str, str] = {}
        self._rules: dict[str, tuple[float, str]] = {}

    async def list(self, group: str | None = None) -> list[ScaleSetView]:
        """List the scale sets of a group, or of the subscription, without their instances.

        Raises:
            AzureFailure: the group does not exist.
        """
        client = await self._clients.compute()
        with explained():
            sets = client.virtual_machine_scale_sets
            listed = sets.list(group) if group else sets.list_all()
            scale_sets = [_view(item.as_dict()) async for item in items(listed)]
        return sorted(scale_sets, key=lambda view: (view.group.lower(), view.name.lower()))

    async def get(self, group: str, name: str) -> ScaleSetView:
        """Read a scale set with its instances, their addresses and its autoscale rule.

        Raises:
            AzureFailure: it does not exist.
        """
        return await self._read(group, name, await self._autoscale(group, name))

    async def scale(self, group: str, name: str, capacity: int) -> AsyncGenerator[ScaleSetView, None]:
        """Set the capacity and yield a view after every change until all instances are ready.

        One that is abandoned goes on in Azure.

        Raises:
            AzureFailure: the change was rejected, or instances could not be created.
        """
        client = await self._clients.compute()
        resource = self._id(group, name)
        with explained(resource):
            raw = (await client.virtual_machine_scale_sets.get(group, name)).as_dict()
            sku = {**(raw.get("sku") or {}), "capacity": capacity}
            poller = await client.virtual_machine_scale_sets.begin_update(group, name, {"sku": sku})
        autoscale = await self._autoscale(group, name)
        done = asyncio.ensure_future(poller.result())
        last: ScaleSetView | None = None
        try:
            while True:
                finished = done.done()
                seen = await self._read(group, name, autoscale)
                if seen != last:
                    last = seen
                    yield seen
                if finished:
                    break
                await asyncio.wait([done], timeout=self._clients.poll)
            with explained(resource):
                await done
        finally:
            done.cancel()

    async def act(
        self,
        group: str,
        name: str,
        action: Action,
        instance_ids: Sequence[str] = (),
        *,
        on_poll: Callable[[float], object] | None = None,
    ) -> None:
        """Run an action on instances and wait for its end.

        Args:
            group: of the scale set.
            name: of the scale set.
            action: ``upgrade`` brings instances to the newest model; ``delete`` lowers the capacity too.
            instance_ids: which ones; none means all, which ``delete`` and ``upgrade`` refuse.
            on_poll: receives the seconds since the start, at each poll.

        Raises:
            AzureFailure: the action was rejected or failed.
            ValueError: no instances were named where they must be.
        """
        if action in ("delete", "upgrade") and not instance_ids:
            raise ValueError(f"{action} needs the instances to be named")
        method = {"delete": "delete_instances", "upgrade": "update_instances"}.get(action, action)
        client = await self._clients.compute()
        ids = {"instanceIds": list(instance_ids)} if instance_ids else None
        with explained(self._id(group, name)):
            begin = getattr(client.virtual_machine_scale_sets, f"begin_{method}")
            poller = await (begin(group, name, ids) if ids else begin(group, name))
            await wait_for(poller, self._clients.poll, on_poll)

    def _id(self, group: str, name: str) -> str:
        return (
            f"/subscriptions/{self._clients.subscription}/resourceGroups/{group}"
            f"/providers/Microsoft.Compute/virtualMachineScaleSets/{name}"
        )

    async def _read(self, group: str, name: str, autoscale: str) -> ScaleSetView:
        client = await self._clients.compute()
        with explained(self._id(group, name)):
            raw = (await client.virtual_machine_scale_sets.get(group, name)).as_dict()
            flexible = (raw.get("properties") or {}).get("orchestrationMode") == "Flexible"
            if flexible:
                which = f"'virtualMachineScaleSet/id' eq '{raw['id']}'"
                listed = client.virtual_machines.list(group, filter=which, expand="instanceView")
            else:
                listed = client.virtual_machine_scale_set_vms.list(group, name, expand="instanceView")
            instances = [instance.as_dict() async for instance in items(listed)]
        known = await self._known_addresses(group, name, instances, flexible)
        return _view(raw, tuple(_instance(instance, known, flexible) for instance in instances), autoscale)

    async def _known_addresses(
        self, group: str, name: str, instances: Sequence[Json], flexible: bool
    ) -> Mapping[str, str]:
        """Private addresses by id of the network interface, in lower case. They do not change, so they are cached."""
        missing = [instance for instance in instances if card_of(instance) and card_of(instance) not in self._addresses]
        if missing:
            try:
                if flexible:
                    network = await addresses(self._clients, group)
                    self._addresses.update({card: known[0] for card, known in network.items() if known[0]})
                else:
                    await self._uniform_addresses(self._id(group, name), missing)
            except AzureFailure:
                pass  # the network may be closed to us; instances are shown without addresses
        return self._addresses

    async def _uniform_addresses(self, scale_set: str, missing: Sequence[Json]) -> None:
        """Read the network interfaces of the whole set; those of an instance being created may be missing."""
        paths = [f"{scale_set}/networkInterfaces"]
        if len(missing) <= 2:
            paths = [
                f"{scale_set}/virtualMachines/{instance.get('instanceId')}/networkInterfaces" for instance in missing
            ]
        for path in paths:
            async for card in self._clients.pages(path, NETWORK):
                settings = (card.get("properties") or {}).get("ipConfigurations") or []
                addresses = [(setting.get("properties") or {}).get("privateIPAddress") for setting in settings]
                if addresses and addresses[0]:
                    self._addresses[card["id"].lower()] = addresses[0]
                    self._clients.addresses.add(addresses[0])

    async def _autoscale(self, group: str, name: str) -> str:
        """One sentence on the autoscale rule that would undo a manual change; empty if there is none."""
        scale_set = self._id(group, name).lower()
        read, sentence = self._rules.get(scale_set, (float("-inf"), ""))
        if time.monotonic() - read > _RULES_LAST:
            sentence = await self._read_autoscale(group, scale_set)
            self._rules[scale_set] = (time.monotonic(), sentence)
        return sentence

    async def _read_autoscale(self, group: str, scale_set: str) -> str:
        path = (
            f"/subscriptions/{self._clients.subscription}/resourceGroups/{group}"
            "/providers/Microsoft.Insights/autoscaleSettings"
        )
        try:
            async for setting in self._clients.pages(path, _AUTOSCALE):
                properties = setting.get("properties") or {}
                governed = str(properties.get("targetResourceUri") or "").lower()
                if properties.get("enabled") and governed == scale_set:
                    return _autoscale_sentence(setting.get("name", ""), properties.get("profiles") or [])
        except AzureFailure:
            return ""
        return ""


def _autoscale_sentence(name: str, profiles: Sequence[Json]) -> str:
    limits = [(profile.get("capacity") or {}) for profile in profiles]
    low = min((int(limit.get("minimum", 0)) for limit in limits), default=0)
    high = max((int(limit.get("maximum", 0)) for limit in limits), default=0)
    return f"Autoscale “{name}” keeps it between {low} and {high} instances and may undo a change by hand."


def _view(raw: Json, instances: tuple[InstanceView, ...] = (), autoscale: str = "") -> ScaleSetView:
    properties = raw.get("properties") or {}
    sku = raw.get("sku") or {}
    return ScaleSetView(
        id=raw.get("id", ""),
        name=raw.get("name", ""),
        group=ResourceId.parse(raw.get("id", "")).group,
        location=raw.get("location", ""),
        sku=sku.get("name") or "",
        capacity=int(sku.get("capacity") or 0),
        state=properties.get("provisioningState") or "",
        orchestration=properties.get("orchestrationMode") or "Uniform",
        instances=tuple(sorted(instances, key=lambda instance: (len(instance.instance_id), instance.instance_id))),
        autoscale=autoscale,
    )


def _instance(raw: Json, known: Mapping[str, str], flexible: bool) -> InstanceView:
    properties = raw.get("properties") or {}
    view = properties.get("instanceView") or {}
    health = ((view.get("vmHealth") or {}).get("status") or {}).get("code") or ""
    return InstanceView(
        id=raw.get("id", ""),
        name=raw.get("name", ""),
        instance_id=str(raw.get("instanceId") or raw.get("name", "")),
        state=properties.get("provisioningState") or "",
        power=power_of(view.get("statuses")),
        fault_domain=view.get("platformFaultDomain"),
        update_domain=view.get("platformUpdateDomain"),
        zone=next(iter(raw.get("zones") or []), ""),
        latest_model=flexible or properties.get("latestModelApplied") is not False,
        health=health.partition("/")[2] or health,
        address=known.get(card_of(raw), ""),
        unique=properties.get("vmId") or "",
    )
