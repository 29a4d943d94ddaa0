"""Paths of Microsoft.DBforMySQL that are not resources: what a region offers."""

from __future__ import annotations

from azops_tui.json_types import Json
from azops_tui.simulator import locations
from azops_tui.simulator.arm_reply import ArmReply
from azops_tui.simulator.arm_request import ArmRequest
from azops_tui.simulator.providers.flexible_servers import name_check
from azops_tui.simulator.routing import Route
from azops_tui.simulator.services import ArmServices

VERSIONS = ("5.7", "8.0.21", "8.4")
_TIERS: dict[str, tuple[tuple[str, int, int, int], ...]] = {
    "Burstable": (("Standard_B1ms", 1, 2048, 640), ("Standard_B2s", 2, 2048, 1280), ("Standard_B2ms", 2, 4096, 1700)),
    "GeneralPurpose": (
        ("Standard_D2ds_v4", 2, 4096, 3200),
        ("Standard_D4ds_v4", 4, 4096, 6400),
        ("Standard_D8ds_v4", 8, 4096, 12800),
    ),
    "MemoryOptimized": (("Standard_E2ds_v4", 2, 8192, 5000), ("Standard_E4ds_v4", 4, 8192, 10000)),
}
"""Size, cores, memory for each core in MB and IOPS by tier."""


def _edition(tier: str) -> Json:
    skus = [
        {"name": name, "vCores": cores, "supportedMemoryPerVCoreMB": memory, "supportedIops": operations}
        for name, cores, memory, operations in _TIERS[tier]
    ]
    return {
        "name": tier,
        "supportedStorageEditions": [
            {
                "name": "Premium",
                "minStorageSize": 20480,
                "maxStorageSize": 16777216,
                "minBackupRetentionDays": 7,
                "maxBackupRetentionDays": 35,
                "minBackupIntervalHours": 24,
                "maxBackupIntervalHours": 24,
            }
        ],
        "supportedServerVersions": [{"name": version, "supportedSkus": skus} for version in VERSIONS],
        "defaultSku": _TIERS[tier][0][0],
        "defaultStorageSize": 32768,
    }


def list_capabilities(services: ArmServices, request: ArmRequest) -> ArmReply:
    """The tiers, sizes and versions of a region, for each zone."""
    region = locations.LOCATIONS.get(locations.region_name(request.params["location"]))
    zones = locations.ZONES[: region.zones] if region is not None and region.zones else ("none",)
    modes = ["SameZone", "ZoneRedundant"] if len(zones) > 1 else ["SameZone"]
    value: list[Json] = [
        {
            "zone": zone,
            "supportedHAMode": modes,
            "supportedGeoBackupRegions": [locations.paired_region(request.params["location"])],
            "supportedFlexibleServerEditions": [_edition(tier) for tier in _TIERS],
        }
        for zone in zones
    ]
    return ArmReply(200, {"value": value})


_PROVIDER = "/subscriptions/{subscription}/providers/Microsoft.DBforMySQL"
_LOCATION = f"{_PROVIDER}/locations/{{location}}"

check_name = name_check("Microsoft.DBforMySQL")

URLS = (
    Route("GET", f"{_LOCATION}/capabilities", list_capabilities),
    Route("POST", f"{_LOCATION}/checkNameAvailability", check_name),
    Route("POST", f"{_PROVIDER}/checkNameAvailability", check_name),
)
