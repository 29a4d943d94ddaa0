"""The main screen by its keys."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import pytest
from textual.pilot import Pilot

from azops_tui.events import records as ev
from azops_tui.ui.app import AzopsApp
from azops_tui.ui.controller import Place
from azops_tui.ui.problems import UserError
from azops_tui.ui.screens.dialogs import Dialog, QuitDialog
from azops_tui.ui.screens.form import ParametersSheet
from azops_tui.ui.screens.json_sheet import JsonSheet
from azops_tui.ui.screens.main import MainScreen
from azops_tui.ui.screens.output import OutputScreen
from azops_tui.ui.screens.sheets import HelpSheet, ProblemsSheet, TextSheet
from azops_tui.ui.widgets.bars import KeyBar, TopLine
from azops_tui.ui.widgets.rows import Rows
from tests.ui import fakes

WIDE = (120, 36)
NARROW = (80, 24)


async def ready(pilot: Pilot[int]) -> MainScreen:
    """The screen once the document is shown and what was to happen has been drawn."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        await pilot.pause(0.02)
        screen = pilot.app.screen
        if isinstance(screen, MainScreen) and screen.document.names and quiet(screen):
            await pilot.pause(0.1)
            if quiet(screen):
                return screen
    raise AssertionError("the document never came")


def quiet(screen: MainScreen) -> bool:
    """Whether all that was to happen has happened and is drawn."""
    if isinstance(screen.controller, fakes.FakeController) and not screen.controller.watched:
        return False
    pane = screen.frame.active_pane
    drawn = pane is not None and pane.is_mounted and (pane.size.width > 0 or not pane.is_on_screen)
    return drawn and not screen._records and screen._redraw_timer is None and screen.document._measuring is None


async def dialog(pilot: Pilot[int]) -> Dialog:
    """The dialog that is open, once it has the focus."""
    for _ in range(100):
        await pilot.pause(0.02)
        if isinstance(pilot.app.screen, Dialog) and pilot.app.focused is not None:
            return pilot.app.screen
    raise AssertionError("no dialog came")


async def until(pilot: Pilot[int], condition: Callable[[], bool], seconds: float = 20.0) -> None:
    """Wait until a condition holds.

    Raises:
        AssertionError: it does not hold after that many seconds.
    """
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "the condition never held"
        await pilot.pause(0.02)


def text(screen: MainScreen) -> str:
    """What the document shows, line by line."""
    document = screen.document
    return "\n".join("".join(part for part, _ in document.line(y)[0]) for y in range(document.count()))


def footer(screen: MainScreen) -> str:
    return "".join(part for part, _ in screen.query_one(KeyBar).spans(200))


def top(screen: MainScreen, cells: int = 120) -> str:
    return "".join(part for part, _ in screen.query_one(TopLine).spans(cells))


async def test_a_stranger_sees_that_nothing_ran_and_what_enter_does() -> None:
    controller = fakes.FakeController()
    async with AzopsApp(controller).run_test(size=WIDE) as pilot:
        screen = await ready(pilot)
        assert "nothing run yet" in top(screen)
        assert "local" in top(screen)
        assert "read-write" in top(screen)
        assert "⏎ run" in footer(screen)
        assert screen.document.state.selected == "create-group"
        assert screen.document.scroll_offset.y == 0
        await pilot.press("enter")
        await until(pilot, lambda: controller.asked == [("run", "create-group")])


async def test_arrows_and_letters_move_the_bar() -> None:
    async with AzopsApp(fakes.FakeController()).run_test(size=WIDE) as pilot:
        screen = await ready(pilot)
        moves = (
            ("down", "deploy-base"),
            ("j", "uname"),
            ("k", "deploy-base"),
            ("up", "create-group"),
            ("up", "create-group"),
            ("G", "delete-group"),
            ("g", "create-group"),
        )
        for key, name in moves:
            await pilot.press(key)
            assert screen.document.state.selected == name, key


async def test_keys_become_commands() -> None:
    controller = fakes.FakeController()
    async with AzopsApp(controller).run_test(size=WIDE) as pilot:
        await ready(pilot)
        await pilot.press("j", "f", "a")
        await until(pilot, lambda: controller.asked == [("from", "deploy-base"), ("all",)])


async def test_run_and_go_on_moves_only_after_success() -> None:
    controller = fakes.FakeController(events=[*fakes.started(), *fakes.group_made()])
    async with AzopsApp(controller).run_test(size=WIDE) as pilot:
        screen = await ready(pilot)
        await pilot.press("g", "n")
        await until(pilot, lambda: controller.asked == [("run", "create-group")])
        assert screen.document.state.selected == "deploy-base"
        await pilot.press("n")
        await until(pilot, lambda: screen.document.state.selected == "deploy-base")


async def test_a_running_step_offers_stop_and_not_run() -> None:
    controller = fakes.FakeController(events=fakes.deploying())
    async with AzopsApp(controller).run_test(size=WIDE) as pilot:
        screen = await ready(pilot)
        assert " run  " not in footer(screen)
        assert "s stop" in footer(screen)
        await pilot.press("enter", "a", "s")
        await until(pilot, lambda: controller.asked == [("stop",)])


async def test_the_pane_follows_the_step_unless_pinned() -> None:
    controller = fakes.FakeController()
    async with AzopsApp(controller).run_test(size=WIDE) as pilot:
        screen = await ready(pilot)
        assert screen.frame.active == 1
        controller.play(fakes.deploying())
        await until(pilot, lambda: screen.frame.active == 2)
        assert "•" in str(screen.frame.border_title)
        await pilot.press("tab", "p")
        controller.play(fakes.hosts())
        await until(pilot, lambda: screen.frame.followed == 4)
        assert screen.frame.active == 2


async def test_live_output_folds_when_done_and_opens_when_failed() -> None:
    controller = fakes.FakeController(events=fakes.deploying())
    async with AzopsApp(controller).run_test(size=WIDE) as pilot:
        screen = await ready(pilot)
        assert "5 of 7 done, master-0 is the slow one" in text(screen)
        assert "started base-0312" in text(screen)
        assert "creating cluster-demo" not in text(screen)
        controller.play(fakes.failed()[-2:])
        await pilot.pause(0.3)
        told = text(screen)
        assert "InvalidParameter" in told
        assert "Give a whole SSH public key" in told
        assert "keyData" in told


async def test_code_opens_by_space_and_by_enter_on_the_code() -> None:
    controller = fakes.FakeController()
    async with AzopsApp(controller).run_test(size=WIDE) as pilot:
        screen = await ready(pilot)
        await pilot.press("j")
        assert "mode: incremental" not in text(screen)
        await pilot.press("space")
        assert "mode: incremental" in text(screen)
        await pilot.press("space", "right", "enter")
        assert "mode: incremental" in text(screen)
        await pilot.press("escape")
        assert not screen.document.state.in_code
        assert controller.asked == []


async def test_tab_numbers_zoom_and_back() -> None:
    async with AzopsApp(fakes.FakeController()).run_test(size=WIDE) as pilot:
        screen = await ready(pilot)
        await pilot.press("tab")
        assert screen.frame.has_keys
        await pilot.press("3")
        assert screen.frame.active == 3
        await pilot.press("z")
        assert not screen.query_one("#document-frame").display
        await pilot.press("escape")
        assert screen.query_one("#document-frame").display
        await pilot.press("escape")
        assert screen.focused is screen.document


def shown(screen: MainScreen) -> tuple[bool, bool]:
    """Whether the document and the pane are seen."""
    return screen.query_one("#document-frame").display, screen.query_one("#pane-side").display


async def test_one_at_a_time_on_a_narrow_screen() -> None:
    async with AzopsApp(fakes.FakeController()).run_test(size=NARROW) as pilot:
        screen = await ready(pilot)
        assert shown(screen) == (True, False)
        await pilot.press("tab")
        assert shown(screen) == (False, True)
        await pilot.press("tab")
        assert shown(screen) == (True, False)
        assert "local" in top(screen, 80)
        assert "read-write" in top(screen, 80)


async def test_tiny_screens_keep_a_list_that_runs() -> None:
    controller = fakes.FakeController(events=fakes.failed())
    async with AzopsApp(controller).run_test(size=(50, 12)) as pilot:
        screen = await ready(pilot)
        lines = [line.strip("▌ ").split()[:2] for line in text(screen).splitlines()]
        assert lines == [["●", "create-group"], ["✕", "deploy-base"], ["○", "uname"], ["○", "delete-group"]]
        await pilot.press("j", "enter")
        await until(pilot, lambda: controller.asked == [("run", "uname")])


async def test_resize_keeps_focus_selection_and_what_is_open() -> None:
    async with AzopsApp(fakes.FakeController(events=fakes.failed())).run_test(size=WIDE) as pilot:
        screen = await ready(pilot)
        await pilot.press("j", "space")
        before = text(screen)
        for size in ((80, 24), (50, 12), (200, 60), WIDE):
            await pilot.resize_terminal(*size)
            await until(pilot, lambda: screen.document.state.selected == "uname")
            assert screen.focused is screen.document
        assert text(screen) == before
        await pilot.press("2", "down", "down", "down")
        key = screen.frame.active_pane.current.key  # type: ignore[union-attr]  # it is there
        await pilot.resize_terminal(*NARROW)
        await until(pilot, lambda: screen.frame.has_keys)
        assert screen.query_one("#pane-side").display
        assert screen.frame.active_pane.current.key == key  # type: ignore[union-attr]  # it is there


async def test_find_and_filter() -> None:
    async with AzopsApp(fakes.FakeController(events=fakes.deploying())).run_test(size=WIDE) as pilot:
        screen = await ready(pilot)
        await pilot.press("slash", *"subnets", "enter")
        assert screen.document.state.search == "subnets"
        await pilot.press("escape")
        assert screen.document.state.search == ""
        await pilot.press("2", "slash", *"network", "enter")
        pane = screen.frame.active_pane
        assert pane is not None
        assert {row.text.split()[0] for row in pane.rows} == {"vnet", "nsg", "pip-master", "nic-master-0"}
        await pilot.press("escape")
        assert not pane.filtered


async def test_command_line_runs_commands_and_goes_to_steps() -> None:
    controller = fakes.FakeController()
    async with AzopsApp(controller).run_test(size=WIDE) as pilot:
        screen = await ready(pilot)
        await pilot.press("colon", *"run uname", "enter")
        await until(pilot, lambda: controller.asked == [("run", "uname")])
        await pilot.press("colon", *"hosts", "enter")
        await until(pilot, lambda: screen.frame.active == 4)
        await pilot.press("colon", *"theme azops-light", "enter")
        await until(pilot, lambda: pilot.app.theme == "azops-light")
        await pilot.press("colon", *"nonsense", "enter")
        await pilot.pause(0.1)


@pytest.mark.parametrize(
    ("key", "kind"), [("question_mark", HelpSheet), ("w", TextSheet), ("v", ParametersSheet), ("O", OutputScreen)]
)
async def test_sheets_open_and_esc_closes_them(key: str, kind: type) -> None:
    async with AzopsApp(fakes.FakeController()).run_test(size=WIDE) as pilot:
        screen = await ready(pilot)
        await pilot.press(key)
        await until(pilot, lambda: isinstance(pilot.app.screen, kind))
        assert isinstance(pilot.app.screen, kind)
        await pilot.press("escape")
        await until(pilot, lambda: pilot.app.screen is screen)
        assert pilot.app.screen is screen


async def test_trouble_is_said_and_the_app_lives() -> None:
    controller = fakes.FakeController()
    async with AzopsApp(controller).run_test(size=WIDE, notifications=True) as pilot:
        screen = await ready(pilot)
        controller.trouble = UserError("[/x] nothing [bold]answers")
        await pilot.press("enter", "a")
        await until(pilot, lambda: pilot.app.screen is screen)
        assert pilot.app.screen is screen
        assert any("nothing [bold]answers" in n.message for n in pilot.app._notifications)


async def test_a_document_that_cannot_be_read_is_one_sentence() -> None:
    controller = fakes.FakeController()
    controller.trouble = UserError("cluster.md: there is no such file")
    async with AzopsApp(controller).run_test(size=WIDE, notifications=True) as pilot:
        await pilot.pause(0.4)
        sheet = pilot.app.screen
        assert isinstance(sheet, ProblemsSheet)
        assert sheet.problems == ("cluster.md: there is no such file",)
        await pilot.press("tab", "5", "question_mark", "escape")
        await pilot.pause(0.3)
    assert pilot.app.return_value == 3


async def test_a_document_with_errors_says_where_and_can_be_read() -> None:
    text = fakes.DOCUMENT.replace("location: japanwest", "loccation: japanwest")
    controller = fakes.FakeController(text)
    async with AzopsApp(controller).run_test(size=NARROW) as pilot:
        await until(pilot, lambda: isinstance(pilot.app.screen, ProblemsSheet))
        sheet = pilot.app.screen
        assert isinstance(sheet, ProblemsSheet)
        await until(pilot, lambda: len(sheet.query(Rows)) == 1 and bool(sheet.query_one(Rows).rows))
        (said,) = sheet.problems
        assert said.startswith("cluster.md:")
        assert "loccation" in said
        shown = "".join(row.text for row in sheet.query_one(Rows).rows).replace(" ", "")
        assert said.replace(" ", "") in shown
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, MainScreen))
        assert isinstance(pilot.app.screen, MainScreen)
        assert pilot.app.screen.document.names
        await pilot.press("q")
        await pilot.pause(0.3)
    assert pilot.app.return_value == 3


def asked(kind: str, typed: str = "") -> list[ev.Event]:
    return [
        *fakes.started(),
        ev.StepStarted(at=fakes.START + 1, step="delete-group"),
        ev.ConfirmationAsked(
            at=fakes.START + 2,
            step="delete-group",
            id="q1",
            kind=kind,  # type: ignore[arg-type]  # one of the four
            title="Delete resource group",
            lines=("cluster-demo in Demo subscription (local)", "  7 resources"),
            typed=typed,
        ),
    ]


async def test_cancel_has_the_focus_and_enter_means_no() -> None:
    controller = fakes.FakeController(events=asked("mutate"))
    async with AzopsApp(controller).run_test(size=WIDE) as pilot:
        await dialog(pilot)
        assert pilot.app.focused is not None
        assert pilot.app.focused.id == "cancel"
        await pilot.press("enter")
        await until(pilot, lambda: controller.asked == [("answer", "q1", False, "", "")])


async def test_esc_means_no() -> None:
    controller = fakes.FakeController(events=asked("destroy", "cluster-demo"))
    async with AzopsApp(controller).run_test(size=WIDE) as pilot:
        await dialog(pilot)
        await pilot.press(*"cluster-demo", "escape")
        await until(pilot, lambda: [asked[:3] for asked in controller.asked] == [("answer", "q1", False)])


async def test_to_destroy_the_name_is_typed() -> None:
    controller = fakes.FakeController(events=asked("destroy", "cluster-demo"))
    async with AzopsApp(controller).run_test(size=WIDE) as pilot:
        await dialog(pilot)
        assert pilot.app.screen.query_one("#agree").disabled
        await pilot.press(*"cluster-dem", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, Dialog))
        assert isinstance(pilot.app.screen, Dialog)
        await pilot.press("o")
        assert not pilot.app.screen.query_one("#agree").disabled
        await pilot.press("enter")
        await until(pilot, lambda: controller.asked == [("answer", "q1", True, "cluster-demo", "")])


@pytest.mark.parametrize("production", [False, True])
async def test_paste_is_refused_in_production(production: bool) -> None:
    from textual.events import Paste

    place = Place("live", "Contoso", production=production)
    controller = fakes.FakeController(events=asked("destroy", "cluster-demo"), place=place)
    async with AzopsApp(controller).run_test(size=WIDE) as pilot:
        await dialog(pilot)
        field = pilot.app.screen.query_one("#typed")
        field.focus()
        field.post_message(Paste("cluster-demo"))
        await until(pilot, lambda: pilot.app.screen.query_one("#agree").disabled is production)


async def test_a_gate_takes_a_note() -> None:
    controller = fakes.FakeController(events=asked("gate"))
    async with AzopsApp(controller).run_test(size=WIDE) as pilot:
        await dialog(pilot)
        await pilot.press(*"seen", "enter", "enter")
        await until(pilot, lambda: controller.asked == [("answer", "q1", True, "", "seen")])


async def test_quit_asks_while_something_runs() -> None:
    controller = fakes.FakeController(events=fakes.deploying())
    async with AzopsApp(controller).run_test(size=WIDE) as pilot:
        screen = await ready(pilot)
        await pilot.press("q")
        found = await dialog(pilot)
        assert isinstance(found, QuitDialog)
        assert [button.id for button in found.query("Button")] == ["cancel", "agree"]
        await pilot.press("escape")
        await until(pilot, lambda: pilot.app.screen is screen)
        assert pilot.app.screen is screen
        await pilot.press("q")
        await dialog(pilot)
        await pilot.press("right", "enter")
        await pilot.pause(0.2)
    assert controller.asked == [("close",)]


async def test_the_exit_code_says_how_the_run_went() -> None:
    controller = fakes.FakeController(events=fakes.failed())
    app = AzopsApp(controller)
    async with app.run_test(size=WIDE) as pilot:
        await ready(pilot)
        await pilot.press("q")
        await pilot.pause(0.1)
    assert app.return_value == 1


async def test_production_and_read_only_are_on_the_top_line() -> None:
    place = Place("live", "Contoso production", read_only=True, production=True)
    async with AzopsApp(fakes.FakeController(place=place)).run_test(size=WIDE) as pilot:
        screen = await ready(pilot)
        assert "read-only" in top(screen)
        for cells in (40, 60, 80, 120):
            assert "live" in top(screen, cells)
            assert "read-only" in top(screen, cells)
        spans = screen.query_one(TopLine).spans(120)
        assert any(style == "production" for _, style in spans)


@pytest.mark.parametrize(
    ("place", "text"),
    [
        (Place("local", "Demo"), "Demo · gate on · read-write"),
        (Place("live", "Demo", gate=False), "Demo · gate off · read-write"),
        (Place("local", "Demo", read_only=True, fence="kernel"), "gate on · fenced · read-only"),
        (Place("local", "Demo", read_only=True, fence="missing"), "gate on · no fence · read-only"),
        (Place("local", "Demo", fence="sandbox"), "gate on · sandbox · read-write"),
    ],
)
async def test_the_top_line_says_what_is_enforced(place: Place, text: str) -> None:
    async with AzopsApp(fakes.FakeController(place=place)).run_test(size=WIDE) as pilot:
        screen = await ready(pilot)
        assert text in top(screen)
        assert text.replace("Demo · ", "").replace("gate on · ", "") in top(screen, 50)


async def test_values_are_checked_before_they_are_taken() -> None:
    controller = fakes.FakeController()
    async with AzopsApp(controller).run_test(size=WIDE) as pilot:
        await ready(pilot)
        await pilot.press("v")
        await pilot.pause(0.1)
        await pilot.press("tab", "tab", "end", "backspace", *"1000")
        await pilot.press("ctrl+s")
        await pilot.pause(0.1)
        sheet = pilot.app.screen
        assert isinstance(sheet, ParametersSheet)
        assert "at most 100" in str(sheet.query_one("#help-2").render())
        await pilot.press("backspace", "backspace", "ctrl+s")
        await until(pilot, lambda: controller.asked == [("parameters", {"AGENTS": "10"})])


async def test_scale_sets_are_changed_only_after_a_yes() -> None:
    controller = fakes.FakeController(
        events=[*fakes.started(), ev.ScaleSetChanged(at=fakes.START + 5, scale_set=fakes.scale_set())]
    )
    async with AzopsApp(controller).run_test(size=WIDE) as pilot:
        await ready(pilot)
        await pilot.press("3", "plus", "plus", "plus", "minus", "enter")
        found = await dialog(pilot)
        assert any("from 5 to 7 instances" in line for line in found.ask.lines)
        await pilot.press("right", "enter")
        await until(pilot, lambda: controller.asked == [("scale", "cluster-demo", "agents", 7)])


async def test_fewer_instances_need_the_name_of_the_scale_set() -> None:
    controller = fakes.FakeController(
        events=[*fakes.started(), ev.ScaleSetChanged(at=fakes.START + 5, scale_set=fakes.scale_set())]
    )
    async with AzopsApp(controller).run_test(size=WIDE) as pilot:
        await ready(pilot)
        await pilot.press("3", "minus", "minus", "enter")
        found = await dialog(pilot)
        assert found.ask.typed == "agents"
        await pilot.press("right", "enter")
        assert controller.asked == []
        await pilot.press("left", *"agents", "enter")
        await until(pilot, lambda: controller.asked == [("scale", "cluster-demo", "agents", 3)])


async def test_deleting_a_group_from_the_pane_needs_its_name() -> None:
    controller = fakes.FakeController(events=fakes.deploying()[:-1])
    async with AzopsApp(controller).run_test(size=WIDE) as pilot:
        await ready(pilot)
        await pilot.press("1", "g", "D")
        found = await dialog(pilot)
        assert found.ask.typed == "cluster-demo"
        assert any("6 resources" in line for line in found.ask.lines)
        await pilot.press(*"cluster-demo", "enter")
        await until(pilot, lambda: controller.asked == [("would-delete", fakes.GROUP), ("delete", fakes.GROUP)])


async def test_resource_json() -> None:
    controller = fakes.FakeController(events=fakes.deploying())
    async with AzopsApp(controller).run_test(size=WIDE) as pilot:
        await ready(pilot)
        await pilot.press("1", "J")
        await until(pilot, lambda: isinstance(pilot.app.screen, JsonSheet))
        assert isinstance(pilot.app.screen, JsonSheet)
        assert controller.asked == [("resource", fakes.GROUP)]


async def test_hosts_fold_equal_output_and_show_the_odd_one_as_a_difference() -> None:
    controller = fakes.FakeController(events=[*fakes.started(), *fakes.hosts()])
    async with AzopsApp(controller).run_test(size=WIDE) as pilot:
        screen = await ready(pilot)
        pane = screen.frame.active_pane
        assert screen.frame.active == 4
        assert pane is not None
        lines = ["".join(part for part, _ in row.draw(60)) for row in pane.rows]
        assert any("agents-[0-1]" in line for line in lines)
        assert any("+Linux 5.15.0-1049" in line for line in lines)
        assert any("Contact was lost" in line for line in lines)
        folds = lines[next(n for n, row in enumerate(pane.rows) if row.key == "hosts:end") :]
        assert sum("up 3 days" in line for line in folds) == 1


class Quick(fakes.FakeController):
    """Runs a step so fast that all its news come at once, when it has ended."""

    async def run_step(self, name: str, *, by_key: bool = True, hosts: Sequence[str] = ()) -> None:
        self._command("run", name)
        at = self.now()
        self.play(
            [
                ev.StepStarted(at=at + 1, step=name),
                ev.StepFinished(at=at + 1, step=name, state="done", duration=0.004),
            ]
        )


async def test_run_and_go_on_is_not_drawn_back_by_late_news() -> None:
    controller = Quick(events=fakes.started())
    async with AzopsApp(controller).run_test(size=WIDE) as pilot:
        screen = await ready(pilot)
        for name in ("create-group", "deploy-base", "uname"):
            assert screen.document.state.selected == name
            await pilot.press("n")
            await pilot.pause(0.4)
        assert controller.asked == [("run", "create-group"), ("run", "deploy-base"), ("run", "uname")]


async def test_a_failed_card_is_wholly_seen_with_what_to_do() -> None:
    controller = fakes.FakeController(events=fakes.deploying())
    async with AzopsApp(controller).run_test(size=NARROW) as pilot:
        screen = await ready(pilot)
        screen.document.scroll_home(animate=False)
        await pilot.pause(0.1)
        controller.play(fakes.failed()[len(fakes.deploying()) :])
        await pilot.pause(0.4)
        document = screen.document
        first = document.scroll_offset.y
        seen = range(first, first + document.scrollable_content_region.height)
        index = document._pieces_of["deploy-base"]
        assert document._tops[index] in seen
        assert document._tops[index + 1] - 1 in seen
        assert fakes.BAD_KEY.advice in " ".join(text(screen).split())


async def test_what_can_be_done_about_a_shells_failure() -> None:
    events = [
        *fakes.started(),
        ev.StepStarted(at=fakes.START + 1, step="uname"),
        ev.StepFinished(at=fakes.START + 2, step="uname", state="failed", duration=1, status=3),
    ]
    async with AzopsApp(fakes.FakeController(events=events)).run_test(size=WIDE) as pilot:
        screen = await ready(pilot)
        assert "ended with status 3" in text(screen)
        assert "e edits it" in text(screen)


async def test_a_step_that_was_meant_to_fail_says_so_whole() -> None:
    document = "# A\n\n```bash {name=one}\nfalse\n```\n<!-- expect error=Nope -->\n\n```bash {name=two}\ntrue\n```\n"
    said = "It was meant to fail with Nope, and failed so. " + "And this is why it did so, in a long sentence. " * 3
    events = [
        *fakes.started(document),
        ev.StepStarted(at=fakes.START + 1, step="one"),
        ev.StepFinished(at=fakes.START + 2, step="one", state="done", duration=1, summary=said.strip()),
        ev.StepStarted(at=fakes.START + 3, step="two"),
    ]
    async with AzopsApp(fakes.FakeController(document, events)).run_test(size=WIDE) as pilot:
        screen = await ready(pilot)
        assert screen.document.state.selected == "two"
        assert said.strip() in " ".join(text(screen).split())


async def test_a_declined_step_says_what_happened_on_the_top_line() -> None:
    events = [
        *fakes.started(),
        *fakes.group_made(),
        ev.StepStarted(at=fakes.START + 3, step="deploy-base"),
        ev.StepFinished(at=fakes.START + 4, step="deploy-base", state="stopped", duration=1, summary="Declined."),
    ]
    async with AzopsApp(fakes.FakeController(events=events)).run_test(size=WIDE) as pilot:
        assert "‖ 1/4" in top(await ready(pilot))


async def test_a_new_deployment_does_not_show_the_last_one() -> None:
    before = ev.DeploymentChanged(at=fakes.START + 60, deployment=fakes.deployment("Succeeded"))
    events = [*fakes.started(), *fakes.group_made(), before, ev.StepStarted(at=fakes.START + 70, step="deploy-base")]
    async with AzopsApp(fakes.FakeController(events=events)).run_test(size=WIDE) as pilot:
        screen = await ready(pilot)
        pane = screen.frame.active_pane
        assert pane is not None
        assert pane.number == 2
        assert "nothing is deployed yet" in pane.rows[0].text
        await pilot.press("2", "[")
        assert "base-0312" in pane.rows[0].text
        await pilot.press("]")
        assert "nothing is deployed yet" in pane.rows[0].text


@pytest.mark.parametrize("size", [(58, 15), (40, 10), (80, 24), (120, 36)])
async def test_the_buttons_of_a_dialog_are_seen_at_any_size(size: tuple[int, int]) -> None:
    lines = tuple(f"  {n} resources of a type with a long name" for n in range(30))
    question = ev.ConfirmationAsked(
        at=fakes.START + 2, step="delete-group", id="q1", kind="destroy", title="Delete", lines=lines, typed="cluster"
    )
    events = [*fakes.started(), ev.StepStarted(at=fakes.START + 1, step="delete-group"), question]
    async with AzopsApp(fakes.FakeController(events=events)).run_test(size=size) as pilot:
        shown = await dialog(pilot)
        await pilot.pause(0.2)
        for name in ("#cancel", "#agree", "#typed"):
            region = shown.query_one(name).region
            assert region.height == 1, name
            assert region.bottom < size[1], name
        assert shown.query_one("#lines").size.height >= 2
        await pilot.press("down", "down")
        await until(pilot, lambda: shown.query_one("#lines").scroll_offset.y == 2)
