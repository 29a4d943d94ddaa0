"""The timeline of a replay."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from azops_tui.events import records as ev
from azops_tui.replay import LONGEST_WAIT, SPEEDS, Timeline, other_speed


def records(*times: float) -> list[ev.Record]:
    """A run whose first record begins it; the others begin steps and say something in turn."""
    made: list[ev.Record] = []
    for seq, at in enumerate(times, 1):
        event: ev.AnyEvent = ev.Notice(at=at, text=str(seq))
        if seq == 1:
            event = ev.RunStarted(at=at, path="a/book.md", title="Book", digest="", document="# Book", cloud="")
        elif seq % 2:
            event = ev.StepStarted(at=at, step=f"s{seq}")
        made.append(ev.Record(run=1, seq=seq, event=event))
    return made


def test_each_record_waits_for_its_turn_but_never_long() -> None:
    timeline = Timeline(records(10, 11, 11, 1000))
    assert timeline.wait(1.0) == 0
    timeline.take()
    assert (timeline.wait(1.0), timeline.wait(4.0)) == (1.0, 0.25)
    timeline.take()
    assert timeline.wait(1.0) == 0
    timeline.take()
    assert timeline.wait(1.0) == LONGEST_WAIT
    timeline.take()
    assert timeline.ended
    assert timeline.wait(1.0) == 0
    assert (timeline.elapsed, timeline.fraction) == (990, 1.0)


def test_to_the_next_step_and_anywhere_else() -> None:
    timeline = Timeline(records(1, 2, 3, 4, 5))
    assert timeline.start is not None
    assert [record.seq for record in timeline.take_step()] == [1, 2, 3]
    assert [record.seq for record in timeline.go_to(2)] == [1, 2]
    assert timeline.now == 2
    assert timeline.seq_at(0.5) == 3
    assert [record.seq for record in timeline.take_step()] == [3]


@given(st.lists(st.floats(0, 1e9), max_size=20), st.floats(-1, 2))
def test_any_records_play_to_their_end(times: list[float], fraction: float) -> None:
    timeline = Timeline(records(*times))
    timeline.go_to(timeline.seq_at(fraction))
    while not timeline.ended:
        assert 0 <= timeline.wait(64.0) <= LONGEST_WAIT
        timeline.take()
    assert 0 <= timeline.fraction <= 1


def test_speeds_end_at_the_slowest_and_the_fastest() -> None:
    assert other_speed(4.0, 1) == 8.0
    assert other_speed(SPEEDS[0], -1) == SPEEDS[0]
    assert other_speed(SPEEDS[-1], 1) == SPEEDS[-1]
