"""Key vaults and managed HSMs. Deleted ones can be recovered or purged until their retention ends."""

from __future__ import annotations

import copy
from collections.abc import Mapping

from azops_tui.json_types import Json
from azops_tui.simulator.errors import ArmError
from azops_tui.simulator.providers.base import ResourceProvider, ResourceWrite
from azops_tui.simulator.providers.soft_deletion import SoftDeletion
from azops_tui.simulator.store import Resource

DELETIONS = {
    "microsoft.keyvault/vaults": SoftDeletion("Microsoft.KeyVault", "deletedVaults", "vaultId"),
    "microsoft.keyvault/managedhsms": SoftDeletion("Microsoft.KeyVault", "deletedManagedHSMs", "mhsmId"),
}
"""By type of the original."""


class VaultProvider(ResourceProvider):
    """Microsoft.KeyVault/vaults and managedHSMs."""

    types = tuple(DELETIONS)

    def check(self, write: ResourceWrite) -> None:
        kept = DELETIONS[write.address.type.lower()].named(self.cloud, write.address.last_name)
        if write.creates and kept is not None and not self._recovers(write):
            raise ArmError(
                409,
                "ConflictError",
                f"A vault with the same name already exists in deleted state. You need to either recover or purge "
                f"existing key vault '{write.address.last_name}'.",
            )
        if write.creates and kept is None and self._recovers(write):
            message = f"There is no deleted vault named '{write.address.last_name}' to recover."
            raise ArmError(404, "DeletedVaultNotFound", message)

    def _recovers(self, write: ResourceWrite) -> bool:
        return str(write.properties.get("createMode") or "").lower() == "recover"

    def build_document(self, write: ResourceWrite) -> dict[str, Json]:
        kept = DELETIONS[write.address.type.lower()].named(self.cloud, write.address.last_name)
        if write.creates and kept is not None:
            original: dict[str, Json] = copy.deepcopy(kept.private["original"])
            return {k: v for k, v in original.items() if k not in ("id", "name", "type")}
        body = super().build_document(write)
        body["properties"].pop("createMode", None)
        return body

    def on_written(self, resource: Resource, write: ResourceWrite) -> None:
        kept = DELETIONS[write.address.type.lower()].named(self.cloud, write.address.last_name)
        if write.creates and kept is not None:
            resource.private["secrets"] = kept.private.get("secrets") or {}
            self.cloud.store.remove(kept)

    def on_deleted(self, resource: Resource) -> None:
        if resource.properties.get("enableSoftDelete") is not False:
            DELETIONS[resource.address.type.lower()].keep(self.cloud, resource)


class VaultSecretProvider(ResourceProvider):
    """Microsoft.KeyVault/vaults/secrets, whose values Resource Manager takes and never shows."""

    types = ("microsoft.keyvault/vaults/secrets",)

    def show(self, resource: Resource, query: Mapping[str, str]) -> dict[str, Json]:
        properties = {name: value for name, value in resource.properties.items() if name != "value"}
        return {**resource.body, "properties": properties}
