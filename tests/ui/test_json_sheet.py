"""A resource as JSON: it wraps, folds and can be searched, and shows no secret."""

from __future__ import annotations

import json
from pathlib import Path

from textual.widgets import Input

from azops_tui.azure.profiles import Profile
from azops_tui.ui.app import AzopsApp
from azops_tui.ui.live import LiveController
from azops_tui.ui.screens.json_sheet import JsonSheet
from azops_tui.ui.widgets.rows import Rows
from tests.ui import fakes
from tests.ui.test_main import ready, until

VALUE = {"name": "vnet", "properties": {"long": "word " * 60, "subnets": [{"name": "a"}, {"name": "needle"}]}}


def shown(sheet: JsonSheet) -> str:
    rows = sheet.query_one(Rows)
    return "\n".join("".join(text for text, _ in row.draw(rows.cells)) for row in rows.rows)


async def test_it_wraps_folds_and_finds_what_is_folded() -> None:
    app = AzopsApp(fakes.FakeController())
    async with app.run_test(size=(58, 24)) as pilot:
        await ready(pilot)
        sheet = JsonSheet("vnet", json.dumps(VALUE))
        app.push_screen(sheet)
        await until(pilot, lambda: sheet.is_mounted and "needle" in shown(sheet))
        assert " ".join(shown(sheet).split()).count("word") == 60
        await pilot.press("z")
        await until(pilot, lambda: "needle" not in shown(sheet))
        await pilot.press("slash", *"needle", "enter")
        await until(pilot, lambda: "needle" in shown(sheet))
        current = sheet.query_one(Rows).current
        assert current is not None
        assert current.key == "/properties/subnets/1/name"
        await pilot.press("left", "left")
        await until(pilot, lambda: "needle" not in shown(sheet))
        await pilot.press("slash")
        await until(pilot, lambda: isinstance(app.focused, Input))
        await pilot.press("escape")
        assert app.screen is sheet
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is not sheet)


async def test_secrets_of_a_resource_are_masked(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text("---\nazops:\n  params:\n    TOKEN: {type: secret}\n---\n# A\n\n```bash\ntrue\n```\n")
    profile = Profile(name="local", cloud="local")
    controller = LiveController(
        path, profile=profile, parameters={"TOKEN": "hunter2-hunter2"}, journal_path=tmp_path / "journal.db"
    )
    try:
        await controller.load()
        run = await controller._open_run()
        cloud = await run.cloud()
        group = await cloud.groups.create(
            "g", "westeurope", {"note": "hunter2-hunter2", "adminPassword": "S3cret!word"}
        )
        text = await controller.resource(group.id)
    finally:
        await controller.close()
    assert "hunter2" not in text
    assert "S3cret" not in text
    assert json.loads(text)["tags"] == {"note": "•••", "adminPassword": "•••"}
