"""No key acts on a step that is out of view."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest
from textual.app import App
from textual.widgets import Button
from textual.widgets._toast import Toast

from azops_tui.events import records as ev
from azops_tui.ui.app import AzopsApp
from azops_tui.ui.screens.main import MainScreen
from tests.ui import fakes
from tests.ui.test_main import dialog, footer, ready, until

SHARED = Path(__file__).parents[3] / "shared" / "data" / "runbooks" / "azure-docs"
REAL = ("azure-docs__articles__virtual-machines__linux__quick-create-cli.md", "AIChatApp__ai-chat-app.md")
SIZES = ((80, 24), (120, 36), (58, 15))

LONG = "# Long\n\n" + "".join(
    f"## Part {n}\n\n" + "Prose about it.\n\n" * 30 + f"```bash {{name=step-{n}}}\necho {n}\n```\n\n" for n in range(6)
)


def document(name: str) -> str:
    path = SHARED / name
    if not path.is_file():
        pytest.skip(f"{path} is missing")
    return path.read_text("utf-8")


def holds(controller: fakes.FakeController, commands: list[tuple[object, ...]]) -> bool:
    return controller.asked == commands


def sees(screen: MainScreen) -> bool:
    """Whether the head of the selected card is among the lines that the screen shows."""
    shown = screen.document
    lines = ["".join(part for part, _ in shown.line(y)[0]) for y in shown.lines_in_view() if y < shown.count()]
    return any(line.startswith("▌") and screen.document.selected[:10] in line for line in lines)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", REAL)
async def test_keys_run_only_a_step_in_view_of_real_documents(name: str, size: tuple[int, int]) -> None:
    controller = fakes.FakeController(document(name))
    async with AzopsApp(controller).run_test(size=size) as pilot:
        screen = await ready(pilot)
        for key in ("enter", "pagedown", "n", "pagedown", "pagedown", "enter", "G", "pageup", "enter"):
            asked, seen, step = len(controller.asked), sees(screen), screen.document.selected
            if key in ("enter", "n"):
                assert ("⏎ run " if seen else "⏎ show ") + step[:10] in footer(screen)
            await pilot.press(key)
            await pilot.pause()
            if key in ("enter", "n"):
                await until(pilot, lambda: sees(screen))
                if seen:
                    expected: list[tuple[object, ...]] = [*controller.asked[:asked], ("run", step)]
                    await until(pilot, partial(holds, controller, expected))
                else:
                    assert len(controller.asked) == asked
                    assert screen.document.selected == step


async def test_the_title_of_the_frame_is_the_section_in_view() -> None:
    async with AzopsApp(fakes.FakeController(LONG)).run_test(size=(80, 24)) as pilot:
        screen = await ready(pilot)
        for _ in range(20):
            await pilot.press("pagedown")
            await pilot.pause()
            title = str(screen.query_one("#document-frame").border_title)
            index = screen.document._pieces_of[screen.document.selected]
            if screen.document.sees_selected:
                assert title.endswith(f"Part {screen.document.selected[-1]}"), index
        assert title.endswith("Part 5")


async def test_n_is_the_next_match_while_a_search_is_on() -> None:
    controller = fakes.FakeController(LONG)
    async with AzopsApp(controller).run_test(size=(120, 36)) as pilot:
        screen = await ready(pilot)
        await pilot.press("slash", *"echo", "enter")
        selected = []
        for number, key in enumerate(("n", "n", "N"), 1):
            selected.append(screen.document.selected)
            assert f"n next match ({(1, 2, 3)[number - 1]} of 6)" in footer(screen)
            assert sees(screen)
            await pilot.press(key)
            await pilot.pause()
        assert selected == ["step-0", "step-1", "step-2"]
        assert screen.document.selected == "step-1"
        await pilot.press("escape")
        assert "n run+next" in footer(screen)
        assert controller.asked == []


async def test_resizing_keeps_the_bar_in_view() -> None:
    async with AzopsApp(fakes.FakeController(LONG)).run_test(size=(80, 24)) as pilot:
        screen = await ready(pilot)
        await pilot.press("j", "j", "j")
        for size in ((58, 15), (200, 50), (80, 24), (120, 36), (80, 24)):
            await pilot.resize_terminal(*size)
            await until(pilot, lambda: sees(screen))
            assert screen.document.selected == "step-3"


async def test_the_footer_can_be_drawn_before_the_document_is_laid_out() -> None:
    async with AzopsApp(fakes.FakeController(LONG)).run_test(size=(80, 24)) as pilot:
        screen = await ready(pilot)
        screen.document._gaps = []
        assert not screen.document.sees_selected
        assert "show step-0" in footer(screen)


async def test_a_question_shows_its_step() -> None:
    controller = fakes.FakeController(LONG, events=fakes.started(LONG))
    async with AzopsApp(controller).run_test(size=(80, 24)) as pilot:
        screen = await ready(pilot)
        question = ev.ConfirmationAsked(at=fakes.START + 2, step="step-4", id="q1", kind="mutate", title="Change it")
        controller.play([ev.StepStarted(at=fakes.START + 1, step="step-4"), question])
        await dialog(pilot)
        assert screen.document.selected == "step-4"
        assert sees(screen)
        shown = footer(screen)
        assert "esc no" in shown
        assert "run" not in shown


async def test_a_key_that_does_nothing_says_why() -> None:
    controller = fakes.FakeController(events=fakes.deploying())
    async with AzopsApp(controller).run_test(size=(80, 24), notifications=True) as pilot:
        screen = await ready(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: any("s stops it" in n.message for n in pilot.app._notifications))
        await pilot.press("T")
        spans = screen.query_one("KeyBar").spans(80)  # type: ignore[attr-defined]  # a KeyBar
        shown = "".join(part for part, _ in spans)
        assert "tab pane" in shown
        assert "? help" in shown


@pytest.mark.parametrize("key", ["g", "G"])
async def test_messages_do_not_cover_the_bar(key: str) -> None:
    async with AzopsApp(fakes.FakeController()).run_test(size=(80, 24), notifications=True) as pilot:
        screen = await ready(pilot)
        await pilot.press(key)
        screen.notify("A message of some length.\nWith a second line.", timeout=60)
        await until(pilot, lambda: bool(screen.query(Toast)) and screen.query_one(Toast).region.height > 0)
        row = screen.document.selected_row
        assert row is not None
        region = screen.query_one(Toast).region
        assert not region.y <= row < region.bottom


async def test_brackets_go_from_failed_step_to_failed_step() -> None:
    events = list(fakes.started(LONG))
    for name in ("step-1", "step-4"):
        events += [
            ev.StepStarted(at=fakes.START + 1, step=name),
            ev.StepFinished(at=fakes.START + 2, step=name, state="failed", duration=1, status=1),
        ]
    async with AzopsApp(fakes.FakeController(LONG, events=events)).run_test(size=(80, 24)) as pilot:
        screen = await ready(pilot)
        await pilot.press("g")
        for key, name in (("]", "step-1"), ("]", "step-4"), ("]", "step-1"), ("[", "step-4")):
            await pilot.press(key)
            assert screen.document.selected == name
            assert sees(screen)


async def test_running_all_asks_once_with_the_list_and_its_first_step_in_view() -> None:
    controller = fakes.FakeController(LONG, events=fakes.started(LONG))
    async with AzopsApp(controller).run_test(size=(80, 24)) as pilot:
        screen = await ready(pilot)
        names = tuple(f"step-{n}" for n in range(5))
        asked = ev.ConfirmationAsked(
            at=fakes.START + 2, step="step-0", id="q1", kind="mutate", title="Run 6 steps", lines=names, steps=names
        )
        controller.play([asked])
        box = await dialog(pilot)
        assert sees(screen)
        assert "Yes to these 5" in str(box.query_one("#agree", Button).label)
        await pilot.press("tab", "enter")
        await until(pilot, lambda: controller.asked == [("answer", "q1", True, "", "")])


def _has_notice(app: App[int], words: str) -> bool:
    return any(words in notice.message for notice in app._notifications)


async def test_an_unbound_key_says_that_it_does_nothing() -> None:
    async with AzopsApp(fakes.FakeController()).run_test(size=(80, 24), notifications=True) as pilot:
        await ready(pilot)
        for key, words in (("W", "W does nothing here"), (".", "moves a replay"), ("]", "No step has failed")):
            await pilot.press(key)
            await until(pilot, partial(_has_notice, pilot.app, words))


async def test_messages_do_not_cover_the_bar_of_a_pane() -> None:
    async with AzopsApp(fakes.FakeController(events=fakes.deploying())).run_test(
        size=(80, 24), notifications=True
    ) as pilot:
        screen = await ready(pilot)
        await pilot.press("5", "G")
        screen.notify("A message.", timeout=60)
        await until(pilot, lambda: bool(screen.query(Toast)) and screen.query_one(Toast).region.height > 0)
        row = screen.frame.active_pane.cursor_row if screen.frame.active_pane else None
        assert row is not None
        region = screen.query_one(Toast).region
        assert not region.y <= row < region.bottom


async def test_the_deployments_pane_says_what_its_step_says() -> None:
    """Also when the cloud was read again later, without the reason, and when nothing was deployed."""
    bare = ev.DeploymentChanged(at=fakes.START + 62, deployment=fakes.deployment("Failed"))
    refused = ev.StepFinished(
        at=fakes.START + 61, step="deploy-base", state="failed", duration=1, failure=fakes.BAD_KEY
    )
    early = [*fakes.started(), ev.StepStarted(at=fakes.START + 10, step="deploy-base"), refused]
    for events in ([*fakes.failed(), bare], early):
        async with AzopsApp(fakes.FakeController(events=events)).run_test(size=(120, 36)) as pilot:
            screen = await ready(pilot)
            await pilot.press("2")
            pane = screen.frame.active_pane
            assert pane is not None
            await pilot.pause()
            told = " ".join("".join(t for t, _ in row.draw(pane.cells)) for row in pane.rows)
            assert "keyData is invalid" in " ".join(told.split())
            assert "Give a whole SSH public key" in " ".join(told.split())


async def test_the_end_of_the_document_is_in_view_before_the_next_key() -> None:
    async with AzopsApp(fakes.FakeController(LONG)).run_test(size=(80, 24)) as pilot:
        screen = await ready(pilot)
        for move, name in ((screen.document.action_last, "step-5"), (screen.document.action_first, "step-0")):
            move()
            assert screen.document.selected == name
            assert screen.document.sees_selected or screen.document.scroll_offset.y == 0


async def test_what_is_drawn_late_of_a_run_does_not_move_the_bar_back() -> None:
    controller = fakes.FakeController(LONG, events=fakes.started(LONG))
    async with AzopsApp(controller).run_test(size=(80, 24)) as pilot:
        screen = await ready(pilot)
        started = ev.StepStarted(at=fakes.START + 1, step="step-4")
        controller.play([started, ev.StepFinished(at=fakes.START + 2, step="step-4", state="done", duration=1)])
        screen.document.action_cursor_down()
        await until(pilot, lambda: not screen._records)
        await pilot.pause()
        assert screen.document.selected == "step-1"


async def test_a_question_that_waits_draws_nothing_again() -> None:
    controller = fakes.FakeController(LONG, events=fakes.started(LONG))
    async with AzopsApp(controller).run_test(size=(80, 24)) as pilot:
        screen = await ready(pilot)
        started = ev.StepStarted(at=fakes.START + 1, step="step-4")
        controller.play([started])
        await until(pilot, lambda: screen._clock is not None)
        controller.play(
            [ev.ConfirmationAsked(at=fakes.START + 2, step="step-4", id="q1", kind="mutate", title="Change it")]
        )
        await dialog(pilot)
        await until(pilot, lambda: screen._clock is None)
