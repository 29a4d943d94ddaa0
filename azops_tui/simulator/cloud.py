"""The simulated cloud: its clock, its state, and the helpers that all providers share."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from azops_tui.json_types import Json
from azops_tui.simulator.addresses import IpAddressPool
from azops_tui.simulator.clock import Clock
from azops_tui.simulator.directory import Directory
from azops_tui.simulator.endpoint import DEMO_SUBSCRIPTION, DEMO_TENANT
from azops_tui.simulator.faults import FaultInjector
from azops_tui.simulator.operations import Operations
from azops_tui.simulator.store import ResourceStore
from azops_tui.simulator.tokens import AccessTokens

DEMO_NAME = "Demo subscription"
TENANT = DEMO_TENANT
CLIENT = "c11e4700-0000-4000-8000-00000000a20b"


@dataclass(frozen=True, slots=True)
class SimulatedMachine:
    """A machine to start on the network of hosts."""

    key: str
    """Id of the virtual machine or scale set instance, in lower case."""
    name: str
    """The host name."""
    user: str
    public_keys: tuple[str, ...]
    private_address: str
    public_address: str | None
    fqdn: str | None
    size: str
    image: str


class MachineHosts(Protocol):
    """The running machines: SSH servers, or nothing."""

    async def start(self, machine: SimulatedMachine) -> None:
        """Start a machine, or restart it with new settings."""

    async def stop(self, key: str) -> None:
        """Stop a machine; it keeps its host key. Stopping a stopped machine does nothing."""

    async def forget(self, key: str) -> None:
        """Stop a machine and delete its host key."""

    async def execute(
        self, key: str, script: str, arguments: Sequence[str], variables: Mapping[str, str]
    ) -> tuple[int, str, str]:
        """Run a script as root. Returns exit status, output and errors; ``0, "", ""`` if the machine does not run."""

    def addresses(self) -> list[dict[str, Json]]:
        """Where each running machine listens: name, addresses, fqdn, host, port, user."""

    async def close(self) -> None:
        """Stop all machines."""


class NoHosts:
    """Machines that nobody can reach."""

    async def start(self, machine: SimulatedMachine) -> None:
        """Does nothing."""

    async def stop(self, key: str) -> None:
        """Does nothing."""

    async def forget(self, key: str) -> None:
        """Does nothing."""

    async def execute(
        self, key: str, script: str, arguments: Sequence[str], variables: Mapping[str, str]
    ) -> tuple[int, str, str]:
        """Runs nothing."""
        return 0, "", ""

    def addresses(self) -> list[dict[str, Json]]:
        """Nothing listens."""
        return []

    async def close(self) -> None:
        """Does nothing."""


class SimulatedCloud:
    """State and helpers shared by all parts of the service."""

    def __init__(self, clock: Clock, hosts: MachineHosts | None = None, *, seed: int | None = None) -> None:
        self.clock = clock
        self.store = ResourceStore()
        self.random = random.Random(seed)
        self.operations = Operations(clock, self.random)
        self.addresses = IpAddressPool()
        self.tokens = AccessTokens(clock.now)
        self.directory = Directory(CLIENT, clock.now())
        self.hosts: MachineHosts = hosts or NoHosts()
        self.faults = FaultInjector(self.random)
        self.base = "https://127.0.0.1"
        """The service's own URL; set when the port is known."""
        self.changes = asyncio.Event()
        """Set when the state may have changed; whoever saves it clears it."""
        self.operations.on_ended = self.changes.set
        self.on_hosts_changed: Callable[[], None] = lambda: None
        self._locks: dict[str, asyncio.Lock] = {}
        self.store.subscriptions[DEMO_SUBSCRIPTION] = DEMO_NAME

    def lock(self, key: str) -> asyncio.Lock:
        """The lock for ``key``, for work that must not overlap."""
        return self._locks.setdefault(key, asyncio.Lock())

    async def start_host(self, machine: SimulatedMachine) -> None:
        """Start a machine and publish the new list of hosts."""
        await self.hosts.start(machine)
        self.on_hosts_changed()

    async def stop_host(self, key: str, *, forget: bool = False) -> None:
        """Stop a machine, or with ``forget`` remove it, and publish the new list of hosts."""
        await (self.hosts.forget(key) if forget else self.hosts.stop(key))
        self.on_hosts_changed()

    async def close(self) -> None:
        """Cancel all work and stop all machines."""
        await self.operations.close()
        await self.hosts.close()
