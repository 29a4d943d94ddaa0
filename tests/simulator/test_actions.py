"""Actions do what they say, or are refused."""

from __future__ import annotations

import asyncio

from tests.simulator.clients import IMAGE, Clients, machine


async def _finish(clients: Clients, reply: tuple[int, dict[str, str], object]) -> object:
    """The result of a long-running action, read from its Location header."""
    status, headers, body = reply
    path, _, query = headers.get("location", "").removeprefix(clients.endpoint.url).partition("?")
    pairs = dict(pair.split("=", 1) for pair in query.split("&") if pair)
    while status == 202:
        await asyncio.sleep(0.02)
        status, _, body = await clients.raw("GET", path, **pairs)
    return body


async def test_disks_are_attached_and_detached_by_the_action(clients: Clients) -> None:
    await clients.group()
    await clients.network()
    vm = clients.id("Compute/virtualMachines", "m")
    await clients.put(vm, machine(await clients.interface("n")))
    disk = clients.id("Compute/disks", "d")
    empty = {"creationData": {"createOption": "Empty"}, "diskSizeGB": 4}
    await clients.put(disk, {"location": "japanwest", "properties": empty})
    url = f"{vm}/attachDetachDataDisks"
    await _finish(clients, await clients.raw("POST", url, {"dataDisksToAttach": [{"diskId": disk}]}))
    assert (await clients.get(disk))["managedBy"] == vm
    await _finish(clients, await clients.raw("POST", url, {"dataDisksToDetach": [{"diskId": disk}]}))
    assert (await clients.get(vm))["properties"]["storageProfile"]["dataDisks"] == []
    body = {"vhdPrefix": "p", "destinationContainerName": "c"}
    status, _, refusal = await clients.raw("POST", f"{vm}/capture", body)
    assert (status, refusal["error"]["code"]) == (409, "OperationNotAllowed")
    patches = await _finish(clients, await clients.raw("POST", f"{vm}/assessPatches"))
    assert isinstance(patches, dict)
    assert patches["availablePatches"] == []


async def test_an_action_that_is_not_simulated_is_refused(clients: Clients) -> None:
    await clients.group()
    registry = clients.id("ContainerRegistry/registries", "r")
    await clients.put(registry, {"location": "japanwest", "sku": {"name": "Basic"}})
    status, _, refusal = await clients.raw("POST", f"{registry}/importImage", {"mode": "NoForce"})
    assert (status, refusal["error"]["code"]) == (501, "NotImplemented")


async def test_a_machine_needs_a_gallery_image_version_that_exists(clients: Clients) -> None:
    await clients.group()
    await clients.network()
    body = machine(await clients.interface("n"))
    version = clients.id("Compute/galleries", "g/images/i/versions/1.0.0")
    body["properties"]["storageProfile"]["imageReference"] = {"id": version}
    status, _, refusal = await clients.raw("PUT", clients.id("Compute/virtualMachines", "m"), body)
    assert (status, refusal["error"]["code"]) == (404, "GalleryImageNotFound")
    body["properties"]["storageProfile"]["imageReference"] = IMAGE
    status, _, _ = await clients.raw("PUT", clients.id("Compute/virtualMachines", "m"), body)
    assert status == 201


async def test_a_deleted_vault_keeps_its_name_until_it_is_purged(clients: Clients) -> None:
    await clients.group()
    vault = clients.id("KeyVault/vaults", "v")
    body = {"location": "japanwest", "properties": {"tenantId": clients.endpoint.tenant}}
    provider = f"/subscriptions/{clients.endpoint.subscription}/providers/Microsoft.KeyVault"
    await clients.put(vault, body)
    await clients.raw("DELETE", vault)
    _, _, deleted = await clients.raw("GET", f"{provider}/deletedVaults")
    assert [v["properties"]["vaultId"] for v in deleted["value"]] == [vault]
    status, _, refusal = await clients.raw("PUT", vault, body)
    assert (status, refusal["error"]["code"]) == (409, "ConflictError")
    status, _, _ = await clients.raw("PUT", vault, {"location": "japanwest", "properties": {"createMode": "recover"}})
    assert status < 300
    await clients.raw("DELETE", vault)
    purge = await clients.raw("POST", f"{provider}/locations/japanwest/deletedVaults/v/purge")
    assert purge[0] == 202
    await _finish(clients, purge)
    status, _, _ = await clients.raw("GET", f"{provider}/locations/japanwest/deletedVaults/v")
    assert status == 404


async def test_a_storage_account_follows_its_api_version_and_fails_over(clients: Clients) -> None:
    await clients.group()
    account = clients.id("Storage/storageAccounts", "acc")
    await clients.put(account, {"location": "japanwest", "sku": {"name": "Standard_RAGRS"}, "kind": "StorageV2"})
    old = {"api-version": "2015-06-15"}
    _, _, shown = await clients.raw("GET", account, **old)
    assert shown["properties"]["accountType"] == "Standard_RAGRS"
    assert "sku" not in shown
    _, _, keys = await clients.raw("POST", f"{account}/listKeys", **old)
    assert sorted(keys) == ["key1", "key2"]
    expand = {"$expand": "geoReplicationStats"}
    _, _, shown = await clients.raw("GET", account, **expand)
    assert shown["properties"]["geoReplicationStats"]["canFailover"] is True
    await _finish(clients, await clients.raw("POST", f"{account}/failover"))
    _, _, shown = await clients.raw("GET", account, **expand)
    assert (shown["sku"]["name"], shown["properties"]["primaryLocation"]) == ("Standard_LRS", "japaneast")
