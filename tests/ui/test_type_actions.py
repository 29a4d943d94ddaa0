"""Actions by type in the panes: marked by class, copied as az, put into the document, done to several at once."""

from __future__ import annotations

import pytest
from textual.pilot import Pilot

from azops_tui.events import records as ev
from azops_tui.events.azure_views import ResourceView
from azops_tui.ui.app import AzopsApp
from azops_tui.ui.controller import Place
from azops_tui.ui.screens.menus import Menu
from azops_tui.ui.screens.sheets import TextSheet
from azops_tui.ui.screens.text_prompt import TextPrompt
from azops_tui.ui.widgets.rows import Rows
from tests.ui import fakes
from tests.ui.test_byhand import choose, made, menu
from tests.ui.test_main import dialog, ready, until

SIZES = [(80, 24), (120, 36), (200, 50)]


def machines(number: int = 3) -> list[ev.Event]:
    views = tuple(
        ResourceView(
            id=fakes._id(f"web-{n}", "Microsoft.Compute/virtualMachines"),
            name=f"web-{n}",
            type="Microsoft.Compute/virtualMachines",
            group="cluster-demo",
        )
        for n in range(number)
    )
    return [*made(), ev.ResourcesChanged(at=fakes.START + 50, group="cluster-demo", resources=views)]


async def at_first_machine(pilot: Pilot[int]) -> None:
    screen = await ready(pilot)
    await pilot.press("1")
    pane = screen.frame.active_pane
    assert pane is not None
    await until(pilot, lambda: any("web-0" in row.text for row in pane.rows))
    pane.select(next(row.key for row in pane.rows if row.text.startswith("web-0")))


@pytest.mark.parametrize("size", SIZES)
async def test_a_machine_is_stopped_after_a_yes(size: tuple[int, int]) -> None:
    controller = fakes.FakeController(events=machines())
    async with AzopsApp(controller).run_test(size=size) as pilot:
        await at_first_machine(pilot)
        await pilot.press("enter")
        offered = await menu(pilot)
        assert offered["act:stop"]
        rows = {row.key: row.text for row in pilot.app.screen.query_one(Rows).rows}
        assert " R  " in rows["act:boot-diagnostics"]
        assert " M  " in rows["act:stop"]
        await choose(pilot, "act:stop")
        shown = (await dialog(pilot)).ask
        assert any("az vm stop --ids /subscriptions" in line for line in shown.lines)
        await pilot.press("enter")  # Cancel has the focus
        await pilot.pause(0.1)
        assert controller.asked == []
        await pilot.press("enter")
        await choose(pilot, "act:stop")
        await dialog(pilot)
        await pilot.press("right", "enter")
        await until(pilot, lambda: controller.asked == [("act", "web-0", "stop", "")])


async def test_a_script_is_typed_and_its_output_shown() -> None:
    controller = fakes.FakeController(events=machines())
    async with AzopsApp(controller).run_test(size=(80, 24)) as pilot:
        await at_first_machine(pilot)
        await pilot.press("enter")
        await choose(pilot, "act:run-command")
        await until(pilot, lambda: isinstance(pilot.app.screen, TextPrompt))
        await pilot.press(*"uptime", "enter")
        await dialog(pilot)
        await pilot.press("right", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, TextSheet))
        assert controller.asked == [("act", "web-0", "run-command", "uptime")]
        assert any("up 3 days" in row.text for row in pilot.app.screen.query_one(Rows).rows)


async def test_an_action_is_copied_as_az_and_put_into_the_document() -> None:
    controller = fakes.FakeController(events=machines())
    async with AzopsApp(controller).run_test(size=(120, 36)) as pilot:
        await at_first_machine(pilot)
        inserted: list[str] = []
        pilot.app.screen.writing.insert_step = inserted.append  # type: ignore[attr-defined]
        await pilot.press("enter")
        await menu(pilot)
        pilot.app.screen.query_one(Rows).select("act:deallocate")
        await pilot.press("c")
        assert pilot.app.clipboard.startswith("az vm deallocate --ids /subscriptions")
        await pilot.press("plus")
        await until(pilot, lambda: not isinstance(pilot.app.screen, Menu))
        assert "az vm deallocate --ids" in inserted[0]
        assert controller.asked == []


async def test_marked_resources_are_listed_before_anything_happens() -> None:
    controller = fakes.FakeController(events=machines())
    async with AzopsApp(controller).run_test(size=(80, 24)) as pilot:
        await at_first_machine(pilot)
        await pilot.press("space", "space", "enter")
        await choose(pilot, "restart")
        lines = (await dialog(pilot)).ask.lines
        assert [line.strip() for line in lines if line.strip().startswith("web-")] == ["web-0", "web-1"]
        await pilot.press("right", "enter")
        await until(pilot, lambda: len(controller.asked) == 2)
        assert {what[1] for what in controller.asked} == {"web-0", "web-1"}
        await pilot.press("space", "up", "up", "space", "enter")
        await choose(pilot, "delete")
        question = (await dialog(pilot)).ask
        assert question.typed == "delete 2"
        await pilot.press(*"delete 2", "enter")
        await until(pilot, lambda: sum(what[0] == "delete" for what in controller.asked) == 2)


async def test_read_only_offers_only_what_reads() -> None:
    controller = fakes.FakeController(events=machines(), place=Place("prod", "Main", read_only=True))
    async with AzopsApp(controller).run_test(size=(120, 36)) as pilot:
        await at_first_machine(pilot)
        await pilot.press("enter")
        offered = await menu(pilot)
        assert [key for key, possible in offered.items() if possible and key.startswith("act:")] == [
            "act:boot-diagnostics"
        ]
