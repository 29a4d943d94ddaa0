"""What regions offer: runtimes of App Service and Functions, editions and sizes of databases."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.clients import Clients


async def test_app_service_and_functions_offer_runtimes(clients: Clients) -> None:
    _, _, stacks = await clients.raw("GET", "/providers/Microsoft.Web/webAppStacks")
    by_name = {s["properties"]["value"]: s["properties"]["majorVersions"] for s in stacks["value"]}
    settings = by_name["python"][0]["minorVersions"][0]["stackSettings"]
    assert settings["linuxRuntimeSettings"]["runtimeVersion"].startswith("PYTHON|3.")
    assert "windowsRuntimeSettings" not in settings
    _, _, functions = await clients.raw("GET", "/providers/Microsoft.Web/functionAppStacks", stackOsType="Linux")
    (default,) = [
        v["minorVersions"][0]["stackSettings"]["linuxRuntimeSettings"]
        for s in functions["value"]
        if s["name"] == "node"
        for v in s["properties"]["majorVersions"]
        if v["minorVersions"][0]["stackSettings"]["linuxRuntimeSettings"]["isDefault"]
    ]
    assert default["siteConfigPropertiesDictionary"]["linuxFxVersion"] == "Node|22"
    root = f"/subscriptions/{clients.endpoint.subscription}/providers/Microsoft.Web"
    _, _, regions = await clients.raw("GET", f"{root}/geoRegions", sku="Dynamic")
    assert "West US" in {r["name"] for r in regions["value"]}
    await clients.group()
    await clients.put(clients.id("Web/sites", "my-site"), {"location": "japanwest", "properties": {}})
    for name, free in (("my-site", False), ("other", True), ("no_good", False)):
        _, _, answer = await clients.raw("POST", f"{root}/checkNameAvailability", {"name": name, "type": "Site"})
        assert answer["nameAvailable"] is free


@pytest.mark.parametrize(
    ("namespace", "path"),
    [
        ("Sql", ("supportedServerVersions", 0, "supportedEditions", 0, "supportedServiceLevelObjectives", 0, "sku")),
        ("DBforMySQL", ("value", 0, "supportedFlexibleServerEditions", 0, "supportedServerVersions", 0, "name")),
        ("DBforPostgreSQL", ("value", 0, "supportedServerEditions", 0, "supportedServerSkus", 0, "name")),
    ],
)
async def test_regions_say_what_databases_they_offer(clients: Clients, namespace: str, path: tuple[Any, ...]) -> None:
    root = f"/subscriptions/{clients.endpoint.subscription}/providers/Microsoft.{namespace}"
    status, _, shown = await clients.raw("GET", f"{root}/locations/eastus/capabilities")
    assert status == 200
    for step in path:
        shown = shown[step]
    assert shown
