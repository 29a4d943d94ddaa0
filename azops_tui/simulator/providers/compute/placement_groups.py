"""Groups that machines are placed in: what they show of their members."""

from __future__ import annotations

import copy
from collections.abc import Mapping

from azops_tui.json_types import Json
from azops_tui.simulator.providers.base import ResourceProvider, ResourceWrite
from azops_tui.simulator.providers.documents import get, reference_id
from azops_tui.simulator.store import Resource

_MEMBERS = {
    "virtualMachines": "microsoft.compute/virtualmachines",
    "virtualMachineScaleSets": "microsoft.compute/virtualmachinescalesets",
    "availabilitySets": "microsoft.compute/availabilitysets",
}


class PlacementGroupProvider(ResourceProvider):
    """Microsoft.Compute/proximityPlacementGroups."""

    types = ("microsoft.compute/proximityplacementgroups",)

    def build_document(self, write: ResourceWrite) -> dict[str, Json]:
        body = super().build_document(write)
        body["properties"].setdefault("proximityPlacementGroupType", "Standard")
        return body

    def show(self, resource: Resource, query: Mapping[str, str]) -> dict[str, Json]:
        body = copy.deepcopy(resource.body)
        scope = f"/subscriptions/{resource.address.subscription}"
        for member, kind in _MEMBERS.items():
            body["properties"][member] = [
                {"id": other.id}
                for other in self.cloud.store.of_type(kind, scope)
                if reference_id(get(other.properties, "proximityPlacementGroup")).lower() == resource.address.key
            ]
        return body
