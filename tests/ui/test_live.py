"""The runbook that ships, run by keys against the local simulator, then shown again from the journal."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest
from textual.pilot import Pilot

from azops_tui.azure.profiles import Profile
from azops_tui.journal.store import Journal
from azops_tui.ui.app import AzopsApp
from azops_tui.ui.live import LiveController
from azops_tui.ui.replay import ReplayController
from azops_tui.ui.screens.dialogs import Dialog
from azops_tui.ui.screens.main import MainScreen
from azops_tui.ui.screens.sheets import ProblemsSheet
from tests.ui.test_main import dialog, ready, text, top

ROOT = Path(__file__).resolve().parents[2]
LOCAL = Profile(name="local", cloud="local")


async def until_idle(pilot: Pilot[int], screen: MainScreen, step: str) -> str:
    """The state a step came to; waits for a question too."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        await pilot.pause(0.05)
        view = screen.controller.view.steps[step]
        if isinstance(pilot.app.screen, Dialog):
            return "asking"
        if view.state not in ("waiting", "running", "asking") and not screen.busy:
            await pilot.pause(0.3)
            return view.state
    raise AssertionError(f"{step} did not end: {screen.controller.view.steps[step]}")


@pytest.mark.timeout(240)
async def test_the_journey_by_keys(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("AZOPS_SIM_SPEED", "1000")
    controller = LiveController(
        ROOT / "runbooks" / "generic-cluster.md", profile=LOCAL, parameters={}, journal_path=tmp_path / "journal.db"
    )
    async with AzopsApp(controller).run_test(size=(120, 36)) as pilot:
        screen = await ready(pilot)
        names = list(screen.document.names)
        for number, name in enumerate(names):
            assert screen.document.state.selected == name
            await pilot.press("n")
            state = await until_idle(pilot, screen, name)
            if state == "asking":
                await dialog(pilot)
                await pilot.press(*controller.view.question.typed if controller.view.question else "", "enter")
                state = await until_idle(pilot, screen, name)
            assert state == "done", (name, controller.view.steps[name].failure)
            if name == "create-group":
                assert any(group.name == "cluster-demo" for group in controller.view.groups)
            if number + 1 < len(names):
                await pilot.pause(0.2)
        assert f"{len(names)}/{len(names)}" in top(screen)
        await pilot.press("q")
        await pilot.pause(0.5)

    journal = Journal(tmp_path / "journal.db")
    row = journal.runs(1)[0]
    records = list(journal.records(row.id))
    journal.close()
    assert (row.state, row.done) == ("done", len(names))

    replay = ReplayController(records, speed=64)
    async with AzopsApp(replay).run_test(size=(120, 36)) as pilot:
        screen = await ready(pilot)
        assert "generic-cluster.md" in top(screen)
        await pilot.press("5", "space")
        before = replay.timeline.elapsed
        await pilot.press("full_stop")
        await pilot.pause(0.3)
        assert replay.timeline.elapsed >= before
        assert replay.paused
        replay.jump(records[-1].seq)
        await pilot.press("1")
        await pilot.pause(0.3)
        assert all(step.state == "done" for step in replay.view.steps.values())
        assert "names" in text(screen)


async def test_a_missing_file_is_one_sentence(tmp_path: Path) -> None:
    controller = LiveController(tmp_path / "no.md", profile=LOCAL, parameters={}, journal_path=tmp_path / "journal.db")
    async with AzopsApp(controller).run_test(size=(120, 36), notifications=True) as pilot:
        for _ in range(100):
            await asyncio.sleep(0.05)
            if isinstance(pilot.app.screen, ProblemsSheet):
                break
        assert isinstance(pilot.app.screen, ProblemsSheet)
        assert pilot.app.screen.problems == (f"{tmp_path / 'no.md'}: the file does not exist",)
