"""The files with which other programs use a simulator: configurations for ``az`` and ``ssh``, and the authority."""

from __future__ import annotations

import os
import shlex
import shutil
from collections.abc import Iterable
from pathlib import Path

from azops_tui import paths
from azops_tui.files import write_private
from azops_tui.json_types import Json
from azops_tui.net.certificates import public_authorities
from azops_tui.simulator.az_config import write_az_config
from azops_tui.simulator.cloud import CLIENT, DEMO_NAME, TENANT
from azops_tui.simulator.endpoint import DEMO_SUBSCRIPTION, SimulatorEndpoint

_MADE_UP = ("192.0.2.*", "198.51.100.*", "203.0.113.*")
"""Addresses for documentation (RFC 5737), of which simulated machines get their public ones."""


def endpoint_for(folder: Path, url: str, proxy: str, ca: Path, pid: int, secret: str) -> SimulatorEndpoint:
    return SimulatorEndpoint(
        url=url,
        proxy=proxy,
        ca=str(ca),
        bundle=str(folder / "bundle.pem"),
        subscription=DEMO_SUBSCRIPTION,
        subscription_name=DEMO_NAME,
        tenant=TENANT,
        client_id=CLIENT,
        client_secret=secret,
        az_config=str(folder / "az"),
        known_hosts=str(folder / "known_hosts"),
        ssh_config=str(folder / "ssh_config"),
        programs=str(folder / "bin"),
        pid=pid,
    )


def write(folder: Path, endpoint: SimulatorEndpoint) -> None:
    """Write all files but the endpoint itself, readable by the owner only.

    Raises:
        OSError: the file cannot be written.
    """
    write_private(Path(endpoint.bundle), public_authorities() + Path(endpoint.ca).read_bytes())
    write_private(Path(endpoint.known_hosts), "")
    write_ssh_config(Path(endpoint.ssh_config), Path(endpoint.known_hosts), [])
    _write_programs(Path(endpoint.programs), endpoint.ssh_config)
    write_az_config(
        Path(endpoint.az_config),
        url=endpoint.url,
        subscription=endpoint.subscription,
        name=endpoint.subscription_name,
        tenant=endpoint.tenant,
        client_id=endpoint.client_id,
        client_secret=endpoint.client_secret,
    )


def _write_programs(folder: Path, ssh_config: str) -> None:
    """Write wrappers of the installed OpenSSH programs that use ``ssh_config``."""
    elsewhere = [p for p in os.get_exec_path() if Path(p) != folder]
    for name in ("ssh", "scp", "sftp"):
        real = shutil.which(name, path=os.pathsep.join(elsewhere))
        if real is not None:
            path = paths.private(folder) / name
            script = f'#!/bin/sh\nexec {shlex.quote(real)} -F {shlex.quote(ssh_config)} "$@"\n'
            write_private(path, script)
            path.chmod(0o700)


def write_ssh_config(
    path: Path, known_hosts: Path, hosts: Iterable[dict[str, Json]], former: Iterable[str] = ()
) -> set[str]:
    """Write a configuration for plain ``ssh``: one entry for each machine, by name, addresses and domain name.

    A private address that two networks share belongs to the machine that was started last. For all other hosts, the
    configuration of the user and the system applies.

    Args:
        path: the file to write.
        known_hosts: the file with the keys of the machines.
        hosts: the machines that run.
        former: names and addresses that machines had. Connections to them end here, for on the real network they
            belong to somebody else; and so do those to the addresses that simulated machines can have in public.

    Returns:
        All names and addresses of the machines.
    """
    entries, seen = [], set()
    for host in reversed(list(hosts)):
        names = [n for n in (host.get("name"), *(host.get("addresses") or []), host.get("fqdn")) if n and n not in seen]
        seen.update(names)
        if names:
            entries.append(
                f"Host {' '.join(names)}\n"
                f"  HostName {host['host']}\n"
                f"  Port {host['port']}\n"
                f"  User {host['user']}\n"
                f"  HostKeyAlias {names[-1]}\n"
                f'  UserKnownHostsFile "{known_hosts}"\n'
                # Every block that matches counts: the one for addresses of machines that are gone does as well.
                "  ProxyCommand none\n"
            )
    gone = " ".join([*sorted(set(former) - seen), *_MADE_UP])
    entries.append(
        f"Host {gone}\n  ProxyCommand sh -c 'echo \"This machine of the local cloud is not running.\" >&2; exit 1'\n"
    )
    entries.append("Host *\n  Include ~/.ssh/config\n  Include /etc/ssh/ssh_config\n")
    write_private(path, "# Machines of the local cloud; written anew whenever they change.\n" + "\n".join(entries))
    return seen
