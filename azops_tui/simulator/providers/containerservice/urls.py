"""Paths of Microsoft.ContainerService that are not resources."""

from __future__ import annotations

from azops_tui.json_types import Json
from azops_tui.simulator.arm_reply import ArmReply
from azops_tui.simulator.arm_request import ArmRequest
from azops_tui.simulator.routing import Route
from azops_tui.simulator.services import ArmServices

VERSIONS = (("1.29", ("1.29.2", "1.29.0")), ("1.28", ("1.28.5", "1.28.3")), ("1.27", ("1.27.9", "1.27.7")))
"""Kubernetes versions with their patches, newest first."""


def list_versions(services: ArmServices, request: ArmRequest) -> ArmReply:
    """The Kubernetes versions of a region, with the upgrades of each patch."""
    patches = [patch for _, own in VERSIONS for patch in own]
    values: list[Json] = []
    for index, (version, own) in enumerate(VERSIONS):
        reachable = [p for _, later in VERSIONS[max(0, index - 1) : index + 1] for p in later]
        upgrades = {p: {"upgrades": [u for u in reachable if patches.index(u) < patches.index(p)]} for p in own}
        value: dict[str, Json] = {
            "version": version,
            "capabilities": {"supportPlan": ["KubernetesOfficial"]},
            "patchVersions": upgrades,
        }
        values.append(value | ({"isDefault": True} if version == "1.27" else {}))
    return ArmReply(200, {"values": values})


_LOCATION = "/subscriptions/{subscription}/providers/Microsoft.ContainerService/locations/{location}"

URLS = (Route("GET", f"{_LOCATION}/kubernetesVersions", list_versions),)
