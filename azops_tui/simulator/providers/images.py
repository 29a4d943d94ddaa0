"""Images: what the catalogue offers, which system an image has, how big its disk is."""

from __future__ import annotations

from typing import Any

from azops_tui.simulator.providers.base import get

Json = Any

CATALOGUE: dict[tuple[str, str, str], str] = {
    ("Canonical", "UbuntuServer", "18.04-LTS"): "18.04.202306070",
    ("Canonical", "UbuntuServer", "16.04-LTS"): "16.04.202109280",
    ("Canonical", "0001-com-ubuntu-server-focal", "20_04-lts"): "20.04.202505200",
    ("Canonical", "0001-com-ubuntu-server-focal", "20_04-lts-gen2"): "20.04.202505200",
    ("Canonical", "0001-com-ubuntu-server-jammy", "22_04-lts"): "22.04.202611010",
    ("Canonical", "0001-com-ubuntu-server-jammy", "22_04-lts-gen2"): "22.04.202611010",
    ("Canonical", "ubuntu-24_04-lts", "server"): "24.04.202611010",
    ("Canonical", "ubuntu-24_04-lts", "server-gen1"): "24.04.202611010",
    ("Debian", "debian-10", "10"): "0.20240703.1797",
    ("Debian", "debian-11", "11-backports-gen2"): "0.20241125.1942",
    ("Debian", "debian-12", "12-gen2"): "0.20261014.2301",
    ("RedHat", "RHEL", "7-LVM"): "7.9.2023062211",
    ("RedHat", "RHEL", "8-lvm-gen2"): "8.10.2026051316",
    ("OpenLogic", "CentOS", "7.5"): "7.5.201808150",
    ("OpenLogic", "CentOS", "8_5-gen2"): "8.5.2022012101",
    ("SUSE", "opensuse-leap-15-4", "gen2"): "2023.09.21",
    ("SUSE", "sles-15-sp3", "gen2"): "2023.12.13",
    ("kinvolk", "flatcar-container-linux-free", "stable"): "3975.2.0",
    ("MicrosoftWindowsServer", "WindowsServer", "2016-Datacenter"): "14393.6529.231129",
    ("MicrosoftWindowsServer", "WindowsServer", "2019-Datacenter"): "17763.5206.231202",
    ("MicrosoftWindowsServer", "WindowsServer", "2022-datacenter-azure-edition"): "20348.2159.231202",
    ("MicrosoftWindowsServer", "WindowsServer", "2022-datacenter-smalldisk-g2"): "20348.2031.231006",
}
"""Newest version by publisher, offer and sku. What is not listed is accepted too, with a version made up."""


def is_windows(publisher: str, offer: str) -> bool:
    """Whether an image is of Windows."""
    return "windows" in publisher.lower() or "windows" in offer.lower()


def newest(publisher: str, offer: str, sku: str) -> str:
    """The newest version of an image."""
    wanted = (publisher.lower(), offer.lower(), sku.lower())
    for key, version in CATALOGUE.items():
        if tuple(k.lower() for k in key) == wanted:
            return version
    return "1.0.202611010"


def version_view(subscription: str, location: str, publisher: str, offer: str, sku: str, version: str) -> Json:
    """An image version as the list of versions shows it."""
    return {
        "location": location,
        "name": version,
        "id": version_id(subscription, location, publisher, offer, sku, version),
    }


def version_id(subscription: str, location: str, publisher: str, offer: str, sku: str, version: str) -> str:
    """Id of an image version, spelled as the service does."""
    return (
        f"/Subscriptions/{subscription}/Providers/Microsoft.Compute/Locations/{location}/Publishers/{publisher}"
        f"/ArtifactTypes/VMImage/Offers/{offer}/Skus/{sku}/Versions/{version}"
    )


def details(publisher: str, offer: str, sku: str) -> dict[str, Json]:
    """The properties of an image version."""
    windows = is_windows(publisher, offer)
    second = "gen2" in sku.lower() or sku.lower().endswith("-g2") or "azure-edition" in sku.lower()
    second = second or (offer == "ubuntu-24_04-lts" and sku == "server")
    features = [
        {"name": "IsAcceleratedNetworkSupported", "value": "True"},
        {"name": "DiskControllerTypes", "value": "SCSI, NVMe"},
        {"name": "IsHibernateSupported", "value": "True"},
    ]
    if second:
        features.insert(0, {"name": "SecurityType", "value": "TrustedLaunchSupported"})
    return {
        "hyperVGeneration": "V2" if second else "V1",
        "architecture": "x64",
        "replicaType": "Managed" if second else "Unmanaged",
        "disallowed": {"vmDiskType": "None"},
        "automaticOSUpgradeProperties": {"automaticOSUpgradeSupported": True},
        "imageDeprecationStatus": {"imageState": "Active"},
        "features": features,
        "osDiskImage": {
            "operatingSystem": "Windows" if windows else "Linux",
            "sizeInBytes": 136367309312 if windows else 32213303808,
        },
        "dataDiskImages": [],
    }


def system_of(reference: Json) -> str:
    """``Windows`` or ``Linux``, of an imageReference."""
    publisher, offer = str(get(reference, "publisher") or ""), str(get(reference, "offer") or "")
    return (
        "Windows" if is_windows(publisher, offer) or "windows" in str(get(reference, "id") or "").lower() else "Linux"
    )


def describe(reference: Json) -> str:
    """An imageReference in one word: ``Canonical:UbuntuServer:18.04-LTS:latest``, or its id."""
    parts = [str(get(reference, p) or "") for p in ("publisher", "offer", "sku", "version")]
    return ":".join(parts) if parts[0] else str(get(reference, "id") or "")


def disk_size(system: str) -> int:
    """Gigabytes of the system disk that an image brings."""
    return 127 if system == "Windows" else 30
