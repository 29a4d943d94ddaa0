"""The shipped story from end to end: parameters, templates, hosts, scaling, deletion, on a local Azure."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from azops_tui import paths
from azops_tui.azure.errors import AzureFailure
from azops_tui.azure.profiles import profile
from azops_tui.engine.cloud import open_cloud
from azops_tui.engine.guard import Policy
from azops_tui.engine.problems import RunError
from azops_tui.events import records as ev
from azops_tui.events.run_view import RunView
from azops_tui.journal.store import Journal
from tests.engine.conftest import MakeRun

NOWHERE = "/subscriptions/s/resourceGroups/none/providers/Microsoft.Network/virtualNetworks/none"
STORY = paths.shipped("runbooks") / "generic-cluster.md"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A simulator that is a thousand times as fast as Azure."""
    monkeypatch.setenv("AZOPS_SIM_SPEED", "1000")


async def test_every_step_of_the_cluster_works_twice(make_run: MakeRun, journal: Journal) -> None:
    local = profile("local")
    watched = make_run(STORY, cloud=lambda: open_cloud(local), profile=local, policy=Policy(yes=True, yes_destroy=True))
    run = watched.run
    assert await run.run_all() == "done", [step.summary for step in run.state.failed]
    assert set(watched.states().values()) == {"done"}
    bad = watched.end("deploy-bad-key")
    assert bad.failure is not None
    assert (bad.failure.code, "keyData" in bad.failure.target) == ("InvalidParameter", True)
    assert "Linux" in watched.output("uname")
    assert "eth0" in watched.output("uname")
    assert len(run.state.hosts) == 5
    assert all(host.state == "done" for host in run.state.hosts)
    assert [e.scale_set.capacity for e in watched.events(ev.ScaleSetChanged) if e.step == "scale-agents"][-1] == 5
    question = [e for e in watched.events(ev.ConfirmationAsked) if e.kind == "destroy"][-1]
    assert question.typed == "cluster-demo"
    assert not [line for line in question.lines if "no deployment of this run made" in line]
    # Names and addresses are given to new machines now: they must be known as new ones.
    assert await run.run_all(force=True) == "done", [step.summary for step in run.state.failed]
    await run.close()
    again = RunView().apply_all(journal.records(run.id))
    assert {name: step.summary for name, step in again.steps.items()} == {
        name: step.summary for name, step in run.state.steps.items()
    }
    assert again.phase == "done"


async def test_by_hand_one_key_at_a_time(make_run: MakeRun) -> None:
    local = profile("local")
    watched = make_run(STORY, cloud=lambda: open_cloud(local), profile=local, policy=Policy(interactive=True))
    run = watched.run
    for planned in run.steps[:-1]:
        assert await run.run_step(planned.name, agreed=True) == "done", watched.end(planned.name).summary
    deleting = asyncio.create_task(run.run_step("delete-group", agreed=True))
    await watched.until(lambda: run.waiting)
    assert run.answer(run.waiting[0], True, typed="cluster-demo")
    assert await deleting == "done"
    assert watched.states()["delete-group"] == "done"


async def test_first_steps_need_no_cloud(make_run: MakeRun) -> None:
    path = Path(STORY.parent / "first-steps.md")
    watched = make_run(path)
    assert await watched.run.run_all() == "done"
    assert set(watched.states().values()) == {"done"}


async def test_patch_day_updates_reboots_and_reports(make_run: MakeRun) -> None:
    local = profile("local")
    path = STORY.parent / "patch-day.md"
    watched = make_run(path, cloud=lambda: open_cloud(local), profile=local, policy=Policy(yes=True))
    run = watched.run
    assert await run.run_all() == "done", [step.summary for step in run.state.failed]
    assert {name for name, state in watched.states().items() if state != "done"} == {"remove-practice"}
    updated = run.state.step("update").hosts
    assert len(updated) == 3
    # One machine first: the others wait until it has rebooted and its services run.
    finished = {event.host: event.at for event in watched.events(ev.HostFinished) if event.step == "update"}
    started = {event.host: event.at for event in watched.events(ev.HostStarted) if event.step == "update"}
    first, *others = sorted(started, key=lambda host: started[host])
    assert all(started[host] >= finished[first] for host in others)
    assert all("rebooted" in "\n".join(host.output.tail()) for host in updated.values())
    lines = watched.output("report").splitlines()
    assert len(lines) == 4
    assert all(int(line.split()[1]) > 0 == int(line.split()[2]) for line in lines[1:])
    assert "patch-master-2" in watched.output("installed")


async def test_actions_outside_steps_are_journalled(make_run: MakeRun, journal: Journal) -> None:
    local = profile("local")
    watched = make_run("# No steps\n", cloud=lambda: open_cloud(local), profile=local)
    cloud = await watched.run.cloud()
    await cloud.groups.create("by-hand", "japanwest", {})
    await watched.run.actions.lock("by-hand", True)
    with pytest.raises(AzureFailure):
        await watched.run.actions.delete(NOWHERE)
    notices = [record.event.text for record in journal.records(watched.run.id) if isinstance(record.event, ev.Notice)]
    assert notices[:3] == [
        "By hand: Lock the resource group by-hand.",
        "By hand: Lock the resource group by-hand: done.",
        f"By hand: Delete {NOWHERE}.",
    ]
    assert notices[3].startswith(f"By hand: Delete {NOWHERE}: ")


async def test_a_read_only_run_refuses_actions_outside_steps(make_run: MakeRun) -> None:
    local = profile("local")
    policy = Policy(read_only=True)
    watched = make_run("# No steps\n", cloud=lambda: open_cloud(local), profile=local, policy=policy)
    with pytest.raises(RunError, match="read-only"):
        await watched.run.actions.delete(NOWHERE)
    assert watched.run.id == 0
