"""The ``:`` line with its list of completions, a new runbook from the list of runbooks, and text edited in place."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot

from azops_tui.azure.profiles import Profile
from azops_tui.ui.app import AzopsApp
from azops_tui.ui.live import LiveController
from azops_tui.ui.screens.home import HomeScreen
from azops_tui.ui.widgets.completions import Completions
from azops_tui.ui.writing.editor import DocumentEditor
from azops_tui.ui.writing.save_as import NamePrompt
from tests.ui import fakes
from tests.ui.test_main import footer, ready, text, until

LOCAL = Profile(name="local", cloud="local")


def offered(pilot: Pilot[int]) -> list[str]:
    return [row.key for row in pilot.app.screen.query_one(Completions).rows]


async def test_completions_are_listed_chosen_and_run() -> None:
    controller = fakes.FakeController()
    async with AzopsApp(controller).run_test(size=(80, 24)) as pilot:
        screen = await ready(pilot)
        shown = screen.query_one(Completions)
        await pilot.press("colon")
        assert shown.region.height >= 4
        assert "template" not in offered(pilot), "what does nothing now is left out"
        await pilot.press(*"ru")
        assert offered(pilot)[0] == "run"
        assert "tab complete" in footer(screen)
        await pilot.press("tab", *"un")
        await until(pilot, lambda: offered(pilot) == ["run uname"])
        await pilot.press("down", "enter")
        await until(pilot, lambda: controller.asked == [("run", "uname")])
        assert not shown.has_class("-open")
        await pilot.press("colon", *"resour", "down", "enter")
        await until(pilot, lambda: screen.frame.active == 1 and screen.frame.has_keys)
        await pilot.press("colon", "escape")
        assert not shown.has_class("-open")


async def test_a_word_of_the_description_is_enough() -> None:
    async with AzopsApp(fakes.FakeController()).run_test(size=(58, 15)) as pilot:
        await ready(pilot)
        await pilot.press("colon", *"headings")
        assert offered(pilot) == ["outline"]
        await pilot.press("up", "enter")
        await until(pilot, lambda: pilot.app.screen.has_class("-outline"))


async def test_n_writes_a_new_runbook_and_opens_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    def make(what: object) -> LiveController:
        assert isinstance(what, Path)
        return LiveController(what, profile=LOCAL, parameters={}, journal_path=tmp_path / "journal.db")

    async with AzopsApp(make=make).run_test(size=(80, 24), notifications=True) as pilot:
        await until(pilot, lambda: isinstance(pilot.app.screen, HomeScreen) and pilot.app.focused is not None)
        (tmp_path / "taken.md").write_text("mine")
        for name in ("taken", "patch-day"):
            await pilot.press("n")
            await until(pilot, lambda: isinstance(pilot.app.screen, NamePrompt) and pilot.app.focused is not None)
            await pilot.press(*name, "enter")
            await until(pilot, lambda: not isinstance(pilot.app.screen, NamePrompt))
        screen = await ready(pilot)
        assert screen.document.names == ["create-group", "show-group"]
        assert "Patch day" in text(screen)
        await screen.controller.close()
    assert (tmp_path / "taken.md").read_text() == "mine"
    assert (tmp_path / "patch-day.md").read_text().startswith("---\ntitle: Patch day\n")


DOCUMENT = """# A

First words.

```bash {name=one}
echo 1
```

## B

More words.

```bash {name=two}
echo 2
```

The end.
"""


async def test_text_is_edited_in_place(tmp_path: Path) -> None:
    document = tmp_path / "a.md"
    document.write_text(DOCUMENT)
    controller = LiveController(document, profile=LOCAL, parameters={}, journal_path=tmp_path / "journal.db")
    async with AzopsApp(controller).run_test(size=(80, 24)) as pilot:
        screen = await ready(pilot)
        await pilot.press("j", "P")
        await until(pilot, lambda: isinstance(pilot.app.focused, DocumentEditor))
        editor = pilot.app.focused
        assert isinstance(editor, DocumentEditor)
        assert editor.text == "## B\n\nMore words."
        covered = screen.document.editor_row()
        assert covered is not None
        assert editor.region.y == screen.document.region.y + covered
        await pilot.press("down", "down", "end", *"Xyz", "escape")
        await until(pilot, lambda: "More words.Xyz" in text(screen))
        assert document.read_text() == DOCUMENT
        await pilot.press("S")
        expected = DOCUMENT.replace("More words.", "More words.Xyz")
        await until(pilot, lambda: document.read_text() == expected)
        assert screen.document.selected == "two"
        await controller.close()
