"""Availability sets."""

from __future__ import annotations

import copy
from collections.abc import Mapping

from azops_tui.json_types import Json
from azops_tui.simulator.providers.base import ResourceProvider, ResourceWrite
from azops_tui.simulator.providers.documents import reference_id
from azops_tui.simulator.store import Resource


class AvailabilitySetProvider(ResourceProvider):
    """Microsoft.Compute/availabilitySets."""

    types = ("microsoft.compute/availabilitysets",)

    def build_document(self, write: ResourceWrite) -> dict[str, Json]:
        body = super().build_document(write)
        properties = body["properties"]
        properties.pop("virtualMachines", None)
        properties.setdefault("platformUpdateDomainCount", 5)
        properties.setdefault("platformFaultDomainCount", 3)
        body.setdefault("sku", {"name": "Classic"})
        return body

    def show(self, resource: Resource, query: Mapping[str, str]) -> dict[str, Json]:
        body = copy.deepcopy(resource.body)
        machines = self.cloud.store.of_type(
            "microsoft.compute/virtualmachines", f"/subscriptions/{resource.address.subscription}"
        )
        body["properties"]["virtualMachines"] = [
            {"id": m.id}
            for m in machines
            if reference_id(m.properties.get("availabilitySet")).lower() == resource.address.key
        ]
        return body
