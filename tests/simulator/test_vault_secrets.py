"""Secrets of key vaults: the hosts of vaults, templates and azops itself see the same ones."""

from __future__ import annotations

import ssl

import aiohttp
import pytest

from azops_tui.azure.connect import connect
from azops_tui.azure.errors import AzureFailure
from azops_tui.azure.profiles import profile
from azops_tui.json_types import Json
from azops_tui.simulator.server import SimulatorServer
from tests.simulator.clients import Clients

VERSION = "2023-07-01"


async def vault(clients: Clients, method: str, path: str, body: Json = None, **headers: str) -> tuple[int, Json]:
    """A request for the host of the vault ``v``: status and body."""
    context = ssl.create_default_context(cafile=clients.endpoint.ca)
    sent = {"Authorization": f"Bearer {clients.endpoint.client_secret}", "Host": "v.vault.azure.net", **headers}
    sent = {name: value for name, value in sent.items() if value}
    url = f"{clients.endpoint.url}{path}?api-version=7.4"
    async with (
        aiohttp.ClientSession(headers=sent) as session,
        session.request(method, url, json=body, ssl=context) as answer,
    ):
        if answer.status == 401:
            return 401, answer.headers["WWW-Authenticate"]
        return answer.status, await answer.json() if answer.content_length else None


@pytest.fixture
async def made(clients: Clients) -> str:
    """The id of the vault."""
    await clients.group()
    id = clients.id("KeyVault/vaults", "v")
    properties = {"sku": {"family": "A", "name": "standard"}, "tenantId": clients.endpoint.tenant}
    await clients.put(id, {"location": "japanwest", "properties": properties}, VERSION)
    return id


async def test_a_secret_is_set_read_changed_and_listed(clients: Clients, made: str) -> None:
    status, first = await vault(clients, "PUT", "/secrets/word", {"value": "one", "tags": {"a": "b"}})
    assert (status, first["value"], first["id"].rpartition("/")[0]) == (
        200,
        "one",
        "https://v.vault.azure.net/secrets/word",
    )
    _, second = await vault(clients, "PUT", "/secrets/word", {"value": "two", "contentType": "text"})
    assert (await vault(clients, "GET", "/secrets/Word"))[1]["value"] == "two"
    old = first["id"].rpartition("/")[2]
    assert (await vault(clients, "GET", f"/secrets/word/{old}"))[1] == first
    listed = (await vault(clients, "GET", "/secrets"))[1]["value"]
    assert [(entry["id"], "value" in entry) for entry in listed] == [(second["id"].rpartition("/")[0], False)]
    assert len((await vault(clients, "GET", "/secrets/word/versions"))[1]["value"]) == 2
    disabled = {"attributes": {"enabled": False}}
    assert (await vault(clients, "PATCH", f"/secrets/word/{old}", disabled))[1]["attributes"]["enabled"] is False
    status, refused = await vault(clients, "GET", f"/secrets/word/{old}")
    assert (status, refused["error"]["innererror"]["code"]) == (403, "SecretDisabled")
    shown = await clients.get(f"{made}/secrets/word", VERSION)
    assert shown["properties"]["secretUriWithVersion"] == second["id"]
    assert "value" not in shown["properties"]


async def test_clients_are_told_for_whom_the_token_must_be(clients: Clients, made: str) -> None:
    status, challenge = await vault(clients, "GET", "/secrets", Authorization="")
    assert status == 401
    assert f"/{clients.endpoint.tenant}" in challenge
    assert 'resource="https://vault.azure.net"' in challenge
    assert (await vault(clients, "GET", "/subscriptions"))[0] == 404
    assert (await vault(clients, "GET", "/secrets", Host="other.vault.azure.net"))[0] == 404


async def test_a_deleted_secret_is_recovered_or_purged(clients: Clients, made: str) -> None:
    await vault(clients, "PUT", "/secrets/word", {"value": "one"})
    status, deleted = await vault(clients, "DELETE", "/secrets/word")
    assert (status, deleted["recoveryId"]) == (200, "https://v.vault.azure.net/deletedsecrets/word")
    assert (await vault(clients, "GET", "/secrets/word"))[0] == 404
    assert (await vault(clients, "PUT", "/secrets/word", {"value": "two"}))[0] == 409
    assert len((await vault(clients, "GET", "/deletedsecrets"))[1]["value"]) == 1
    assert (await vault(clients, "POST", "/deletedsecrets/word/recover"))[0] == 200
    assert (await vault(clients, "GET", "/secrets/word"))[1]["value"] == "one"
    await vault(clients, "DELETE", "/secrets/word")
    assert (await vault(clients, "DELETE", "/deletedsecrets/word"))[0] == 204
    assert (await vault(clients, "GET", "/deletedsecrets/word"))[0] == 404


@pytest.mark.parametrize(("name", "body"), [("w_rd", {"value": "x"}), ("word", {}), ("word", {"value": "x" * 25_001})])
async def test_what_is_no_secret_is_refused(clients: Clients, made: str, name: str, body: Json) -> None:
    status, answer = await vault(clients, "PUT", f"/secrets/{name}", body)
    assert (status, answer["error"]["code"]) == (400, "BadParameter")


async def test_secrets_outlive_their_vault(server: SimulatorServer, clients: Clients, made: str) -> None:
    await vault(clients, "PUT", "/secrets/word", {"value": "one"})
    await clients.raw("DELETE", made, **{"api-version": VERSION})
    assert (await vault(clients, "GET", "/secrets/word"))[0] == 404
    properties = {
        "createMode": "recover",
        "tenantId": clients.endpoint.tenant,
        "sku": {"family": "A", "name": "standard"},
    }
    await clients.put(made, {"location": "japanwest", "properties": properties}, VERSION)
    assert (await vault(clients, "GET", "/secrets/word"))[1]["value"] == "one"


async def test_templates_and_vaults_share_secrets(clients: Clients, made: str) -> None:
    await vault(clients, "PUT", "/secrets/read", {"value": "from the vault"})
    template = {
        "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
        "contentVersion": "1.0.0.0",
        "parameters": {"word": {"type": "securestring"}},
        "resources": [
            {
                "type": "Microsoft.KeyVault/vaults/secrets",
                "apiVersion": VERSION,
                "name": "v/written",
                "properties": {"value": "[concat(parameters('word'), ', by a template')]"},
            }
        ],
    }
    reference = {"keyVault": {"id": made}, "secretName": "read"}
    properties = {"template": template, "parameters": {"word": {"reference": reference}}, "mode": "Incremental"}
    poller = await clients.deployments.deployments.begin_create_or_update("g", "d", {"properties": properties})
    await poller.result()
    assert (await vault(clients, "GET", "/secrets/written"))[1]["value"] == "from the vault, by a template"


async def test_azops_reads_secrets_of_the_local_cloud(clients: Clients, made: str) -> None:
    await vault(clients, "PUT", "/secrets/word", {"value": "one"})
    cloud = await connect(profile("local"), clients.endpoint)
    try:
        assert await cloud.vault_secret("v", "word") == "one"
        with pytest.raises(AzureFailure, match="was not found"):
            await cloud.vault_secret("v", "none")
    finally:
        await cloud.close()
