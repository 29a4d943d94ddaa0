"""Azure that does not answer as it should: a pane says what it waits for, keeps what it had, and recovers by itself."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from azops_tui.azure.connect import connect
from azops_tui.azure.profiles import Profile
from azops_tui.engine import cloud as engine_cloud
from azops_tui.engine import watch
from azops_tui.ui.app import AzopsApp
from azops_tui.ui.live import LiveController
from tests.azure.service import SUBSCRIPTION, Answer, Asked, Service
from tests.ui.test_main import until

LOCAL = Profile(name="local", cloud="local")
GROUP = {
    "id": f"/subscriptions/{SUBSCRIPTION}/resourceGroups/kept",
    "name": "kept",
    "location": "westeurope",
    "properties": {"provisioningState": "Succeeded"},
}


def healthy(asked: Asked) -> Answer:
    return 200, {}, {"value": [GROUP] if asked.path.lower().endswith("/resourcegroups") else []}


async def hangs(asked: Asked) -> Answer:
    await asyncio.sleep(1.5)
    return healthy(asked)


def failing(status: int, body: Any, **headers: str) -> Any:
    return lambda asked: (status, {name.replace("_", "-"): value for name, value in headers.items()}, body)


FAULTS = {
    "throttled": (failing(429, {"error": {"code": "TooManyRequests", "message": "Slow."}}, Retry_After="60"), "429"),
    "reset": (failing(0, None), "The connection was lost"),
    "server error": (failing(500, {"error": {"code": "InternalServerError", "message": "Oh."}}), "Oh."),
    "expired token": (
        failing(401, {"error": {"code": "ExpiredAuthenticationToken", "message": "The access token expired."}}),
        "expired",
    ),
    "truncated": (failing(200, '{"value": [{"id": "/subscr', Content_Type="application/json"), "with something"),
    "hang": (hangs, "has not answered"),
}


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[Service]:
    server = Service(tmp_path)
    await server.start()
    server.respond = healthy
    yield server
    await server.close()


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch, service: Service) -> None:
    """The service in the place of the local cloud, read ten times a second."""

    async def open_cloud(profile: Profile, *unused: Any, **more: Any) -> Any:
        return await connect(profile, service.where, poll=0.1)

    monkeypatch.setattr(engine_cloud, "open_cloud", open_cloud)
    monkeypatch.setattr(watch, "LOCAL_PAUSE_S", 0.1)
    monkeypatch.setattr(watch, "SOON_S", 0.3)
    return


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("fault", FAULTS)
async def test_a_fault_is_named_and_passes(fault: str, service: Service, tmp_path: Path) -> None:
    respond, sentence = FAULTS[fault]
    page = tmp_path / "page.md"
    page.write_text("# Page\n\n```bash {name=one}\ntrue\n```\n")
    controller = LiveController(page, profile=LOCAL, parameters={}, journal_path=tmp_path / "journal.db")
    async with AzopsApp(controller, pane=1).run_test(size=(200, 50)) as pilot:
        screen: Any = pilot.app.screen

        def shown() -> bool:
            pane = screen.frame.active_pane
            return pane is not None and any("kept" in row.text for row in pane.rows)

        await until(pilot, lambda: shown() and not controller.unread and not controller.waits_for)
        service.respond = respond
        await until(pilot, lambda: sentence in str(screen.frame.border_subtitle))
        assert "not live: read" in str(screen.frame.border_subtitle)
        assert shown(), "what was read before stays"
        service.respond = healthy
        await until(pilot, lambda: str(screen.frame.border_subtitle) == "", seconds=60)
        assert shown()
