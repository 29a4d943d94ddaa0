"""Images and extensions of a region, listed and unlisted."""

from __future__ import annotations

import pytest

from tests.simulator.clients import Clients

PUBLISHERS = "/subscriptions/{}/providers/Microsoft.Compute/locations/eastus/publishers"


def root(clients: Clients) -> str:
    return PUBLISHERS.format(clients.endpoint.subscription)


@pytest.mark.parametrize(
    ("publisher", "kind", "system"),
    [
        ("microsoft.azure.activedirectory", "AADSSHLoginForLinux", "Linux"),
        ("Microsoft.Compute", "CustomScriptExtension", "Windows"),
        ("Contoso.Agents", "ForWindows", "Windows"),
    ],
)
async def test_every_extension_has_a_newest_version(clients: Clients, publisher: str, kind: str, system: str) -> None:
    types = f"{root(clients)}/{publisher}/artifacttypes/vmextension/types"
    _, _, versions = await clients.raw("GET", f"{types}/{kind}/versions")
    [version] = [v["name"] for v in versions]
    status, _, shown = await clients.raw("GET", f"{types}/{kind}/versions/{version}")
    assert (status, shown["properties"]["operatingSystem"]) == (200, system)


async def test_extension_types_are_listed_by_publisher(clients: Clients) -> None:
    _, _, publishers = await clients.raw("GET", root(clients))
    assert "Microsoft.Azure.Extensions" in [p["name"] for p in publishers]
    where = f"{root(clients)}/Microsoft.Azure.Extensions/artifacttypes/vmextension/types"
    _, _, types = await clients.raw("GET", where)
    assert "CustomScript" in [t["name"] for t in types]


async def test_every_alias_names_a_listed_image(clients: Clients) -> None:
    _, _, document = await clients.raw("GET", "/simulator/aliases.json")
    found = [i for group in document["outputs"]["aliases"]["value"].values() for i in group.values()]
    assert len(found) > 20
    for image in found:
        skus = f"{root(clients)}/{image['publisher']}/artifacttypes/vmimage/offers/{image['offer']}/skus"
        _, _, listed = await clients.raw("GET", skus)
        assert image["sku"] in [s["name"] for s in listed], image


async def test_the_name_of_an_unlisted_image_gives_its_generation(clients: Clients) -> None:
    skus = f"{root(clients)}/contoso/artifacttypes/vmimage/offers/thing/skus"
    for sku, generation in (("9-gen2", "V2"), ("9", "V1")):
        _, _, shown = await clients.raw("GET", f"{skus}/{sku}/versions/latest")
        assert shown["properties"]["hyperVGeneration"] == generation
