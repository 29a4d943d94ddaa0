"""Text from hosts, tools and documents is text: no markup, no escape sequence, and not so much of it that keys stop."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.style import Style
from textual.pilot import Pilot

from azops_tui.events import records as ev
from azops_tui.events.azure_views import FailureView, GroupView
from azops_tui.text import strip_ansi
from azops_tui.ui.ansi import segments
from azops_tui.ui.app import AzopsApp
from azops_tui.ui.glyphs import UNICODE
from azops_tui.ui.lines import Palette, crop, plain, safe, to_strip, width, wrap
from azops_tui.ui.prose import render
from azops_tui.ui.screens.output import OutputScreen
from tests.ui import fakes
from tests.ui.test_main import ready, until

NASTY = "[/x] [bold]not bold[/] [link='http://x']\x1b]52;c;aGk=\x07\x1b[2J\x1b[H\x1b]0;title\x07[WARN] $x"


def screen_text(pilot: Pilot[int]) -> str:
    strips = pilot.app.screen._compositor.render_strips()
    return "\n".join(strip.text for strip in strips)


async def test_markup_and_escapes_stay_text_everywhere() -> None:
    failure = FailureView(code="[/x]", message=NASTY, target=NASTY, advice=NASTY)
    nasty_group = GroupView(id="/subscriptions/s/resourceGroups/[/x]", name="[/x]" + NASTY, location=NASTY)
    text = f"# Title [/x] {NASTY}\n\nProse [/x] **{NASTY}**\n\n```bash {{name=one}}\necho '{NASTY}'\n```\n"
    controller = fakes.FakeController(text, path="[/x].md")
    async with AzopsApp(controller).run_test(size=(120, 36), notifications=True) as pilot:
        await ready(pilot)
        controller.play(
            [
                *fakes.started(text),
                ev.StepStarted(at=fakes.START + 1, step="one"),
                ev.OutputWritten(at=fakes.START + 1, step="one", text=NASTY + "\n", host="[/x]"),
                ev.HostStarted(at=fakes.START + 1, step="one", host=NASTY),
                ev.HostFinished(at=fakes.START + 1, step="one", host=NASTY, status=None, duration=1, problem=NASTY),
                ev.GroupsChanged(at=fakes.START + 1, groups=(nasty_group,)),
                ev.VariableSet(at=fakes.START + 1, name="[/x]", value=NASTY),
                ev.TableShown(at=fakes.START + 1, step="one", columns=("[/x]",), rows=((NASTY,),)),
                ev.Notice(at=fakes.START + 1, text=NASTY, level="error"),
                ev.StepFinished(at=fakes.START + 2, step="one", state="failed", duration=1, failure=failure),
                ev.ConfirmationAsked(
                    at=fakes.START + 3, step="one", id="q", kind="destroy", title=NASTY, lines=(NASTY,), typed="[/x]"
                ),
            ]
        )
        await pilot.pause(0.5)
        assert "\x1b" not in screen_text(pilot)
        await pilot.press("escape")
        for key in ("1", "2", "3", "4", "5", "question_mark", "escape", "v", "escape", "w", "escape", "O"):
            await pilot.press(key)
            await pilot.pause(0.05)
            shown = screen_text(pilot)
            assert "\x1b" not in shown
            assert "\x07" not in shown
        assert "[bold]not bold[/]" in screen_text(pilot)


@given(st.text())
def test_nothing_that_a_terminal_obeys_is_drawn(text: str) -> None:
    strip = to_strip([(text, "failed")], 40, Palette({"failed": "bold red"}), Style.null())
    assert strip.cell_length == 40
    assert all(character.isprintable() or character in "\n\u200d\ufe0e\ufe0f" for character in safe(text))
    assert "\x1b" not in "".join(segment.text for segment in segments(text, Style.null()))
    assert "\x1b" not in strip_ansi(text)


@given(
    st.lists(st.tuples(st.text(alphabet="ab \n世–é"), st.sampled_from(["", "strong"])), max_size=6), st.integers(8, 40)
)
def test_wrapping_loses_nothing_and_fits(spans: list[tuple[str, str]], cells: int) -> None:
    lines = wrap(spans, cells)
    assert all(width(line) <= max(cells, 8) for line in lines)
    before = "".join(text for text, _ in spans)
    assert "".join("".join(map(plain, lines)).split()) == "".join(before.split())


@given(st.text(max_size=400), st.integers(12, 80))
def test_any_document_is_drawn(text: str, cells: int) -> None:
    for line in render(text, cells, UNICODE):
        assert width(crop_all(line)) >= 0


def crop_all(line: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(crop(text, 20), style) for text, style in line]


@pytest.mark.parametrize(
    ("text", "colour"),
    [
        ("\x1b[31mred\x1b[0m plain", "red"),
        ("\x1b[38;5;200mx\x1b[m plain", "color(200)"),
        ("\x1b[1;38;2;1;2;3mx\x1b[0m plain", "rgb(1,2,3)"),
    ],
)
def test_colours_of_tools_are_kept(text: str, colour: str) -> None:
    found = segments(text, Style.null())
    assert found[0].style is not None
    assert found[0].style.color is not None
    assert found[0].style.color.name == colour
    assert found[-1].text == " plain"
    assert found[-1].style == Style.null()


async def test_fifty_megabytes_of_output_do_not_freeze_keys() -> None:
    controller = fakes.FakeController(events=[*fakes.started(), ev.StepStarted(at=fakes.START + 1, step="uname")])
    async with AzopsApp(controller).run_test(size=(120, 36)) as pilot:
        screen = await ready(pilot)
        piece = ("x" * 79 + "\n") * 800
        slowest = 0.0
        for number in range(800):
            controller.play([ev.OutputWritten(at=fakes.START + 2, step="uname", text=piece)])
            if number % 100 == 0:
                began = time.perf_counter()
                await pilot.press("j" if number % 200 else "k")
                slowest = max(slowest, time.perf_counter() - began)
        await pilot.pause(0.3)
        output = screen.event_log.outputs["uname"]
        assert output.total == 640_000
        assert len(output.lines) == output.lines.maxlen
        assert slowest < 3


async def test_the_output_stands_still_when_scrolled_up() -> None:
    lines = "".join(f"line {n}\n" for n in range(500))
    events = [
        *fakes.started(),
        ev.StepStarted(at=fakes.START + 1, step="uname"),
        ev.OutputWritten(at=fakes.START + 2, step="uname", text=lines),
    ]
    controller = fakes.FakeController(events=events)
    async with AzopsApp(controller).run_test(size=(80, 24)) as pilot:
        await ready(pilot)
        await pilot.press("O")
        await pilot.pause(0.2)
        screen = pilot.app.screen
        assert isinstance(screen, OutputScreen)
        assert screen.output.is_vertical_scroll_end
        await pilot.press("g")
        await pilot.pause(0.1)
        controller.play([ev.OutputWritten(at=fakes.START + 3, step="uname", text="more\n")])
        await until(pilot, lambda: "501 lines" in screen_text(pilot))
        assert screen.output.scroll_offset.y == 0
        await pilot.press("G")
        controller.play([ev.OutputWritten(at=fakes.START + 3, step="uname", text="the last\n")])
        await until(pilot, lambda: "the last" in screen_text(pilot))
        assert screen.output.is_vertical_scroll_end
        await pilot.press("slash", *"line 42", "enter")
        assert screen.output.scroll_offset.y == 42


async def test_ten_thousand_lines_open_at_once() -> None:
    text = "# Big\n\n" + "".join(
        f"## Section {n}\n\nProse about {n}.\n\n*Much* more.\n\n```bash {{name=step-{n}}}\necho {n}\n```\n\n"
        for n in range(1000)
    )
    async with AzopsApp(fakes.FakeController(text)).run_test(size=(120, 36)) as pilot:
        screen = await ready(pilot)
        assert len(screen.document.names) == 1000
        began = time.perf_counter()
        await pilot.press("G")
        assert time.perf_counter() - began < 3
        assert screen.document.state.selected == "step-999"
        await until(pilot, lambda: "step-999" in screen_text(pilot))
