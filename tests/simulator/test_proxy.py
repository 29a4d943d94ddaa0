"""Programs outside a run, unchanged, with the variables that ``azops sim env`` prints."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from azops_tui.azure.errors import AzureFailure
from azops_tui.azure.profiles import BUILT_IN
from azops_tui.engine.cloud import open_cloud
from azops_tui.simulator import endpoint
from azops_tui.simulator.server import SimulatorServer, serve
from tests.gate.test_target import REQUESTS, SCRIPT

pytestmark = pytest.mark.asyncio


@pytest.fixture
async def simulator(own_folders: Path) -> AsyncIterator[SimulatorServer]:
    folder = endpoint.folder()
    async with serve(speed=100, place=folder) as server:
        (folder / "endpoint.json").write_bytes(msgspec.json.encode(server.endpoint))
        yield server


async def in_shell(code: str) -> str:
    """What a shell prints that has taken the variables over."""
    script = f'eval "$({sys.executable} -m azops_tui sim env)"\n{code}'
    process = await asyncio.create_subprocess_exec(
        "bash", "-ec", script, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    output, _ = await asyncio.wait_for(process.communicate(), 120)
    return output.decode()


async def test_unchanged_scripts_reach_it(simulator: SimulatorServer, tmp_path: Path) -> None:
    pytest.importorskip("requests")
    (tmp_path / "script.py").write_text(SCRIPT + REQUESTS)
    url = f"https://management.azure.com/subscriptions/{simulator.endpoint.subscription}/resourcegroups"
    header = f"Authorization: Bearer {simulator.endpoint.client_secret}"
    curl = f"curl -sS -H '{header}' {url}?api-version=2021-04-01"
    login = "curl -sS https://login.microsoftonline.com/common/.well-known/openid-configuration"
    output = await in_shell(f"{sys.executable} {tmp_path}/script.py; {curl}; {login}")
    assert "['from-sdk']\n200 1\n" in output, output
    assert '"name":"from-sdk"' in output
    assert "token_endpoint" in output


async def test_other_hosts_are_passed_on_for_its_user_alone(simulator: SimulatorServer, site: tuple[str, Path]) -> None:
    address, folder = site
    (folder / "file").write_text("as ever\n")
    reach = f"curl -sS --noproxy '' -k {address}/file"
    unknown = (
        f"curl -s -k -o /dev/null -w '%{{http_connect}}\\n' --noproxy '' -x \"${{HTTPS_PROXY##*@}}\" {address}/file"
    )
    gone = "curl -sS --noproxy '' https://127.0.0.1:1/"
    lines = (await in_shell(f"{reach}; {unknown} || true; {gone} || true")).splitlines()
    assert lines[:2] == ["as ever", "407"], lines
    assert "502" in lines[2]


async def test_a_real_profile_is_not_opened_in_such_a_shell(
    simulator: SimulatorServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", simulator.endpoint.proxy)
    with pytest.raises(AzureFailure, match="points at the local cloud"):
        await open_cloud(BUILT_IN["public"])
