"""What a step wrote stays on its card."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from azops_tui.events import records as ev
from azops_tui.events.azure_views import FailureView
from azops_tui.events.step_view import StepView, Table
from azops_tui.text import FIRST_LINES, LineTail
from azops_tui.ui.app import AzopsApp
from azops_tui.ui.glyphs import UNICODE
from azops_tui.ui.lines import plain, width
from azops_tui.ui.widgets.card_output import OutputMode, output_lines
from tests.ui import fakes
from tests.ui.test_main import ready, text


def step(output: str, *, table: Table | None = None) -> StepView:
    view = StepView("one", kind="shell", state="done", table=table)
    view.output.feed(output)
    return view


def drawn(view: StepView, mode: OutputMode = "short", room: int = 60) -> list[str]:
    lines = output_lines(view, mode, room, UNICODE)
    assert all(width(line) <= room for line in lines)
    return [plain(line).rstrip() for line in lines]


def numbers(count: int) -> str:
    return "".join(f"line {n}\n" for n in range(1, count + 1))


def test_twelve_lines_are_whole_and_more_are_head_tail_and_count() -> None:
    assert drawn(step(numbers(12))) == numbers(12).splitlines()
    lines = drawn(step(numbers(5000)))
    assert lines[:5] == [f"line {n}" for n in range(1, 6)]
    assert lines[5] == "… 4989 lines (O)"
    assert lines[6:] == [f"line {n}" for n in range(4995, 5001)]
    assert drawn(step("\n\n" + numbers(3)), "folded") == ["line 1 · 5 lines"]
    assert len(drawn(step(numbers(5000)), "full")) == 201


def test_a_list_of_objects_is_a_table() -> None:
    value = [{"name": "a", "size": 5, "tags": None}, {"name": "bb", "size": 12, "tags": None}]
    assert drawn(step(json.dumps(value, indent=2))) == ["name  size", "a        5", "bb      12"]
    assert drawn(step(json.dumps(value)), "folded") == ["table: 2 rows, name, size"]
    many = [{"name": f"n{n}", **{f"column{c}": "x" * 20 for c in range(9)}} for n in range(50)]
    lines = drawn(step(json.dumps(many, indent=2)))
    assert len(lines) == 12
    assert lines[-1] == "… 40 more rows, 7 more columns (o)"


def test_an_object_is_a_tree_that_opens() -> None:
    view = step(json.dumps({"id": "/a/b", "properties": {"state": "Succeeded", "list": [1, 2]}}, indent=2))
    assert drawn(view) == ["  id  /a/b", "▸ properties  {state, list}"]
    full = drawn(view, "full")
    assert full[1:4] == ["▾ properties", "    state  Succeeded", "  ▾ list"]


def test_text_that_only_begins_like_json_is_text() -> None:
    assert drawn(step("[WARN] x\n{not json}\n")) == ["[WARN] x", "{not json}"]


@given(st.lists(st.text(alphabet="ab\n", max_size=40), max_size=12))
def test_the_first_lines_are_kept_however_the_text_arrives(pieces: list[str]) -> None:
    tail = LineTail(3, 500)
    for piece in pieces:
        tail.feed(piece)
    whole = "".join(pieces).split("\n")[:-1]
    assert whole[:FIRST_LINES] == tail.first


async def test_output_stays_when_the_bar_moves_on_and_o_cycles() -> None:
    events = [
        *fakes.started(),
        ev.StepStarted(at=fakes.START + 1, step="uname"),
        ev.OutputWritten(at=fakes.START + 1, step="uname", text=numbers(30)),
        ev.StepFinished(at=fakes.START + 2, step="uname", state="done", duration=1, summary="line 30"),
    ]
    async with AzopsApp(fakes.FakeController(events=events)).run_test(size=(120, 36)) as pilot:
        screen = await ready(pilot)
        assert "line 5" in text(screen)
        await pilot.press("j")
        assert screen.document.selected == "delete-group"
        assert "… 19 lines (O)" in text(screen)
        await pilot.press("k", "o")
        assert "line 29" in text(screen)
        assert "19 lines" not in text(screen)
        await pilot.press("o")
        assert "line 1 · 30 lines" in text(screen)


async def test_a_failure_says_each_thing_once() -> None:
    sentence = "The output has a similarity of 0.2 to the expected result; 0.9 is required."
    events = [
        *fakes.started(),
        ev.StepStarted(at=fakes.START + 1, step="uname"),
        ev.ExpectationChecked(at=fakes.START + 1, step="uname", passed=False, text=sentence),
        ev.StepFinished(
            at=fakes.START + 2,
            step="uname",
            state="failed",
            duration=1,
            summary=sentence,
            failure=FailureView(code="ExpectationFailed", message=sentence),
        ),
    ]
    async with AzopsApp(fakes.FakeController(events=events)).run_test(size=(120, 36)) as pilot:
        shown = " ".join(text(await ready(pilot)).replace("▌", " ").split())
        assert shown.count(sentence) == 1
