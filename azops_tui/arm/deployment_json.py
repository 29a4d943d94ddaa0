"""A deployment's ``properties`` as the service shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from azops_tui.arm.resources import DEPLOYMENTS, ExpandedResource
from azops_tui.arm.symbolic import plain
from azops_tui.arm.types import is_secure
from azops_tui.json_types import Json

if TYPE_CHECKING:
    from azops_tui.arm.expansion import Expansion


def as_deployment(expansion: Expansion) -> dict[str, Json]:
    """Template hash, parameters, mode, providers, dependencies, outputs and output resources."""
    live = [resource for resource in expansion.own if resource.condition and not resource.existing]
    result: dict[str, Json] = {"templateHash": expansion.template_hash}
    parameters = expansion.parameters
    if parameters:
        result["parameters"] = parameters
    result["mode"] = expansion.deployment.mode.capitalize()
    result["providers"] = providers(live)
    lines: dict[int, Json] = {}
    result["dependencies"] = [
        {
            "dependsOn": [
                lines.get(id(line)) or lines.setdefault(id(line), line.view()) for line in resource.dependencies
            ],
            "id": resource.id,
            "resourceType": resource.type,
            "resourceName": resource.name,
        }
        for resource in live
        if resource.dependencies
    ]
    outputs = {
        name: {
            "type": output["type"],
            **({} if is_secure(output["type"]) else {"value": plain(output.get("value"))}),
        }
        for name, output in expansion.raw_outputs().items()
    }
    if outputs:
        result["outputs"] = outputs
    deployed = [
        resource.id
        for resource in expansion.resources
        if resource.condition and not resource.existing and resource.type.lower() != DEPLOYMENTS
    ]
    result["outputResources"] = [{"id": id} for id in sorted(set(deployed), key=str.lower)]
    return result


def providers(resources: list[ExpandedResource]) -> list[Json]:
    """The resource types by namespace, with the locations that they are used in."""
    result: dict[str, dict[str, Json]] = {}
    for resource in resources:
        namespace, _, type = resource.type.partition("/")
        provider = result.setdefault(namespace.lower(), {"namespace": namespace, "resourceTypes": {}})
        entry = provider["resourceTypes"].setdefault(type.lower(), {"resourceType": type, "locations": []})
        location = resource.location.replace(" ", "").lower() or None
        if location not in entry["locations"]:
            entry["locations"].append(location)
    return [
        {"namespace": provider["namespace"], "resourceTypes": list(provider["resourceTypes"].values())}
        for provider in result.values()
    ]
