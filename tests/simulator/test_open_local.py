"""A local cloud that is closed while it starts."""

from __future__ import annotations

import asyncio
import subprocess
import threading
import time
from contextlib import suppress

import pytest

from azops_tui.simulator import endpoint


async def test_a_simulator_that_nobody_waits_for_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    going_on = threading.Event()
    children: list[subprocess.Popen[bytes]] = []

    def start(*, speed: float | None) -> tuple[None, subprocess.Popen[bytes]]:
        going_on.wait(60)
        children.append(subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE))
        return None, children[0]

    monkeypatch.setattr(endpoint, "running", lambda: None)
    monkeypatch.setattr(endpoint, "start", start)
    opening = asyncio.ensure_future(endpoint.open_local())
    await asyncio.sleep(0.05)
    opening.cancel()
    with suppress(asyncio.CancelledError):
        await opening
    going_on.set()
    end = time.monotonic() + 30
    while not children or children[0].poll() is None:
        assert time.monotonic() < end, "the simulator goes on"
        await asyncio.sleep(0.02)
