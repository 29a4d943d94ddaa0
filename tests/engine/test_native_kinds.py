"""Instances, copy, wait, chart and include: whole runs against the simulator."""

from __future__ import annotations

import json
from pathlib import Path

from azops_tui.azure.cloud import Cloud
from azops_tui.engine.guard import Policy
from azops_tui.events import records as ev
from azops_tui.events.run_view import RunView
from azops_tui.journal.store import Journal
from tests.engine.conftest import MakeRun
from tests.engine.test_native import ALL, agents, cloud, document, failure, local, step

__all__ = ["cloud", "local"]

BUILD = step("group", "g", "group: rg", "location: japanwest") + step("deploy", "d", "group: rg", "template: a.json")


async def test_instances_are_acted_on_in_batches(cloud: Cloud, make_run: MakeRun, tmp_path: Path) -> None:
    text = (
        BUILD
        + step("instances", "off", "group: rg", "scale-set: agents", "action: deallocate", "serial: 1")
        + step("instances", "on", "group: rg", "scale-set: agents", "action: start", "instances: '*_0'")
        + step("instances", "newest", "group: rg", "scale-set: agents", "action: upgrade")
        + step("instances", "nobody", "group: rg", "scale-set: agents", "action: restart", "instances: [9]")
    )
    watched = make_run(document(tmp_path, text, a=agents(tmp_path)), cloud=cloud, policy=Policy(yes=True))
    assert await watched.run.run_all() == "failed"
    assert failure(watched, "nobody").code == "InstanceNotFound"
    assert watched.end("off").summary == "2 instances of agents deallocated."
    assert watched.end("newest").summary == "All instances of agents already run the latest model."
    scale_set = await cloud.scale_sets.get("rg", "agents")
    assert [instance.power for instance in scale_set.instances] == ["running", "deallocated"]
    asked = next(e for e in watched.events(ev.ConfirmationAsked) if e.step == "off")
    assert asked.kind == "mutate"
    assert asked.lines[0].startswith("2 of 2 instances in rg")
    assert [e for e in watched.events(ev.ScaleSetChanged) if e.step == "off"]


async def test_to_delete_or_reimage_instances_needs_their_names(
    cloud: Cloud, make_run: MakeRun, tmp_path: Path
) -> None:
    text = BUILD + step("instances", "gone", "group: rg", "scale-set: agents", "action: delete", "instances: [1]")
    text += step("instances", "anew confirm=none", "group: rg", "scale-set: agents", "action: reimage")
    path = document(tmp_path, text, a=agents(tmp_path))
    watched = make_run(path, cloud=cloud, policy=Policy(yes=True))
    assert await watched.run.run_all() == "failed"
    asked = watched.events(ev.ConfirmationAsked)[-1]
    assert (asked.kind, asked.typed) == ("destroy", "agents")
    assert any(line.startswith("agents_1 ") for line in asked.lines)
    assert await watched.run.run_step("anew") == "failed"
    again = make_run(path, cloud=cloud, policy=ALL)
    assert await again.run.run_step("gone") == "done"
    assert [i.instance_id for i in (await cloud.scale_sets.get("rg", "agents")).instances] == ["0"]


async def test_files_are_copied_both_ways(cloud: Cloud, make_run: MakeRun, tmp_path: Path) -> None:
    hosts = ["group: rg", "scale-set: agents", f"key: {tmp_path / 'key'}", "user: azureuser"]
    text = (
        BUILD
        + step("copy", "up", *hosts, "upload: [site, 'notes-*.txt']", "to: incoming/")
        + step("ssh", "look", *hosts, "command: cat incoming/site/index.html incoming/notes-1.txt")
        + step("copy", "down", *hosts, "download: incoming/*.txt", "to: fetched")
        + step("copy", "lost", *hosts, "download: nowhere/at-all", "to: fetched")
        + step("copy", "none", *hosts, "upload: missing.txt", "to: .")
    )
    path = document(tmp_path, text, a=agents(tmp_path))
    (path.parent / "site").mkdir()
    (path.parent / "site" / "index.html").write_text("hello\n")
    (path.parent / "notes-1.txt").write_text("one\n")
    watched = make_run(path, cloud=cloud, policy=ALL)
    assert await watched.run.run_all() == "failed"
    assert watched.states() == dict.fromkeys(["g", "d", "up", "look", "down"], "done") | {
        "lost": "failed",
        "none": "waiting",
    }
    assert watched.end("up").summary == "Succeeded on 2 hosts."
    assert "notes-1.txt: 4 bytes" in watched.output("up")
    assert watched.output("look").count("hello\none\n") == 2
    copies = sorted((path.parent / "fetched").glob("*/notes-1.txt"))
    assert [copy.parent.name for copy in copies] == ["agents_0", "agents_1"]
    assert {copy.read_text() for copy in copies} == {"one\n"}
    assert await watched.run.run_step("none") == "failed"
    assert failure(watched, "none").code == "FileNotFound"
    reading = make_run(path, cloud=cloud, policy=Policy(read_only=True))
    assert await reading.run.run_step("down") == "failed"
    assert failure(reading, "down").code == "ReadOnly"


async def test_a_step_waits_for_what_is_not_there_yet(cloud: Cloud, make_run: MakeRun, tmp_path: Path) -> None:
    network = f"/subscriptions/{cloud.subscription}/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/net"
    text = (
        step("wait", "never", "group: rg", "interval: 100ms", "timeout: 300ms")
        + BUILD
        + step("wait", "network", f"resource: {network}", "interval: 50ms", "capture: NET")
        + step("wait", "set", "group: rg", "scale-set: agents", "interval: 50ms")
        + step(
            "wait",
            "file",
            "command: 'COUNT=$((COUNT+1)); echo {\\\"n\\\":$COUNT}'",
            "until: n >= `3`",
            "interval: 50ms",
        )
        + step("wait", "gone", f"resource: {network}x", "until: '@ == null'", "interval: 50ms")
    )
    watched = make_run(document(tmp_path, text, a=agents(tmp_path)), cloud=cloud, policy=ALL)
    assert await watched.run.run_step("never") == "failed"
    assert failure(watched, "never").code == "TimedOut"
    assert "it does not exist" in failure(watched, "never").message
    for name in ("g", "d", "network", "set", "file", "gone"):
        assert await watched.run.run_step(name) == "done", watched.end(name).summary
    assert json.loads(watched.run.variables["NET"])["name"] == "net"
    assert watched.run.variables["COUNT"] == "3"


async def test_numbers_are_plotted_and_replayed(make_run: MakeRun, journal: Journal) -> None:
    text = (
        "```bash {name=load capture=LOAD}\nprintf 'web 10\\ndb 5\\n'\n```\n"
        + step("chart", "bars", "step: load", "title: Load")
        + step("chart", "line", "data: '[1, 2, 3, 4]'", "kind: line")
        + step("chart", "objects", 'data: \'[{"n": "a", "v": 2}, {"n": "b", "v": 4}]\'', "query: '[?v > `2`]'")
        + step("chart", "empty", "data: nothing")
    )
    watched = make_run(text)
    assert await watched.run.run_all() == "failed"
    bars = watched.output("bars").splitlines()
    assert bars[0] == "Load"
    assert bars[1].startswith("web │██")
    assert bars[1].endswith(" 10")
    assert bars[1].count("█") == 2 * bars[2].count("█")
    assert watched.output("line").splitlines()[-1].startswith("1 │")
    assert watched.end("objects").summary == "1 values from 4 to 4."
    assert failure(watched, "empty").code == "NoNumbers"
    replayed = RunView().apply_all(journal.records(watched.run.id))
    assert replayed.step("bars").tail(5) == bars


async def test_an_included_runbook_runs_once(make_run: MakeRun, tmp_path: Path) -> None:
    path = document(tmp_path, "")
    (path.parent / "part.md").write_text("```bash {name=a}\nN=$((N+1)); greet() { echo hello; }\n```\n")
    include = step("include", "first", "file: part.md") + step("include", "second", "file: part.md")
    path.write_text(include + "```bash {name=after}\ngreet $N; echo $N\n```\n")
    watched = make_run(path)
    assert list(watched.states()) == ["part/a", "first", "second", "after"]
    assert await watched.run.run_step("first") == "done"
    assert watched.states() == {"part/a": "done", "first": "done", "second": "waiting", "after": "waiting"}
    assert await watched.run.run_all() == "done"
    assert watched.output("after") == "hello\n1\n"
    path.write_text(step("include", "lost", "file: missing.md"))
    missing = make_run(path)
    assert [str(problem) for document in missing.run._documents for problem in document.errors]
