"""The HTTPS server around the service."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

from aiohttp import web

from azops_tui import paths
from azops_tui.simulator import certificates, folder
from azops_tui.simulator.clock import Clock, speed_from_environment
from azops_tui.simulator.cloud import MachineHosts, SimulatedCloud
from azops_tui.simulator.connections import HttpLimits, LimitedServer
from azops_tui.simulator.endpoint import SimulatorEndpoint, SimulatorError
from azops_tui.simulator.hosts_link import SshHosts
from azops_tui.simulator.proxy import SimulatorProxy
from azops_tui.simulator.saved_state import StateKeeper
from azops_tui.simulator.service import ArmService

LOG = logging.getLogger(__name__)


class SimulatorServer:
    """A listening simulator. Use it as an asynchronous context manager."""

    def __init__(
        self,
        place: Path,
        *,
        speed: float,
        hosts: MachineHosts | None = None,
        seed: int | None = None,
        limits: HttpLimits | None = None,
        state: Path | None = None,
    ) -> None:
        self.place = place
        self.cloud = SimulatedCloud(Clock(speed), hosts, seed=seed)
        self._limits = limits or HttpLimits()
        self.service = ArmService(self.cloud, self._limits)
        self.service.services.snapshots = place / "snapshots"
        self._state = state
        self._keeper: StateKeeper | None = None
        self.endpoint: SimulatorEndpoint
        self._ssh_names: set[str] = set()
        """Names and addresses that machines have or had."""
        self._listener: asyncio.Server | None = None
        self._runner: web.ServerRunner | None = None
        self._proxy: SimulatorProxy | None = None

    async def __aenter__(self) -> SimulatorServer:
        paths.private(self.place)
        ca, context = certificates.make(self.place)
        server = LimitedServer(self.service.handle, self._limits)
        self._runner = web.ServerRunner(server, shutdown_timeout=0.2)
        await self._runner.setup()
        self._listener = await asyncio.get_running_loop().create_server(
            server, "127.0.0.1", 0, ssl=context, ssl_handshake_timeout=self._limits.handshake_s
        )
        port = self._listener.sockets[0].getsockname()[1]
        url = f"https://127.0.0.1:{port}"
        self.cloud.base = url
        self._proxy = SimulatorProxy(port, os.environ)
        await self._proxy.start()
        await self._load_state()
        self.endpoint = folder.endpoint_for(self.place, url, self._proxy.url, ca, os.getpid(), self.cloud.tokens.secret)
        folder.write(self.place, self.endpoint)
        self.cloud.on_hosts_changed = self._hosts_changed
        return self

    async def __aexit__(self, *problem: object) -> None:
        if self._listener is not None:
            self._listener.close()
        if self._proxy is not None:
            await self._proxy.close()
        if self._keeper is not None:
            await self._keeper.close()
        await self.cloud.close()
        if self._runner is not None:
            await self._runner.cleanup()

    async def _load_state(self) -> None:
        if self._state is None:
            return
        try:
            self._keeper = await StateKeeper.start(self.service.services, self._state)
        except SimulatorError:
            await self.__aexit__()
            raise

    def _hosts_changed(self) -> None:
        try:
            path, known = Path(self.endpoint.ssh_config), Path(self.endpoint.known_hosts)
            self._ssh_names |= folder.write_ssh_config(path, known, self.cloud.hosts.addresses(), self._ssh_names)
        except OSError as problem:
            LOG.warning("the ssh configuration could not be written: %s", problem)


@contextlib.asynccontextmanager
async def serve(
    *,
    speed: float | None = None,
    place: Path | None = None,
    with_hosts: bool = False,
    hosts: MachineHosts | None = None,
    seed: int | None = None,
    limits: HttpLimits | None = None,
    state: Path | None = None,
) -> AsyncIterator[SimulatorServer]:
    """Run a simulator in this process, on this event loop.

    Args:
        speed: how many times faster than Azure; None for ``AZOPS_SIM_SPEED`` or the default.
        place: folder for its files; None for a temporary one.
        with_hosts: whether machines accept SSH.
        hosts: machines to use instead, for tests.
        seed: makes random names, durations and addresses repeatable.
        limits: time that clients may take; None for the usual one.
        state: SQLite file in which the state is kept; None for none.

    Raises:
        SimulatorError: the file cannot be used.
    """
    async with contextlib.AsyncExitStack() as stack:
        if place is None:
            place = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="azops-sim-")))
        rate = speed_from_environment() if speed is None else speed
        if with_hosts and hosts is None:
            hosts = SshHosts(place / "hosts", rate)
        server = SimulatorServer(place, speed=rate, hosts=hosts, seed=seed, limits=limits, state=state)
        yield await stack.enter_async_context(server)
