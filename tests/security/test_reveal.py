"""A secret that a tool prints unasked is masked everywhere, and shown by a key on the screen alone."""

from __future__ import annotations

from pathlib import Path

from azops_tui import paths
from azops_tui.azure.profiles import Profile
from azops_tui.ui.app import AzopsApp
from azops_tui.ui.live import LiveController
from azops_tui.ui.screens.dialogs import Dialog
from tests.security.test_planted_secrets import files_with
from tests.ui.test_main import ready, until

TOKEN = "eyJ0eXAiOiJKV1Qi.eyJhdWQiOiJodHRwcyJ9.c2lnbmF0dXJl"


async def test_a_key_shows_it_on_the_screen_alone(tmp_path: Path) -> None:
    document = tmp_path / "a.md"
    document.write_text("# A\n\n```bash {name=one}\ncat token.txt\n```\n")
    (tmp_path / "token.txt").write_text(TOKEN + "\n")
    profile = Profile(name="local", cloud="local")
    controller = LiveController(document, profile=profile, parameters={})
    async with AzopsApp(controller).run_test(size=(100, 40)) as pilot:
        await ready(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: controller.view.count("done") == 1, 60)
        await until(pilot, lambda: not controller.busy and not controller.unread, 60)
        await pilot.press("ctrl+x")
        await until(pilot, lambda: isinstance(pilot.app.screen, Dialog))
        dialog = pilot.app.screen
        assert isinstance(dialog, Dialog)
        assert dialog.ask.lines == ("•••(token 1)", f"  {TOKEN}")
        await pilot.press("escape")
    assert files_with({"token": TOKEN.encode()}, paths.state()) == []
