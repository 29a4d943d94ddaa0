"""The registry of actions, and what the app closes."""

from __future__ import annotations

from pathlib import Path

import pytest

from azops_tui import paths
from azops_tui.azure.profiles import Profile
from azops_tui.journal.store import Journal
from azops_tui.runbook.native import KINDS
from azops_tui.ui.app import AzopsApp
from azops_tui.ui.commands import COMMANDS
from azops_tui.ui.live import LiveController
from azops_tui.ui.panes.registry import PANES
from azops_tui.ui.screens.main import MainScreen
from tests.ui import fakes
from tests.ui.test_main import ready, until


def test_every_command_of_the_main_screen_has_an_action() -> None:
    app = AzopsApp(fakes.FakeController())
    with app._context():
        actions = MainScreen(fakes.FakeController()).actions
    assert set(actions) == {command.id for command in COMMANDS if not command.action}


def test_panes_follow_only_step_kinds_that_exist() -> None:
    kinds = {f"azops={kind}" for kind in KINDS}
    assert {kind for entry in PANES for kind in entry.step_kinds} <= kinds


async def test_the_example_of_the_documentation_remaps_a_key() -> None:
    path = paths.config() / "config.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text('[keys]\n"run.step" = "f5"\n', "utf-8")
    controller = fakes.FakeController()
    async with AzopsApp(controller).run_test(size=(120, 36), notifications=True) as pilot:
        await ready(pilot)
        assert not pilot.app._notifications
        await pilot.press("enter")
        await pilot.press("f5")
        await until(pilot, lambda: bool(controller.asked))
        assert controller.asked == [("run", "create-group")]


@pytest.mark.parametrize("fails", [False, True])
async def test_the_journal_is_closed_when_the_app_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fails: bool
) -> None:
    closed: list[Journal] = []
    close = Journal.close

    def record(journal: Journal) -> None:
        closed.append(journal)
        close(journal)

    monkeypatch.setattr(Journal, "close", record)
    document = tmp_path / "a.md"
    document.write_text("# A\n\n```bash {name=one}\ntrue\n```\n", "utf-8")
    controller = LiveController(
        document,
        profile=Profile(name="local", cloud="local"),
        parameters={},
        journal_path=tmp_path / "journal.db",
    )
    async with AzopsApp(controller).run_test(size=(120, 36)) as pilot:
        await ready(pilot)
        await controller.run_step("one")
        assert not closed
        if fails:
            # The run cannot be ended; the journal is closed all the same.
            run = controller._run
            assert run is not None
            end = run.close

            async def broken() -> None:
                await end()
                raise OSError("no space left")

            monkeypatch.setattr(run, "close", broken)
        await pilot.press("q")
        await until(pilot, lambda: bool(closed))
    assert len(closed) == 1
