"""Record sets of public and private DNS zones."""

from __future__ import annotations

import copy

from azops_tui.json_types import Json
from azops_tui.simulator.arm_reply import ArmReply
from azops_tui.simulator.lro_profiles import LroProfile
from azops_tui.simulator.providers.base import ActionCall, ResourceProvider, ResourceWrite
from azops_tui.simulator.providers.network.networks import NetworkProvider
from azops_tui.simulator.store import Resource

RECORDS = ("a", "aaaa", "caa", "cname", "mx", "ns", "ptr", "soa", "srv", "txt", "ds", "tlsa")
RECORD_LRO = LroProfile(created=201, shows_state=False, create_seconds=0.5)


class RecordSetProvider(ResourceProvider):
    """Records of ``dnsZones`` and ``privateDnsZones``."""

    types = tuple(f"microsoft.network/{zone}/{kind}" for zone in ("dnszones", "privatednszones") for kind in RECORDS)

    def lro(self, type_: str) -> LroProfile:
        return RECORD_LRO

    def build_document(self, write: ResourceWrite) -> dict[str, Json]:
        body = super().build_document(write)
        properties = body["properties"]
        zone = write.address.names[0]
        name = write.address.last_name
        properties["fqdn"] = f"{zone}." if name == "@" else f"{name}.{zone}."
        if write.address.types[0].lower() == "dnszones":
            properties["provisioningState"] = "Succeeded"
            properties.setdefault("targetResource", {})
        else:
            properties["isAutoRegistered"] = False
            kind = write.address.types[-1].lower()
            if kind not in ("soa", "cname"):
                properties.setdefault(f"{kind}Records", [])
        return body

    def on_written(self, resource: Resource, write: ResourceWrite) -> None:
        resource.body["etag"] = resource.etag
        if write.creates:
            self._count(resource, 1)

    def on_deleted(self, resource: Resource) -> None:
        self._count(resource, -1)

    def _count(self, resource: Resource, step: int) -> None:
        above = resource.address.parent
        zone = self.cloud.store.get(above.id) if above else None
        if zone is not None:
            zone.properties["numberOfRecordSets"] = int(zone.properties.get("numberOfRecordSets") or 0) + step


class DnsZoneProvider(NetworkProvider):
    """DNS zones. A new zone has the record sets of its authority."""

    types = ("microsoft.network/dnszones", "microsoft.network/privatednszones")

    def on_written(self, resource: Resource, write: ResourceWrite) -> None:
        super().on_written(resource, write)
        if not write.creates:
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

    def list_records(self, resource: Resource, call: ActionCall) -> ArmReply:
        """The record sets of all types."""
        kinds = {f"{resource.type}/{kind}".lower() for kind in RECORDS}
        below = [r for r in self.cloud.store.below(resource.address) if r.address.type.lower() in kinds]
        below.sort(key=lambda r: (r.address.last_name != "@", r.address.last_name.lower(), r.address.type.lower()))
        records = [copy.deepcopy(self.provider_of(r.type).show(r, call.query)) for r in below]
        top = call.query.get("$top", "")
        return ArmReply(200, {"value": records[: int(top)] if top.isdecimal() and len(top) < 10 else records})

    actions = (("GET", "recordsets", list_records), ("GET", "all", list_records))

    def _record(self, zone: Resource, kind: str, properties: dict[str, Json]) -> None:
        address = zone.address.child(kind, "@")
        properties["fqdn"] = f"{zone.address.last_name}."
        if zone.type.lower().endswith("/dnszones"):
            properties |= {"provisioningState": "Succeeded", "targetResource": {}}
        else:
            properties["isAutoRegistered"] = False
        record = Resource(address, {}, created=zone.created)
        record.body = {
            "id": address.id,
            "name": "@",
            "type": f"{zone.type}/{kind}",
            "etag": record.etag,
            "properties": properties,
        }
        self.cloud.store.add(record)
