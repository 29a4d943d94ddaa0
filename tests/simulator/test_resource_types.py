"""Behaviour of single resource types: conditional writes, clusters, DNS zones, images, containers, storage."""

from __future__ import annotations

import pytest

from tests.simulator.clients import Clients, machine


async def test_conditional_writes_check_the_existing_resource(clients: Clients) -> None:
    import ssl

    import aiohttp

    await clients.group()
    url = clients.endpoint.url + clients.id("Network/dnsZones", "contoso.example")
    context = ssl.create_default_context(cafile=clients.endpoint.ca)
    query = {"api-version": "2018-05-01"}
    async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {clients.endpoint.client_secret}"}) as session:
        statuses = []
        for headers in ({"If-None-Match": "*"}, {"If-None-Match": "*"}, {"If-Match": "other"}, {"If-Match": "*"}):
            body = {"location": "global"}
            async with session.put(url, json=body, params=query, headers=headers, ssl=context) as answer:
                statuses.append(answer.status)
    assert statuses == [201, 412, 412, 200]
    _, _, authority = await clients.raw("GET", clients.id("Network/dnsZones", "contoso.example/SOA/@"))
    assert authority["properties"]["fqdn"] == "contoso.example."


async def test_agent_pools_are_resources_and_elements_of_their_cluster(clients: Clients) -> None:
    await clients.group()
    pool = {"name": "nodes", "count": 2, "vmSize": "Standard_B2s", "mode": "System"}
    body = {
        "location": "japanwest",
        "identity": {"type": "SystemAssigned"},
        "properties": {"agentPoolProfiles": [pool]},
    }
    cluster = clients.id("ContainerService/managedClusters", "k")
    made = await clients.put(cluster, body)
    assert made["identity"]["principalId"]
    assert made["properties"]["agentPoolProfiles"][0]["provisioningState"] == "Succeeded"
    await clients.put(f"{cluster}/agentPools/more", {"properties": {"count": 1, "vmSize": "Standard_B2s"}})
    _, _, pools = await clients.raw("GET", f"{cluster}/agentPools")
    assert [(p["name"], p["properties"]["count"]) for p in pools["value"]] == [("nodes", 2), ("more", 1)]
    status, _, _ = await clients.raw("POST", f"{cluster}/listClusterUserCredential")
    assert status == 200


@pytest.mark.parametrize(("kind", "tail", "own"), [("dnsZones", "recordsets", 2), ("privateDnsZones", "ALL", 1)])
async def test_a_zone_lists_its_record_sets_of_all_types(clients: Clients, kind: str, tail: str, own: int) -> None:
    await clients.group()
    zone = clients.id(f"Network/{kind}", "contoso.example")
    await clients.put(zone, {"location": "global"})
    for record in ("A/www", "TXT/words"):
        await clients.raw("PUT", f"{zone}/{record}", {"properties": {"ttl": 60}})
    _, _, found = await clients.raw("GET", f"{zone}/{tail}")
    assert [r["name"] for r in found["value"]] == ["@"] * own + ["words", "www"]


async def test_an_image_copies_the_disks_of_its_machine(clients: Clients) -> None:
    await clients.group()
    await clients.network()
    source = clients.id("Compute/virtualMachines", "m")
    made = await clients.put(source, machine(await clients.interface("nic")))
    body = {"location": "japanwest", "properties": {"sourceVirtualMachine": {"id": source}}}
    image = await clients.put(clients.id("Compute/images", "i"), body)
    disk = image["properties"]["storageProfile"]["osDisk"]
    assert (disk["osType"], disk["osState"], disk["diskSizeGB"]) == ("Linux", "Generalized", 30)
    assert disk["managedDisk"]["id"] == made["properties"]["storageProfile"]["osDisk"]["managedDisk"]["id"]


async def test_the_log_of_a_container_is_empty(clients: Clients) -> None:
    await clients.group()
    group = clients.id("ContainerInstance/containerGroups", "c")
    containers = [{"name": "one", "properties": {"image": "nginx"}}]
    await clients.put(group, {"location": "japanwest", "properties": {"containers": containers}})
    assert (await clients.raw("GET", f"{group}/containers/one/logs"))[::2] == (200, {"content": ""})
    assert (await clients.raw("GET", f"{group}/containers/two/logs"))[0] == 404


async def test_a_new_storage_account_has_its_services(clients: Clients) -> None:
    await clients.group()
    account = clients.id("Storage/storageAccounts", "words")
    await clients.put(account, {"location": "japanwest", "kind": "StorageV2", "sku": {"name": "Standard_LRS"}})
    service = f"{account}/blobServices/default"
    _, _, first = await clients.raw("GET", service)
    assert (first["sku"]["name"], first["properties"]["cors"]) == ("Standard_LRS", {"corsRules": []})
    kept = {"deleteRetentionPolicy": {"enabled": True, "days": 5}}
    assert (await clients.raw("PUT", service, {"properties": kept}))[0] == 200
    _, _, listed = await clients.raw("GET", f"{account}/blobServices")
    assert [s["properties"]["deleteRetentionPolicy"] for s in listed["value"]] == [kept["deleteRetentionPolicy"]]
    assert (await clients.raw("GET", f"{account}x/blobServices/default"))[0] == 404
