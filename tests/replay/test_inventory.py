"""A real subscription, looked at offline: what a plain recording of another program says of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from azops_tui.azure.errors import AzureFailure
from azops_tui.cli.main import cli
from azops_tui.engine.recorded_cloud import open_recorded, recorded_profile
from azops_tui.replay.inventory import OfflineTape
from azops_tui.ui.app import AzopsApp
from azops_tui.ui.live import LiveController
from tests.cli.azops import SHARED
from tests.ui.test_main import ready, until

RECORDING = SHARED / "recordings/subscription-inventory.yaml"
pytestmark = pytest.mark.skipif(not RECORDING.exists(), reason="the recording of a real subscription is not here")


async def test_a_plain_recording_drives_the_clients() -> None:
    tape = OfflineTape(RECORDING)
    cloud = await open_recorded(recorded_profile(tape), tape)
    assert cloud.subscription_name == "Pay-As-You-Go"
    groups = await cloud.groups.list()
    assert {"miq-vms-eastus", "miq-misc-eastus"} <= {group.name for group in groups}
    machines = {machine.name: machine for machine in await cloud.machines.list("miq-vms-eastus")}
    assert machines["miq-vm-sles1-eastus"].power == "running"
    assert machines["miq-vm-sles1-eastus"].public_address == "40.117.93.61"
    nested = await cloud.deployments.get("miq-misc-eastus", "miq-nested-template")
    assert nested.finished
    assert nested.operations
    assert all(operation.state in ("Succeeded", "Failed") and operation.started for operation in nested.operations)
    resources = await cloud.resources.list("miq-vms-eastus")
    assert {resource.type for resource in resources} >= {"Microsoft.Compute/virtualMachines", "Microsoft.Compute/disks"}
    with pytest.raises(AzureFailure, match="was not recorded"):
        await cloud.groups.create("new", "eastus")
    await cloud.close()
    tape.close()


def test_the_verbs_read_from_a_recording() -> None:
    def rows(*words: str | Path) -> list[dict[str, object]]:
        result = CliRunner().invoke(cli, [*map(str, words), "--replay", str(RECORDING), "-o", "json"])
        assert result.exit_code == 0, result.output
        listed: list[dict[str, object]] = json.loads(result.stdout)
        return listed

    assert len(rows("deployments", "-g", "miq-misc-eastus")) >= 2
    assert {row["resourceGroup"] for row in rows("resources", "-g", "miq-networking-eastus")} == {
        "miq-networking-eastus"
    }


async def test_the_screen_shows_a_recorded_subscription(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# Offline\n\n```bash {name=not-recorded}\necho live\n```\n")
    tape = OfflineTape(RECORDING)
    profile = recorded_profile(tape)
    tape.close()
    controller = LiveController(
        page,
        profile=profile,
        parameters={},
        journal_path=tmp_path / "journal.db",
        whole_subscription=True,
        tape=lambda: OfflineTape(RECORDING),
    )
    async with AzopsApp(controller, pane=1).run_test(size=(200, 50)) as pilot:
        await ready(pilot)
        await until(pilot, lambda: len(controller.view.groups) > 3)
        await until(pilot, lambda: bool(controller.view.resources.get("miq-vms-eastus")))
        await until(pilot, lambda: any(view.operations for view in controller.view.deployments.values()))
        # A script that was not recorded is not run.
        await controller.run_step("not-recorded")
        await until(pilot, lambda: controller.view.step("not-recorded").state == "failed")
        assert "is not in the cassette" in controller.view.step("not-recorded").summary
