"""The Hosts pane: states, filter, marks, retry, whole and folded output, at three sizes; typed commands."""

from __future__ import annotations

import msgspec
import pytest
from textual.pilot import Pilot

from azops_tui.events import records as ev
from azops_tui.ui.app import AzopsApp
from azops_tui.ui.panes.hosts import HostsPane
from azops_tui.ui.screens.sheets import HelpSheet
from tests.ui import fakes
from tests.ui.test_main import ready, until

STEP = "uname"
STATES = {
    "web-1": "done",
    "web-2": "done",
    "web-3": "failed",
    "web-4": "unreachable",
    "web-5": "timed out",
    "web-6": "running",
    "web-7": "waiting",
}


def events() -> list[ev.Event]:
    at = fakes.START + 70
    listed: list[ev.Event] = [ev.StepStarted(at=at, step=STEP), ev.HostsChosen(at=at, step=STEP, hosts=tuple(STATES))]
    for host, state in STATES.items():
        if state == "waiting":
            continue
        listed.append(ev.HostStarted(at=at, step=STEP, host=host, address="10.0.1.4"))
        if state in ("done", "failed", "running"):
            end = "" if state == "running" else "\n"  # the first bytes of a line show at once
            listed.append(ev.OutputWritten(at=at, step=STEP, text=f"first\nlast of {host}{end}", host=host))
        if state == "running":
            continue
        status = {"done": 0, "failed": 3}.get(state)
        finished = ev.HostFinished(at=at + 1, step=STEP, host=host, status=status, duration=0.4)
        if state in ("unreachable", "timed out"):
            finished = msgspec.structs.replace(finished, problem="No answer.", reason=state)
        listed.append(finished)
    return listed


def shown(pane: HostsPane) -> list[str]:
    return ["".join(part for part, _ in row.draw(pane.cells)) for row in pane.rows]


async def pane_of(pilot: Pilot[int]) -> HostsPane:
    screen = await ready(pilot)
    await pilot.press("4")
    await until(pilot, lambda: isinstance(screen.frame.active_pane, HostsPane) and bool(screen.frame.active_pane.rows))
    pane = screen.frame.active_pane
    assert isinstance(pane, HostsPane)
    return pane


def hosts_in(pane: HostsPane) -> list[str]:
    return [row.key.removeprefix("host:") for row in pane.rows if row.key.startswith("host:") and row.selectable]


@pytest.mark.parametrize("size", [(200, 50), (120, 36), (58, 15)])
async def test_states_filter_marks_and_retry(size: tuple[int, int]) -> None:
    controller = fakes.FakeController(events=[*fakes.started(), *events()])
    async with AzopsApp(controller).run_test(size=size) as pilot:
        pane = await pane_of(pilot)
        head, *_ = lines = shown(pane)
        assert "2 of 7 hosts done" in head
        counts = "".join(part for part, _ in pane.rows[0].draw(200))
        for word in ("1 waiting", "1 running", "1 failed", "1 unreachable", "1 timed out"):
            assert word in counts
        assert hosts_in(pane) == ["web-3", "web-4", "web-5", "web-6", "web-7", "web-1", "web-2"]
        assert any("web-6" in line and "last of web-6" in line for line in lines)
        # Without a mark, all that failed are tried again; with marks, exactly those.
        await pilot.press("x")
        await until(pilot, lambda: bool(controller.asked))
        pane.select("host:web-1")
        await pilot.press("space", "space", "x")
        await until(pilot, lambda: len(controller.asked) == 2)
        assert controller.asked == [("run", STEP, "web-3", "web-4", "web-5"), ("run", STEP, "web-1", "web-2")]
        await pilot.press("slash", *"timed", "enter")
        assert hosts_in(pane) == ["web-5"]
        await pilot.press("asterisk", "escape")
        await pilot.press("w")
        await until(pilot, lambda: len(controller.asked) == 3)
        assert controller.asked[-1] == ("save hosts", STEP, "web-5")


async def test_whole_output_of_a_host_the_folds_and_the_keys() -> None:
    controller = fakes.FakeController(events=[*fakes.started(), *events()])
    async with AzopsApp(controller).run_test(size=(120, 36)) as pilot:
        pane = await pane_of(pilot)
        pane.select("host:web-3")
        await pilot.press("enter")
        assert any(line.strip() == "first" for line in shown(pane)[:10])
        assert any(row.key.startswith("fold:") for row in pane.rows)
        await pilot.press("f")
        assert not any(row.key.startswith("fold:") for row in pane.rows)
        await pilot.press("question_mark")
        await until(pilot, lambda: isinstance(pilot.app.screen, HelpSheet))
        text = " ".join(row.text for row in pilot.app.screen.query("Rows").first().rows)  # type: ignore[attr-defined]
        for words in ("try the step again on the marked hosts", "write the output of the marked hosts"):
            assert words in text


async def test_a_command_is_typed_for_hosts() -> None:
    controller = fakes.FakeController(events=fakes.started())
    async with AzopsApp(controller).run_test(size=(120, 36)) as pilot:
        await ready(pilot)
        await pilot.press("exclamation_mark", *"web[1-2]", "space", *"uptime", "space", *"-p", "enter")
        await until(pilot, lambda: bool(controller.asked))
        await pilot.press("colon", *'ssh "a b" id', "enter")
        await until(pilot, lambda: len(controller.asked) == 2)
        assert controller.asked == [("on hosts", "web[1-2]", "uptime -p"), ("on hosts", "a b", "id")]
