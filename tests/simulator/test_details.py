"""The small parts: ids, keys, time; and services beyond machines."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azops_tui.arm.resource_id import ResourceId
from azops_tui.durations import format_iso_duration
from azops_tui.simulator.addresses import IpAddressPool
from azops_tui.simulator.clock import Clock, speed_from_environment
from azops_tui.simulator.providers.compute import ssh_key_format as ssh_public_keys
from tests.simulator.clients import KEY, Clients, machine

NAMES = st.text("abcdefghijklmnopqrstuvwxyzABC0123456789-_.", min_size=1).filter(lambda n: n.lower() != "providers")


@given(NAMES, NAMES, st.lists(st.tuples(NAMES, NAMES), min_size=1, max_size=3))
def test_ids_are_read_and_written_alike(group: str, namespace: str, pairs: list[tuple[str, str]]) -> None:
    tail = "".join(f"/{t}/{n}" for t, n in pairs)
    text = f"/subscriptions/s/resourceGroups/{group}/providers/Contoso.{namespace}{tail}"
    address = ResourceId.parse(text)
    assert address.id == text
    assert ResourceId.parse(text.upper()).key == address.key
    assert (address.types, address.names) == (tuple(t for t, _ in pairs), tuple(n for _, n in pairs))


@given(st.text())
def test_no_text_is_taken_for_a_key_but_a_key(text: str) -> None:
    assert not ssh_public_keys.is_valid(text)


def test_keys_may_have_comments_and_spaces_around() -> None:
    assert ssh_public_keys.is_valid(f"  {KEY} and more\n")
    assert not ssh_public_keys.is_valid(KEY + "\n" + KEY)


def test_durations_are_written_as_the_service_writes_them() -> None:
    assert [format_iso_duration(s) for s in (0, 0.19, 62.5, 3600, 3661)] == [
        "PT0S",
        "PT0.19S",
        "PT1M2.5S",
        "PT1H",
        "PT1H1M1S",
    ]


def test_short_waits_are_said_in_milliseconds() -> None:
    assert Clock(1).retry_after(5) == {"Retry-After": "5"}
    assert Clock(1000).retry_after(5) == {"retry-after-ms": "10"}


def test_the_speed_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    assert speed_from_environment() == 12
    monkeypatch.setenv("AZOPS_SIM_SPEED", "250")
    assert speed_from_environment() == 250
    for wrong in ("0", "-1", "nan", "inf", "x"):
        monkeypatch.setenv("AZOPS_SIM_SPEED", wrong)
        with pytest.raises(ValueError, match="AZOPS_SIM_SPEED"):
            speed_from_environment()


def test_private_addresses_are_unique_and_come_back() -> None:
    pool = IpAddressPool()
    given_out = [pool.take("s", "10.0.0.0/29", f"n{i}") for i in range(4)]
    assert given_out == ["10.0.0.4", "10.0.0.5", "10.0.0.6", None]
    assert pool.take("S", "10.0.0.0/29", "N1") == "10.0.0.5"
    pool.free("n1")
    assert pool.take("s", "10.0.0.0/29", "n9") == "10.0.0.5"


async def test_writes_may_depend_on_what_is_there(clients: Clients) -> None:
    import ssl

    import aiohttp

    await clients.group()
    url = clients.endpoint.url + clients.id("Network/dnsZones", "contoso.example")
    context = ssl.create_default_context(cafile=clients.endpoint.ca)
    query = {"api-version": "2018-05-01"}
    async with aiohttp.ClientSession(headers={"Authorization": "Bearer x"}) as session:
        statuses = []
        for headers in ({"If-None-Match": "*"}, {"If-None-Match": "*"}, {"If-Match": "other"}, {"If-Match": "*"}):
            body = {"location": "global"}
            async with session.put(url, json=body, params=query, headers=headers, ssl=context) as answer:
                statuses.append(answer.status)
    assert statuses == [201, 412, 412, 200]
    _, _, authority = await clients.raw("GET", clients.id("Network/dnsZones", "contoso.example/SOA/@"))
    assert authority["properties"]["fqdn"] == "contoso.example."


async def test_clusters_show_their_pools_both_ways(clients: Clients) -> None:
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
async def test_a_zone_lists_the_records_of_all_kinds(clients: Clients, kind: str, tail: str, own: int) -> None:
    await clients.group()
    zone = clients.id(f"Network/{kind}", "contoso.example")
    await clients.put(zone, {"location": "global"})
    for record in ("A/www", "TXT/words"):
        await clients.raw("PUT", f"{zone}/{record}", {"properties": {"ttl": 60}})
    _, _, found = await clients.raw("GET", f"{zone}/{tail}")
    assert [r["name"] for r in found["value"]] == ["@"] * own + ["www", "words"]


async def test_an_image_takes_the_disks_of_its_machine(clients: Clients) -> None:
    await clients.group()
    await clients.network()
    source = clients.id("Compute/virtualMachines", "m")
    made = await clients.put(source, machine(await clients.interface("nic")))
    body = {"location": "japanwest", "properties": {"sourceVirtualMachine": {"id": source}}}
    image = await clients.put(clients.id("Compute/images", "i"), body)
    disk = image["properties"]["storageProfile"]["osDisk"]
    assert (disk["osType"], disk["osState"], disk["diskSizeGB"]) == ("Linux", "Generalized", 30)
    assert disk["managedDisk"]["id"] == made["properties"]["storageProfile"]["osDisk"]["managedDisk"]["id"]


async def test_the_log_of_a_container_can_be_read(clients: Clients) -> None:
    await clients.group()
    group = clients.id("ContainerInstance/containerGroups", "c")
    containers = [{"name": "one", "properties": {"image": "nginx"}}]
    await clients.put(group, {"location": "japanwest", "properties": {"containers": containers}})
    assert (await clients.raw("GET", f"{group}/containers/one/logs"))[::2] == (200, {"content": ""})
    assert (await clients.raw("GET", f"{group}/containers/two/logs"))[0] == 404


async def test_a_storage_account_has_its_services_from_the_beginning(clients: Clients) -> None:
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
