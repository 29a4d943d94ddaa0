"""What the screen looks like, in three themes and at the sizes that people have."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from textual.pilot import Pilot

from azops_tui.events import records as ev
from azops_tui.ui.app import AzopsApp
from tests.ui import fakes
from tests.ui.test_main import asked, dialog, ready

Compare = Callable[..., bool]
THEMES = ("azops-dark", "azops-light", "azops-ansi")
SIZES = ((120, 36), (80, 24))


def settled(*keys: str) -> Callable[[Pilot[int]], Any]:
    """Waits for the screen, then presses keys."""

    async def run(pilot: Pilot[int]) -> None:
        await ready(pilot)
        await pilot.press(*keys)
        await pilot.pause(0.2)

    return run


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("size", SIZES, ids=["120x36", "80x24"])
def test_before_anything_ran(snap_compare: Compare, theme: str, size: tuple[int, int]) -> None:
    app = AzopsApp(fakes.FakeController(), theme_name=theme)
    assert snap_compare(app, terminal_size=size, run_before=settled())


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("size", SIZES, ids=["120x36", "80x24"])
def test_a_deployment_under_way(snap_compare: Compare, theme: str, size: tuple[int, int]) -> None:
    app = AzopsApp(fakes.FakeController(events=fakes.deploying()), theme_name=theme)
    assert snap_compare(app, terminal_size=size, run_before=settled())


@pytest.mark.parametrize("size", SIZES, ids=["120x36", "80x24"])
def test_a_deployment_that_failed(snap_compare: Compare, size: tuple[int, int]) -> None:
    app = AzopsApp(fakes.FakeController(events=fakes.failed()))
    assert snap_compare(app, terminal_size=size, run_before=settled())


@pytest.mark.parametrize("pane", ["1", "2", "3", "4", "5"])
def test_every_pane_alone(snap_compare: Compare, pane: str) -> None:
    events = [
        *fakes.deploying(),
        ev.ScaleSetChanged(at=fakes.START + 60, scale_set=fakes.scale_set()),
        *fakes.hosts(),
    ]
    app = AzopsApp(fakes.FakeController(events=events))
    assert snap_compare(app, terminal_size=(80, 24), run_before=settled(pane))


def test_ascii(snap_compare: Compare) -> None:
    app = AzopsApp(fakes.FakeController(events=fakes.deploying()), ascii_only=True)
    assert snap_compare(app, terminal_size=(120, 36), run_before=settled())


def test_help(snap_compare: Compare) -> None:
    assert snap_compare(AzopsApp(fakes.FakeController()), terminal_size=(120, 36), run_before=settled("question_mark"))


def test_values(snap_compare: Compare) -> None:
    assert snap_compare(AzopsApp(fakes.FakeController()), terminal_size=(80, 24), run_before=settled("v", "tab"))


def test_the_dialog_that_destroys(snap_compare: Compare) -> None:
    async def run(pilot: Pilot[int]) -> None:
        await dialog(pilot)
        await pilot.pause(0.2)

    app = AzopsApp(fakes.FakeController(events=asked("destroy", "cluster-demo")))
    assert snap_compare(app, terminal_size=(80, 24), run_before=run)


async def test_the_ansi_theme_sends_no_truecolor() -> None:
    app = AzopsApp(fakes.FakeController(events=fakes.failed()), theme_name="azops-ansi")
    async with app.run_test(size=(120, 36)) as pilot:
        await ready(pilot)
        for _ in range(2):
            strips = [strip for y in range(36) for strip in app.screen._compositor.render_strips()[y : y + 1]]
            for strip in strips:
                for segment in strip:
                    for colour in (segment.style.color, segment.style.bgcolor) if segment.style else ():
                        assert colour is None or colour.triplet is None, (segment.text, segment.style)
            await pilot.press("question_mark")
            await pilot.pause(0.2)


def test_ascii_draws_nothing_else(tmp_path: Any) -> None:
    from azops_tui.ui.glyphs import ASCII

    marks = [value for value in vars(ASCII).values() if isinstance(value, str)] + list(ASCII.states.values())
    assert all(mark.isascii() for mark in marks)
    assert {name: ASCII.states[name] for name in ("waiting", "running", "done", "failed", "skipped")} == {
        "waiting": ".",
        "running": ">",
        "done": "+",
        "failed": "x",
        "skipped": "-",
    }
    assert not re.search(r"[^\x00-\x7f]", "".join(marks))
