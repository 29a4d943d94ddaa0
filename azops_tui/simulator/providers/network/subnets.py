"""Address ranges of networks and their subnets: what the service refuses."""

from __future__ import annotations

import ipaddress
from typing import Any

from azops_tui.arm.resource_id import ResourceId
from azops_tui.json_types import Json
from azops_tui.simulator.errors import ArmError
from azops_tui.simulator.providers.documents import get


def check_subnets(address: ResourceId, properties: dict[str, Json]) -> None:
    """Refuse address ranges that are not valid, are outside of the network's or overlap."""
    spaces = []
    for text in get(properties, "addressSpace", "addressPrefixes") or []:
        try:
            spaces.append(ipaddress.ip_network(str(text), strict=False))
        except ValueError:
            raise ArmError(
                400,
                "InvalidAddressPrefixFormat",
                f"ResourceId prefix {text} of resource {address.id} is not formatted correctly. "
                "It should follow CIDR notation, for example 10.0.0.0/24.",
                details=[],
            ) from None
    seen: list[tuple[str, Any]] = []
    for subnet in get(properties, "subnets") or []:
        name = str(subnet.get("name"))
        inner = subnet.get("properties") or {}
        for text in [inner["addressPrefix"]] if inner.get("addressPrefix") else inner.get("addressPrefixes") or []:
            try:
                range_ = ipaddress.ip_network(str(text), strict=False)
            except ValueError:
                raise ArmError(
                    400,
                    "InvalidAddressPrefixFormat",
                    f"ResourceId prefix {text} of resource {address.id}/subnets/{name} is not formatted correctly. "
                    "It should follow CIDR notation, for example 10.0.0.0/24.",
                    details=[],
                ) from None
            if spaces and not any(_within(range_, s) for s in spaces):
                raise ArmError(
                    400,
                    "NetcfgInvalidSubnet",
                    f"Subnet '{name}' is not valid in virtual network '{address.last_name}'.",
                    details=[],
                )
            other = next((n for n, r in seen if r.version == range_.version and r.overlaps(range_)), None)
            if other is not None:
                raise ArmError(
                    400,
                    "NetcfgSubnetRangesOverlap",
                    f"Subnet '{name}' is not valid because its IP address range overlaps with that of an existing "
                    f"subnet in virtual network '{address.last_name}'.",
                    details=[],
                )
            seen.append((name, range_))


def _within(range_: Any, space: Any) -> bool:
    return bool(range_.version == space.version and range_.subnet_of(space))
