"""The simulator as a process: a child that ends with its parent, and one that is kept running."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import ssl
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
import pytest

from azops_tui.simulator import lifecycle
from azops_tui.simulator.endpoint import (
    SimulatorEndpoint,
    SimulatorError,
    folder,
    open_local,
    running,
    start,
    status,
    stop,
)

PARENT = """
import asyncio, sys, time
from azops_tui.simulator.endpoint import open_local
cloud = asyncio.run(open_local(speed=1000))
import msgspec
print(msgspec.json.encode(cloud.endpoint).decode(), flush=True)
time.sleep(60)
"""


def listens(endpoint: SimulatorEndpoint) -> bool:
    where = urlsplit(endpoint.url)
    try:
        socket.create_connection((where.hostname or "", where.port or 0), timeout=1).close()
    except OSError:
        return False
    return True


def gone(endpoint: SimulatorEndpoint, seconds: float = 10) -> bool:
    end = time.monotonic() + seconds
    while listens(endpoint):
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


async def test_a_child_serves_until_it_is_closed() -> None:
    cloud = await open_local(speed=1000)
    assert cloud.is_owned
    said = await asyncio.to_thread(status, cloud.endpoint)
    assert said is not None
    assert said["speed"] == 1000
    place = Path(cloud.endpoint.ca).parent
    assert place.stat().st_mode & 0o077 == 0
    for path in place.rglob("*"):
        assert path.stat().st_mode & 0o077 == 0, path
    await cloud.close()
    await cloud.close()
    assert gone(cloud.endpoint)
    assert not place.exists()


def test_a_child_ends_with_its_parent_even_if_that_is_killed() -> None:
    with subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        endpoint = msgspec.json.decode(parent.stdout.readline(), type=SimulatorEndpoint)
        assert listens(endpoint)
        os.kill(parent.pid, signal.SIGKILL)
        parent.wait()
        assert gone(endpoint)
    end = time.monotonic() + 10
    while Path(endpoint.ca).exists():
        assert time.monotonic() < end, "the simulator left its files behind"
        time.sleep(0.05)


async def test_a_kept_simulator_is_reused_until_it_is_stopped() -> None:
    assert running() is None
    assert lifecycle.state().endpoint is None
    endpoint, started = lifecycle.up(speed=1000)
    try:
        assert started
        assert lifecycle.up() == (endpoint, False)
        cloud = await open_local()
        assert not cloud.is_owned
        assert cloud.endpoint == endpoint
        await cloud.close()
        state = lifecycle.state()
        assert (state.endpoint, state.speed, state.groups) == (endpoint, 1000, ())
        assert folder().stat().st_mode & 0o077 == 0
    finally:
        assert lifecycle.down()
    assert gone(endpoint)
    assert not lifecycle.down()


def test_a_stale_endpoint_file_is_not_a_running_simulator() -> None:
    endpoint, _ = lifecycle.up(speed=1000)
    text = (folder() / "endpoint.json").read_bytes()
    lifecycle.down()
    (folder() / "endpoint.json").write_bytes(text)
    assert running() is None
    (folder() / "endpoint.json").write_bytes(b"{nonsense")
    assert running() is None
    assert endpoint.pid > 0


async def test_a_speed_that_is_not_valid_gives_a_clear_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AZOPS_SIM_SPEED", "fast")
    with pytest.raises(SimulatorError, match="AZOPS_SIM_SPEED must be a positive number"):
        await open_local()


def test_the_bundle_for_shells_includes_the_public_authorities(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"):
        monkeypatch.delenv(name, raising=False)
    endpoint, child = start(speed=1000)
    try:
        context = ssl.create_default_context(cafile=endpoint.bundle)
        assert len(context.get_ca_certs()) > 20
        assert Path(endpoint.ca).read_text() in Path(endpoint.bundle).read_text()
    finally:
        stop(child)


def test_the_bundle_for_shells_includes_the_authorities_of_the_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    endpoint, child = start(speed=1000)
    proxy = Path(endpoint.ca).read_text()
    stop(child)
    (tmp_path / "proxy.pem").write_text(proxy)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "proxy.pem"))
    endpoint, child = start(speed=1000)
    try:
        bundle = Path(endpoint.bundle).read_text()
        assert bundle.startswith(proxy)
        assert bundle.endswith(Path(endpoint.ca).read_text())
    finally:
        stop(child)


def test_importing_the_endpoint_imports_no_heavy_library() -> None:
    code = (
        "import sys, azops_tui.simulator.endpoint, azops_tui.simulator.lifecycle\n"
        "heavy = {'aiohttp', 'cryptography', 'asyncssh', 'azure', 'azops_tui.arm'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
