"""Checks and defaults of the profiles that virtual machines and scale sets share."""

from __future__ import annotations

import re

from azops_tui.json_types import Json
from azops_tui.simulator.errors import ArmError, invalid_parameter
from azops_tui.simulator.providers.compute import images
from azops_tui.simulator.providers.compute.ssh_key_format import is_valid
from azops_tui.simulator.providers.documents import get

DISALLOWED_NAMES = {
    "1", "123", "a", "actuser", "adm", "admin", "admin1", "admin2", "administrator", "aspnet", "backup", "console",
    "david", "guest", "john", "owner", "root", "server", "sql", "support", "support_388945a0", "sys", "test", "test1",
    "test2", "test3", "user", "user1", "user2", "user3", "user4", "user5", "video",
}  # fmt: skip
NAME = re.compile(r"^[^_\W][\w.-]*$")


def check_os(profile: Json, *, generalised: bool = True) -> None:
    """Refuse an osProfile that Azure refuses.

    Raises:
        ArmError: InvalidParameter, with the parameter as target.
    """
    if not isinstance(profile, dict):
        return
    user = str(get(profile, "adminUsername") or "")
    if user.lower() in DISALLOWED_NAMES:
        raise invalid_parameter(
            "adminUsername",
            "The Admin Username specified is not allowed. For more information about disallowed usernames, see "
            "https://aka.ms/vmosprofile",
        )
    for key in get(profile, "linuxConfiguration", "ssh", "publicKeys") or []:
        if get(key, "keyData") is not None and not is_valid(get(key, "keyData")):
            raise invalid_parameter("linuxConfiguration.ssh.publicKeys.keyData")
        path, expected = str(get(key, "path") or ""), f"/home/{user}/.ssh/authorized_keys"
        if path and user and path != expected:
            raise invalid_parameter(
                "linuxConfiguration.ssh.publicKeys.path",
                "Destination path for SSH public keys is currently limited to its default value "
                f"{expected} due to a known issue in Linux provisioning agent.",
            )
    keyless = get(profile, "linuxConfiguration", "disablePasswordAuthentication") is True
    if keyless and not get(profile, "linuxConfiguration", "ssh", "publicKeys"):
        raise invalid_parameter(
            "linuxConfiguration.ssh.publicKeys",
            "Authentication using either SSH or by user name and password must be enabled in Linux profile.",
        )
    if generalised and not keyless and not get(profile, "adminPassword") and user and not _has_keys(profile):
        raise invalid_parameter("adminPassword", "Required parameter 'adminPassword' is missing (null).")


def _has_keys(profile: Json) -> bool:
    return bool(get(profile, "linuxConfiguration", "ssh", "publicKeys"))


def check_name(name: str, limit: int, target: str) -> None:
    """Refuse a host name that is not valid."""
    if len(name) > limit or not NAME.match(name) or name.isdigit():
        raise ArmError(
            400,
            "InvalidParameter",
            f"Linux host name cannot exceed {limit} characters in length or contain the following characters: "
            "` ~ ! @ # $ % ^ & * ( ) = + _ [ ] { } \\ | ; : ' \" , < > / ?.",
            target=target,
        )


def add_os_defaults(profile: dict[str, Json], system: str) -> None:
    """Add the service's defaults to an osProfile and remove its secrets."""
    profile.pop("adminPassword", None)
    profile.pop("customData", None)
    if system == "Windows":
        windows = profile.setdefault("windowsConfiguration", {})
        windows.setdefault("provisionVMAgent", True)
        windows.setdefault("enableAutomaticUpdates", True)
        windows.setdefault("patchSettings", {"patchMode": "AutomaticByOS", "assessmentMode": "ImageDefault"})
        windows.setdefault("enableVMAgentPlatformUpdates", False)
    else:
        linux = profile.setdefault("linuxConfiguration", {})
        linux.setdefault("disablePasswordAuthentication", False)
        linux.setdefault("provisionVMAgent", True)
        linux.setdefault("patchSettings", {"patchMode": "ImageDefault", "assessmentMode": "ImageDefault"})
        linux.setdefault("enableVMAgentPlatformUpdates", False)
        user = profile.get("adminUsername")
        for key in get(linux, "ssh", "publicKeys") or []:
            key.setdefault("path", f"/home/{user}/.ssh/authorized_keys")
    profile.setdefault("secrets", [])
    profile.setdefault("allowExtensionOperations", True)
    profile.setdefault("requireGuestProvisionSignal", True)


def public_keys(profile: Json) -> tuple[str, ...]:
    """The public keys that can log in."""
    keys = get(profile, "linuxConfiguration", "ssh", "publicKeys") or []
    return tuple(str(get(k, "keyData")).strip() for k in keys if get(k, "keyData"))


def storage_account_type(size: str) -> str:
    """The default disk type of a machine size: premium for sizes with an ``s``."""
    match = re.match(r"(?i)(?:standard|basic)_([a-z]+)\d+(?:-\d+)?([a-z]*)", size)
    premium = bool(match) and ("s" in match[2].lower() or match[1].upper() in ("DS", "GS")) if match else False
    return "Premium_LRS" if premium else "Standard_LRS"


def exact_version(reference: dict[str, Json]) -> None:
    """Add the exact version to a reference to a platform image."""
    publisher = get(reference, "publisher")
    if not publisher:
        return
    version = str(get(reference, "version") or "latest")
    if version.lower() == "latest":
        version = images.newest(str(publisher), str(get(reference, "offer")), str(get(reference, "sku")))
    reference["exactVersion"] = version


def create_option(option: Json) -> str:
    """A create option in the service's spelling: ``FromImage`` for ``fromImage``."""
    text = str(option or "FromImage")
    return text[0].upper() + text[1:]


def status(code: str, display: str, when: str = "", message: str = "") -> dict[str, Json]:
    """One status of an instance view."""
    body: dict[str, Json] = {"code": code, "level": "Info", "displayStatus": display}
    if message:
        body["message"] = message
    if when:
        body["time"] = when
    return body


POWER = {
    "starting": "VM starting",
    "running": "VM running",
    "stopping": "VM stopping",
    "stopped": "VM stopped",
    "deallocating": "VM deallocating",
    "deallocated": "VM deallocated",
}


def power_status(power: str) -> dict[str, Json]:
    return status(f"PowerState/{power}", POWER.get(power, f"VM {power}"))


def provisioning_status(state: str, when: str) -> dict[str, Json]:
    """The provisioning state as a status."""
    words = {"Succeeded": "Provisioning succeeded", "Failed": "Provisioning failed"}
    return status(f"ProvisioningState/{state.lower()}", words.get(state, state), when)


_WINDOWS = {
    "2012": ("Windows Server 2012 Datacenter", "Microsoft Windows NT 6.2.9200.0"),
    "2012-r2": ("Windows Server 2012 R2 Datacenter", "Microsoft Windows NT 6.3.9600.0"),
    "2016": ("Windows Server 2016 Datacenter", "Microsoft Windows NT 10.0.14393.0"),
    "2019": ("Windows Server 2019 Datacenter", "10.0.17763.5206"),
    "2022": ("Windows Server 2022 Datacenter", "10.0.20348.2159"),
    "2025": ("Windows Server 2025 Datacenter", "10.0.26100.2033"),
}
"""Name and version by the year in an image's SKU."""


def system_version(reference: Json, system: str) -> tuple[str, str]:
    """Name and version of the operating system as its agent reports them."""
    text = images.describe(reference).lower()
    if system == "Windows":
        named = re.search(r"20(?:12-r2|12|16|19|22|25)", text)
        return _WINDOWS.get(named[0] if named else "", ("Windows Server", "10.0.20348.2159"))
    for name in ("debian", "centos", "rhel", "suse", "flatcar"):
        if name in text:
            version = re.search(r"[-_:](\d+(?:[._]\d+)?)", text)
            return name, version[1].replace("_", ".") if version else ""
    version = re.search(r"(\d\d)[._]?(04|10)", text)
    return "ubuntu", f"{version[1]}.{version[2]}" if version else "22.04"
