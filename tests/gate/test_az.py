"""The real ``az`` in a step: what it creates is shown from its PUT on, is in the ledger, and can be cleaned up."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from azops_tui.azure.cloud import Cloud
from azops_tui.engine.run import Policy
from azops_tui.events import records as ev
from tests.gate.conftest import MakeRun
from tests.gate.test_cleanup import ALL, cleaned, network, put, resources
from tests.simulator.clients import KEY

AZ = os.environ.get("AZOPS_TEST_AZ") or shutil.which("az") or ""
pytestmark = [
    pytest.mark.asyncio,
    pytest.mark.az,
    pytest.mark.skipif(not AZ, reason="there is no az on PATH and AZOPS_TEST_AZ is not set"),
]
SUBNET = {
    "location": "westeurope",
    "properties": {
        "addressSpace": {"addressPrefixes": ["10.9.0.0/16"]},
        "subnets": [{"name": "s", "properties": {"addressPrefix": "10.9.0.0/24"}}],
    },
}


async def test_a_machine_of_a_shell_step_is_seen_at_once_and_undone(
    make_run: MakeRun, cloud: Cloud, tmp_path: Path
) -> None:
    await cloud.groups.create("g", "westeurope")
    await put(cloud, network("g", "older"), SUBNET)
    (tmp_path / "key.pub").write_text(KEY)
    create = f"{AZ} vm create -g g -n vm1 --image Ubuntu2404 --admin-username me --ssh-key-values {tmp_path}/key.pub"
    watched = make_run(f"```bash {{name=create}}\n{create}\n```\n", cloud=cloud, policy=Policy(yes=True))
    await watched.run.run_all()
    await watched.run.close()
    assert watched.end("create").state == "done", watched.output("create")

    sent = next(event for event in watched.events(ev.RequestSent) if "/deployments/" in event.resource)
    shown = next(event for event in watched.events(ev.DeploymentChanged))
    assert (shown.deployment.id, shown.step) == (sent.resource, "create")
    assert shown.at - sent.at < 1.0
    assert {(entry.method, entry.step) for entry in watched.run.state.requests.values()} == {("PUT", "create")}
    created = await resources(cloud, "g")
    assert {"older", "vm1", "vm1NSG", "vm1PublicIP", "vm1VMNic"} < created

    done = await cleaned(make_run, cloud, watched.run.id, ALL)
    assert done.end("c").state == "done", done.end("c")
    assert await resources(cloud, "g") == {"older"}
