"""Policy definitions: Azure's own at every scope, and stored ones. Policies are not enforced."""

from __future__ import annotations

import copy
from collections.abc import Mapping

from azops_tui.arm.resource_id import ResourceId
from azops_tui.json_types import Json
from azops_tui.simulator.clock import stamp
from azops_tui.simulator.cloud import CLIENT
from azops_tui.simulator.providers.base import ResourceProvider, ResourceWrite
from azops_tui.simulator.store import Resource

_TYPE = "Microsoft.Authorization/policyDefinitions"


def _list(display: str, kind: str, words: str) -> Json:
    metadata: dict[str, Json] = {"description": words, "displayName": display}
    return {"type": "Array", "metadata": metadata | ({"strongType": kind} if kind else {})}


def _tag() -> Json:
    return {"type": "String", "metadata": {"displayName": "Tag Name", "description": "Name of the tag"}}


_MACHINE = "Microsoft.Compute/virtualMachines"
_SET = "Microsoft.Compute/VirtualMachineScaleSets"
_UNMANAGED: Json = {
    "anyOf": [
        {"allOf": [{"field": "type", "equals": _MACHINE}, {"field": f"{_MACHINE}/osDisk.uri", "exists": "True"}]},
        {
            "allOf": [
                {"field": "type", "equals": _SET},
                {
                    "anyOf": [
                        {"field": f"{_SET}/osDisk.vhdContainers", "exists": "True"},
                        {"field": f"{_SET}/osdisk.imageUrl", "exists": "True"},
                    ]
                },
            ]
        },
    ]
}
_ROWS: tuple[tuple[str, str, str, str, str, dict[str, Json], Json, str], ...] = (
    (
        "06a78e20-9358-41c9-923c-fb736d382a4d",
        "Audit VMs that do not use managed disks",
        "This policy audits VMs that do not use managed disks",
        "All",
        "Compute",
        {},
        _UNMANAGED,
        "audit",
    ),
    (
        "e56962a6-4747-49cd-b67b-bf8b01975c4c",
        "Allowed locations",
        "This policy restricts the locations in which resources can be created.",
        "Indexed",
        "General",
        {"listOfAllowedLocations": _list("Allowed locations", "location", "Locations in which resources may be.")},
        {
            "allOf": [
                {"field": "location", "notIn": "[parameters('listOfAllowedLocations')]"},
                {"field": "location", "notEquals": "global"},
            ]
        },
        "deny",
    ),
    (
        "a08ec900-254a-4555-9bf5-e42af04b5c5c",
        "Allowed resource types",
        "This policy restricts the types of resources that can be created.",
        "Indexed",
        "General",
        {"listOfResourceTypesAllowed": _list("Allowed resource types", "resourceTypes", "Types that may be created.")},
        {"not": {"field": "type", "in": "[parameters('listOfResourceTypesAllowed')]"}},
        "deny",
    ),
    (
        "6c112d4e-5bc7-47ae-a041-ea2d9dccd749",
        "Not allowed resource types",
        "This policy restricts the types of resources that can be created.",
        "All",
        "General",
        {"listOfResourceTypesNotAllowed": _list("Not allowed resource types", "resourceTypes", "Types to refuse.")},
        {"field": "type", "in": "[parameters('listOfResourceTypesNotAllowed')]"},
        "deny",
    ),
    (
        "cccc23c7-8427-4f53-ad12-b6a63eb452b3",
        "Allowed virtual machine size SKUs",
        "This policy restricts the sizes of virtual machines.",
        "Indexed",
        "Compute",
        {"listOfAllowedSKUs": _list("Allowed Size SKUs", "VMSKUs", "Sizes that machines may have.")},
        {
            "allOf": [
                {"field": "type", "equals": _MACHINE},
                {"not": {"field": f"{_MACHINE}/sku.name", "in": "[parameters('listOfAllowedSKUs')]"}},
            ]
        },
        "deny",
    ),
    (
        "871b6d14-10aa-478d-b590-94f262ecfa99",
        "Require a tag on resources",
        "This policy requires a tag on resources, not on resource groups.",
        "Indexed",
        "Tags",
        {"tagName": _tag()},
        {"field": "[concat('tags[', parameters('tagName'), ']')]", "exists": "false"},
        "deny",
    ),
)


def _document(row: tuple[str, str, str, str, str, dict[str, Json], Json, str]) -> dict[str, Json]:
    name, display, words, mode, category, parameters, condition, effect = row
    return {
        "properties": {
            "displayName": display,
            "policyType": "BuiltIn",
            "mode": mode,
            "description": words,
            "metadata": {"category": category, "version": "1.0.0"},
            "parameters": parameters,
            "policyRule": {"if": condition, "then": {"effect": effect}},
        },
        "id": f"/providers/{_TYPE}/{name}",
        "type": _TYPE,
        "name": name,
    }


BUILT_IN_POLICIES = {row[0]: _document(row) for row in _ROWS}
"""Azure's own definitions, by name."""


class PolicyDefinitionProvider(ResourceProvider):
    """Microsoft.Authorization/policyDefinitions."""

    types = (_TYPE.lower(),)

    def find(self, address: ResourceId) -> Resource | None:
        built_in = BUILT_IN_POLICIES.get(address.last_name.lower())
        if built_in is not None and not address.scope:
            return Resource(address, copy.deepcopy(built_in))
        return super().find(address)

    def build_document(self, write: ResourceWrite) -> dict[str, Json]:
        body = super().build_document(write)
        properties, now = body["properties"], stamp(self.cloud.clock.now())
        old = (write.before.properties.get("metadata") or {}) if write.before else {}
        metadata = properties.setdefault("metadata", {})
        if isinstance(metadata, dict):
            metadata["createdBy"], metadata["createdOn"] = old.get("createdBy", CLIENT), old.get("createdOn", now)
            metadata["updatedBy"], metadata["updatedOn"] = (CLIENT, now) if old else (None, None)
        for parameter in (properties.get("parameters") or {}).values():
            if isinstance(parameter, dict) and isinstance(parameter.get("type"), str):
                parameter["type"] = parameter["type"][:1].upper() + parameter["type"][1:]
        return body

    def list_documents(self, address: ResourceId, query: Mapping[str, str]) -> list[Json]:
        return [*copy.deepcopy(list(BUILT_IN_POLICIES.values())), *super().list_documents(address, query)]
