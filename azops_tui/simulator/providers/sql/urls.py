"""Paths of Microsoft.Sql that are not resources: what a region offers."""

from __future__ import annotations

from azops_tui.json_types import Json
from azops_tui.simulator import locations
from azops_tui.simulator.arm_reply import ArmReply
from azops_tui.simulator.arm_request import ArmRequest
from azops_tui.simulator.routing import Route
from azops_tui.simulator.services import ArmServices

_GIGABYTES = 1024
_EDITIONS: tuple[tuple[str, tuple[tuple[str, str, str | None, int], ...], tuple[int, ...]], ...] = (
    ("Basic", (("Basic", "Basic", None, 5),), (1, 2)),
    (
        "Standard",
        tuple((f"S{n}", "Standard", None, dtu) for n, dtu in ((0, 10), (1, 20), (2, 50), (3, 100), (4, 200), (6, 400))),
        (1, 2, 10, 50, 250),
    ),
    ("Premium", tuple((f"P{n}", "Premium", None, dtu) for n, dtu in ((1, 125), (2, 250), (4, 500))), (1, 250, 500)),
    (
        "GeneralPurpose",
        (
            *((f"GP_Gen5_{n}", "GP_Gen5", "Gen5", n) for n in (2, 4, 6, 8, 16, 32, 40, 80)),
            *((f"GP_S_Gen5_{n}", "GP_S_Gen5", "Gen5", n) for n in (1, 2, 4, 6, 8, 16)),
        ),
        (1, 32, 1024),
    ),
    ("BusinessCritical", tuple((f"BC_Gen5_{n}", "BC_Gen5", "Gen5", n) for n in (2, 4, 8, 16, 32, 80)), (1, 32, 1024)),
    ("Hyperscale", tuple((f"HS_Gen5_{n}", "HS_Gen5", "Gen5", n) for n in (2, 4, 8, 16, 32, 80)), (1, 1024)),
    ("DataWarehouse", (("DW100c", "DataWarehouse", None, 900), ("DW1000c", "DataWarehouse", None, 9000)), (1024,)),
)
_DEFAULTS = ("GeneralPurpose", "S0", "Basic", "P1", "GP_Gen5_2", "BC_Gen5_2", "HS_Gen5_2", "DW100c", "12.0", "Gen5")


def _status(name: str) -> str:
    return "Default" if name in _DEFAULTS else "Available"


def _size(gigabytes: int) -> Json:
    return {"limit": gigabytes, "unit": "Gigabytes"}


def _edition(name: str, objectives: tuple[tuple[str, str, str | None, int], ...], sizes: tuple[int, ...]) -> Json:
    supported = [
        {
            "minValue": _size(sizes[0]),
            "maxValue": _size(size),
            "scaleSize": _size(1),
            "logSize": {"limit": 30, "unit": "Percent"},
            "status": "Default" if size == sizes[-1] else "Available",
        }
        for size in sizes
    ]
    return {
        "name": name,
        "readScale": "Enabled" if name in ("Premium", "BusinessCritical", "Hyperscale") else "Disabled",
        "zoneRedundant": name in ("Premium", "BusinessCritical", "GeneralPurpose"),
        "supportedServiceLevelObjectives": [
            {
                "id": f"00000000-0000-4000-8000-{number:012d}",
                "name": objective,
                "sku": {
                    "name": sku,
                    "tier": name,
                    "capacity": capacity,
                    **({"family": family} if family else {}),
                },
                "performanceLevel": {"value": capacity, "unit": "VCores" if family else "DTU"},
                "computeModel": "Serverless" if "_S_" in objective else "Provisioned",
                "supportedMaxSizes": supported,
                "supportedLicenseTypes": [{"name": "LicenseIncluded", "status": "Default"}] if family else [],
                "zoneRedundant": False,
                "status": _status(objective),
            }
            for number, (objective, sku, family, capacity) in enumerate(objectives, 1)
        ],
        "supportedStorageCapabilities": [
            {"storageAccountType": kind, "status": "Default" if kind == "GRS" else "Available"}
            for kind in ("GRS", "LRS", "ZRS")
        ],
        "status": _status(name),
    }


def _pool_edition(name: str, kind: str, family: str | None, levels: tuple[int, ...]) -> Json:
    return {
        "name": name,
        "zoneRedundant": name != "Basic",
        "supportedElasticPoolPerformanceLevels": [
            {
                "performanceLevel": {"value": level, "unit": "VCores" if family else "DTU"},
                "sku": {"name": kind, "tier": name, "capacity": level, **({"family": family} if family else {})},
                "maxDatabaseCount": 500,
                "supportedMaxSizes": [
                    {"minValue": _size(5), "maxValue": _size(50), "scaleSize": _size(1), "status": "Default"}
                ],
                "supportedPerDatabaseMaxPerformanceLevels": [
                    {
                        "limit": level,
                        "unit": "VCores" if family else "DTU",
                        "status": "Default",
                        "supportedPerDatabaseMinPerformanceLevels": [
                            {"limit": 0, "unit": "VCores" if family else "DTU", "status": "Default"}
                        ],
                    }
                ],
                "status": "Default" if level == levels[0] else "Available",
            }
            for level in levels
        ],
        "status": _status(name),
    }


def _managed_version() -> Json:
    families = [
        {
            "name": "Gen5",
            "sku": sku,
            "supportedLicenseTypes": [
                {"name": "LicenseIncluded", "status": "Default"},
                {"name": "BasePrice", "status": "Available"},
            ],
            "supportedVcoresValues": [
                {
                    "name": str(cores),
                    "value": cores,
                    "includedMaxSize": _size(32),
                    "supportedStorageSizes": [
                        {"minValue": _size(32), "maxValue": _size(2048), "scaleSize": _size(32), "status": "Default"}
                    ],
                    "status": "Default" if cores == 8 else "Available",
                }
                for cores in (4, 8, 16, 24, 32, 40, 64, 80)
            ],
            "status": "Default",
        }
        for sku in ("GP_Gen5", "BC_Gen5")
    ]
    return {
        "name": "12.0",
        "supportedEditions": [
            {"name": name, "supportedFamilies": [family], "status": _status(name)}
            for name, family in zip(("GeneralPurpose", "BusinessCritical"), families, strict=True)
        ],
        "status": "Default",
    }


def show_capabilities(services: ArmServices, request: ArmRequest) -> ArmReply:
    """The editions, service objectives and sizes of a region; ``include`` leaves out other groups."""
    group = request.query.get("include", "").lower()
    body: dict[str, Json] = {"name": locations.display_name(request.params["location"]), "status": "Available"}
    if group in ("", "supportededitions", "supportedelasticpooleditions"):
        version: dict[str, Json] = {"name": "12.0", "status": "Default", "supportedEditions": []}
        if group != "supportedelasticpooleditions":
            version["supportedEditions"] = [_edition(*row) for row in _EDITIONS]
        if group != "supportededitions":
            version["supportedElasticPoolEditions"] = [
                _pool_edition("Standard", "StandardPool", None, (50, 100, 200, 400, 800)),
                _pool_edition("Premium", "PremiumPool", None, (125, 250, 500, 1000)),
                _pool_edition("Basic", "BasicPool", None, (50, 100, 200)),
                _pool_edition("GeneralPurpose", "GP_Gen5", "Gen5", (2, 4, 8, 16, 32)),
                _pool_edition("BusinessCritical", "BC_Gen5", "Gen5", (4, 8, 16, 32)),
            ]
        body["supportedServerVersions"] = [version]
    if group in ("", "supportedmanagedinstanceversions"):
        body["supportedManagedInstanceVersions"] = [_managed_version()]
    return ArmReply(200, body)


URLS = (
    Route(
        "GET",
        "/subscriptions/{subscription}/providers/Microsoft.Sql/locations/{location}/capabilities",
        show_capabilities,
    ),
)
