"""Habits of the panes: counts before keys, plots, sorting."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azops_tui.azure.profiles import BUILT_IN, Profile
from azops_tui.events import records as ev
from azops_tui.events.azure_views import ResourceView
from azops_tui.ui.app import AzopsApp
from azops_tui.ui.glyphs import ASCII, UNICODE
from azops_tui.ui.live import LiveController
from azops_tui.ui.panes import scalesets
from azops_tui.ui.panes.run import RunPane
from azops_tui.ui.panes.scalesets import ScaleSetsPane, plot
from tests.ui import fakes
from tests.ui.test_main import ready, until

WIDE = (120, 36)


def scaled() -> list[ev.Event]:
    sets = [fakes.scale_set(2, 2), fakes.scale_set(5, 2), fakes.scale_set(5, 5)]
    return [
        *fakes.started(),
        *(ev.ScaleSetChanged(at=fakes.START + 60 + 30 * n, scale_set=one) for n, one in enumerate(sets)),
    ]


async def test_a_count_before_plus_and_minus(monkeypatch: pytest.MonkeyPatch) -> None:
    # A digit becomes a pane's key after a while: on a busy machine that may be before the next key is read.
    monkeypatch.setattr(scalesets, "COUNT_SECONDS", 3600)
    controller = fakes.FakeController(events=scaled())
    async with AzopsApp(controller).run_test(size=WIDE) as pilot:
        screen = await ready(pilot)
        await pilot.press("3")
        pane = screen.frame.active_pane
        assert isinstance(pane, ScaleSetsPane)
        key = fakes.scale_set().id.lower()
        for keys, wanted in (("5+", 10), ("12-", 0), ("7+", 7), ("+", 8), ("*", 18), ("_", 8), ("3-", 5)):
            await pilot.press(*keys)
            assert pane.wanted[key] == wanted, keys
        await pilot.press("9", "escape", "+")
        assert pane.wanted[key] == 6
        assert controller.asked == []


async def test_a_digit_alone_still_goes_to_its_pane() -> None:
    async with AzopsApp(fakes.FakeController(events=scaled())).run_test(size=WIDE) as pilot:
        screen = await ready(pilot)
        await pilot.press("3", "5")
        await until(pilot, lambda: screen.frame.active == 5)


async def test_capacity_over_time_is_drawn_once_it_changed() -> None:
    async with AzopsApp(fakes.FakeController(events=scaled())).run_test(size=WIDE) as pilot:
        screen = await ready(pilot)
        await pilot.press("3")
        pane = screen.frame.active_pane
        assert pane is not None
        shown = "\n".join(row.text for row in pane.rows)
        assert "ready over time" in shown
        assert "█" in shown


async def test_tables_are_sorted_by_any_column() -> None:
    events = [*fakes.deploying(), *scaled()[1:]]
    async with AzopsApp(fakes.FakeController(events=events)).run_test(size=WIDE) as pilot:
        screen = await ready(pilot)

        def names() -> list[str]:
            pane = screen.frame.active_pane
            assert pane is not None
            return [getattr(row.data, "name", "") for row in pane.rows if row.data is not None][1:]

        await pilot.press("1")
        usual = names()
        await pilot.press("S")
        assert names() == sorted(usual)
        await pilot.press("2")
        await pilot.press("S", "S", "S")
        assert names()[0] == "master-0"
        await pilot.press("5", "S")


async def test_the_age_of_what_is_not_live() -> None:
    controller = fakes.FakeController(events=fakes.deploying())
    async with AzopsApp(controller).run_test(size=WIDE) as pilot:
        screen = await ready(pilot)
        assert str(screen.frame.border_subtitle or "") == ""
        controller.stale_since = controller.now() - 4
        await pilot.press("1")
        await pilot.pause(0.1)
        assert "read 4 s ago" in str(screen.frame.border_subtitle)
        controller.stale_since = None
        await pilot.press("tab", "2")
        await pilot.pause(0.1)
        assert str(screen.frame.border_subtitle or "") == ""


@given(
    st.lists(st.tuples(st.floats(0, 1e9), st.integers(0, 1000)), min_size=1).map(sorted),
    st.integers(1, 60),
    st.integers(1, 5),
    st.sampled_from([UNICODE.bars, ASCII.bars]),
)
def test_any_history_makes_a_plot_of_its_size(
    history: list[tuple[float, int]], cells: int, height: int, bars: str
) -> None:
    lines = plot(history, cells, height, bars)
    assert len(lines) == height
    assert all(len(line) == cells and set(line) <= set(bars) for line in lines)
    most = max(number for _, number in history)
    if most and history[-1][1] == most:
        assert all(line[-1] == bars[-1] for line in lines)


async def test_a_pane_tells_nothing_exists_from_nothing_was_read() -> None:
    controller = fakes.FakeController(events=fakes.started())
    controller.unread = "Azure cannot be read: it answered 500. azops tries again."
    async with AzopsApp(controller).run_test(size=WIDE) as pilot:
        screen = await ready(pilot)
        await pilot.press("1")
        pane = screen.frame.active_pane
        assert pane is not None
        assert pane.empty == controller.unread
        controller.unread = ""
        pane.update_view()
        assert pane.empty.startswith("No resource group yet")


@pytest.mark.parametrize("size", [(80, 24), WIDE])
async def test_the_run_pane_shows_the_ledger_and_the_meter(size: tuple[int, int]) -> None:
    place = "/subscriptions/s/resourceGroups/demo/providers/Microsoft.Compute/virtualMachines/"
    at = fakes.START + 60
    put = ev.RequestSent(at=at, step="one", id=1, method="PUT", resource=place + "first", effect="M", host="h")
    delete = ev.RequestSent(at=at, step="one", id=2, method="DELETE", resource=place + "other", effect="D", host="h")
    answered = ev.RequestAnswered(at=at, step="one", id=1, status=201, operation="https://h/operations/7?s=1")
    controller = fakes.FakeController(events=[*fakes.started(), put, answered, delete])
    controller.metered = ["manager: requests 12, writes 2"]
    async with AzopsApp(controller).run_test(size=size) as pilot:
        screen = await ready(pilot)
        await pilot.press("5")
        pane = screen.frame.active_pane
        assert isinstance(pane, RunPane)
        texts = [row.text for row in pane.rows]
        assert any("Requests to Azure (2 writes)" in text for text in texts)
        assert any("manager: requests 12, writes 2" in text for text in texts)
        first = next(row for row in pane.rows if row.key == "write:1")
        assert all(word in first.text for word in ("PUT", "first", "201", "in progress"))
        assert len(first.text) <= pane.cells
        pane.toggle("write:1")
        assert any("https://h/operations/7" in row.text for row in pane.rows)


def test_a_pane_says_what_it_waits_for_from_the_beginning(tmp_path: Path) -> None:
    def waits(profile: Profile) -> str:
        return LiveController(tmp_path / "d.md", profile=profile, parameters={}).unread

    assert waits(BUILT_IN["local"]) == "The local Azure is starting."
    assert waits(Profile(name="prod", cloud="public")) == "Signing in with the profile prod."


async def test_an_empty_pane_says_where_there_is_something() -> None:
    sets = tuple(
        ResourceView(
            id=f"{fakes.GROUP}/providers/Microsoft.Compute/virtualMachineScaleSets/s{number}",
            name=f"s{number}",
            type="Microsoft.Compute/virtualMachineScaleSets",
            group="cluster-demo",
            location="westeurope",
            state="Succeeded",
        )
        for number in range(3)
    )
    events = [*fakes.started(), ev.ResourcesChanged(at=fakes.START + 1, group="cluster-demo", resources=sets)]
    async with AzopsApp(fakes.FakeController(events=events)).run_test(size=(120, 36)) as pilot:
        screen = await ready(pilot)
        await pilot.press("3")
        pane = screen.frame.active_pane
        assert pane is not None
        await until(pilot, lambda: "3 scale sets in 1 resource group: 1 lists them." in pane.empty)
