"""What a person does to the cloud from the panes: offered in a menu, asked before, and told in the journal."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from textual.pilot import Pilot

from azops_tui.azure.profiles import Profile
from azops_tui.events import records as ev
from azops_tui.events.azure_views import GroupView
from azops_tui.ui.app import AzopsApp
from azops_tui.ui.controller import Place
from azops_tui.ui.live import LiveController
from azops_tui.ui.screens.menus import Menu, TagsForm
from azops_tui.ui.widgets.rows import Rows
from tests.ui import fakes
from tests.ui.test_main import dialog, ready, until

WIDE = (120, 36)


def made() -> list[ev.Event]:
    return [*fakes.started(), *fakes.group_made(), *fakes.resources()]


async def menu(pilot: Pilot[int]) -> dict[str, bool]:
    """Ids of what the menu offers, and whether each can be had."""
    for _ in range(100):
        await pilot.pause(0.02)
        if isinstance(pilot.app.screen, Menu) and pilot.app.focused is not None:
            return {row.key: row.selectable for row in pilot.app.screen.query_one(Rows).rows}
    raise AssertionError("no menu came")


async def choose(pilot: Pilot[int], what: str) -> None:
    await menu(pilot)
    pilot.app.screen.query_one(Rows).select(what)
    await pilot.press("enter")
    await pilot.pause(0.2)


async def test_enter_offers_what_can_be_done() -> None:
    async with AzopsApp(fakes.FakeController(events=made())).run_test(size=WIDE) as pilot:
        screen = await ready(pilot)
        await pilot.press("1", "enter")
        offered = await menu(pilot)
        assert list(offered) == ["detail", "inspect", "json", "tags", "lock", "export", "portal", "delete"]
        assert all(offered.values())
        await pilot.press("enter")
        await pilot.pause(0.2)
        pane = screen.frame.active_pane
        assert pane is not None
        assert any("purpose=demo" in row.text for row in pane.rows)
        await pilot.press("down", "enter")
        await pilot.press("escape")


async def test_read_only_offers_nothing_that_changes() -> None:
    controller = fakes.FakeController(events=made(), place=Place("prod", "Main", read_only=True))
    async with AzopsApp(controller).run_test(size=WIDE) as pilot:
        await ready(pilot)
        await pilot.press("1", "enter")
        offered = await menu(pilot)
        assert [name for name, possible in offered.items() if not possible] == ["tags", "lock", "delete"]


async def test_tags_are_a_form() -> None:
    controller = fakes.FakeController(events=made())
    async with AzopsApp(controller).run_test(size=(58, 15)) as pilot:
        await ready(pilot)
        await pilot.press("1", "enter")
        await choose(pilot, "tags")
        assert isinstance(pilot.app.screen, TagsForm)
        await pilot.press(*"owner", "ctrl+s")
        await pilot.pause(0.1)
        assert isinstance(pilot.app.screen, TagsForm)  # no name=value yet: nothing was taken
        await pilot.press("=", *"me", "ctrl+s")
        await pilot.pause(0.2)
    assert controller.asked[0] == ("tag", fakes.GROUP, {"purpose": "demo", "owner": "me"})


async def test_to_lock_is_asked() -> None:
    controller = fakes.FakeController(events=made())
    async with AzopsApp(controller).run_test(size=WIDE) as pilot:
        await ready(pilot)
        for answer, asked in (("escape", []), ("right", [("lock", "cluster-demo", True)])):
            await pilot.press("1", "enter")
            await choose(pilot, "lock")
            await dialog(pilot)
            await pilot.press(answer, "enter")
            await pilot.pause(0.2)
            if answer == "escape":
                await pilot.press("escape")
            assert controller.asked == asked


async def test_a_template_is_written_and_nothing_is_overwritten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "cluster-demo.template.json").write_text("mine")
    async with AzopsApp(fakes.FakeController(events=made())).run_test(size=WIDE) as pilot:
        await ready(pilot)
        await pilot.press("1", "enter")
        await choose(pilot, "export")
        await pilot.pause(0.3)
    assert (tmp_path / "cluster-demo.template.json").read_text() == "mine"
    assert json.loads((tmp_path / "cluster-demo.template-2.json").read_text()) == {"resources": []}


async def test_the_address_in_the_portal_is_copied() -> None:
    async with AzopsApp(fakes.FakeController(events=made())).run_test(size=WIDE, notifications=True) as pilot:
        await ready(pilot)
        await pilot.press("1", "enter")
        await choose(pilot, "portal")
        assert any(fakes.GROUP in n.message for n in pilot.app._notifications)


async def test_t_groups_by_a_tag() -> None:
    other = GroupView(id=f"{fakes.SUBSCRIPTION}/resourceGroups/other", name="other", location="a", tags={"team": "x"})
    first = GroupView(id=fakes.GROUP, name="cluster-demo", location="japanwest", tags={"purpose": "demo"})
    events = [*made(), ev.GroupsChanged(at=fakes.START + 50, groups=(first, other))]
    async with AzopsApp(fakes.FakeController(events=events)).run_test(size=WIDE) as pilot:
        screen = await ready(pilot)
        await pilot.press("1")
        pane = screen.frame.active_pane
        assert pane is not None

        def heads() -> list[str]:
            return [row.text.strip() for row in pane.rows if row.key.startswith("tag:") and row.text.strip()]

        assert heads() == []
        for expected in (["purpose=demo", "without purpose"], ["team=x", "without team"], []):
            await pilot.press("t")
            await until(pilot, lambda expected=expected: heads() == expected)  # type: ignore[misc]


async def test_on_a_local_cloud(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AZOPS_SIM_SPEED", "1000")
    document = tmp_path / "a.md"
    document.write_text(
        "# A\n\n```yaml {azops=group name=make}\ngroup: by-hand\nlocation: westeurope\ntags: {a: '1'}\n```\n"
    )
    controller = LiveController(
        document, profile=Profile(name="local", cloud="local"), parameters={}, journal_path=tmp_path / "journal.db"
    )
    try:
        await controller.load()
        await controller.watch()
        await controller.run_step("make")
        await controller.refresh()
        group = next(group for group in controller.view.groups if group.name == "by-hand")
        await controller.tag(group.id, {"b": "2"})
        await controller.lock("by-hand", True)
        group = next(group for group in controller.view.groups if group.name == "by-hand")
        assert (group.tags, group.locked) == ({"b": "2"}, True)
        await controller.lock("by-hand", False)
        group = next(group for group in controller.view.groups if group.name == "by-hand")
        assert not group.locked
        assert "resources" in json.loads(await controller.export(group.id))
        said = [notice.text for notice in controller.view.notices]
        assert "By hand: Set the tags of by-hand to b=2: done." in said
        assert "By hand: Lock the resource group by-hand: done." in said
    finally:
        await asyncio.wait_for(controller.close(), 20)
