"""A code to sign in with on the screen, and another place to act in two keys."""

from __future__ import annotations

import pytest

from azops_tui.cli import sign_in
from azops_tui.events import records as ev
from azops_tui.ui.app import AzopsApp
from azops_tui.ui.screens.menus import Menu
from azops_tui.ui.screens.sign_in import SignInDialog
from azops_tui.ui.widgets.rows import Rows
from tests.ui import fakes
from tests.ui.test_byhand import choose
from tests.ui.test_main import ready, until


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 50)])
async def test_the_code_is_large_can_be_copied_and_goes_when_it_was_used(size: tuple[int, int]) -> None:
    controller = fakes.FakeController(events=fakes.started())
    async with AzopsApp(controller).run_test(size=size) as pilot:
        await ready(pilot)
        asked = ev.SignInAsked(
            at=fakes.START, url="https://microsoft.com/devicelogin", code="ABCD1234", expires=fakes.START + 900
        )
        controller.play([asked])
        await until(pilot, lambda: isinstance(pilot.app.screen, SignInDialog))
        shown = pilot.app.screen.query_one("#code")
        assert "A  B  C  D  1  2  3  4" in str(shown.render())
        await pilot.press("y")
        assert pilot.app.clipboard == "ABCD1234"
        controller.play([ev.SignInEnded(at=fakes.START + 1)])
        await until(pilot, lambda: not isinstance(pilot.app.screen, SignInDialog))


async def test_ctx_goes_to_another_profile() -> None:
    controller = fakes.FakeController(events=fakes.started())
    async with AzopsApp(controller).run_test(size=(80, 24)) as pilot:
        await ready(pilot)
        await pilot.press("colon", *"ctx", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, Menu) and pilot.app.focused is not None)
        rows = [row.text for row in pilot.app.screen.query_one(Rows).rows]
        assert any("PRODUCTION" in row for row in rows)
        await choose(pilot, "2")
        await until(pilot, lambda: ("switch", "Second (local)") in controller.asked)


def test_without_a_screen_the_code_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    sign_in.print_code("https://microsoft.com/devicelogin", "ABCD1234", 9e9)
    error = capsys.readouterr().err
    assert "open https://microsoft.com/devicelogin and enter the code ABCD1234" in error
