"""Deployment stacks manage what they deployed."""

from __future__ import annotations

import asyncio

from azops_tui.json_types import Json
from tests.simulator.clients import Clients


def _template(*names: str) -> Json:
    kind = {"type": "Microsoft.Network/routeTables", "apiVersion": "2023-09-01", "location": "japanwest"}
    return {
        "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
        "contentVersion": "1.0.0.0",
        "resources": [{**kind, "name": name, "properties": {}} for name in names],
    }


async def _settled(clients: Clients, stack: str) -> Json:
    while True:
        _, _, shown = await clients.raw("GET", stack)
        if shown["properties"]["provisioningState"] in ("succeeded", "failed"):
            return shown["properties"]
        await asyncio.sleep(0.02)


async def test_a_stack_deletes_what_its_template_no_longer_holds(clients: Clients) -> None:
    await clients.group()
    stack = clients.id("Resources/deploymentStacks", "s")
    settings = {"actionOnUnmanage": {"resources": "delete"}, "denySettings": {"mode": "none"}}
    status, headers, _ = await clients.raw("PUT", stack, {"properties": {"template": _template("a", "b"), **settings}})
    assert (status, "deploymentStackOperationStatus" in headers["azure-asyncoperation"]) == (201, True)
    first = await _settled(clients, stack)
    tables = [clients.id("Network/routeTables", name) for name in "ab"]
    assert [r["id"] for r in first["resources"]] == tables
    await clients.raw("PUT", stack, {"properties": {"template": _template("a"), **settings}})
    second = await _settled(clients, stack)
    assert [r["id"] for r in second["resources"]] == tables[:1]
    assert [r["id"] for r in second["deletedResources"]] == tables[1:]
    status, _, _ = await clients.raw("GET", tables[1])
    assert status == 404
    status, _, _ = await clients.raw("DELETE", stack)
    assert status == 200
    status, _, _ = await clients.raw("GET", tables[0])
    assert status == 200
