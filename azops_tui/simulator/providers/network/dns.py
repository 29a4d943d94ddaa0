"""Record sets of public and private DNS zones."""

from __future__ import annotations

import copy

from azops_tui.json_types import Json
from azops_tui.simulator.ids import Address
from azops_tui.simulator.lro_profiles import LroProfile
from azops_tui.simulator.providers.base import ResourceProvider, ResourceWrite
from azops_tui.simulator.providers.network.networks import NetworkProvider
from azops_tui.simulator.store import Resource

RECORDS = ("a", "aaaa", "caa", "cname", "mx", "ns", "ptr", "soa", "srv", "txt", "ds", "tlsa")
STYLE = LroProfile(created=201, shows_state=False, seconds=0.5)


class RecordSetProvider(ResourceProvider):
    """Records of ``dnsZones`` and ``privateDnsZones``."""

    types = tuple(f"microsoft.network/{zone}/{kind}" for zone in ("dnszones", "privatednszones") for kind in RECORDS)

    def style(self, type_: str) -> LroProfile:
        return STYLE

    def build(self, change: ResourceWrite) -> dict[str, Json]:
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

    def made(self, resource: Resource, change: ResourceWrite) -> None:
        resource.body["etag"] = resource.etag
        if change.creates:
            self._count(resource, 1)

    def gone(self, resource: Resource) -> None:
        self._count(resource, -1)

    def _count(self, resource: Resource, step: int) -> None:
        above = resource.address.parent
        zone = self.cloud.store.get(above.id) if above else None
        if zone is not None:
            zone.properties["numberOfRecordSets"] = int(zone.properties.get("numberOfRecordSets") or 0) + step


class DnsZoneProvider(NetworkProvider):
    """DNS zones: each has the records of its own authority from the beginning."""

    types = ("microsoft.network/dnszones", "microsoft.network/privatednszones")

    def made(self, resource: Resource, change: ResourceWrite) -> None:
        super().made(resource, change)
        if not change.creates:
            return
        public = resource.type.lower().endswith("/dnszones")
        authority = {
            "email": "azuredns-hostmaster.microsoft.com" if public else "azureprivatedns-host.microsoft.com",
            "expireTime": 2419200,
            "host": "ns1-01.azure-dns.com." if public else "azureprivatedns.net",
            "minimumTTL": 300 if public else 10,
            "refreshTime": 3600,
            "retryTime": 300,
            "serialNumber": 1,
        }
        key = "SOARecord" if public else "soaRecord"
        self._record(resource, "SOA", {"TTL" if public else "ttl": 3600, key: authority})
        if public:
            servers = [{"nsdname": n} for n in resource.properties.get("nameServers") or []]
            self._record(resource, "NS", {"TTL": 172800, "NSRecords": servers})

    def collection(self, parent: Address, query: dict[str, str]) -> list[Json] | None:
        if parent.tail.lower() not in ("recordsets", "all"):
            return None
        kinds = {f"{parent.type}/{kind}".lower() for kind in RECORDS}
        below = [r for r in self.cloud.store.below(parent) if r.address.type.lower() in kinds]
        found = [copy.deepcopy(r.body) for r in sorted(below, key=lambda r: r.address.last_name != "@")]
        return found[: int(query["$top"])] if query.get("$top", "").isdigit() else found

    def _record(self, zone: Resource, kind: str, properties: dict[str, Json]) -> None:
        address = zone.address.child(kind, "@")
        properties["fqdn"] = f"{zone.address.last_name}."
        if zone.type.lower().endswith("/dnszones"):
            properties |= {"provisioningState": "Succeeded", "targetResource": {}}
        else:
            properties["isAutoRegistered"] = False
        made = Resource(address, {}, created=zone.created)
        made.body = {
            "id": address.id,
            "name": "@",
            "type": f"{zone.type}/{kind}",
            "etag": made.etag,
            "properties": properties,
        }
        self.cloud.store.add(made)
