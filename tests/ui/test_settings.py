"""The list of runbooks, the user's keys and the user's themes."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeVar

import pytest
from textual.pilot import Pilot
from textual.screen import Screen

from azops_tui import paths
from azops_tui.events.records import RunFinished
from azops_tui.journal.store import Journal
from azops_tui.replay import Recording
from azops_tui.ui import keymap, theme
from azops_tui.ui.app import AzopsApp
from azops_tui.ui.screens.home import HomeScreen, entries
from azops_tui.ui.screens.main import MainScreen
from azops_tui.ui.screens.menus import Menu
from azops_tui.ui.screens.palette import PaletteScreen
from azops_tui.ui.screens.sheets import HelpSheet
from azops_tui.ui.widgets.rows import Rows
from tests.ui import fakes
from tests.ui.test_main import ready, until


def config(name: str, text: str) -> Path:
    path = paths.config() / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def a_run() -> None:
    """A finished run in the journal."""
    journal = Journal()
    run = journal.begin("cluster.md", "A small cluster")
    for event in [*fakes.started(), *fakes.group_made()]:
        journal.append(run, event)  # type: ignore[arg-type]  # all are of the union
    journal.append(run, RunFinished(at=fakes.START + 9, state="done", duration=9, done=1))
    journal.close()


async def listed(pilot: Pilot[int]) -> Rows:
    for _ in range(100):
        await pilot.pause(0.02)
        if isinstance(pilot.app.screen, HomeScreen) and pilot.app.screen.query_one(Rows).rows:
            return pilot.app.screen.query_one(Rows)
    raise AssertionError("the list never came")


async def test_recent_runs_come_first_and_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "cluster.md").write_text(fakes.DOCUMENT, "utf-8")
    (tmp_path / "notes.md").write_text("# Notes\n\nNo step.\n", "utf-8")
    a_run()
    assert entries(tmp_path)[0].kind == "run"
    assert "notes.md" not in " ".join(entry.path for entry in entries(tmp_path))
    made: list[object] = []

    def make(what: Path | int | Recording) -> fakes.FakeController:
        made.append(what)
        return fakes.FakeController()

    async with AzopsApp(make=make).run_test(size=(100, 30)) as pilot:
        rows = await listed(pilot)
        assert rows.current is not None
        assert rows.current.key.startswith("run:1:")
        await pilot.press("R")
        await ready(pilot)
        assert made == [1]
    async with AzopsApp(make=make).run_test(size=(100, 30)) as pilot:
        await listed(pilot)
        await pilot.press("enter")
        await ready(pilot)
        assert made[1:] == [Path("cluster.md")]


async def test_another_key_for_a_command() -> None:
    config("config.toml", '[keys]\n"run.step" = "ctrl+r"\n"run.all" = 3\n"no.such" = "x"\n')
    keys, problems = keymap.load()
    assert keys == {"run.step": "ctrl+r"}
    assert len(problems) == 2
    controller = fakes.FakeController()
    async with AzopsApp(controller).run_test(size=(120, 36)) as pilot:
        await ready(pilot)
        await pilot.press("enter")
        await pilot.pause(0.1)
        assert controller.asked == []
        await pilot.press("ctrl+r")
        await until(pilot, lambda: controller.asked == [("run", "create-group")])


async def test_a_theme_of_ones_own() -> None:
    config("themes/mine.toml", 'name = "mine"\nprimary = "#ff00ff"\n[styles]\ndone = "bold green"\n')
    config("themes/bad.toml", "name = 3\n")
    config("themes/worse.toml", "name = [\n")
    themes, problems = theme.load_all()
    assert set(themes) == {"azops-dark", "azops-light", "azops-ansi", "mine"}
    assert len(problems) == 2
    async with AzopsApp(fakes.FakeController(), theme_name="mine").run_test(size=(120, 36)) as pilot:
        await ready(pilot)
        assert pilot.app.theme == "mine"


async def test_a_theme_of_textuals_draws_too() -> None:
    async with AzopsApp(fakes.FakeController(events=fakes.failed()), theme_name="nord").run_test(
        size=(120, 36)
    ) as pilot:
        screen = await ready(pilot)
        assert isinstance(screen, MainScreen)


async def test_a_theme_that_is_not_there_is_said() -> None:
    app = AzopsApp(fakes.FakeController(), theme_name="no-such")
    async with app.run_test(size=(120, 36), notifications=True) as pilot:
        await ready(pilot)
        assert any("no-such" in n.message for n in app._notifications)
        assert app.theme == "azops-dark"


Shown = TypeVar("Shown", bound=Screen[Any])


def above(app: AzopsApp, kind: type[Shown]) -> Shown:
    """The screen in front, which is of this kind."""
    screen = app.screen
    assert isinstance(screen, kind)
    return screen


async def test_home_has_help_and_the_palette_runs_what_it_lists() -> None:
    app = AzopsApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause(0.05)
        await pilot.press("question_mark")
        sheet = above(app, HelpSheet)
        assert "open the selected runbook" in "\n".join(row.text for row in sheet.query_one(Rows).rows)
        await pilot.press("escape", "colon")
        palette = above(app, PaletteScreen)
        await pilot.press(*"theme")
        rows = palette.query_one(Rows)
        assert [row.key for row in rows.rows] == ["theme"]
        await pilot.press("enter")
        assert above(app, Menu)
        await pilot.press("escape", "ctrl+p")
        palette = above(app, PaletteScreen)
        assert palette.query_one(Rows).rows[0].key == "theme"


async def test_home_shows_each_document_once_with_its_last_result(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, library = tmp_path / "here", tmp_path / "library"
    (library / "ops" / ".hidden").mkdir(parents=True)
    here.mkdir()
    monkeypatch.chdir(here)
    (here / "cluster.md").write_text(fakes.DOCUMENT, "utf-8")
    (library / "ops" / "mend.md").write_text("# Mend day\n\n```bash\ntrue\n```\n\n```json\n{}\n```\n", "utf-8")
    (library / "ops" / ".hidden" / "no.md").write_text("# No\n\n```bash\ntrue\n```\n", "utf-8")
    config("config.toml", f'libraries = ["{library}"]\n')
    a_run()
    for size in ((120, 36), (80, 24), (58, 15)):
        async with AzopsApp().run_test(size=size) as pilot:
            rows = await listed(pilot)
            shown = ["".join(text for text, _ in row.draw(rows.cells)) for row in rows.rows]
            assert sum("A small cluster" in line for line in shown) == 1
            first = next(line for line in shown if "A small cluster" in line)
            assert "1/4  done" in first
            assert ("local" in first) == (size[0] == 120)
            assert any("Mend day" in line and "1 step" in line for line in shown)
            assert not any(" No " in line for line in shown)
            await pilot.press("slash", *"mend", "enter")
            assert [row.text.split(" ")[0] for row in rows.rows] == ["Mend"]


async def test_a_second_pane_stands_below_where_there_is_room() -> None:
    async with AzopsApp(fakes.FakeController(events=fakes.failed())).run_test(size=(120, 36)) as pilot:
        screen = await ready(pilot)
        assert screen.second.display
        assert str(screen.second.border_title) == "log"
        seen = {"log"}
        for _ in range(6):
            await pilot.press("Z")
            await pilot.pause()
            seen.add("" if screen.second.is_off else str(screen.second.border_title))
        assert {"log", "resources", "scale sets", "hosts", "run", ""} <= seen
        await pilot.resize_terminal(120, 28)
        assert not screen.second.display or screen.second.size.height == 0
