"""The real clients against the local cloud: the story of the shipped runbook, call by call."""

from __future__ import annotations

import asyncio
import itertools
from typing import Any

import pytest

from azops_tui.azure.cloud import Cloud
from azops_tui.azure.connect import connect
from azops_tui.azure.errors import AzureFailure, sentence
from azops_tui.azure.operations import ExpectedResource
from azops_tui.azure.profiles import Profile
from azops_tui.events.azure_views import DeploymentView
from azops_tui.simulator.endpoint import SimulatorEndpoint

SCHEMA = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"
GOOD = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGZ4dWz0cGJmXzA3cOHcKxkD0mJXgS1FmTzqXwTZq0d1 tester"


def template(*resources: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"$schema": SCHEMA, "contentVersion": "1.0.0.0", "resources": list(resources), **more}


def network(kind: str, name: str, *after: str, **properties: Any) -> dict[str, Any]:
    return {
        "type": f"Microsoft.Network/{kind}",
        "apiVersion": "2023-04-01",
        "name": name,
        "location": "japanwest",
        "dependsOn": list(after),
        "properties": properties,
    }


def vnet() -> dict[str, Any]:
    subnets = [{"name": "s", "properties": {"addressPrefix": "10.0.0.0/24"}}]
    return network("virtualNetworks", "vnet", addressSpace={"addressPrefixes": ["10.0.0.0/16"]}, subnets=subnets)


SUBNET = {"id": "[resourceId('Microsoft.Network/virtualNetworks/subnets', 'vnet', 's')]"}
LINUX = {
    "disablePasswordAuthentication": True,
    "ssh": {"publicKeys": [{"path": "/home/ops/.ssh/authorized_keys", "keyData": "[parameters('sshPublicKey')]"}]},
}
STORAGE = {
    "imageReference": {
        "publisher": "Canonical",
        "offer": "0001-com-ubuntu-server-jammy",
        "sku": "22_04-lts",
        "version": "latest",
    },
    "osDisk": {"createOption": "FromImage"},
}


def compute(kind: str, name: str, *after: str, **properties: Any) -> dict[str, Any]:
    return {
        **network(kind, name, *after, **properties),
        "type": f"Microsoft.Compute/{kind}",
        "apiVersion": "2023-03-01",
    }


def machine_template() -> dict[str, Any]:
    address = {"id": "[resourceId('Microsoft.Network/publicIPAddresses', 'pip')]"}
    card = {"name": "c", "properties": {"subnet": SUBNET, "publicIPAddress": address}}
    machine = compute(
        "virtualMachines",
        "master-0",
        "nic",
        hardwareProfile={"vmSize": "Standard_B1s"},
        osProfile={"computerName": "master-0", "adminUsername": "ops", "linuxConfiguration": LINUX},
        storageProfile=STORAGE,
        networkProfile={"networkInterfaces": [{"id": "[resourceId('Microsoft.Network/networkInterfaces', 'nic')]"}]},
    )
    pip = network("publicIPAddresses", "pip", publicIPAllocationMethod="Static")
    return template(
        vnet(),
        pip,
        network("networkInterfaces", "nic", "vnet", "pip", ipConfigurations=[card]),
        machine,
        parameters={"sshPublicKey": {"type": "string"}},
        outputs={"address": {"type": "string", "value": "[reference('pip').ipAddress]"}},
    )


def scale_set_template() -> dict[str, Any]:
    card = {"name": "c", "properties": {"subnet": SUBNET}}
    card_of_instance = {"name": "n", "properties": {"primary": True, "ipConfigurations": [card]}}
    profile = {
        "osProfile": {"computerNamePrefix": "agent", "adminUsername": "ops", "linuxConfiguration": LINUX},
        "storageProfile": STORAGE,
        "networkProfile": {"networkInterfaceConfigurations": [card_of_instance]},
    }
    agents = compute(
        "virtualMachineScaleSets", "agents", "vnet", upgradePolicy={"mode": "Manual"}, virtualMachineProfile=profile
    )
    agents["sku"] = {"name": "Standard_B1s", "tier": "Standard", "capacity": 2}
    return template(vnet(), agents, parameters={"sshPublicKey": {"type": "string"}})


def key(value: str = GOOD) -> dict[str, Any]:
    return {"sshPublicKey": {"value": value}}


async def deploy(cloud: Cloud, group: str, *asked: Any, **more: Any) -> list[DeploymentView]:
    return [view async for view in cloud.deployments.run(group, "d", *asked, **more)]


async def test_groups(local: Cloud, group: str) -> None:
    found = await local.groups.get(group)
    assert found is not None
    assert (found.location, found.tags, found.state) == ("japanwest", {"made": "by a test"}, "Succeeded")
    assert group in [one.name for one in await local.groups.list()]
    assert (await local.groups.tag(group, {"a": "b"})).tags == {"a": "b"}
    assert await local.groups.get(group + "-not") is None
    assert await local.groups.resources(group) == []
    with pytest.raises(AzureFailure, match="could not be found"):
        await local.groups.resources(group + "-not")
    with pytest.raises(AzureFailure, match="could not be found"):
        await local.groups.delete(group + "-not")


async def test_a_deployment_from_its_beginning_to_its_end(local: Cloud, group: str) -> None:
    views = await deploy(local, group, machine_template(), key())
    first, last = views[0], views[-1]
    assert first.state == "Accepted"
    assert {one.name for one in first.operations} == {"vnet", "pip", "nic", "master-0"}
    assert {one.state for one in first.operations} == {"Waiting"}
    assert len({view.id for view in views}) == 1
    assert all(a != b for a, b in itertools.pairwise(views))
    assert last.state == "Succeeded"
    assert last.finished
    assert list(last.outputs) == ["address"]
    done = {one.name: one for one in last.operations}
    assert {one.state for one in last.operations} == {"Succeeded"}
    assert done["nic"].depends_on == (done["vnet"].resource_id.lower(), done["pip"].resource_id.lower())
    begun = [one.started for one in last.operations]
    assert None not in begun
    assert (done["master-0"].started or 0) >= (done["nic"].started or 0)
    again = await local.deployments.get(group, "d")
    assert {one.name: one.state for one in again.operations} == {one.name: one.state for one in last.operations}
    assert [one.name for one in await local.deployments.list(group)] == ["d"]
    (machine,) = await local.machines.list(group)
    assert machine.user == "ops"
    assert machine.power == "running"
    assert machine.unique
    assert machine.private_address == "10.0.0.4"
    assert machine.public_address == last.outputs["address"]


async def test_a_bad_key_fails_in_one_sentence(local: Cloud, group: str) -> None:
    try:
        failure = (await deploy(local, group, machine_template(), key("not a key")))[-1].failure
    except AzureFailure as refused:
        failure = refused.view
    assert failure is not None
    assert failure.code == "InvalidParameter"
    said = sentence(failure)
    assert "keyData" in said
    assert "the template's parameter sshPublicKey" in said
    assert "must be one OpenSSH public key" in said


async def test_nested_deployments_are_shown_inside(local: Cloud, group: str) -> None:
    inner = template(network("publicIPAddresses", "a"), network("publicIPAddresses", "b", "a"))
    nested = {
        "type": "Microsoft.Resources/deployments",
        "apiVersion": "2022-09-01",
        "name": "inner",
        "dependsOn": ["vnet"],
        "properties": {"mode": "Incremental", "template": inner},
    }
    last = (await deploy(local, group, template(vnet(), nested)))[-1]
    assert [(one.name, one.depth) for one in last.operations] == [("vnet", 0), ("inner", 0), ("a", 1), ("b", 1)]
    assert last.operations[3].depends_on == (last.operations[2].resource_id.lower(),)


async def test_what_is_expected_is_shown_in_its_order(local: Cloud, group: str) -> None:
    base = f"/subscriptions/{local.subscription}/resourceGroups/{group}/providers/Microsoft.Network"
    addresses, networks = "Microsoft.Network/publicIPAddresses", "Microsoft.Network/virtualNetworks"
    expected = [
        ExpectedResource(f"{base}/publicIPAddresses/z", addresses, "z"),
        ExpectedResource(f"{base}/virtualNetworks/vnet", networks, "vnet"),
    ]
    views = await deploy(local, group, template(vnet(), network("publicIPAddresses", "z")), expected=expected)
    for view in (views[0], views[-1]):
        assert [one.name for one in view.operations] == ["z", "vnet"]


async def test_a_refusal_at_the_door(local: Cloud, group: str) -> None:
    with pytest.raises(AzureFailure) as caught:
        await deploy(local, group, machine_template(), {})
    assert "sshPublicKey" in str(caught.value)
    assert await local.deployments.list(group) == []
    with pytest.raises(AzureFailure, match="could not be found"):
        await deploy(local, group + "-not", machine_template(), key())


async def test_cancelling_a_deployment(simulator: SimulatorEndpoint, local: Cloud, group: str) -> None:
    run = local.deployments.run(group, "d", machine_template(), key())
    async for _ in run:
        break
    try:
        await local.deployments.cancel(group, "d")
    except AzureFailure:
        pass  # it was over already: a thousand times faster than Azure
    async for view in run:
        last = view
    assert last.finished
    assert last.state in ("Canceled", "Succeeded")


async def test_an_abandoned_deployment_goes_on(local: Cloud, group: str) -> None:
    run = local.deployments.run(group, "d", machine_template(), key())
    async for _ in run:
        break
    await run.aclose()
    for _ in range(400):
        if (await local.deployments.get(group, "d")).finished:
            break
        await asyncio.sleep(0.05)
    assert (await local.deployments.get(group, "d")).state == "Succeeded"


async def test_a_scale_set_grows_and_shrinks(local: Cloud, group: str) -> None:
    assert (await deploy(local, group, scale_set_template(), key()))[-1].state == "Succeeded"
    (listed,) = await local.scale_sets.list(group)
    assert (listed.name, listed.capacity, listed.instances) == ("agents", 2, ())
    views = [view async for view in local.scale_sets.scale(group, "agents", 5)]
    assert views[-1].capacity == 5
    assert [one.state for one in views[-1].instances] == ["Succeeded"] * 5
    assert {one.power for one in views[-1].instances} == {"running"}
    assert len({one.address for one in views[-1].instances} - {""}) == 5
    views = [view async for view in local.scale_sets.scale(group, "agents", 1)]
    assert len(views[-1].instances) == 1
    (left,) = views[-1].instances
    for action, power in (("deallocate", "deallocated"), ("start", "running"), ("restart", "running")):
        await local.scale_sets.act(group, "agents", action, [left.instance_id])  # type: ignore[arg-type]  # are actions
        assert (await local.scale_sets.get(group, "agents")).instances[0].power == power
    with pytest.raises(ValueError, match="needs the instances"):
        await local.scale_sets.act(group, "agents", "delete")
    with pytest.raises(AzureFailure, match="was not found"):
        await local.scale_sets.get(group, "others")


async def test_resources_are_read_and_deleted(local: Cloud, group: str) -> None:
    await deploy(local, group, template(vnet()))
    (found,) = await local.resources.list(group)
    assert (found.type, found.name, found.state) == ("Microsoft.Network/virtualNetworks", "vnet", "Succeeded")
    assert (await local.resources.get(found.id))["properties"]["subnets"][0]["name"] == "s"
    await local.resources.delete(found.id)
    assert await local.resources.list(group) == []
    with pytest.raises(AzureFailure) as caught:
        await local.resources.get(found.id)
    assert caught.value.status == 404


async def test_a_machine_that_is_not_running_is_not_looked_for_elsewhere(local: Cloud, group: str) -> None:
    await deploy(local, group, machine_template(), key())
    (machine,) = await local.machines.list(group)
    await local.groups.delete(group)
    for address in (machine.private_address, machine.public_address):
        assert await local.route(address) == ("127.0.0.1", 0)


async def test_a_read_only_profile_changes_nothing(simulator: SimulatorEndpoint, group: str) -> None:
    audit = await connect(Profile(name="audit", cloud="local", read_only=True), simulator, poll=0.05)
    try:
        with pytest.raises(AzureFailure, match="is read-only"):
            await audit.groups.delete(group)
        with pytest.raises(AzureFailure, match="is read-only"):
            await deploy(audit, group, template(vnet()))
        assert (await audit.groups.get(group)) is not None
        assert await audit.deployments.list(group) == []
    finally:
        await audit.close()


async def test_locations_and_routes(local: Cloud) -> None:
    locations = await local.locations()
    assert "japanwest" in locations
    assert locations == sorted(locations)
    assert await local.route("10.200.0.77") is None
    assert await local.route("192.0.2.77") == ("127.0.0.1", 0)
