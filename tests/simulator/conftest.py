"""A simulator inside the test's own event loop, and the real SDK clients that speak to it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from azops_tui.simulator.server import SimulatorServer, serve
from tests.simulator.clients import Clients


@pytest.fixture
async def server() -> AsyncIterator[SimulatorServer]:
    """A simulator a thousand times faster than Azure; its machines are not reachable."""
    async with serve(speed=1000, seed=7) as made:
        yield made


@pytest.fixture
async def clients(server: SimulatorServer) -> AsyncIterator[Clients]:
    """SDK clients signed in to it."""
    async with Clients(server.endpoint) as made:
        yield made
