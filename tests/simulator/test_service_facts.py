"""Spellings, lists and types that the simulator takes from what Azure's own clients know."""

from __future__ import annotations

import pytest
from azure.core.exceptions import HttpResponseError

from tests.simulator.clients import Clients

STORAGE = {"location": "japanwest", "kind": "storagev2", "sku": {"name": "standard_lrs"}}


async def test_enumerations_and_property_names_get_the_spelling_of_the_service(clients: Clients) -> None:
    await clients.group()
    properties = {"MinimumTLSVersion": "tls1_2", "accesstier": "cool"}
    account = await clients.put(
        clients.id("Storage/storageAccounts", "spelled"), {**STORAGE, "properties": properties}, "2023-05-01"
    )
    assert (account["kind"], account["sku"]["name"]) == ("StorageV2", "Standard_LRS")
    assert account["properties"]["minimumTlsVersion"] == "TLS1_2"
    assert account["properties"]["accessTier"] == "Cool"


async def test_tags_stay_text(clients: Clients) -> None:
    await clients.group()
    tags = {"isProd": "true", "enableBackup": "false", "primary": "true"}
    network = {
        "location": "japanwest",
        "tags": tags,
        "properties": {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}},
    }
    written = await clients.put(clients.id("Network/virtualNetworks", "tagged"), network)
    assert written["tags"] == tags


async def test_settings_of_a_cluster_addon_stay_text(clients: Clients) -> None:
    await clients.group()
    addons = {"omsagent": {"enabled": True, "config": {"isDefault": "true"}}}
    path = clients.id("ContainerService/managedClusters", "k")
    body = {"location": "japanwest", "properties": {"addonProfiles": addons, "agentPoolProfiles": []}}
    status, _, written = await clients.raw("PUT", path, body)
    assert status == 201
    assert written["properties"]["addonProfiles"]["omsagent"]["config"] == {"isDefault": "true"}


async def test_the_list_of_an_unknown_child_is_not_found_and_that_of_a_known_child_is_empty(clients: Clients) -> None:
    await clients.group()
    account = clients.id("Storage/storageAccounts", "children")
    await clients.put(account, STORAGE, "2023-05-01")
    status, _, body = await clients.raw("GET", f"{account}/inventions")
    assert (status, body["error"]["code"]) == (404, "InvalidResourceType")
    status, _, body = await clients.raw("GET", f"{account}/localUsers")
    assert (status, body) == (200, {"value": []})


async def test_providers_are_listed_with_types_and_versions(clients: Clients) -> None:
    listed = {p.namespace: p async for p in clients.resources.providers.list()}
    assert {"Microsoft.Sql", "Microsoft.Compute", "Microsoft.ServiceBus"} <= set(listed)
    types = {t.resource_type: t for t in listed["Microsoft.Sql"].resource_types}
    assert types["servers/databases"].api_versions


async def test_an_action_without_a_visible_effect_is_accepted_and_an_unknown_action_is_not(clients: Clients) -> None:
    await clients.group()
    server = clients.id("Sql/servers", "s")
    await clients.put(server, {"location": "japanwest", "properties": {"administratorLogin": "me"}}, "2021-11-01")
    await clients.put(f"{server}/databases/d", {"location": "japanwest"}, "2021-11-01")
    status, headers, _ = await clients.raw("POST", f"{server}/databases/d/failover")
    assert (status, "location" in headers) == (202, True)
    with pytest.raises(HttpResponseError):
        await clients.put(f"{server}/databases/d/inventions/x/y", {})
    status, _, _ = await clients.raw("POST", f"{server}/databases/d/invent")
    assert status == 404


async def test_measured_defaults_are_added_and_generated_ones_are_kept(clients: Clients) -> None:
    await clients.group()
    prefix = clients.id("Network/publicIPPrefixes", "p")
    body = {"location": "japanwest", "sku": {"name": "Standard"}, "properties": {"prefixLength": 28}}
    shown = await clients.put(prefix, body)
    assert shown["sku"]["tier"] == "Regional"
    workspace = clients.id("OperationalInsights/workspaces", "w")
    first = await clients.put(workspace, {"location": "japanwest", "properties": {}})
    again = await clients.put(workspace, {"location": "japanwest", "properties": {"retentionInDays": 31}})
    assert again["properties"]["customerId"] == first["properties"]["customerId"]
    assert again["properties"]["retentionInDays"] == 31
