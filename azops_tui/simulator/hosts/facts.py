"""Hardware of a machine size, and distribution of an image."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Hardware:
    """Hardware of a virtual machine size."""

    processors: int
    memory: int
    """MiB."""
    temporary_disk: int
    """GiB; 0 if the size has no temporary disk."""
    model: str = "Intel(R) Xeon(R) Platinum 8272CL CPU @ 2.60GHz"


@dataclass(frozen=True, slots=True)
class Distribution:
    """Linux distribution of an image."""

    id: str
    name: str
    version: str
    version_id: str
    codename: str
    pretty: str
    kernel: str
    build: str
    """Output of ``uname -v``."""
    like: str = ""


_OLD_D = {1: (1, 3.5), 2: (2, 7), 3: (4, 14), 4: (8, 28), 5: (16, 56)} | {
    11: (2, 14),
    12: (4, 28),
    13: (8, 56),
    14: (16, 112),
    15: (20, 140),
}
_B = {"b1ls": (1, 0.5), "b1s": (1, 1), "b1ms": (1, 2), "b2s": (2, 4), "b2ms": (2, 8), "b4ms": (4, 16), "b8ms": (8, 32)}
_PER_PROCESSOR = {"a": 2, "b": 4, "d": 4, "e": 8, "f": 2, "l": 8, "m": 16, "n": 7, "h": 7, "g": 14}


def hardware(size: str) -> Hardware:
    """Hardware of a size, derived from its name; two processors and 8 GiB for an unknown name."""
    short = size.lower().removeprefix("standard_").removeprefix("basic_")
    if short in _B:
        processors, memory = _B[short]
        return Hardware(processors, int(memory * 1024), 4 * processors)
    match = re.match(r"([a-z]+?)(\d+)([a-z]*)(_v(\d+))?", short)
    if not match:
        return Hardware(2, 8192, 16)
    family, number, generation = match[1][0], int(match[2]), int(match[5] or 1)
    if family == "d" and generation <= 2 and number in _OLD_D:
        processors, memory = _OLD_D[number]
        return Hardware(processors, int(memory * 1024), 7 * processors)
    per = 1.75 if family == "a" and generation == 1 else _PER_PROCESSOR.get(family, 4)
    disk = 0 if generation >= 4 and "d" not in match[3] and not match[1].endswith("d") else 8 * number
    return Hardware(number, int(number * per * 1024), disk)


_UBUNTU = {
    "14.04": (
        "Trusty Tahr",
        "trusty",
        ".6 LTS",
        "4.4.0-148-generic",
        "#174~14.04.1-Ubuntu SMP Thu May 9 08:17:37 UTC 2019",
    ),
    "16.04": (
        "Xenial Xerus",
        "xenial",
        ".7 LTS",
        "4.15.0-1113-azure",
        "#126~16.04.1-Ubuntu SMP Tue Apr 13 16:55:24 UTC 2021",
    ),
    "18.04": (
        "Bionic Beaver",
        "bionic",
        ".6 LTS",
        "5.4.0-1109-azure",
        "#115~18.04.1-Ubuntu SMP Mon May 22 20:06:37 UTC 2023",
    ),
    "20.04": (
        "Focal Fossa",
        "focal",
        ".6 LTS",
        "5.15.0-1089-azure",
        "#98~20.04.1-Ubuntu SMP Wed Apr 30 21:00:43 UTC 2025",
    ),
    "22.04": (
        "Jammy Jellyfish",
        "jammy",
        ".5 LTS",
        "6.8.0-1041-azure",
        "#47~22.04.1-Ubuntu SMP Fri Oct 3 20:43:57 UTC 2025",
    ),
    "24.04": (
        "Noble Numbat",
        "noble",
        ".3 LTS",
        "6.14.0-1014-azure",
        "#14~24.04.1-Ubuntu SMP Fri Oct 3 20:52:11 UTC 2025",
    ),
}
_NAMES = {"trusty": "14.04", "xenial": "16.04", "bionic": "18.04", "focal": "20.04", "jammy": "22.04", "noble": "24.04"}
_DEBIAN = {
    "10": ("buster", "4.19.0-27-cloud-amd64", "#1 SMP Debian 4.19.316-1 (2024-06-25)"),
    "11": ("bullseye", "5.10.0-35-cloud-amd64", "#1 SMP Debian 5.10.237-1 (2025-05-19)"),
    "12": ("bookworm", "6.1.0-40-cloud-amd64", "#1 SMP PREEMPT_DYNAMIC Debian 6.1.153-1 (2025-09-20)"),
    "13": ("trixie", "6.12.48+deb13-cloud-amd64", "#1 SMP PREEMPT_DYNAMIC Debian 6.12.48-1 (2025-09-20)"),
}
_RED_HAT = {
    "6": ("2.6.32-754.35.1.el6.x86_64", "#1 SMP Sat Nov 7 12:42:14 UTC 2020"),
    "7": ("3.10.0-1160.119.1.el7.x86_64", "#1 SMP Tue Jun 4 14:43:51 UTC 2024"),
    "8": ("4.18.0-553.62.1.el8_10.x86_64", "#1 SMP PREEMPT_DYNAMIC Wed Jul 16 04:35:29 EDT 2025"),
    "9": ("5.14.0-570.28.1.el9_6.x86_64", "#1 SMP PREEMPT_DYNAMIC Thu Jul 24 07:50:21 EDT 2025"),
}
_RED_HATS = {
    "centos": "CentOS Linux",
    "rhel": "Red Hat Enterprise Linux",
    "almalinux": "AlmaLinux",
    "rocky": "Rocky Linux",
}


def distribution(image: str) -> Distribution:
    """Distribution of an image reference or alias; Ubuntu 22.04 for an unknown one."""
    text = image.lower()
    for name in _RED_HATS:
        if name in text or (name == "rhel" and "redhat" in text):
            return _red_hat(name, text)
    if "debian" in text:
        match = re.search(r"(?:debian[-:]?)(\d\d)|:(\d\d)[:-]", text)
        version = next((group for group in (match.groups() if match else ()) if group in _DEBIAN), "12")
        code, kernel, build = _DEBIAN[version]
        number, pretty = f"{version} ({code})", f"Debian GNU/Linux {version} ({code})"
        return Distribution("debian", "Debian GNU/Linux", number, version, code, pretty, kernel, build)
    version = next((number for code, number in _NAMES.items() if code in text), "")
    if not version:
        match = re.search(r"(1[468]|2[024])[._]?04", text)
        version = f"{match[1]}.04" if match else "22.04"
    title, code, patch, kernel, build = _UBUNTU[version]
    full = f"{version}{patch} ({title})"
    return Distribution("ubuntu", "Ubuntu", full, version, code, f"Ubuntu {version}{patch}", kernel, build, "debian")


def _red_hat(name: str, text: str) -> Distribution:
    match = re.search(r"(?<!\d)([6789])(?:[._-]|\b|:)", text.partition(name)[2] or text)
    major = match[1] if match else "8"
    kernel, build = _RED_HAT[major]
    title = _RED_HATS[name]
    return Distribution(name, title, f"{major} (Core)", major, "", f"{title} {major}", kernel, build, "rhel fedora")


def os_release(system: Distribution) -> str:
    """The text of ``/etc/os-release``."""
    lines = [
        f'PRETTY_NAME="{system.pretty}"',
        f'NAME="{system.name}"',
        f'VERSION_ID="{system.version_id}"',
        f'VERSION="{system.version}"',
        f"VERSION_CODENAME={system.codename}" if system.codename else "",
        f"ID={system.id}",
        f"ID_LIKE={system.like}" if " " not in system.like and system.like else "",
        f'ID_LIKE="{system.like}"' if " " in system.like else "",
        f"UBUNTU_CODENAME={system.codename}" if system.id == "ubuntu" else "",
    ]
    return "".join(f"{line}\n" for line in lines if line)
