"""azops is killed while a step runs: what it started ends, and the journal says what was in flight."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

import msgspec
import pytest

from azops_tui import paths
from azops_tui.azure.cloud import Cloud
from azops_tui.simulator import endpoint
from azops_tui.simulator.server import SimulatorServer
from tests.cli.azops import azops
from tests.gate.test_faults import until
from tests.gate.test_gate import GROUP, Disguise, document, groups

pytestmark = pytest.mark.asyncio


async def test_nothing_is_sent_after_a_kill(
    simulator: SimulatorServer, cloud: Cloud, disguise: Disguise, tmp_path: Path
) -> None:
    simulator.cloud.clock.speed = 0.01
    paths.private(endpoint.folder())
    (endpoint.folder() / "endpoint.json").write_bytes(msgspec.json.encode(simulator.endpoint))
    await cloud.groups.create("gone", "westeurope")
    put, delete = disguise("PUT", "/resourcegroups/early", GROUP), disguise("DELETE", "/resourcegroups/gone")
    late = disguise("PUT", "/resourcegroups/late", GROUP)
    loop = f"(while sleep 0.05; do test -e {tmp_path}/now && {late}; done) &"
    path = tmp_path / "runbook.md"
    path.write_text(document(f"{put}; {delete}; {loop} echo $! > {tmp_path}/pid; wait"))
    words = ("-m", "azops_tui", "run", str(path), "--cloud", "local", "--yes", "--yes-destroy")
    process = await asyncio.create_subprocess_exec(sys.executable, *words, stdout=asyncio.subprocess.DEVNULL)
    try:
        await until(lambda: (tmp_path / "pid").exists() and (tmp_path / "pid").read_text())
    finally:
        process.send_signal(signal.SIGKILL)
        await process.wait()
    (tmp_path / "now").touch()
    await until(lambda: not _is_alive(int((tmp_path / "pid").read_text())))
    assert "late" not in await groups(cloud)
    shown = await asyncio.to_thread(azops, "history", "1")
    assert "interrupted" in shown.stdout
    assert "In flight at its end: DELETE" in shown.stdout
    assert "early" in shown.stdout


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
