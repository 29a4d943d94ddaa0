"""The sheet about one resource: every part of it, what folds, and where it leads."""

from __future__ import annotations

import pytest

from azops_tui.ui.app import AzopsApp
from azops_tui.ui.screens.detail import DetailSheet
from azops_tui.ui.screens.json_sheet import JsonSheet
from azops_tui.ui.screens.menus import TagsForm
from azops_tui.ui.widgets.rows import Rows
from tests.ui import fakes
from tests.ui.test_byhand import made
from tests.ui.test_main import ready, until


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 50)])
async def test_all_parts_are_shown_and_lead_on(size: tuple[int, int]) -> None:
    controller = fakes.FakeController(events=made())
    async with AzopsApp(controller).run_test(size=size) as pilot:
        screen = await ready(pilot)
        await pilot.press("1")
        pane = screen.frame.active_pane
        assert pane is not None
        await until(pilot, lambda: any("nic-master-0" in row.text for row in pane.rows))
        pane.select(next(row.key for row in pane.rows if row.text.startswith("nic-master-0")))

        async def open_sheet() -> Rows:
            await pilot.press("i")
            await until(pilot, lambda: isinstance(pilot.app.screen, DetailSheet) and bool(sheet_rows().rows))
            return sheet_rows()

        def sheet_rows() -> Rows:
            return pilot.app.screen.query_one(Rows)

        rows = await open_sheet()
        text = "\n".join(row.text for row in rows.rows)
        for part in (
            "japanwest",
            "purpose",
            "keep (CanNotDelete",
            "Contributor on",
            "vnet",
            "It may not be read",
            "Create or",
        ):
            assert part in text, part
        assert "subnets/a" not in text, "the list is folded"
        await pilot.press("z")
        await until(pilot, lambda: any("subnets/a" in row.text for row in rows.rows))
        rows.select(next(row.key for row in rows.rows if "ipConfigurations" in row.text))
        await pilot.press("enter")
        await until(pilot, lambda: not any("subnets/a" in row.text for row in rows.rows))
        await pilot.press("J")
        await until(pilot, lambda: isinstance(pilot.app.screen, JsonSheet))
        await pilot.press("escape")
        await open_sheet()
        await pilot.press("t")
        await until(pilot, lambda: isinstance(pilot.app.screen, TagsForm))
        await pilot.press("escape")
        rows = await open_sheet()
        rows.select(next(row.key for row in rows.rows if row.key.startswith("refers to:/")))
        await pilot.press("enter")
        await until(pilot, lambda: pane.current is not None and pane.current.text.startswith("vnet"))
