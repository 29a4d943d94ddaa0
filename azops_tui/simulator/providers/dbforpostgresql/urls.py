"""Paths of Microsoft.DBforPostgreSQL that are not resources: what a region offers."""

from __future__ import annotations

from azops_tui.json_types import Json
from azops_tui.simulator import locations
from azops_tui.simulator.arm_reply import ArmReply
from azops_tui.simulator.arm_request import ArmRequest
from azops_tui.simulator.providers.flexible_servers import name_check
from azops_tui.simulator.routing import Route
from azops_tui.simulator.services import ArmServices

VERSIONS = ("11", "12", "13", "14", "15", "16", "17")
_TIERS: dict[str, tuple[tuple[str, int, int, int], ...]] = {
    "Burstable": (("Standard_B1ms", 1, 2048, 640), ("Standard_B2s", 2, 2048, 1280), ("Standard_B2ms", 2, 4096, 1920)),
    "GeneralPurpose": (
        ("Standard_D2s_v3", 2, 4096, 3200),
        ("Standard_D4s_v3", 4, 4096, 6400),
        ("Standard_D2ds_v4", 2, 4096, 3200),
        ("Standard_D4ds_v5", 4, 4096, 6400),
    ),
    "MemoryOptimized": (("Standard_E2ds_v4", 2, 8192, 3200), ("Standard_E4ds_v5", 4, 8192, 6400)),
}
"""Size, cores, memory for each core in MB and IOPS by tier."""
_SIZES = (
    *((32, "P4", 120), (64, "P6", 240), (128, "P10", 500)),
    *((256, "P15", 1100), (512, "P20", 2300), (1024, "P30", 5000)),
)
_FEATURES = {"OfferRestricted": False, "GeoBackup": True, "ZoneRedundantHa": True, "OnlineResize": True,
             "IndexTuning": True, "FastProvisioning": False, "StorageAutoGrowth": True}  # fmt: skip


def _features(*, has_zones: bool) -> list[Json]:
    states = {**_FEATURES, "ZoneRedundantHa": has_zones}
    return [{"name": name, "status": "Enabled" if enabled else "Disabled"} for name, enabled in states.items()]


def _edition(tier: str, zones: list[str]) -> Json:
    tiers = [{"name": name, "iops": operations} for _, name, operations in _SIZES]
    return {
        "name": tier,
        "defaultSkuName": _TIERS[tier][0][0],
        "supportedStorageEditions": [
            {
                "name": "ManagedDisk",
                "defaultStorageSizeMb": 131072,
                "supportedStorageMb": [
                    {
                        "storageSizeMb": size * 1024,
                        "supportedIops": operations,
                        "defaultIopsTier": name,
                        "supportedIopsTiers": tiers[number:],
                    }
                    for number, (size, name, operations) in enumerate(_SIZES)
                ],
            }
        ],
        "supportedServerSkus": [
            {
                "name": name,
                "vCores": cores,
                "supportedIops": operations,
                "supportedMemoryPerVcoreMb": memory,
                "supportedZones": zones,
                "supportedHaMode": ["SameZone", "ZoneRedundant"] if zones else ["SameZone"],
            }
            for name, cores, memory, operations in _TIERS[tier]
        ],
    }


def list_capabilities(services: ArmServices, request: ArmRequest) -> ArmReply:
    """The tiers, sizes and versions of a region or of a server."""
    place = request.params.get("location") or services.resources.get(request.address).location
    region = locations.LOCATIONS.get(locations.region_name(place))
    zones = list(locations.ZONES[: region.zones]) if region is not None else []
    versions: list[Json] = [
        {"name": version, "supportedVersionsToUpgrade": list(VERSIONS[number + 1 :])}
        for number, version in enumerate(VERSIONS)
    ]
    capability: dict[str, Json] = {
        "name": "FlexibleServerCapabilities",
        "supportedServerEditions": [_edition(tier, zones) for tier in _TIERS],
        "supportedServerVersions": versions,
        "supportedFeatures": _features(has_zones=bool(zones)),
        "fastProvisioningSupported": "Disabled",
        "geoBackupSupported": "Enabled",
        "zoneRedundantHaSupported": "Enabled" if zones else "Disabled",
        "zoneRedundantHaAndGeoBackupSupported": "Enabled" if zones else "Disabled",
        "storageAutoGrowthSupported": "Enabled",
        "onlineResizeSupported": "Enabled",
        "restricted": "Disabled",
    }
    return ArmReply(200, {"value": [capability]})


_PROVIDER = "/subscriptions/{subscription}/providers/Microsoft.DBforPostgreSQL"
_LOCATION = f"{_PROVIDER}/locations/{{location}}"
_SERVER = "/{scope...}/providers/Microsoft.DBforPostgreSQL/flexibleServers/{server}"

check_name = name_check("Microsoft.DBforPostgreSQL")

URLS = (
    Route("GET", f"{_LOCATION}/capabilities", list_capabilities),
    Route("GET", f"{_SERVER}/capabilities", list_capabilities),
    Route("POST", f"{_LOCATION}/checkNameAvailability", check_name),
    Route("POST", f"{_PROVIDER}/checkNameAvailability", check_name),
)
