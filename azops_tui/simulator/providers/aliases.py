"""Short names of images, as ``az vm create --image`` takes them; the shape of the public list of aliases."""

from __future__ import annotations

from typing import Any

Json = Any

_ROWS = (
    ("Linux", "CentOS85Gen2", "OpenLogic", "CentOS", "8_5-gen2"),
    ("Linux", "Debian11", "Debian", "debian-11", "11-backports-gen2"),
    ("Linux", "Debian12", "Debian", "debian-12", "12-gen2"),
    ("Linux", "FlatcarLinuxFreeGen2", "kinvolk", "flatcar-container-linux-free", "stable"),
    ("Linux", "OpenSuseLeap154Gen2", "SUSE", "opensuse-leap-15-4", "gen2"),
    ("Linux", "RHELRaw8LVMGen2", "RedHat", "RHEL", "8-lvm-gen2"),
    ("Linux", "SuseSles15SP3", "SUSE", "sles-15-sp3", "gen2"),
    ("Linux", "Ubuntu2204", "Canonical", "0001-com-ubuntu-server-jammy", "22_04-lts-gen2"),
    ("Linux", "Ubuntu2404", "Canonical", "ubuntu-24_04-lts", "server"),
    ("Linux", "Ubuntu2404Pro", "Canonical", "ubuntu-24_04-lts", "server-gen1"),
    ("Windows", "Win2022Datacenter", "MicrosoftWindowsServer", "WindowsServer", "2022-datacenter-azure-edition"),
    ("Windows", "Win2019Datacenter", "MicrosoftWindowsServer", "WindowsServer", "2019-Datacenter"),
    ("Windows", "Win2016Datacenter", "MicrosoftWindowsServer", "WindowsServer", "2016-Datacenter"),
)


def _group(system: str) -> Json:
    return {
        alias: {"publisher": publisher, "offer": offer, "sku": sku, "version": "latest", "architecture": "x64"}
        for kind, alias, publisher, offer, sku in _ROWS
        if kind == system
    }


ALIASES: Json = {"outputs": {"aliases": {"value": {s: _group(s) for s in ("Linux", "Windows")}}}}
"""The list, as az reads it."""
