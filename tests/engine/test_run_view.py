"""The state that front ends show, reduced from events alone."""

from __future__ import annotations

import time

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from azops_tui.events import records as ev
from azops_tui.events.azure_views import DeploymentView, GroupView, InstanceView, ResourceView, ScaleSetView
from azops_tui.events.run_view import RunView
from azops_tui.events.step_view import TAIL_LINES


def reduced(*events: ev.Event) -> RunView:
    """The state after these events."""
    return RunView().apply_all(
        ev.Record(run=1, seq=number, event=event)  # type: ignore[arg-type]  # each is one of the union
        for number, event in enumerate(events, 1)
    )


@given(st.lists(st.text(alphabet="ab\n", max_size=12), max_size=60))
def test_the_tail_is_that_of_the_whole_text(pieces: list[str]) -> None:
    view = reduced(*(ev.OutputWritten(at=0, step="s", text=text) for text in pieces))
    whole = "".join(pieces).split("\n")
    if whole[-1] == "":
        whole.pop()
    assert view.steps["s"].tail(5) == whole[-5:] if pieces else "s" not in view.steps


def test_memory_is_bounded_whatever_is_written() -> None:
    view = reduced(*(ev.OutputWritten(at=0, step="s", text="x" * 100_000 + "\n") for _ in range(500)))
    step = view.steps["s"]
    assert len(step.output.lines) <= TAIL_LINES
    assert sum(map(len, step.output.lines)) < 2_000_000
    assert step.written == 500 * 100_001


def test_a_step_that_is_run_again_begins_anew() -> None:
    view = reduced(
        ev.StepStarted(at=1, step="s"),
        ev.OutputWritten(at=1, step="s", text="old\n"),
        ev.StepFinished(at=2, step="s", state="failed", duration=1, status=1),
        ev.StepStarted(at=3, step="s"),
    )
    step = view.steps["s"]
    assert (step.state, step.tail(3), step.status, step.duration) == ("running", [], None, None)


def test_the_world() -> None:
    group = GroupView(id="/g/A", name="A", location="x")
    resource = ResourceView(id="/g/A/r", name="r", type="T/r", group="A")
    deployment = DeploymentView(id="/D", name="d", group="A", state="Running")
    instance = InstanceView(id="i", name="i", instance_id="0", state="Creating")
    scale_set = ScaleSetView(id="/S", name="s", group="A", location="x", sku="k", capacity=1, state="Updating")
    view = reduced(
        ev.GroupsChanged(at=1, groups=(group,)),
        ev.ResourcesChanged(at=1, group="A", resources=(resource,)),
        ev.DeploymentChanged(at=1, step="s", deployment=deployment),
        ev.ScaleSetChanged(at=1, scale_set=scale_set),
        ev.ScaleSetChanged(at=1, scale_set=msgspec.structs.replace(scale_set, instances=(instance,))),
    )
    assert view.resources == {"a": (resource,)}
    assert view.steps["s"].deployments == ["/d"]
    assert view.scale_sets["/s"].instances == (instance,)
    view.apply(ev.Record(run=1, seq=9, event=ev.GroupsChanged(at=2, groups=())))
    view.apply(ev.Record(run=1, seq=10, event=ev.ScaleSetGone(at=2, id="/S")))
    assert (view.resources, view.scale_sets) == ({}, {})
    assert view.deployments


def test_an_interrupted_run_does_not_know_how_its_step_ended() -> None:
    view = reduced(
        ev.RunStarted(at=0, path="p", title="t", digest="", document="", cloud=""), ev.StepStarted(at=1, step="s")
    )
    view.interrupt()
    assert (view.phase, view.steps["s"].state) == ("interrupted", "unknown")


def test_hosts() -> None:
    view = reduced(
        ev.HostStarted(at=1, step="s", host="a", address="10.0.0.1"),
        ev.HostStarted(at=1, step="s", host="b"),
        ev.HostStarted(at=1, step="s", host="c"),
        ev.OutputWritten(at=1, step="s", text="Linux\nmo", host="a"),
        ev.HostFinished(at=2, step="s", host="a", status=0, duration=1),
        ev.HostFinished(at=2, step="s", host="b", status=None, duration=1, problem="gone"),
    )
    assert [(host.host, host.state) for host in view.hosts] == [("a", "done"), ("b", "unknown"), ("c", "running")]
    assert list(view.hosts[0].output.lines) == ["Linux"]


def test_applying_costs_the_event_not_the_run() -> None:
    view = RunView()

    def cost(first: int) -> float:
        began = time.perf_counter()
        for number in range(first, first + 2000):
            view.apply(ev.Record(run=1, seq=number, event=ev.OutputWritten(at=0, step=f"s{number}", text="x\n")))
        return time.perf_counter() - began

    early = min(cost(1), cost(2001))
    cost(10_000)
    late = min(cost(20_000), cost(30_000))
    assert late < early * 20
