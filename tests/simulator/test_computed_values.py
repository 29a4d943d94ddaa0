"""Host names, endpoints and keys, which templates refer to."""

from __future__ import annotations

import pytest

from azops_tui.json_types import Json
from tests.simulator.clients import Clients

BY_NAME = "reference('r')"
CASES = [
    ("Web/sites", {}, "reference('r').defaultHostName", "r.azurewebsites.net"),
    ("Sql/servers", {"administratorLogin": "me"}, "reference('r').fullyQualifiedDomainName", "r.database.windows.net"),
    ("DBforMySQL/servers", {}, "reference('r').fullyQualifiedDomainName", "r.mysql.database.azure.com"),
    (
        "DocumentDB/databaseAccounts",
        {"locations": [{"locationName": "japanwest", "failoverPriority": 0}]},
        "reference('r').writeLocations[0].documentEndpoint",
        "https://r-japanwest.documents.azure.com:443/",
    ),
    (
        "ContainerInstance/containerGroups",
        {"containers": [], "ipAddress": {"type": "Public", "dnsNameLabel": "x", "ports": []}},
        "reference('r').ipAddress.fqdn",
        "x.japanwest.azurecontainer.io",
    ),
    (
        "ServiceBus/namespaces",
        {},
        "listKeys(resourceId('Microsoft.ServiceBus/namespaces/authorizationRules', 'r', 'RootManageSharedAccessKey'),"
        " '2021-11-01').keyName",
        "RootManageSharedAccessKey",
    ),
]


@pytest.mark.parametrize(("kind", "properties", "expression", "value"), CASES, ids=[c[0] for c in CASES])
async def test_a_template_reads_what_the_service_computes(
    clients: Clients, kind: str, properties: Json, expression: str, value: str
) -> None:
    await clients.group()
    full = f"Microsoft.{kind}"
    by_id = f"reference(resourceId('{full}', 'r'), '2021-11-01')"
    resource = {"type": full, "apiVersion": "2021-11-01", "name": "r", "location": "japanwest"}
    template: Json = {
        "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
        "contentVersion": "1.0.0.0",
        "resources": [resource | {"properties": properties}],
        "outputs": {"v": {"type": "string", "value": f"[{expression.replace(BY_NAME, by_id)}]"}},
    }
    result = await clients.deploy(template)
    assert result["outputs"]["v"]["value"] == value


async def test_keys_stay_until_they_are_renewed(clients: Clients) -> None:
    await clients.group()
    cache = clients.id("Cache/redis", "c")
    made = await clients.put(cache, {"location": "japanwest", "properties": {"sku": {"name": "Basic"}}})
    assert made["properties"]["hostName"] == "c.redis.cache.windows.net"
    _, _, first = await clients.raw("POST", f"{cache}/listKeys")
    await clients.raw("POST", f"{cache}/regenerateKey", {"keyType": "Secondary"})
    _, _, second = await clients.raw("POST", f"{cache}/listKeys")
    assert second["primaryKey"] == first["primaryKey"]
    assert second["secondaryKey"] != first["secondaryKey"]


async def test_no_document_shows_a_password(clients: Clients) -> None:
    await clients.group()
    server = clients.id("Sql/servers", "s")
    sent = {"administratorLogin": "me", "administratorLoginPassword": "not-shown"}
    shown = await clients.put(server, {"location": "japanwest", "properties": sent})
    assert "not-shown" not in str(shown)
    _, _, listed = await clients.raw("GET", f"{server}/databases")
    assert [d["name"] for d in listed["value"]] == ["master"]
