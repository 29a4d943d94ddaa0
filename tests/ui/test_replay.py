"""The scrubber of a replay: a click on the time line or enter on an event jumps there."""

from __future__ import annotations

import time

import pytest

from azops_tui.events import records as ev
from azops_tui.ui.app import AzopsApp
from azops_tui.ui.replay import ReplayController
from azops_tui.ui.screens.main import MainScreen
from azops_tui.ui.widgets.scrubber import Scrubber
from tests.ui import fakes
from tests.ui.test_main import ready, text, top, until


def replay() -> ReplayController:
    """A paused replay of a run with two steps."""
    events = [
        *fakes.started(),
        *fakes.group_made(),
        ev.StepStarted(at=fakes.START + 60, step="uname"),
        ev.OutputWritten(at=fakes.START + 80, step="uname", text="Linux 5.15\n", stream="stdout"),
        ev.StepFinished(at=fakes.START + 99, step="uname", state="done", duration=39),
        ev.RunFinished(at=fakes.START + 100, state="done", duration=100, done=2),
    ]
    records = [ev.Record(run=12, seq=seq, event=event) for seq, event in enumerate(events, 1)]  # type: ignore[arg-type]
    controller = ReplayController(records)
    controller.paused = True
    return controller


def shown_events(screen: MainScreen) -> str:
    pane = screen.frame.active_pane
    assert pane is not None
    return "\n".join(row.text for row in pane.rows)


@pytest.mark.parametrize("size", [(120, 36), (80, 24), (58, 15)])
async def test_a_replay_is_marked_and_its_scrubber_stays_in_view(size: tuple[int, int]) -> None:
    async with AzopsApp(replay()).run_test(size=size) as pilot:
        screen = await ready(pilot)
        for key in ("1", "2", "5", "tab"):
            await pilot.press(key)
            assert screen.region.contains_region(screen.query_one(Scrubber).region), key
            assert top(screen, size[0]).startswith(" replay")


async def test_a_click_on_the_time_line_jumps() -> None:
    controller = replay()
    async with AzopsApp(controller).run_test(size=(120, 36)) as pilot:
        screen = await ready(pilot)
        await pilot.press("5")
        scrubber = screen.query_one(Scrubber)
        await pilot.click(scrubber, offset=(118, 0))
        await until(pilot, lambda: controller.timeline.ended)
        await until(pilot, lambda: "uname done" in shown_events(screen))
        assert screen.document.view is controller.view
        assert screen.document.view.steps["uname"].state == "done"
        assert screen.event_log.outputs["uname"].tail() == ["Linux 5.15"]
        # Back to a place between the two steps: what came later is gone from the document and from every pane.
        await pilot.click(scrubber, offset=(55, 0))
        await until(pilot, lambda: "uname" not in shown_events(screen))
        assert 0 < controller.timeline.fraction < 0.5
        assert "uname" not in screen.event_log.outputs
        assert "Linux" not in text(screen)
        assert controller.view.steps["create-group"].state == "done"


async def test_enter_on_an_event_jumps_and_space_at_the_end_begins_again() -> None:
    controller = replay()
    async with AzopsApp(controller).run_test(size=(120, 36)) as pilot:
        screen = await ready(pilot)
        controller.jump(99)
        await pilot.press("5")
        await until(pilot, lambda: "run done" in shown_events(screen))
        pane = screen.frame.active_pane
        assert pane is not None
        began = next(row.key for row in pane.rows if "uname began" in row.text)
        assert pane.select(began)
        await pilot.press("enter")
        await until(pilot, lambda: "run done" not in shown_events(screen))
        assert controller.view.steps["uname"].state == "running"
        controller.jump(99)
        await until(pilot, lambda: "run done" in shown_events(screen))
        await pilot.press("space", "space")
        await until(pilot, lambda: "run done" not in shown_events(screen))
        assert controller.paused


async def test_a_long_run_scrubs_at_once_by_mouse_and_keys() -> None:
    lines = [
        ev.OutputWritten(at=fakes.START + 10 + number / 100, step="uname", text=f"line {number}\n", stream="stdout")
        for number in range(5000)
    ]
    events = [*fakes.started(), ev.StepStarted(at=fakes.START + 9, step="uname"), *lines]
    records = [ev.Record(run=12, seq=seq, event=event) for seq, event in enumerate(events, 1)]  # type: ignore[arg-type]
    controller = ReplayController(records)
    controller.paused = True
    async with AzopsApp(controller).run_test(size=(120, 36)) as pilot:
        screen = await ready(pilot)
        used = []
        for share in (1.0, 0.2, 0.8, 0.4):
            began = time.process_time()
            controller.jump(controller.timeline.seq_at(share))
            used.append(time.process_time() - began)
            assert abs(controller.timeline.fraction - share) < 0.01
        # The best of several: what the machine does besides is not measured.
        assert min(used) < 0.1, used
        await pilot.press("right_curly_bracket")
        await until(pilot, lambda: 0.44 < controller.timeline.fraction < 0.46)
        await pilot.press("left_curly_bracket", "left_curly_bracket")
        await until(pilot, lambda: 0.34 < controller.timeline.fraction < 0.36)
        scrubber = screen.query_one(Scrubber)
        await pilot.mouse_down(scrubber, offset=(60, 0))
        await pilot.hover(scrubber, offset=(110, 0))
        await pilot.mouse_up(scrubber, offset=(110, 0))
        await until(pilot, lambda: controller.timeline.fraction > 0.8)
