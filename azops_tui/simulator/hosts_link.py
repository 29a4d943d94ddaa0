"""Starts simulated hosts with SSH for the machines of the cloud."""

from __future__ import annotations

import asyncio
import importlib
import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from azops_tui.json_types import Json
from azops_tui.simulator.cloud import SimulatedMachine

if TYPE_CHECKING:
    from azops_tui.simulator.hosts import HostNetwork


LOG = logging.getLogger(__name__)


class SshHosts:
    """Machines as SSH servers on the loopback interface.

    The SSH library is loaded with the first machine, in a thread, so that the service starts without it.
    """

    def __init__(self, folder: Path, speed: float) -> None:
        self._folder = folder
        self._speed = speed
        self._network: HostNetwork | None = None
        self._loading = asyncio.Lock()

    async def network(self) -> HostNetwork:
        """The network of hosts; the first call loads it."""
        async with self._loading:
            if self._network is None:
                module = await asyncio.to_thread(importlib.import_module, "azops_tui.simulator.hosts")
                self._folder.mkdir(mode=0o700, exist_ok=True)
                self._network = module.HostNetwork(speed=self._speed, folder=self._folder)
            return self._network

    async def start(self, machine: SimulatedMachine) -> None:
        """Starts a machine, or changes one that runs."""
        network = await self.network()
        from azops_tui.simulator.hosts import HostSpec

        spec = HostSpec(
            id=machine.key,
            name=machine.name,
            user=machine.user,
            public_keys=list(machine.public_keys),
            private_address=machine.private_address,
            public_address=machine.public_address,
            fqdn=machine.fqdn,
            size=machine.size,
            image=machine.image,
        )
        try:
            await network.start(spec)
        except OSError as problem:
            LOG.error("cannot start the host %s: %s", machine.name, problem)

    async def stop(self, key: str) -> None:
        """Stops a machine; it keeps its host key."""
        if self._network is not None:
            await self._network.stop(key)

    async def forget(self, key: str) -> None:
        """Stops a machine for good."""
        if self._network is not None:
            await self._network.remove(key)

    async def execute(
        self, key: str, script: str, arguments: Sequence[str], variables: Mapping[str, str]
    ) -> tuple[int, str, str]:
        """Runs a script on a machine."""
        if self._network is None:
            return 0, "", ""
        return await self._network.execute(key, script, arguments, variables)

    def addresses(self) -> list[dict[str, Json]]:
        """Where each running machine listens."""
        return self._network.addresses() if self._network is not None else []

    async def close(self) -> None:
        """Stop all machines."""
        if self._network is not None:
            await self._network.close()
