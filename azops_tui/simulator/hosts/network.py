"""All simulated machines, each with its own SSH server on loopback."""

from __future__ import annotations

import asyncio
import contextlib
import re
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import asyncssh

from azops_tui.simulator.hosts import agent
from azops_tui.simulator.hosts.machine import Machine
from azops_tui.simulator.hosts.server import Listener
from azops_tui.simulator.hosts.spec import HostSpec

_REBOOT_SECONDS = 30.0
"""Duration of a reboot at speed 1."""
_SHORTEST_REBOOT = 0.15
"""Minimum duration of a reboot in seconds, so that clients notice it."""


class _Host:
    """A machine with its listener. ``rebooting`` is set while it restarts."""

    def __init__(self, machine: Machine, listener: Listener) -> None:
        self.machine = machine
        self.listener = listener
        self.port = 0
        self.rebooting: asyncio.Task[None] | None = None


class HostNetwork:
    """Starts, stops and finds simulated machines. Belongs to the event loop that first starts one."""

    def __init__(self, *, speed: float = 1.0, folder: Path | None = None) -> None:
        """``speed`` shortens waits (reboots, ``sleep``); ``folder`` holds the machines' files, else a temporary one."""
        self._speed = speed
        self._own_folder = folder is None
        self._folder = folder or Path(tempfile.mkdtemp(prefix="azops-hosts-"))
        self._hosts: dict[str, _Host] = {}
        self._keys: dict[str, asyncssh.SSHKey] = {}
        self._ports: dict[str, int] = {}
        self._numbers: dict[str, int] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self, spec: HostSpec) -> int:
        """Start a machine and return the loopback port of its SSH server.

        A running machine takes the new specification without a reboot. A machine keeps its host key, its files and, if
        it is free, its port across starts.
        """
        key = spec.id.lower()
        before = self._hosts.get(key)
        if before is not None:
            if before.machine.spec == spec:
                return before.port
            await self._down(before)
        if key not in self._keys:
            self._keys[key] = asyncssh.generate_private_key("ssh-ed25519")
            self._numbers[key] = len(self._numbers) + 1
        root = self._folder / f"{self._numbers[key]}-{re.sub(r'[^A-Za-z0-9.-]', '_', spec.name)[:40]}"
        machine = Machine(spec, root, self._speed, lambda: self._spawn(self.restart(spec.id)))
        machine.neighbour = lambda name: self._neighbour(spec, name)
        host = _Host(machine, Listener(machine, self._keys[key], lambda name: self._port_for(spec, name)))
        if before is not None:
            machine.boot_id, machine.booted = before.machine.boot_id, before.machine.booted
        self._hosts[key] = host
        host.port = self._ports[key] = await host.listener.open(self._ports.get(key, 0))
        return host.port

    async def stop(self, id: str) -> None:
        """Stop a machine. Connections drop; the host key and files stay. No effect on a stopped machine."""
        host = self._hosts.pop(id.lower(), None)
        if host is not None:
            await self._down(host)
            host.machine.shut_down()

    async def restart(self, id: str) -> None:
        """Restart a machine. Connections drop; returns when the machine answers again, with a new boot id.

        No effect on a machine that is stopped or restarting.
        """
        host = self._hosts.get(id.lower())
        if host is None or host.rebooting is not None:
            return
        host.rebooting = asyncio.current_task()
        try:
            await host.listener.close()
            host.machine.shut_down()
            await asyncio.sleep(max(_SHORTEST_REBOOT, _REBOOT_SECONDS / self._speed))
            if self._hosts.get(id.lower()) is host:
                host.machine.boot()
                host.port = self._ports[id.lower()] = await host.listener.open(host.port)
        finally:
            host.rebooting = None

    async def remove(self, id: str) -> None:
        """Stop a machine and delete its host key and files."""
        key = id.lower()
        host = self._hosts.get(key)
        await self.stop(id)
        self._keys.pop(key, None)
        self._ports.pop(key, None)
        if host is not None:
            shutil.rmtree(host.machine.files.root, ignore_errors=True)

    async def execute(
        self, id: str, script: str, arguments: Sequence[str], variables: Mapping[str, str]
    ) -> tuple[int, str, str]:
        """Execute a script as root; return status, stdout and stderr."""
        host = self._hosts.get(id.lower())
        return await agent.execute(host.machine, script, arguments, variables) if host is not None else (0, "", "")

    def addresses(self) -> list[dict[str, Any]]:
        """Endpoints of the running machines: ``id name addresses fqdn host port user``."""
        return [
            {
                "id": host.machine.spec.id,
                "name": host.machine.spec.name,
                "addresses": host.machine.spec.addresses,
                "fqdn": host.machine.spec.fqdn or "",
                "host": "127.0.0.1",
                "port": host.port,
                "user": host.machine.spec.user,
            }
            for host in self._hosts.values()
        ]

    async def close(self) -> None:
        """Stop all machines and remove the temporary folder."""
        for task in list(self._tasks):
            task.cancel()
        for id in list(self._hosts):
            await self.stop(id)
        if self._own_folder:
            shutil.rmtree(self._folder, ignore_errors=True)

    def _spawn(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _down(self, host: _Host) -> None:
        if host.rebooting is not None and host.rebooting is not asyncio.current_task():
            host.rebooting.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await host.rebooting
        await host.listener.close()

    def _find(self, spec: HostSpec, name: str) -> _Host | None:
        """The machine with an address or name. Prefers the same group: addresses are unique only within one."""
        wanted = name.lower()
        matches = [
            host
            for host in self._hosts.values()
            if wanted
            in (*host.machine.spec.addresses, host.machine.spec.name.lower(), (host.machine.spec.fqdn or "").lower())
        ]
        matches.sort(key=lambda host: host.machine.spec.group != spec.group)
        return matches[0] if matches else None

    def _port_for(self, spec: HostSpec, name: str) -> int | None:
        host = self._find(spec, name)
        return host.port if host is not None else None

    def _neighbour(self, spec: HostSpec, name: str) -> str | None:
        if name in ("localhost", "127.0.0.1"):
            return "127.0.0.1"
        host = self._find(spec, name)
        return host.machine.spec.private_address if host is not None else None
