"""A request that is held, on the screen: what the question shows, and what yes and no do."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from azops_tui import paths
from azops_tui.azure.cloud import Cloud
from azops_tui.azure.profiles import BUILT_IN
from azops_tui.simulator import endpoint
from azops_tui.simulator.server import SimulatorServer
from azops_tui.ui.app import AzopsApp
from azops_tui.ui.live import LiveController
from tests.gate.test_gate import GROUP, Disguise, document, groups
from tests.ui.test_main import dialog, ready, until
from tests.ui.test_safety import screen_text

pytestmark = pytest.mark.asyncio


async def test_a_held_request_on_the_screen(
    simulator: SimulatorServer, cloud: Cloud, disguise: Disguise, tmp_path: Path
) -> None:
    paths.private(endpoint.folder())
    (endpoint.folder() / "endpoint.json").write_bytes(msgspec.json.encode(simulator.endpoint))
    path = tmp_path / "runbook.md"
    path.write_text(
        document(disguise("PUT", "/resourcegroups/held", GROUP), disguise("DELETE", "/resourcegroups/held"))
    )
    controller = LiveController(
        path, profile=BUILT_IN["local"], parameters={}, journal_path=tmp_path / "journal.db", untagged=False
    )
    async with AzopsApp(controller).run_test(size=(120, 36)) as pilot:
        await ready(pilot)
        steps = controller.view.steps
        await pilot.press("enter")
        question = (await dialog(pilot)).ask
        assert question.title == "Change held"
        assert question.lines[0] == f"PUT /subscriptions/{cloud.subscription}/resourcegroups/held"
        assert any("s0 only reads" in line for line in question.lines)
        assert "The request is held until you answer, for 10 minutes at most." in question.lines
        await pilot.press("escape")
        await until(pilot, lambda: controller.view.steps["s0"].state == "done" and not controller.busy)
        assert "was declined" in steps["s0"].summary
        assert await groups(cloud) == set()

        await pilot.press("enter")
        await dialog(pilot)
        await pilot.press("tab", "enter")
        await until(pilot, lambda: controller.view.question is None and not controller.busy)
        assert await groups(cloud) == {"held"}
        assert [entry.status for entry in controller.view.requests.values()] == [201]

        await pilot.press("j", "enter")
        question = (await dialog(pilot)).ask
        assert (question.typed, question.title) == ("held", "Delete held")
        await pilot.press(*"held", "enter")
        await until(pilot, lambda: controller.view.steps["s1"].state == "done" and not controller.busy)
        assert [entry.status for entry in controller.view.requests.values()] == [201, 202]


async def test_what_the_run_created_is_deleted_from_its_pane(
    simulator: SimulatorServer, cloud: Cloud, tmp_path: Path
) -> None:
    paths.private(endpoint.folder())
    (endpoint.folder() / "endpoint.json").write_bytes(msgspec.json.encode(simulator.endpoint))
    path = tmp_path / "runbook.md"
    path.write_text("```yaml {azops=group name=own}\ngroup: own\nlocation: westeurope\n```\n")
    controller = LiveController(path, profile=BUILT_IN["local"], parameters={}, journal_path=tmp_path / "journal.db")
    async with AzopsApp(controller).run_test(size=(120, 36)) as pilot:
        screen = await ready(pilot)
        await pilot.press("5", "D")
        assert await groups(cloud) == set()
        screen.document.focus()
        await pilot.press("enter")
        # The panes follow what is drawn, and take the keys along.
        await until(pilot, lambda: "● own" in screen_text(pilot) and not controller.busy)
        await pilot.press("5", "D")
        question = (await dialog(pilot)).ask
        assert (question.title, question.typed, question.harm) == ("Delete what run 1 created", "own", True)
        assert question.lines[1:] == ("own  resource group with 0 resources",)
        await pilot.press("escape")
        assert await groups(cloud) == {"own"}
        await pilot.press("D")
        await dialog(pilot)
        await pilot.press(*"own", "enter")
        await until(pilot, lambda: any("Deleted own" in notice.text for notice in controller.view.notices))
        assert await groups(cloud) == set()
        assert [(entry.method, entry.step) for entry in controller.view.requests.values()][-1] == ("DELETE", "")
