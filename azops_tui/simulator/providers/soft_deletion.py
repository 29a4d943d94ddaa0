"""Soft deletion: deleted resources that can be listed, recovered and purged, such as key vaults."""

from __future__ import annotations

from dataclasses import dataclass

from azops_tui.arm.resource_id import ResourceId
from azops_tui.json_types import Json
from azops_tui.simulator.clock import stamp
from azops_tui.simulator.cloud import SimulatedCloud
from azops_tui.simulator.errors import ArmError
from azops_tui.simulator.store import Resource

DAY = 86400


@dataclass(frozen=True, slots=True)
class SoftDeletion:
    """How a type keeps its deleted resources.

    Attributes:
        namespace, kind: the namespace and the type of deleted resources, as ``deletedVaults``.
        member: property of a deleted resource with the id of the original.
        days: retention if the resource does not say.
    """

    namespace: str
    kind: str
    member: str
    days: int = 90

    @property
    def type(self) -> str:
        """The full type of the deleted resources, below ``locations``."""
        return f"{self.namespace}/locations/{self.kind}"

    def keep(self, cloud: SimulatedCloud, resource: Resource) -> None:
        """Keep a resource that is being deleted."""
        address = ResourceId.parse(
            f"/subscriptions/{resource.address.subscription}/providers/{self.namespace}"
            f"/locations/{resource.location or 'eastus'}/{self.kind}/{resource.address.last_name}"
        )
        now = cloud.clock.now()
        days = int(resource.properties.get("softDeleteRetentionInDays") or self.days)
        kept = Resource(address, {}, created=now, changed=now)
        kept.private["original"] = resource.body
        kept.private["secrets"] = resource.private.get("secrets") or {}
        kept.private["purge"] = now + days * DAY
        properties: dict[str, Json] = {
            self.member: resource.id,
            "location": resource.location,
            "tags": resource.body.get("tags") or {},
            "deletionDate": f"{stamp(now)[:19]}Z",
            "scheduledPurgeDate": f"{stamp(now + days * DAY)[:19]}Z",
        }
        if resource.properties.get("enablePurgeProtection"):
            properties["purgeProtectionEnabled"] = True
        kept.body = {"id": address.id, "name": address.last_name, "type": f"{self.namespace}/{self.kind}"}
        kept.body["properties"] = properties
        cloud.store.add(kept)

    def all(self, cloud: SimulatedCloud, subscription: str = "") -> list[Resource]:
        """The resources that are kept; those past their retention are purged first."""
        scope = f"/subscriptions/{subscription}" if subscription else ""
        kept = list(cloud.store.of_type(self.type, scope))
        for resource in kept:
            if resource.private["purge"] <= cloud.clock.now():
                cloud.store.remove(resource)
        return [r for r in kept if r.private["purge"] > cloud.clock.now()]

    def named(self, cloud: SimulatedCloud, name: str) -> Resource | None:
        """The kept resource of a name, which is unique in the cloud."""
        return next((r for r in self.all(cloud) if r.address.last_name.lower() == name.lower()), None)

    def find(self, cloud: SimulatedCloud, subscription: str, location: str, name: str) -> Resource:
        """The kept resource of a name in a region.

        Raises:
            ArmError: there is none.
        """
        kept = self.named(cloud, name)
        if (
            kept is None
            or kept.address.subscription.lower() != subscription.lower()
            or kept.address.names[0].lower() != location.lower()
        ):
            code = "DeletedVaultNotFound" if self.kind == "deletedVaults" else "ResourceNotFound"
            message = f"The specified deleted resource '{name}' in location '{location}' does not exist."
            raise ArmError(404, code, message)
        return kept

    def check_purge(self, kept: Resource) -> None:
        """Refuse to purge a resource that is protected.

        Raises:
            ArmError: purge protection is on.
        """
        if kept.body["properties"].get("purgeProtectionEnabled"):
            message = f"The deleted resource '{kept.address.last_name}' cannot be purged: purge protection is enabled."
            raise ArmError(409, "DeletedVaultPurge", message)
