"""Runs on a simulator of the test's own, with scripts whose text does not say what they send."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from azops_tui.azure.cloud import Cloud
from azops_tui.azure.connect import connect
from azops_tui.azure.profiles import BUILT_IN
from azops_tui.simulator.server import SimulatorServer, serve
from tests.engine.conftest import MakeRun, Watched, folders, journal, make_run

__all__ = ["MakeRun", "Watched", "folders", "journal", "make_run"]


@pytest.fixture
async def simulator() -> AsyncIterator[SimulatorServer]:
    async with serve(speed=100) as server:
        yield server


@pytest.fixture
async def cloud(simulator: SimulatorServer) -> AsyncIterator[Cloud]:
    opened = await connect(BUILT_IN["local"], simulator.endpoint)
    yield opened
    await opened.close()


@pytest.fixture
def disguise(tmp_path: Path, cloud: Cloud) -> Callable[..., str]:
    """Makes a command that sends a request, which its text does not show: curl reads it from a file."""

    assert cloud.endpoint is not None
    secret = cloud.endpoint.client_secret

    def make(method: str, path: str, body: str = "", host: str = "management.azure.com") -> str:
        lines = [
            f'url = "https://{host}/subscriptions/{cloud.subscription}{path}?api-version=2022-12-01"',
            f"request = {method}",
            f'header = "Authorization: Bearer {secret}"',
            'header = "Content-Type: application/json"',
            "silent",
            'write-out = "%{http_code}\\n"',
        ]
        if body:
            lines.append(f"data = {body!r}".replace("'", '"') if '"' not in body else f"data = @{tmp_path}/body.json")
            (tmp_path / "body.json").write_text(body)
        config = tmp_path / f"request-{len(list(tmp_path.glob('request-*')))}"
        config.write_text("\n".join(lines) + "\n")
        return f"curl -K {config}"

    return make
