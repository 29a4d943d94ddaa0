"""Clouds to ask: one that answers what a test tells it, and the simulator."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from azops_tui.azure.cloud import Cloud
from azops_tui.azure.connect import connect
from azops_tui.azure.profiles import Profile
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
