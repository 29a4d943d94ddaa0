"""What a deployment would change, in the pane of deployments."""

from __future__ import annotations

from azops_tui.engine.whatif import question_lines
from azops_tui.events import records as ev
from azops_tui.events.azure_views import ChangeView, PropertyChangeView
from azops_tui.ui.app import AzopsApp
from azops_tui.ui.panes.deployments import DeploymentsPane
from tests.ui import fakes
from tests.ui.test_main import WIDE, dialog, ready, until


def changes(more: int = 0) -> ev.ForeseenChanges:
    """One change of each kind, and ``more`` resources to create."""
    network = f"{fakes.GROUP}/providers/Microsoft.Network/virtualNetworks"
    delta = (
        PropertyChangeView(path="sku.name", type="Modify", before="Basic", after="[/x]\x1b]52;c;aGk=\x07"),
        PropertyChangeView(path="tags.a", type="NoEffect", before="A", after="a"),
    )
    kinds = [("Create", "made"), ("Modify", "changed"), ("Delete", "gone"), ("NoChange", "same"), ("Ignore", "left")]
    kinds += [("Deploy", "again"), ("Unsupported", "unknown"), ("NeverHeardOf", "strange")]
    kinds += [("Create", f"more-{number}") for number in range(more)]
    found = tuple(
        ChangeView(
            resource_id=f"{network}/{name}",
            type=kind,
            delta=delta if kind == "Modify" else (),
            reason="It depends." if kind == "Unsupported" else "",
        )
        for kind, name in kinds
    )
    return ev.ForeseenChanges(at=fakes.START + 5, step="deploy-base", changes=found, scope=fakes.GROUP, note="Hm.")


def asked(event: ev.ForeseenChanges) -> ev.ConfirmationAsked:
    return ev.ConfirmationAsked(
        at=fakes.START + 5,
        step="deploy-base",
        id="q1",
        kind="mutate",
        title="Deploy base",
        lines=tuple(question_lines(event)),
    )


def rows(pane: DeploymentsPane) -> list[str]:
    return [row.text for row in pane.build()]


async def test_changes_stand_in_the_pane_while_they_are_asked_about_and_below_what_came_of_them() -> None:
    event = changes()
    controller = fakes.FakeController(events=fakes.started())
    async with AzopsApp(controller).run_test(size=WIDE) as pilot:
        screen = await ready(pilot)
        controller.play([event, asked(event)])
        await dialog(pilot)
        assert screen.frame.active == 2
        pane = screen.frame.active_pane
        assert isinstance(pane, DeploymentsPane)
        shown = rows(pane)
        assert shown[0].startswith(" what-if  1 to create, 1 to modify, 1 to deploy again, 1 to delete")
        assert [line[1:].split()[0] for line in shown if line[1] in "+~-=*!?"] == list("-~!+??=*")
        assert any("sku.name" in line and "Basic" in line and "[/x]" in line for line in shown)
        assert not any("tags.a" in line or "\x1b" in line for line in shown)
        # The same styles wherever a theme names them; nothing is said by colour alone.
        assert {row.draw(80)[0][1] for row in pane.build() if row.text.startswith((" +", " -"))} == {"done", "failed"}
        assert pane.build()[0] is pane.build()[0]
        await pilot.press("escape")
        controller.play([ev.ConfirmationAnswered(at=fakes.START + 6, step="deploy-base", id="q1", accepted=True)])
        begin = ev.StepStarted(at=fakes.START + 7, step="deploy-base")
        controller.play([begin])
        assert rows(pane)[0].startswith(" what-if")
        view = fakes.deployment()
        controller.play([ev.DeploymentChanged(at=fakes.START + 8, step="deploy-base", deployment=view)])
        after = rows(pane)
        assert after[0].strip().startswith("base-0312")
        assert any(line.startswith(" what-if") for line in after)


async def test_a_question_about_many_changes_can_still_be_answered() -> None:
    event = changes(more=300)
    controller = fakes.FakeController(events=fakes.started())
    async with AzopsApp(controller).run_test(size=(80, 24)) as pilot:
        await ready(pilot)
        controller.play([event, asked(event)])
        opened = await dialog(pilot)
        focused = pilot.app.focused
        assert focused is not None
        assert opened.region.contains_region(focused.region)
        assert len(question_lines(event)) < 50
        assert "lines more" in question_lines(event)[-1]
        await pilot.press("escape")
        await until(pilot, lambda: ("answer", "q1", False) in [tuple(one[:3]) for one in controller.asked])
