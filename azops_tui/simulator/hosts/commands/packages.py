"""Package managers. Their effect is visible to other commands."""

from __future__ import annotations

import asyncio

from azops_tui.simulator.hosts.command import CommandCall, CommandTable
from azops_tui.simulator.hosts.options import read

COMMANDS = CommandTable()

_NAMES = (
    *(
        "openssl",
        "libssl3",
        "tzdata",
        "libc6",
        "libc-bin",
        "systemd",
        "udev",
        "linux-image-azure",
        "linux-headers-azure",
    ),
    *("curl", "libcurl4", "vim-common", "python3.10", "libpython3.10", "perl-base", "bsdutils", "util-linux", "mount"),
    *("libuuid1", "git", "sudo", "apt", "libapt-pkg6.0", "tar", "gzip", "libgnutls30", "gpgv", "libkrb5-3", "libxml2"),
)


@COMMANDS.register("apt-get", "apt", "apt-cache")
async def apt(call: CommandCall) -> int:
    """``apt-get`` and ``apt``: ``update``, ``upgrade``, ``install``, ``remove``, ``autoremove``, ``list``."""
    options = read(
        call.args, "yqVsfdu", "o", "yes quiet assume-yes upgradable only-upgrade no-install-recommends installed"
    )
    if not options.words:
        return call.fail("usage: apt-get [options] command")
    verb, *names = options.words
    if call.host.system.id not in ("ubuntu", "debian"):
        call.streams.err(f"bash: {call.name}: command not found\n")
        return 127
    if verb in ("list", "show", "policy", "search"):
        return _list(call, names)
    if call.user != "root":
        call.streams.err("E: Could not open lock file /var/lib/dpkg/lock-frontend - open (13: Permission denied)\n")
        call.streams.err("E: Unable to acquire the dpkg frontend lock (/var/lib/dpkg/lock-frontend), are you root?\n")
        return 100
    match verb:
        case "update":
            return await _update(call)
        case "upgrade" | "dist-upgrade" | "full-upgrade":
            return await _upgrade(call)
        case "install" | "reinstall":
            return await _install(call, names)
        case "remove" | "purge":
            installed = [name for name in names if name in call.host.packages]
            call.host.packages -= set(installed)
            counts = f"0 upgraded, 0 newly installed, {len(installed)} to remove and 0 not upgraded."
            call.out(f"Reading package lists...\n{counts}\n")
            return 0
        case "autoremove" | "clean" | "autoclean":
            call.out("Reading package lists...\n0 upgraded, 0 newly installed, 0 to remove and 0 not upgraded.\n")
            return 0
    call.streams.err(f"E: Invalid operation {verb}\n")
    return 100


async def _update(call: CommandCall) -> int:
    code = call.host.system.codename
    base = (
        "http://azure.archive.ubuntu.com/ubuntu"
        if call.host.system.id == "ubuntu"
        else "http://debian-archive.trafficmanager.net/debian"
    )
    for number, suite in enumerate((code, f"{code}-updates", f"{code}-security"), 1):
        call.out(f"{'Hit' if number == 1 else 'Get'}:{number} {base} {suite} InRelease\n")
        await asyncio.sleep(1.2 / call.host.speed)
    call.out("Fetched 3,412 kB in 3s (1,137 kB/s)\nReading package lists...\n")
    if call.host.upgradable:
        call.out(f"{call.host.upgradable} packages can be upgraded. Run 'apt list --upgradable' to see them.\n")
    return 0


async def _upgrade(call: CommandCall) -> int:
    host = call.host
    count = host.upgradable
    call.out("Reading package lists...\nBuilding dependency tree...\nReading state information...\n")
    call.out(f"Calculating upgrade...\n{count} upgraded, 0 newly installed, 0 to remove and 0 not upgraded.\n")
    for name in _NAMES[:count]:
        await asyncio.sleep(0.8 / host.speed)
        call.out(f"Setting up {name} ...\n")
    if count:
        host.upgradable = 0
        host.files.make_folder("/var/run", parents=True)
        host.files.write("/var/run/reboot-required", "*** System restart required ***\n")
        host.files.write("/var/run/reboot-required.pkgs", "linux-image-azure\n")
    return 0


async def _install(call: CommandCall, names: list[str]) -> int:
    host = call.host
    fresh = [name for name in names if name not in host.packages]
    for name in names:
        if name in host.packages:
            call.out(f"{name} is already the newest version.\n")
    call.out(f"0 upgraded, {len(fresh)} newly installed, 0 to remove and {host.upgradable} not upgraded.\n")
    for name in fresh:
        await asyncio.sleep(1.5 / host.speed)
        call.out(f"Unpacking {name} ...\nSetting up {name} ...\n")
        host.packages.add(name)
        if name in ("nginx", "apache2", "docker.io", "postgresql", "mysql-server", "redis-server"):
            host.services[name.removesuffix(".io").removesuffix("-server")] = "active"
    return 0


def _list(call: CommandCall, names: list[str]) -> int:
    call.out("Listing...\n")
    if "--upgradable" in call.args:
        call.out(
            "".join(
                f"{name}/{call.host.system.codename}-updates amd64 [upgradable]\n"
                for name in _NAMES[: call.host.upgradable]
            )
        )
    else:
        installed = sorted(name for name in call.host.packages if not names or name in names)
        call.out("".join(f"{name}/{call.host.system.codename},now amd64 [installed]\n" for name in installed))
    return 0


@COMMANDS.register("dpkg", "dpkg-query")
async def dpkg(call: CommandCall) -> int:
    """``dpkg -l|-s [NAME]``, ``dpkg --print-architecture``."""
    if "--print-architecture" in call.args:
        call.out("amd64\n")
        return 0
    names = [word for word in call.args if not word.startswith("-")]
    installed = sorted(name for name in call.host.packages if not names or name in names)
    if "-s" in call.args:
        call.out("".join(f"Package: {name}\nStatus: install ok installed\n" for name in installed))
    else:
        call.out("".join(f"ii  {name:<24} 1.0 amd64\n" for name in installed))
    if names and not installed:
        call.streams.err(f"dpkg-query: no packages found matching {names[0]}\n")
    return int(bool(names) and not installed)


@COMMANDS.register("yum", "dnf")
async def yum(call: CommandCall) -> int:
    """``yum`` and ``dnf``: ``update``, ``install``, ``check-update``."""
    if call.host.system.id in ("ubuntu", "debian"):
        call.streams.err(f"bash: {call.name}: command not found\n")
        return 127
    words = [word for word in call.args if not word.startswith("-")]
    verb = words[0] if words else ""
    if verb == "check-update":
        return 100 if call.host.upgradable else 0
    if call.user != "root":
        call.streams.err(
            "Error: This command has to be run with superuser privileges (under the root user on most systems).\n"
        )
        return 1
    await asyncio.sleep(2 / call.host.speed)
    if verb in ("update", "upgrade"):
        call.out(
            f"Upgraded {call.host.upgradable} packages.\nComplete!\n" if call.host.upgradable else "Nothing to do.\n"
        )
        call.host.upgradable = 0
    elif verb == "install":
        call.host.packages.update(words[1:])
        call.out("Complete!\n")
    return 0
