"""Aliases of images for ``az vm create --image``, in the format of the public list of aliases."""

from __future__ import annotations

from azops_tui.json_types import Json

_ROWS = tuple(
    line.split()
    for line in """
Linux AzureLinux4 microsoftazurelinux azurelinux-4 4
Linux AzureLinux4Gen1 microsoftazurelinux azurelinux-4 4-gen1
Linux CentOS OpenLogic CentOS 7.5
Linux CentOS85Gen2 OpenLogic CentOS 8_5-gen2
Linux Debian Debian debian-10 10
Linux Debian11 Debian debian-11 11-backports-gen2
Linux Debian12 Debian debian-12 12-gen2
Linux Flatcar kinvolk flatcar-container-linux-free stable
Linux FlatcarLinuxFreeGen2 kinvolk flatcar-container-linux-free stable-gen2
Linux OpenSuseLeap154Gen2 SUSE openSUSE-leap-15-4 gen2
Linux RHEL RedHat RHEL 7-LVM
Linux RHELRaw8LVMGen2 RedHat RHEL 8-lvm-gen2
Linux SuseSles15SP3 SUSE sles-15-sp3 gen2
Linux SuseSles15SP5 SUSE sles-15-sp5 gen2
Linux UbuntuLTS Canonical UbuntuServer 18.04-LTS
Linux Ubuntu2204 Canonical 0001-com-ubuntu-server-jammy 22_04-lts-gen2
Linux Ubuntu2404 Canonical ubuntu-24_04-lts server
Linux Ubuntu2404Pro Canonical ubuntu-24_04-lts ubuntu-pro
Windows Win2025Datacenter MicrosoftWindowsServer WindowsServer 2025-datacenter-g2
Windows Win2022Datacenter MicrosoftWindowsServer WindowsServer 2022-datacenter-g2
Windows Win2022AzureEditionCore MicrosoftWindowsServer WindowsServer 2022-datacenter-azure-edition-core
Windows Win2019Datacenter MicrosoftWindowsServer WindowsServer 2019-datacenter-gensecond
Windows Win2016Datacenter MicrosoftWindowsServer WindowsServer 2016-datacenter-gensecond
Windows Win2012R2Datacenter MicrosoftWindowsServer WindowsServer 2012-R2-Datacenter
Windows Win2012Datacenter MicrosoftWindowsServer WindowsServer 2012-Datacenter
""".strip().splitlines()
)
"""System, alias, publisher, offer and SKU, including aliases that older guides use."""


def _group(system: str) -> Json:
    return {
        alias: {"publisher": publisher, "offer": offer, "sku": sku, "version": "latest", "architecture": "x64"}
        for kind, alias, publisher, offer, sku in _ROWS
        if kind == system
    }


ALIASES: Json = {"outputs": {"aliases": {"value": {s: _group(s) for s in ("Linux", "Windows")}}}}
"""The document that az reads."""
