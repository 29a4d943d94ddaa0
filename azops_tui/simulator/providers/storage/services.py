"""The blob, file, queue and table services of a storage account. Each account has one of each."""

from __future__ import annotations

import copy
from collections.abc import Mapping

from azops_tui.arm.resource_id import ResourceId
from azops_tui.json_types import Json
from azops_tui.simulator.providers.base import ResourceProvider
from azops_tui.simulator.store import Resource

_CORS: Json = {"cors": {"corsRules": []}}
FIRST: dict[str, Json] = {
    "blobServices": _CORS | {"deleteRetentionPolicy": {"allowPermanentDelete": False, "enabled": False}},
    "fileServices": _CORS
    | {"shareDeleteRetentionPolicy": {"enabled": True, "days": 7}, "protocolSettings": {"smb": {}}},
    "queueServices": _CORS,
    "tableServices": _CORS,
}
"""Initial properties of a service, by type."""
_TYPES = {f"microsoft.storage/storageaccounts/{kind}".lower(): kind for kind in FIRST}


class StorageServiceProvider(ResourceProvider):
    """The service ``default`` of each kind."""

    types = tuple(_TYPES)

    def find(self, address: ResourceId) -> Resource | None:
        stored = super().find(address)
        account = self.cloud.store.get(address.parent.id) if address.parent else None
        if stored is not None or account is None or address.last_name.lower() != "default":
            return stored
        kind = _TYPES[address.type.lower()]
        service = Resource(address, {}, created=account.created)
        service.body = {
            "id": f"{account.id}/{kind}/default",
            "name": "default",
            "type": f"{account.type}/{kind}",
            "properties": copy.deepcopy(FIRST[kind]),
        }
        return service

    def show(self, resource: Resource, query: Mapping[str, str]) -> dict[str, Json]:
        account = self.cloud.store.get(resource.address.parent.id) if resource.address.parent else None
        sku = account.body.get("sku") if account is not None else None
        return {"sku": sku, **resource.body} if sku else resource.body

    def list_documents(self, address: ResourceId, query: Mapping[str, str]) -> list[Json]:
        service = self.find(address.child(address.tail, "default"))
        return [copy.deepcopy(self.show(service, query))] if service is not None else []
