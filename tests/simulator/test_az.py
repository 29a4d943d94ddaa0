"""The real ``az`` against the simulator; skipped where there is none (``AZOPS_TEST_AZ`` names it, else PATH)."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from azops_tui.simulator.server import SimulatorServer
from tests.simulator.clients import KEY
from tests.simulator.test_deployments import whole_machine

AZ = os.environ.get("AZOPS_TEST_AZ") or shutil.which("az") or ""
pytestmark = [
    pytest.mark.az,
    pytest.mark.skipif(not AZ, reason="there is no az on PATH and AZOPS_TEST_AZ is not set"),
]


async def az(server: SimulatorServer, *words: str, fails: bool = False) -> Any:
    """What az answers, as JSON; with ``fails`` what it says on standard error."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "AZURE_"))}
    environment |= {"AZURE_CONFIG_DIR": server.endpoint.az_config, "REQUESTS_CA_BUNDLE": server.endpoint.bundle}
    process = await asyncio.create_subprocess_exec(
        AZ, *words, "--output", "json", stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE, env=environment
    )
    out, errors = await process.communicate()
    if fails:
        assert process.returncode != 0
        return errors.decode()
    assert process.returncode == 0, errors.decode()
    return json.loads(out) if out.strip() else None


async def test_az_deploys_and_explains_a_bad_key(server: SimulatorServer, tmp_path: Path) -> None:
    file = tmp_path / "machine.json"
    file.write_text(json.dumps(whole_machine(), indent=1).replace('"contentVersion"', '// a comment\n"contentVersion"'))
    await az(server, "group", "create", "-n", "g", "-l", "japanwest")
    deploy = ("deployment", "group", "create", "-g", "g", "-n", "d", "-f", str(file))
    said = await az(server, *deploy, "-p", "key=nonsense", fails=True)
    assert "linuxConfiguration.ssh.publicKeys.keyData" in said
    done = await az(server, *deploy, "-p", f"key={KEY}")
    assert done["properties"]["outputs"]["address"]["value"] == "10.0.0.4"
    [machine] = await az(server, "vm", "list", "-g", "g", "-d")
    assert (machine["powerState"], machine["privateIps"]) == ("VM running", "10.0.0.4")
    await az(server, "group", "delete", "-n", "g", "-y")
    assert await az(server, "group", "exists", "-n", "g") is False


async def test_az_makes_and_scales_a_scale_set(server: SimulatorServer, tmp_path: Path) -> None:
    key = tmp_path / "key.pub"
    key.write_text(KEY)
    await az(server, "group", "create", "-n", "g", "-l", "japanwest")
    made = ("vmss", "create", "-g", "g", "-n", "agents", "--image", "Ubuntu2404", "--orchestration-mode", "Uniform")
    await az(server, *made, "--instance-count", "2", "--admin-username", "me", "--ssh-key-values", str(key))
    await az(server, "vmss", "scale", "-g", "g", "-n", "agents", "--new-capacity", "4")
    found = await az(server, "vmss", "list-instances", "-g", "g", "-n", "agents")
    assert [i["provisioningState"] for i in found] == ["Succeeded"] * 4
