"""A deploy step's template, looked at from the step."""

from __future__ import annotations

from pathlib import Path

from azops_tui.azure.profiles import Profile
from azops_tui.ui.app import AzopsApp
from azops_tui.ui.live import LiveController
from azops_tui.ui.screens.template import TemplateScreen
from tests.ui.test_main import footer, ready

ROOT = Path(__file__).resolve().parents[2]


async def test_the_template_of_the_step_under_the_bar(tmp_path: Path) -> None:
    controller = LiveController(
        ROOT / "runbooks" / "generic-cluster.md",
        profile=Profile(name="local", cloud="local"),
        parameters={},
        journal_path=tmp_path / "journal.db",
    )

    async def no_watch() -> None:
        pass

    controller.watch = no_watch  # type: ignore[method-assign]  # no cloud is needed to read a template
    async with AzopsApp(controller).run_test(size=(120, 36)) as pilot:
        screen = await ready(pilot)
        deploys = [s.name for s in controller.runbook.steps if s.native_kind == "deploy"] if controller.runbook else []
        assert deploys
        others = [name for name in screen.document.names if name not in deploys]
        screen.document.select(others[0])
        assert "T template" not in footer(screen)
        for name in deploys:
            screen.document.select(name)
            await pilot.pause(0.1)
            assert "T template" in footer(screen)
            await pilot.press("T")
            for _ in range(100):
                await pilot.pause(0.05)
                if isinstance(pilot.app.screen, TemplateScreen):
                    break
            assert isinstance(pilot.app.screen, TemplateScreen), [n.message for n in pilot.app._notifications]
            assert pilot.app.screen.description.count > 0
            await pilot.press("q")
            await pilot.pause(0.2)
            assert pilot.app.screen_stack[-1] is screen
