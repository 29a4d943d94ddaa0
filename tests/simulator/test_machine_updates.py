"""What a machine keeps when it is written again, and the lists of regions that belong to one namespace."""

from __future__ import annotations

from tests.simulator.clients import Clients, machine


async def test_unnamed_data_disks_stay_when_a_machine_is_written_again(clients: Clients) -> None:
    await clients.group()
    await clients.network()
    body = machine(await clients.interface("nic"))
    body["properties"]["storageProfile"]["dataDisks"] = [{"lun": 0, "createOption": "Empty", "diskSizeGB": 8}]
    path = clients.id("Compute/virtualMachines", "m")
    first = (await clients.put(path, body))["properties"]["storageProfile"]["dataDisks"]
    again = (await clients.put(path, body))["properties"]["storageProfile"]["dataDisks"]
    assert [d["name"] for d in again] == [d["name"] for d in first]
    disks = [d async for d in clients.compute.disks.list_by_resource_group("g")]
    assert len(disks) == 2
    body["properties"]["storageProfile"]["dataDisks"] = [{**again[0], "toBeDetached": True}]
    assert (await clients.put(path, body))["properties"]["storageProfile"]["dataDisks"] == []


async def test_several_expansions_keep_the_instance_view(clients: Clients) -> None:
    await clients.group()
    await clients.network()
    path = clients.id("Compute/virtualMachines", "m")
    await clients.put(path, machine(await clients.interface("nic")))
    _, _, body = await clients.raw("GET", path, **{"$expand": "instanceView,userData"})
    assert body["properties"]["instanceView"]["statuses"]


async def test_peerings_connect_when_both_sides_have_one(clients: Clients) -> None:
    await clients.group()
    paths = [clients.id("Network/virtualNetworks", name) for name in ("a", "b")]
    for number, path in enumerate(paths):
        space = {"addressSpace": {"addressPrefixes": [f"10.{number}.0.0/16"]}}
        await clients.put(path, {"location": "japanwest", "properties": space})
    states = []
    for here, there in (paths, reversed(paths)):
        body = {"properties": {"remoteVirtualNetwork": {"id": there}}}
        await clients.put(f"{here}/virtualNetworkPeerings/p", body)
        shown = await clients.get(f"{paths[0]}/virtualNetworkPeerings/p")
        states.append(shown["properties"]["peeringState"])
    assert states == ["Initiated", "Connected"]


async def test_regions_list_kubernetes_versions_and_storage_usage(clients: Clients) -> None:
    root = f"/subscriptions/{clients.endpoint.subscription}/providers"
    _, _, body = await clients.raw("GET", f"{root}/Microsoft.ContainerService/locations/japanwest/kubernetesVersions")
    assert [v["version"] for v in body["values"]] == ["1.29", "1.28", "1.27"]
    _, _, body = await clients.raw("GET", f"{root}/Microsoft.Storage/locations/japanwest/usages")
    assert [u["name"]["value"] for u in body["value"]] == ["StorageAccounts"]
