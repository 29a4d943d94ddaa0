"""The ``properties`` of a deployment as the service returns them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from azops_tui.arm.expanded_resource import ExpandedResource
from azops_tui.arm.resource_header import DEPLOYMENTS
from azops_tui.arm.symbolic import plain
from azops_tui.arm.types import is_secure
from azops_tui.json_types import Json


def deployment_properties(
    *,
    template_hash: str,
    mode: str,
    parameters: Mapping[str, Json],
    outputs: Mapping[str, Json],
    own: Sequence[ExpandedResource],
    resources: Sequence[ExpandedResource],
) -> dict[str, Json]:
    """The ``properties`` of a deployment: hash, parameters, mode, providers, dependencies, outputs and their resources.

    `own` are the resources of the template itself, `resources` also those of nested deployments.
    """
    live = [resource for resource in own if resource.condition and not resource.existing]
    result: dict[str, Json] = {"templateHash": template_hash}
    if parameters:
        result["parameters"] = parameters
    result["mode"] = mode.capitalize()
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
    shown = {
        name: {
            "type": output["type"],
            **({} if is_secure(output["type"]) else {"value": plain(output.get("value"))}),
        }
        for name, output in outputs.items()
    }
    if shown:
        result["outputs"] = shown
    deployed = [
        resource.id
        for resource in resources
        if resource.condition and not resource.existing and resource.type.lower() != DEPLOYMENTS
    ]
    result["outputResources"] = [{"id": id} for id in sorted(set(deployed), key=str.lower)]
    return result


def providers(resources: list[ExpandedResource]) -> list[Json]:
    """Resource types by namespace, with the locations of their resources."""
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
