"""The screen of a template by its keys."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from azops_tui.arm import expand
from azops_tui.arm.describe import Description, describe, placeholders
from azops_tui.ui.screens.template import TemplateScreen
from azops_tui.ui.template_app import TemplateApp
from azops_tui.ui.widgets.rows import Rows

GROUP = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg"
BASE = Path(__file__).resolve().parents[2] / "runbooks/templates/base.json"
WIDE = (120, 36)
NARROW = (80, 24)


def description(**given: Any) -> Description:
    template = json.loads(BASE.read_text())
    values = {name: {"value": value} for name, value in given.items()}
    unset = set(template["parameters"]) - set(given)
    expansion = expand(template, {**placeholders(template, given), **values}, scope=GROUP, location="japanwest")
    return describe(expansion, unset=unset)


def app(**given: Any) -> TemplateApp:
    return TemplateApp(BASE, description(**({"clusterName": "demo", "masterCount": 3} | given)))


async def ready(pilot: Pilot[int]) -> TemplateScreen:
    await pilot.pause(0.1)
    screen = pilot.app.screen
    assert isinstance(screen, TemplateScreen)
    return screen


def text(rows: Rows) -> str:
    return "\n".join("".join(part for part, _ in rows.line(y)[0]) for y in range(rows.count()))


async def test_the_bar_begins_on_the_first_resource_with_its_json_beside() -> None:
    async with app().run_test(size=WIDE) as pilot:
        screen = await ready(pilot)
        assert screen.items.current is not None
        assert screen.items.current.text.startswith("demo-nsg")
        assert '"Microsoft.Network/networkSecurityGroups"' in text(screen.detail)
        shown = text(screen.items)
        assert "step 1" in shown
        assert "step 4" in shown
        assert "sshPublicKey" in shown
        assert "needs a value" in shown


async def test_one_after_the_other_of_a_loop() -> None:
    async with app().run_test(size=WIDE) as pilot:
        screen = await ready(pilot)
        await pilot.press("G")
        screen.items.select("resource:6")
        await pilot.pause(0.1)
        assert '"name": "demo-master-0"' in text(screen.detail)
        await pilot.press("right_square_bracket")
        assert '"name": "demo-master-1"' in text(screen.detail)
        await pilot.press("left_square_bracket", "left_square_bracket")
        assert '"name": "demo-master-2"' in text(screen.detail)
        assert "3 of 3" in str(screen.query_one("#beside").border_title)


async def test_the_filter_narrows_the_list_and_escape_gives_all_back() -> None:
    async with app().run_test(size=WIDE) as pilot:
        screen = await ready(pilot)
        before = screen.items.count()
        await pilot.press("slash", *"storage")
        await pilot.pause(0.1)
        assert 0 < screen.items.count() < before
        assert "stdemo" in text(screen.items)
        await pilot.press("enter")
        assert screen.items.has_focus
        await pilot.press("escape")
        assert screen.items.count() == before
        await pilot.press("slash", *"nothing like it")
        await pilot.pause(0.1)
        assert "nothing matches" in text(screen.items)
        assert "Nothing in the list" in text(screen.detail)


async def test_one_half_at_a_time_where_it_is_narrow() -> None:
    async with app().run_test(size=NARROW) as pilot:
        screen = await ready(pilot)
        assert screen.query_one("#list").display
        assert not screen.query_one("#beside").display
        await pilot.press("enter")
        await pilot.pause(0.1)
        assert screen.query_one("#beside").display
        assert not screen.query_one("#list").display
        await pilot.press("escape")
        await pilot.pause(0.1)
        assert screen.items.has_focus
        await pilot.press("tab")
        assert screen.detail.has_focus
        await pilot.resize_terminal(*WIDE)
        await pilot.pause(0.1)
        assert screen.query_one("#list").display
        assert screen.detail.has_focus


async def test_copy_takes_what_is_beside_the_list(monkeypatch: pytest.MonkeyPatch) -> None:
    async with app().run_test(size=WIDE) as pilot:
        await ready(pilot)
        await pilot.press("y")
        await pilot.pause(0.1)
        assert json.loads(pilot.app.clipboard)["name"] == "demo-nsg"


async def test_secrets_are_hidden_in_the_json() -> None:
    shown = TemplateApp(BASE, description(clusterName="hunter2"), hide=lambda text: text.replace("hunter2", "•••"))
    async with shown.run_test(size=WIDE) as pilot:
        screen = await ready(pilot)
        assert "hunter2" not in text(screen.detail)
        assert "•••-nsg" in text(screen.detail)
        await pilot.press("y")
        await pilot.pause(0.1)
        assert "hunter2" not in pilot.app.clipboard
        assert "hunter2" not in str(screen.query_one("#beside").border_title)
        assert "hunter2" not in text(screen.items)


async def test_parameters_and_outputs_have_their_facts_beside() -> None:
    async with app().run_test(size=WIDE) as pilot:
        screen = await ready(pilot)
        screen.items.select("parameter:masterCount")
        await pilot.pause(0.1)
        assert json.loads(screen._text)["limits"] == "1…5"
        screen.items.select("output:" + description(clusterName="demo").outputs[0].name)
        await pilot.pause(0.1)
        assert text(screen.detail).strip()


async def test_markup_and_escapes_in_a_template_are_only_text() -> None:
    evil = "[/x][bold]\x1b]0;t\x07"
    template = {
        "metadata": {"description": evil},
        "parameters": {"p": {"type": "string", "defaultValue": evil, "metadata": {"description": evil}}},
        "resources": [{"type": "My.Rp/things", "apiVersion": "2026-01-01", "name": "t", "tags": {"a": evil}}],
        "outputs": {"o": {"type": "string", "value": "x" + evil}},
    }
    shown = TemplateApp(Path(evil.replace("/", "")), describe(expand(template, scope=GROUP)), ascii_only=True)
    async with shown.run_test(size=WIDE) as pilot:
        screen = await ready(pilot)
        for _ in range(5):
            await pilot.press("k")
        await pilot.pause(0.1)
        assert screen.items.current is not None
        drawn = "".join(segment.text for y in range(screen.items.count()) for segment in screen.items.render_line(y))
        assert "\x1b" not in drawn


async def test_q_ends_it() -> None:
    shown = app()
    async with shown.run_test(size=WIDE) as pilot:
        await ready(pilot)
        await pilot.press("q")
    assert shown.return_code == 0
