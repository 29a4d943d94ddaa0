"""Record sets of public and private DNS zones."""

from __future__ import annotations

from typing import Any

from azops_tui.simulator.providers.base import Change, Provider
from azops_tui.simulator.store import Resource
from azops_tui.simulator.styles import Style

Json = Any

RECORDS = ("a", "aaaa", "caa", "cname", "mx", "ns", "ptr", "soa", "srv", "txt", "ds", "tlsa")
STYLE = Style(created=201, shows_state=False, seconds=0.5)


class RecordSets(Provider):
    """Records of ``dnsZones`` and ``privateDnsZones``."""

    types = tuple(f"microsoft.network/{zone}/{kind}" for zone in ("dnszones", "privatednszones") for kind in RECORDS)

    def style(self, type_: str) -> Style:
        return STYLE

    def build(self, change: Change) -> dict[str, Json]:
        body = super().build(change)
        properties = body["properties"]
        zone = change.address.names[0]
        name = change.address.last_name
        properties["fqdn"] = f"{zone}." if name == "@" else f"{name}.{zone}."
        if change.address.types[0].lower() == "dnszones":
            properties["provisioningState"] = "Succeeded"
            properties.setdefault("targetResource", {})
        else:
            properties["isAutoRegistered"] = False
        return body

    def made(self, resource: Resource, change: Change) -> None:
        resource.body["etag"] = resource.etag
        if change.creates:
            self._count(resource, 1)

    def gone(self, resource: Resource) -> None:
        self._count(resource, -1)

    def _count(self, resource: Resource, step: int) -> None:
        above = resource.address.parent
        zone = self.world.store.get(above.id) if above else None
        if zone is not None:
            zone.properties["numberOfRecordSets"] = int(zone.properties.get("numberOfRecordSets") or 0) + step
