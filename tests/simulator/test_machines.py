"""Virtual machines and scale sets: states, addresses, instances, and the hosts behind them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError

from azops_tui.simulator.cloud import NoHosts, SimulatedMachine
from azops_tui.simulator.server import SimulatorServer, serve
from tests.simulator.clients import Clients, code_of, machine, scale_set


class Listed(NoHosts):
    """Hosts that only keep a list."""

    def __init__(self) -> None:
        self.there: dict[str, SimulatedMachine] = {}
        self.said: list[tuple[str, str]] = []

    async def start(self, machine: SimulatedMachine) -> None:
        self.there[machine.key] = machine
        self.said.append(("start", machine.name))

    async def stop(self, key: str) -> None:
        self.there.pop(key, None)

    async def forget(self, key: str) -> None:
        if self.there.pop(key, None):
            self.said.append(("forget", key.rsplit("/", 1)[-1]))

    def addresses(self) -> list[dict[str, Any]]:
        return []

    async def close(self) -> None:
        self.there.clear()


@pytest.fixture
def hosts() -> Listed:
    return Listed()


@pytest.fixture
async def server(hosts: Listed) -> AsyncIterator[SimulatorServer]:
    async with serve(speed=1000, hosts=hosts, seed=7) as made:
        yield made


async def test_a_running_machine_has_addresses_and_a_host(clients: Clients, hosts: Listed) -> None:
    await clients.group()
    await clients.network()
    nic = await clients.interface("nic", public="front")
    await clients.put(clients.id("Compute/virtualMachines", "m"), machine(nic))
    shown = await clients.compute.virtual_machines.get("g", "m", expand="instanceView")
    assert shown.provisioning_state == "Succeeded"
    assert shown.instance_view is not None
    assert [s.code for s in shown.instance_view.statuses or []] == ["ProvisioningState/succeeded", "PowerState/running"]
    public = (await clients.get(clients.id("Network/publicIPAddresses", "front")))["properties"]
    assert public["dnsSettings"]["fqdn"] == "front.japanwest.cloudapp.azure.com"
    [host] = hosts.there.values()
    assert (host.name, host.user, host.private_address) == ("m", "azureuser", "10.0.1.4")
    assert (host.public_address, host.fqdn) == (public["ipAddress"], "front.japanwest.cloudapp.azure.com")
    disks = [d.managed_by async for d in clients.compute.disks.list_by_resource_group("g")]
    assert disks == [shown.id]


@pytest.mark.parametrize("key", ["", "nonsense", "ssh-rsa AAAA", "ssh-ed25519 AAAAB3NzaC1yc2EAAAADAQABAAAA", "\n"])
async def test_a_key_that_is_not_valid_is_refused_as_in_azure(clients: Clients, key: str) -> None:
    await clients.group()
    await clients.network()
    nic = await clients.interface("nic")
    for id, body in (
        (clients.id("Compute/virtualMachines", "m"), machine(nic, key=key)),
        (clients.id("Compute/virtualMachineScaleSets", "s"), scale_set(clients.subnet(), 1, key=key)),
    ):
        with pytest.raises(HttpResponseError) as refused:
            await clients.put(id, body)
        error = refused.value.error
        assert error is not None
        assert (error.code, error.target) == ("InvalidParameter", "linuxConfiguration.ssh.publicKeys.keyData")
        assert error.message == "The value of parameter linuxConfiguration.ssh.publicKeys.keyData is invalid."


async def test_power_states_follow_actions_and_hosts_follow_power(clients: Clients, hosts: Listed) -> None:
    await clients.group()
    await clients.network()
    nic = await clients.interface("nic", public="front")
    await clients.put(clients.id("Compute/virtualMachines", "m"), machine(nic))
    machines = clients.compute.virtual_machines

    async def power() -> str:
        view = await machines.instance_view("g", "m")
        return str([s.code for s in view.statuses or []][-1])

    await (await machines.begin_power_off("g", "m")).result()
    assert await power() == "PowerState/stopped"
    assert not hosts.there
    await (await machines.begin_start("g", "m")).result()
    assert await power() == "PowerState/running"
    assert len(hosts.there) == 1
    await (await machines.begin_deallocate("g", "m")).result()
    assert await power() == "PowerState/deallocated"
    assert "ipAddress" not in (await clients.get(clients.id("Network/publicIPAddresses", "front")))["properties"]
    await (await machines.begin_start("g", "m")).result()
    await (await machines.begin_restart("g", "m")).result()
    assert await power() == "PowerState/running"
    await (await machines.begin_delete("g", "m")).result()
    assert not hosts.there


async def test_an_interface_in_use_cannot_be_deleted(clients: Clients) -> None:
    await clients.group()
    await clients.network()
    nic = await clients.interface("nic")
    await clients.put(clients.id("Compute/virtualMachines", "m"), machine(nic))
    with pytest.raises(HttpResponseError) as used:
        await clients.resources.resources.begin_delete_by_id(nic, api_version="2023-09-01")
    assert code_of(used.value) == "NicInUse"
    with pytest.raises(HttpResponseError) as twice:
        await clients.put(clients.id("Compute/virtualMachines", "other"), machine(nic))
    assert code_of(twice.value) == "NicInUse"


@pytest.mark.parametrize("mode", ["Uniform", "Flexible"])
async def test_a_scale_set_grows_and_shrinks(clients: Clients, hosts: Listed, mode: str) -> None:
    await clients.group()
    await clients.network()
    sets = clients.compute.virtual_machine_scale_sets
    await clients.put(clients.id("Compute/virtualMachineScaleSets", "s"), scale_set(clients.subnet(), 2, mode=mode))
    assert len(hosts.there) == 2
    poller = await sets.begin_update("g", "s", {"sku": {"name": "Standard_B2s", "capacity": 5}})
    grown = await poller.result()
    assert grown.sku is not None
    assert grown.sku.capacity == 5
    assert len({h.private_address for h in hosts.there.values()}) == 5
    assert {h.name for h in hosts.there.values()} == {f"agent00000{n}" for n in range(5)}
    await (await sets.begin_update("g", "s", {"sku": {"name": "Standard_B2s", "capacity": 1}})).result()
    assert len(hosts.there) == 1
    await (await sets.begin_delete("g", "s")).result()
    assert not hosts.there


async def test_instances_have_views_domains_and_actions(clients: Clients, hosts: Listed) -> None:
    await clients.group()
    await clients.network()
    await clients.put(clients.id("Compute/virtualMachineScaleSets", "s"), scale_set(clients.subnet(), 3))
    instances = clients.compute.virtual_machine_scale_set_vms
    found = [i async for i in instances.list("g", "s", expand="instanceView")]
    assert [i.instance_id for i in found] == ["0", "1", "2"]
    assert [i.instance_view.platform_fault_domain for i in found if i.instance_view] == [0, 1, 2]
    sets = clients.compute.virtual_machine_scale_sets
    await (await sets.begin_deallocate("g", "s", {"instanceIds": ["1"]})).result()
    view = await instances.get_instance_view("g", "s", "1")
    assert [s.code for s in view.statuses or []][-1] == "PowerState/deallocated"
    assert len(hosts.there) == 2
    await (await sets.begin_start("g", "s")).result()
    assert len(hosts.there) == 3
    await (await sets.begin_delete_instances("g", "s", {"instanceIds": ["0"]})).result()
    assert [i.instance_id async for i in instances.list("g", "s")] == ["1", "2"]
    shown = await sets.get("g", "s")
    assert shown.sku is not None
    assert shown.sku.capacity == 2
    assert ("forget", "0") in hosts.said
    with pytest.raises(HttpResponseError) as unknown:
        await sets.begin_restart("g", "s", {"instanceIds": ["77"]})
    assert code_of(unknown.value) == "InvalidParameter"


async def test_instances_keep_the_old_model_until_they_are_upgraded(clients: Clients) -> None:
    await clients.group()
    await clients.network()
    id = clients.id("Compute/virtualMachineScaleSets", "s")
    body = scale_set(clients.subnet(), 2)
    await clients.put(id, body)
    body["properties"]["virtualMachineProfile"]["storageProfile"]["imageReference"]["version"] = "24.04.202601010"
    await clients.put(id, body)
    instances = clients.compute.virtual_machine_scale_set_vms
    assert [i.latest_model_applied async for i in instances.list("g", "s")] == [False, False]
    sets = clients.compute.virtual_machine_scale_sets
    await (await sets.begin_update_instances("g", "s", {"instanceIds": ["0"]})).result()
    assert [i.latest_model_applied async for i in instances.list("g", "s")] == [True, False]
