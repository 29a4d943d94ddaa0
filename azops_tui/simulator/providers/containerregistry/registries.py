"""Container registries."""

from __future__ import annotations

from azops_tui.json_types import Json
from azops_tui.simulator.providers.base import ResourceProvider, ResourceWrite


class RegistryProvider(ResourceProvider):
    """Microsoft.ContainerRegistry/registries."""

    types = ("microsoft.containerregistry/registries",)

    def add_defaults(self, write: ResourceWrite, body: dict[str, Json]) -> None:
        super().add_defaults(write, body)
        sku = body.get("sku")
        if isinstance(sku, dict):
            sku.setdefault("tier", sku.get("name"))
            if sku["tier"] == "Premium":
                body["properties"].setdefault("networkRuleSet", {"defaultAction": "Allow", "ipRules": []})
