"""Machine sizes."""

from __future__ import annotations

from azops_tui.json_types import Json

SIZES: dict[str, tuple[int, int, int]] = {
    "Standard_B1s": (1, 1024, 2),
    "Standard_B1ms": (1, 2048, 2),
    "Standard_B2s": (2, 4096, 4),
    "Standard_B2ms": (2, 8192, 4),
    "Standard_B4ms": (4, 16384, 8),
    "Standard_A1_v2": (1, 2048, 2),
    "Standard_A2_v2": (2, 4096, 4),
    "Standard_DS1_v2": (1, 3584, 4),
    "Standard_DS2_v2": (2, 7168, 8),
    "Standard_DS3_v2": (4, 14336, 16),
    "Standard_D1_v2": (1, 3584, 4),
    "Standard_D2_v2": (2, 7168, 8),
    "Standard_D2_v3": (2, 8192, 4),
    "Standard_D2s_v3": (2, 8192, 4),
    "Standard_D4s_v3": (4, 16384, 8),
    "Standard_D8s_v3": (8, 32768, 16),
    "Standard_D2s_v5": (2, 8192, 4),
    "Standard_D4s_v5": (4, 16384, 8),
    "Standard_D8s_v5": (8, 32768, 16),
    "Standard_D2as_v5": (2, 8192, 4),
    "Standard_D4as_v5": (4, 16384, 8),
    "Standard_E2s_v5": (2, 16384, 4),
    "Standard_E4s_v5": (4, 32768, 8),
    "Standard_F2s_v2": (2, 4096, 4),
    "Standard_F4s_v2": (4, 8192, 8),
}
"""Cores, memory in MB and data disks, by name."""


def sizes() -> list[Json]:
    """The sizes as the list of a region shows them."""
    return [
        {
            "name": name,
            "numberOfCores": cores,
            "osDiskSizeInMB": 1047552,
            "resourceDiskSizeInMB": memory * 2,
            "memoryInMB": memory,
            "maxDataDiskCount": disks,
        }
        for name, (cores, memory, disks) in SIZES.items()
    ]


def skus(locations: list[str]) -> list[Json]:
    """The sizes as resource skus."""
    return [
        {
            "resourceType": "virtualMachines",
            "name": name,
            "tier": "Standard",
            "size": name.split("_", 1)[1],
            "family": "standardFamily",
            "locations": [where],
            "locationInfo": [{"location": where, "zones": ["1", "2", "3"], "zoneDetails": []}],
            "capabilities": [
                {"name": "vCPUs", "value": str(cores)},
                {"name": "MemoryGB", "value": f"{memory / 1024:g}"},
                {"name": "MaxDataDiskCount", "value": str(disks)},
                {"name": "HyperVGenerations", "value": "V1,V2"},
                {"name": "PremiumIO", "value": "True"},
                {"name": "CpuArchitectureType", "value": "x64"},
            ],
            "restrictions": [],
        }
        for where in locations
        for name, (cores, memory, disks) in SIZES.items()
    ]
