"""With --ascii, no screen has a box, a block or another symbol of azops's own."""

from __future__ import annotations

import re

import pytest

from azops_tui.events import records as ev
from azops_tui.ui.app import AzopsApp
from azops_tui.ui.screens.first import FirstScreen, Opening
from tests.ui import fakes
from tests.ui.test_main import ready, until
from tests.ui.test_replay import replay
from tests.ui.test_safety import screen_text

KEYS = ("1", "2", "3", "4", "5", "tab", "question_mark", "escape", "v", "escape", "w", "escape", "O", "escape", "f2")
MORE = ("escape", "ctrl+p", "escape", "colon", "r", "escape", "slash", "escape", "1", "j", "j", "J", "escape", "ctrl+o")


def symbols(text: str) -> list[str]:
    return re.findall(r"[^\x00-\x7f]", text)


@pytest.mark.parametrize("size", [(120, 36), (58, 15)], ids=["120x36", "58x15"])
async def test_every_character_of_every_screen_is_ascii(size: tuple[int, int]) -> None:
    events = [
        *fakes.failed(),
        ev.ScaleSetChanged(at=fakes.START + 60, scale_set=fakes.scale_set()),
        *fakes.hosts(),
        ev.StepFinished(at=fakes.START + 90, step="uname", state="done", duration=1),
    ]
    app = AzopsApp(fakes.FakeController(events=events), ascii_only=True)
    async with app.run_test(size=size, notifications=True) as pilot:
        screen = await ready(pilot)
        screen.notify("A message.", timeout=60)
        for key in ("g", "pagedown", "pagedown", *KEYS, *MORE):
            await pilot.press(key)
            await pilot.pause(0.05)
            assert symbols(screen_text(pilot)) == [], key


async def test_a_replay_and_the_first_frame_are_ascii() -> None:
    app = AzopsApp(replay(), ascii_only=True)
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot)
        assert symbols(screen_text(pilot)) == []
        opening = Opening("a.md", "local", text="# A\n\nText.\n")
        app.push_screen(FirstScreen(opening))
        await until(pilot, lambda: isinstance(app.screen, FirstScreen) and "reading" in screen_text(pilot))
        assert symbols(screen_text(pilot)) == []
