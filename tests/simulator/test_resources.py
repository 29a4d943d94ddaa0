"""Resource groups and resources, through the SDK and as bare HTTP."""

from __future__ import annotations

import pytest
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError

from azops_tui.simulator.fault_specs import Fault
from azops_tui.simulator.server import SimulatorServer
from tests.simulator.clients import Clients, code_of


async def test_groups_are_created_tagged_listed_and_deleted_with_their_resources(clients: Clients) -> None:
    groups = clients.resources.resource_groups
    made = await groups.create_or_update("Cluster-1", {"location": "Japan West", "tags": {"a": "1"}})
    assert (made.location, made.tags) == ("japanwest", {"a": "1"})
    assert await groups.check_existence("cluster-1")
    assert (await groups.update("CLUSTER-1", {"tags": {"b": "2"}})).tags == {"b": "2"}
    assert [g.name async for g in groups.list(filter="tagName eq 'b' and tagValue eq '2'")] == ["Cluster-1"]
    scope = f"/subscriptions/{clients.endpoint.subscription}/resourceGroups/cluster-1/providers"
    await clients.put(f"{scope}/Microsoft.Web/sites/s", {"location": "japanwest", "properties": {"x": 1}})
    assert [r.name async for r in clients.resources.resources.list_by_resource_group("cluster-1")] == ["s"]
    await (await groups.begin_delete("cluster-1")).result()
    assert not await groups.check_existence("cluster-1")
    with pytest.raises(ResourceNotFoundError):
        await clients.get(f"{scope}/Microsoft.Web/sites/s")


async def test_a_group_keeps_its_location_and_needs_a_known_one(clients: Clients) -> None:
    await clients.group()
    with pytest.raises(HttpResponseError) as moved:
        await clients.resources.resource_groups.create_or_update("g", {"location": "eastus"})
    assert code_of(moved.value) == "InvalidResourceGroupLocation"
    with pytest.raises(HttpResponseError) as nowhere:
        await clients.resources.resource_groups.create_or_update("h", {"location": "atlantis"})
    assert code_of(nowhere.value) == "LocationNotAvailableForResourceGroup"


async def test_paths_and_filters_ignore_case(clients: Clients) -> None:
    await clients.group()
    await clients.network()
    status, _, body = await clients.raw(
        "GET", clients.id("Network/virtualNetworks", "NET").upper().replace("/SUBSCRIPTIONS", "/Subscriptions")
    )
    assert (status, body["name"]) == (200, "net")
    wanted = "resourceType eq 'microsoft.network/VIRTUALNETWORKS'"
    assert [r.name async for r in clients.resources.resources.list(filter=wanted)] == ["net"]


async def test_a_lock_refuses_changes_and_names_its_scope(clients: Clients) -> None:
    await clients.group()
    await clients.network()
    network = clients.id("Network/virtualNetworks", "net")
    lock = f"{network}/providers/Microsoft.Authorization/locks/keep"
    await clients.raw("PUT", lock, {"properties": {"level": "CanNotDelete"}})
    with pytest.raises(HttpResponseError) as refused:
        await clients.resources.resource_groups.begin_delete("g")
    assert code_of(refused.value) == "ScopeLocked"
    assert network in str(refused.value.error)
    status, _, _ = await clients.raw("DELETE", lock)
    assert status == 200
    await (await clients.resources.resource_groups.begin_delete("g")).result()


async def test_subnets_are_resources_and_elements_of_their_network(clients: Clients) -> None:
    await clients.group()
    await clients.network()
    subnet = clients.id("Network/virtualNetworks", "net/subnets/two")
    await clients.put(subnet, {"properties": {"addressPrefix": "10.0.2.0/24"}})
    network = await clients.get(clients.id("Network/virtualNetworks", "net"))
    assert [s["name"] for s in network["properties"]["subnets"]] == ["sub", "two"]
    with pytest.raises(HttpResponseError) as overlapping:
        await clients.put(
            clients.id("Network/virtualNetworks", "net/subnets/x"), {"properties": {"addressPrefix": "10.0.2.128/25"}}
        )
    assert code_of(overlapping.value) == "NetcfgSubnetRangesOverlap"
    await clients.interface("n")
    with pytest.raises(HttpResponseError) as used:
        await clients.resources.resources.begin_delete_by_id(clients.subnet()["id"], api_version="2023-09-01")
    assert code_of(used.value) == "InUseSubnetCannotBeDeleted"


async def test_a_reference_to_a_missing_resource_is_refused(clients: Clients) -> None:
    await clients.group()
    body = {"properties": {"ipConfigurations": [{"name": "ip", "properties": {"subnet": clients.subnet()}}]}}
    with pytest.raises(HttpResponseError) as refused:
        await clients.put(clients.id("Network/networkInterfaces", "n"), {"location": "japanwest", **body})
    assert code_of(refused.value) == "InvalidResourceReference"


async def test_no_address_is_allocated_twice(clients: Clients) -> None:
    await clients.group()
    seen = set()
    for _ in range(3):
        id = clients.id("Network/publicIPAddresses", "p")
        body = {
            "location": "japanwest",
            "sku": {"name": "Standard"},
            "properties": {"publicIPAllocationMethod": "Static"},
        }
        await clients.put(id, body)
        seen.add((await clients.get(id))["properties"]["ipAddress"])
        await (await clients.resources.resources.begin_delete_by_id(id, api_version="2023-09-01")).result()
    assert len(seen) == 3


async def test_storage_accounts_have_unique_keys_and_names(clients: Clients) -> None:
    await clients.group()
    body = {"location": "japanwest", "sku": {"name": "Standard_LRS"}, "kind": "StorageV2"}
    account = clients.id("Storage/storageAccounts", "store123")
    made = await clients.put(account, body)
    assert made["properties"]["primaryEndpoints"]["blob"] == "https://store123.blob.core.windows.net/"
    _, _, keys = await clients.raw("POST", f"{account}/listKeys")
    assert [k["keyName"] for k in keys["keys"]] == ["key1", "key2"]
    with pytest.raises(HttpResponseError) as bad:
        await clients.put(clients.id("Storage/storageAccounts", "Not-Valid"), body)
    assert code_of(bad.value) == "AccountNameInvalid"
    await clients.group("other")
    with pytest.raises(HttpResponseError) as taken:
        await clients.put(clients.id("Storage/storageAccounts", "store123", "other"), body)
    assert taken.value.status_code == 409


async def test_requests_without_token_or_version_are_refused(clients: Clients) -> None:
    import ssl

    import aiohttp

    context = ssl.create_default_context(cafile=clients.endpoint.ca)
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"{clients.endpoint.url}/subscriptions?api-version=2022-12-01", ssl=context) as answer,
    ):
        assert answer.status == 401
    status, _, body = await clients.raw("GET", "/subscriptions", **{"api-version": ""})
    assert (status, body["error"]["code"]) == (400, "MissingApiVersionParameter")


async def test_a_body_that_is_not_json_is_refused(clients: Clients) -> None:
    await clients.group()
    status, _, body = await clients.raw("PUT", clients.id("Web/sites", "s"), "{no")
    assert (status, body["error"]["code"]) == (400, "InvalidRequestContent")
    assert "Traceback" not in str(body)


async def test_subscriptions_and_locations_are_listed(clients: Clients) -> None:
    found = [s async for s in clients.subscriptions.subscriptions.list()]
    assert [(s.subscription_id, s.display_name) for s in found] == [
        (clients.endpoint.subscription, "Demo subscription")
    ]
    places = [p.name async for p in clients.subscriptions.subscriptions.list_locations(clients.endpoint.subscription)]
    assert "japanwest" in places


async def test_injected_faults_throttle_and_fail(server: SimulatorServer, clients: Clients) -> None:
    await clients.group()
    server.cloud.faults.replace([Fault(path="/virtualNetworks/", method="GET", status=429, retry_after=3, times=1)])
    status, headers, body = await clients.raw("GET", clients.id("Network/virtualNetworks", "x"))
    assert (status, headers["retry-after"], body["error"]["code"]) == (429, "3", "TooManyRequests")
    status, _, _ = await clients.raw("GET", clients.id("Network/virtualNetworks", "x"))
    assert status == 404
    server.cloud.faults.replace([Fault(path="/virtualNetworks/", fail=True, code="AllocationFailed", message="Full.")])
    with pytest.raises(HttpResponseError) as failed:
        await clients.network()
    assert code_of(failed.value) == "AllocationFailed"
    assert (await clients.get(clients.id("Network/virtualNetworks", "net")))["properties"][
        "provisioningState"
    ] == "Failed"
