"""Platform images: the catalogue, and each image's operating system and disk size."""

from __future__ import annotations

from azops_tui.json_types import Json
from azops_tui.simulator.providers.documents import get

_ROWS = """
Canonical UbuntuServer 18.04-LTS 18.04.202306070 V1 auto nvme hibernate
Canonical UbuntuServer 16.04-LTS 16.04.202109280 V1 auto
Canonical 0001-com-ubuntu-server-focal 20_04-lts 20.04.202312080 V1 auto nvme hibernate
Canonical 0001-com-ubuntu-server-focal 20_04-lts-gen2 20.04.202312080 V2 nvme hibernate trusted
Canonical 0001-com-ubuntu-server-jammy 22_04-lts 22.04.202312060 V1 auto nvme hibernate
Canonical 0001-com-ubuntu-server-jammy 22_04-lts-gen2 22.04.202312060 V2 nvme hibernate trusted
Canonical ubuntu-24_04-lts server 24.04.202604160 V2 nvme hibernate trusted
Canonical ubuntu-24_04-lts server-gen1 24.04.202604160 V1 auto nvme hibernate
Canonical ubuntu-24_04-lts ubuntu-pro 24.04.202604160 V2 nvme hibernate trusted
microsoftazurelinux azurelinux-4 4 4.20260401.0 V2 nvme trusted
microsoftazurelinux azurelinux-4 4-gen1 4.20260401.0 V1 nvme
Debian debian-10 10 0.20230802.1460 V1
Debian debian-11 11-backports-gen2 0.20231013.1532 V2 nvme hibernate trusted
Debian debian-12 12-gen2 0.20231013.1532 V2 nvme hibernate trusted
RedHat RHEL 7-LVM 7.9.2023062211 V1
RedHat RHEL 8-lvm-gen2 8.8.2023081717 V2 nvme hibernate trusted
OpenLogic CentOS 7.5 7.5.201808150 V1 auto bare
OpenLogic CentOS 8_5-gen2 8.5.2022012101 V2 trusted
SUSE opensuse-leap-15-4 gen2 2023.09.21 V2 trusted
SUSE sles-15-sp3 gen2 2023.12.13 V2 trusted
SUSE sles-15-sp5 gen2 2024.07.29 V2 trusted
kinvolk flatcar-container-linux-free stable-gen2 3602.2.3 V2 trusted
kinvolk flatcar-container-linux-free stable 3602.2.3 V1
MicrosoftWindowsServer WindowsServer 2012-Datacenter 9200.24523.231004 V1
MicrosoftWindowsServer WindowsServer 2012-R2-Datacenter 9600.21620.231004 V1 auto
MicrosoftWindowsServer WindowsServer 2016-Datacenter 14393.6529.231129 V1 auto hibernate
MicrosoftWindowsServer WindowsServer 2016-datacenter-gensecond 14393.6529.231129 V2 hibernate trusted
MicrosoftWindowsServer WindowsServer 2019-datacenter-gensecond 17763.5206.231202 V2 hibernate trusted
MicrosoftWindowsServer WindowsServer 2022-datacenter-azure-edition-core 20348.2159.231202 V2 nvme hibernate confidential
MicrosoftWindowsServer WindowsServer 2025-datacenter-g2 26100.2033.241004 V2 nvme hibernate confidential
MicrosoftWindowsServer WindowsServer 2019-Datacenter 17763.5206.231202 V1 auto hibernate
MicrosoftWindowsServer WindowsServer 2022-Datacenter 20348.2031.231006 V1 hibernate
MicrosoftWindowsServer WindowsServer 2022-datacenter-g2 20348.2159.231202 V2 nvme hibernate confidential
MicrosoftWindowsServer WindowsServer 2022-datacenter-azure-edition 20348.2159.231202 V2 nvme hibernate confidential
MicrosoftWindowsServer WindowsServer 2022-datacenter-smalldisk-g2 20348.2159.231202 V2 nvme hibernate confidential small
"""
CATALOGUE: dict[tuple[str, str, str], tuple[str, ...]] = {
    (row[0], row[1], row[2]): row[3:] for row in (tuple(line.split()) for line in _ROWS.strip().splitlines())
}
"""Newest version, generation and traits by publisher, offer and SKU. Unlisted images are accepted too."""
UNKNOWN = ("1.0.20231201", "V1", "nvme", "hibernate")
SYSTEM_BYTES = {"Windows": 136367309312, "Linux": 32213303808}
_PLAIN_LINUX_BYTES = 32212255232
"""Size of the images of Debian and CentOS."""


def _row(publisher: str, offer: str, sku: str) -> tuple[str, ...]:
    image = (publisher.lower(), offer.lower(), sku.lower())
    rows = (row for key, row in CATALOGUE.items() if tuple(k.lower() for k in key) == image)
    row = next(rows, None)
    if row is not None:
        return row
    version, _, *traits = UNKNOWN
    second = sku.lower().endswith(("gen2", "g2", "gensecond"))
    return (version, "V2", *traits, "trusted") if second else UNKNOWN


def is_windows(publisher: str, offer: str) -> bool:
    """Whether an image contains Windows."""
    return "windows" in publisher.lower() or "windows" in offer.lower()


def newest(publisher: str, offer: str, sku: str) -> str:
    """The newest version of an image."""
    return _row(publisher, offer, sku)[0]


def version_view(subscription: str, location: str, publisher: str, offer: str, sku: str, version: str) -> Json:
    """An image version as the list of versions shows it."""
    return {
        "location": location,
        "name": version,
        "id": version_id(subscription, location, publisher, offer, sku, version),
    }


def version_id(subscription: str, location: str, publisher: str, offer: str, sku: str, version: str) -> str:
    """Id of an image version, in the service's spelling."""
    return (
        f"/Subscriptions/{subscription}/Providers/Microsoft.Compute/Locations/{location}/Publishers/{publisher}"
        f"/ArtifactTypes/VMImage/Offers/{offer}/Skus/{sku}/Versions/{version}"
    )


def details(publisher: str, offer: str, sku: str) -> dict[str, Json]:
    """The properties of an image version."""
    _, generation, *traits = _row(publisher, offer, sku)
    system = "Windows" if is_windows(publisher, offer) else "Linux"
    second = generation == "V2"
    body: dict[str, Json] = {
        "hyperVGeneration": generation,
        "architecture": "x64",
        "replicaType": "Managed" if second else "Unmanaged",
        "disallowed": {"vmDiskType": "Unmanaged" if second else "None"},
        "automaticOSUpgradeProperties": {"automaticOSUpgradeSupported": "auto" in traits},
        "imageDeprecationStatus": {"imageState": "Active"},
        "osDiskImage": {"operatingSystem": system},
        "dataDiskImages": [],
    }
    if second:
        body["replicaCount"] = 10
        body["osDiskImage"]["sizeInGb"] = 30 if "small" in traits else disk_size(system)
    else:
        size = _PLAIN_LINUX_BYTES if publisher.lower() in ("debian", "openlogic") else SYSTEM_BYTES[system]
        body["osDiskImage"] |= {"sizeInGb": -(-size // 1024**3) if system == "Windows" else 30, "sizeInBytes": size}
    if "bare" not in traits:
        features = {
            "IsAcceleratedNetworkSupported": "True",
            "DiskControllerTypes": "SCSI, NVMe" if "nvme" in traits else "SCSI",
            "IsHibernateSupported": str("hibernate" in traits),
        }
        if "trusted" in traits:
            features = {"SecurityType": "TrustedLaunchSupported"} | features
        if "confidential" in traits:
            features = {"SecurityType": "TrustedLaunchAndConfidentialVmSupported"} | features
        body["features"] = [{"name": k, "value": v} for k, v in features.items()]
    return body


def parts_of(version: str) -> tuple[str, str, str] | None:
    """Publisher, offer and SKU in the id of an image version; None for ids of other resources."""
    words = version.strip("/").split("/")
    named = {kind.lower(): name for kind, name in zip(words[::2], words[1::2], strict=False)}
    if "publishers" not in named:
        return None
    return named["publishers"], named.get("offers", ""), named.get("skus", "")


def disk_properties(publisher: str, offer: str, sku: str) -> dict[str, Json]:
    """What a disk made of an image shows of it."""
    _, generation, *traits = _row(publisher, offer, sku)
    shown: dict[str, Json] = {
        "osType": "Windows" if is_windows(publisher, offer) else "Linux",
        "hyperVGeneration": generation,
        "supportedCapabilities": {"architecture": "x64"},
    }
    if generation == "V2":
        controllers = "SCSI, NVMe" if "nvme" in traits else "SCSI"
        shown["supportedCapabilities"] |= {"diskControllerTypes": controllers, "acceleratedNetwork": True}
        shown["supportsHibernation"] = "hibernate" in traits
    return shown


def system_gigabytes(publisher: str, offer: str, sku: str) -> int:
    """Size of the system disk of an image in GB."""
    if "small" in _row(publisher, offer, sku)[2:]:
        return 30
    return disk_size("Windows" if is_windows(publisher, offer) else "Linux")


def generation(reference: Json) -> str:
    """``V1`` or ``V2``, of an imageReference."""
    words = [str(get(reference, k) or "") for k in ("publisher", "offer", "sku")]
    return _row(words[0], words[1], words[2])[1]


def system_of(reference: Json) -> str:
    """``Windows`` or ``Linux``, of an imageReference."""
    publisher, offer = str(get(reference, "publisher") or ""), str(get(reference, "offer") or "")
    return (
        "Windows" if is_windows(publisher, offer) or "windows" in str(get(reference, "id") or "").lower() else "Linux"
    )


def describe(reference: Json) -> str:
    """An imageReference as a URN, ``Canonical:UbuntuServer:18.04-LTS:latest``, or its id."""
    parts = [str(get(reference, p) or "") for p in ("publisher", "offer", "sku", "version")]
    return ":".join(parts) if parts[0] else str(get(reference, "id") or "")


def disk_size(system: str) -> int:
    """Size of an image's system disk in GB."""
    return 127 if system == "Windows" else 30
