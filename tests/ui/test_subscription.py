"""The panes on their own: a whole subscription without a runbook, searched, jumped through and loaded as asked for."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import msgspec
import pytest
from textual import events

from azops_tui.azure.profiles import Profile
from azops_tui.events import records as ev
from azops_tui.events.azure_views import GroupView, MachineView, ResourceView
from azops_tui.ui.app import AzopsApp
from azops_tui.ui.live import LiveController
from azops_tui.ui.panes.pasted import pasted_id
from azops_tui.ui.panes.resources import ResourcesPane
from azops_tui.ui.screens.main import MainScreen
from tests.ui import fakes
from tests.ui.test_main import ready, until

WIDE = (120, 36)


def subscription(groups: int, resources: int, read: int | None = None) -> list[ev.Event]:
    """Groups with as many resources each; only the first ``read`` groups have been read."""
    views = tuple(
        GroupView(id=f"{fakes.SUBSCRIPTION}/resourceGroups/rg-{n:03}", name=f"rg-{n:03}", location="westeurope")
        for n in range(groups)
    )
    return [ev.GroupsChanged(at=fakes.START, groups=views), *(resources_of(group, resources) for group in views[:read])]


def resources_of(group: GroupView, number: int) -> ev.ResourcesChanged:
    kinds = ("Microsoft.Compute/virtualMachines", "Microsoft.Network/networkInterfaces", "Microsoft.Compute/disks")
    return ev.ResourcesChanged(
        at=fakes.START,
        group=group.name,
        resources=tuple(
            ResourceView(
                id=f"{group.id}/providers/{kinds[n % 3]}/{group.name}-{n:03}",
                name=f"{group.name}-{n:03}",
                type=kinds[n % 3],
                group=group.name,
                location="westeurope",
            )
            for n in range(number)
        ),
    )


def pane_of(screen: MainScreen) -> ResourcesPane:
    pane = screen.frame.active_pane
    assert isinstance(pane, ResourcesPane)
    return pane


def names(pane: ResourcesPane) -> list[str]:
    return [row.data.name for row in pane.rows if isinstance(row.data, GroupView | ResourceView)]


async def test_filters_search_folded_groups_leave_out_and_are_fuzzy() -> None:
    controller = fakes.FakeController(events=[*fakes.started(), *subscription(20, 3)])
    async with AzopsApp(controller, pane=1).run_test(size=WIDE) as pilot:
        screen = await ready(pilot)
        pane = pane_of(screen)
        assert pane.has_focus
        assert screen.has_class("-zoom-pane")
        assert len(names(pane)) == 20
        for typed, expected in (
            ("rg-007-001", ["rg-007-001"]),
            ("~r007c2", []),
            ("~rg0072", ["rg-007-002"]),
            ("!rg-0", []),
        ):
            await pilot.press("slash")
            screen.search._prompt.value = typed
            await pilot.press("enter")
            await until(pilot, lambda expected=expected: [n for n in names(pane) if len(n) > 6] == expected)  # type: ignore[misc]
        await pilot.press("escape")
        await until(pilot, lambda: len(names(pane)) == 20)


async def test_a_group_that_was_not_read_is_read_when_it_is_unfolded_or_jumped_to() -> None:
    events_of_20 = subscription(20, 3, read=0)
    controller = fakes.FakeController(events=[*fakes.started(), *events_of_20])
    async with AzopsApp(controller, pane=1).run_test(size=WIDE) as pilot:
        screen = await ready(pilot)
        pane = pane_of(screen)
        assert any("not read yet" in row.draw(100)[-1][0] for row in pane.rows)
        await pilot.press("right")
        await until(pilot, lambda: ("look", "rg-000") in controller.asked)
        wanted = f"{fakes.SUBSCRIPTION}/resourceGroups/RG-012/providers/Microsoft.Compute/virtualMachines/rg-012-000"
        pane.post_message(events.Paste(f"https://portal.azure.com/#@contoso.example/resource{wanted}/overview"))
        await until(pilot, lambda: ("look", "rg-012") in controller.asked)
        controller.play([resources_of(controller.view.groups[12], 3)])
        await until(pilot, lambda: pane.current is not None and pane.current.key.casefold() == wanted.casefold())
        await pilot.press("colon", *"rg rg-015", "enter")
        await until(pilot, lambda: pane.current is not None and pane.current.copy == "rg-015")
        await pilot.press("slash", "x")
        await until(pilot, lambda: ("look", "") in controller.asked)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/subscriptions/s/resourceGroups/g", "/subscriptions/s/resourceGroups/g"),
        (
            " https://portal.azure.com/#@t/resource/subscriptions/s/resourcegroups/g/providers/A.Web/sites/a/logs ",
            "/subscriptions/s/resourcegroups/g/providers/A.Web/sites/a",
        ),
        (
            "https://portal.azure.com/#blade/Menu/id/%2Fsubscriptions%2Fs%2FresourceGroups%2Fg",
            "/subscriptions/s/resourceGroups/g",
        ),
        ("web-0", ""),
        ("/subscriptions/s", ""),
    ],
)
def test_ids_in_what_is_pasted(text: str, expected: str) -> None:
    assert pasted_id(text) == expected


async def test_ten_thousand_resources_stay_quick() -> None:
    controller = fakes.FakeController(events=[*fakes.started(), *subscription(100, 100)])
    async with AzopsApp(controller, pane=1).run_test(size=WIDE) as pilot:
        pane = pane_of(await ready(pilot))
        began = time.perf_counter()
        pane.set_filter("rg-")
        pane.update_view()
        assert len(names(pane)) == 10_100
        assert time.perf_counter() - began < 5  # 0.1 s on an idle machine
        built = pane.rows
        pane.update_view()
        assert pane.rows is built, "nothing changed, so nothing is built again"


async def test_the_machines_of_a_subscription_stand_in_the_hosts_pane() -> None:
    machine = MachineView(
        id=f"{fakes.GROUP}/providers/Microsoft.Compute/virtualMachines/web-0",
        name="web-0",
        group="cluster-demo",
        location="westeurope",
        power="running",
        public_address="203.0.113.4",
    )
    controller = fakes.FakeController(
        events=[*fakes.started(), ev.MachinesChanged(at=fakes.START, machines=(machine,))]
    )
    async with AzopsApp(controller, pane=4).run_test(size=(80, 24)) as pilot:
        screen = await ready(pilot)
        assert screen.frame.active_pane is not None
        (row,) = screen.frame.active_pane.rows
        assert "web-0" in row.text
        assert "running" in row.text
        assert row.copy == "203.0.113.4"


async def test_a_large_local_subscription_is_read_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AZOPS_SIM_SPEED", "1000")
    page = tmp_path / "page.md"
    page.write_text("# Page\n\n```bash {name=one}\ntrue\n```\n")
    controller = LiveController(
        page,
        profile=Profile(name="local", cloud="local"),
        parameters={},
        journal_path=tmp_path / "journal.db",
        whole_subscription=True,
    )
    try:
        await controller.load()
        run = await controller._open_run()
        cloud = await run.cloud()
        await asyncio.gather(*(cloud.groups.create(f"g-{n}", "westeurope") for n in range(14)))
        await controller.watch()
        await controller.refresh()
        assert len(controller.view.groups) == 14
        assert set(controller.view.resources) == {f"g-{n}" for n in range(14)}
        assert controller.view.phase == "new"
    finally:
        await asyncio.wait_for(controller.close(), 20)


async def test_all_deployments_are_listed_without_a_run_and_enter_opens_one() -> None:
    other = msgspec.structs.replace(
        fakes.deployment("Failed", fakes.BAD_KEY),
        id=f"{fakes.GROUP}/x/deployments/older",
        name="older",
        started=fakes.START,
    )
    events = [
        ev.DeploymentChanged(at=fakes.START + 58, deployment=fakes.deployment("Succeeded")),
        ev.DeploymentChanged(at=fakes.START + 60, deployment=other),
    ]
    async with AzopsApp(fakes.FakeController(events=events), pane=2).run_test(size=WIDE) as pilot:
        screen = await ready(pilot)
        pane = screen.frame.active_pane
        assert pane is not None
        assert "base-0312" in pane.rows[0].text
        pane.select(f"all:{other.id}")
        await pilot.press("enter")
        await until(pilot, lambda: "older" in pane.rows[0].text)
        assert any("InvalidParameter" in row.text for row in pane.rows)
