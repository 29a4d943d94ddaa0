"""Clouds to ask: one that answers what a test tells it, and the simulator."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from azops_tui.azure.cloud import Cloud
from azops_tui.azure.connect import connect
from azops_tui.azure.profiles import Profile
from azops_tui.simulator.endpoint import SimulatorEndpoint, start, stop
from tests.azure.service import Recording, Service

RECORDING = Path(__file__).resolve().parents[2] / "../shared/data/recordings/subscription-inventory.yaml"


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[Service]:
    made = Service(tmp_path)
    await made.start()
    yield made
    await made.close()


@pytest.fixture
async def cloud(service: Service) -> AsyncIterator[Cloud]:
    """A cloud at the service, which has been asked nothing yet."""
    made = await connect(Profile(name="local", cloud="local"), service.where, poll=0.02)
    service.asked.clear()
    yield made
    await made.close()


@pytest.fixture(scope="session")
def recording() -> Recording:
    """What a real subscription said."""
    if not RECORDING.is_file():
        pytest.skip("the recording of a real subscription is not here")
    return Recording(RECORDING)


@pytest.fixture(scope="module")
def simulator() -> Iterator[SimulatorEndpoint]:
    """A local cloud a thousand times faster than Azure, for the tests of one file."""
    endpoint, child = start(speed=1000)
    yield endpoint
    stop(child)


@pytest.fixture
async def local(simulator: SimulatorEndpoint) -> AsyncIterator[Cloud]:
    """The local cloud, looked at every 50 ms."""
    made = await connect(Profile(name="local", cloud="local"), simulator, poll=0.05)
    yield made
    await made.close()


@pytest.fixture
async def group(local: Cloud) -> AsyncIterator[str]:
    """Name of a group of the test's own."""
    name = f"g-{uuid.uuid4().hex[:8]}"
    await local.groups.create(name, "japanwest", {"made": "by a test"})
    yield name
    if await local.groups.get(name) is not None:
        await local.groups.delete(name)
