"""Native steps through the SDK's clients against the simulator."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from azops_tui.azure.cloud import Cloud
from azops_tui.azure.connect import connect
from azops_tui.azure.errors import AzureFailure
from azops_tui.azure.profiles import Profile, profile
from azops_tui.engine.guard import Policy
from azops_tui.engine.problems import RunError
from azops_tui.engine.watch import CloudWatch
from azops_tui.events import records as ev
from azops_tui.simulator import endpoint as simulator
from azops_tui.ssh.keys import ensure_keypair
from tests.engine.conftest import MakeRun, Watched

ALL = Policy(yes=True, yes_destroy=True)
VNET = "Microsoft.Network/virtualNetworks"


@pytest.fixture(scope="module")
def local() -> Iterator[simulator.SimulatorEndpoint]:
    """A simulator of this module's own, a thousand times as fast as Azure."""
    found, child = simulator.start(speed=1000)
    yield found
    simulator.stop(child)


@pytest.fixture
async def cloud(local: simulator.SimulatorEndpoint) -> AsyncIterator[Cloud]:
    opened = await connect(profile("local"), local, poll=0.02)
    yield opened
    for group in await opened.groups.list():
        await opened.groups.delete(group.name)
    await opened.close()


def template(*names: str, location: str = "japanwest", **more: Any) -> dict[str, Any]:
    """A template of virtual networks."""
    return {
        "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
        "contentVersion": "1.0.0.0",
        "parameters": {"count": {"type": "int", "defaultValue": 1}, "tags": {"type": "object", "defaultValue": {}}},
        "resources": [
            {
                "type": VNET,
                "apiVersion": "2023-11-01",
                "name": name,
                "location": location,
                "tags": "[parameters('tags')]",
                "properties": {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}},
            }
            for name in names
        ],
        "outputs": {
            "count": {"type": "int", "value": "[parameters('count')]"},
            "first": {"type": "string", "value": f"[resourceId('{VNET}', '{names[0]}')]"},
        },
        **more,
    }


def document(tmp_path: Path, text: str, **files: Any) -> Path:
    """A runbook in a folder of its own, with JSON files beside it."""
    folder = tmp_path / "book"
    folder.mkdir(exist_ok=True)
    for name, content in files.items():
        (folder / f"{name}.json").write_text(content if isinstance(content, str) else json.dumps(content))
    path = folder / "book.md"
    path.write_text(text)
    return path


def step(kind: str, name: str, *lines: str, after: str = "") -> str:
    """A native step as Markdown."""
    return "\n".join([f"```yaml {{azops={kind} name={name}}}", *lines, "```", after, ""])


def failure(watched: Watched, name: str) -> Any:
    """Why a step failed."""
    found = watched.end(name).failure
    assert found is not None
    return found


async def test_a_group_is_made_changed_and_deleted(cloud: Cloud, make_run: MakeRun) -> None:
    text = (
        step("group", "make", "group: g1", "location: japanwest", "tags: {a: b}")
        + step("group", "again", "group: g1", "tags: {c: d}")
        + step("group", "moved", "group: g1", "location: westus")
    )
    watched = make_run(text, cloud=cloud, policy=ALL)
    assert await watched.run.run_all() == "failed"
    assert watched.states() == {"make": "done", "again": "done", "moved": "failed"}
    assert failure(watched, "moved").code == "InvalidResourceGroupLocation"
    group = await cloud.groups.get("g1")
    assert group is not None
    assert group.tags == {"a": "b", "c": "d"}
    assert watched.run.state.groups[0].name == "g1"
    assert watched.run.groups() == {"g1"}
    started = watched.events(ev.RunStarted)[0]
    assert (started.cloud, started.subscription) == ("local", cloud.subscription_name)


async def test_deploy_shows_operations_and_gives_outputs(cloud: Cloud, make_run: MakeRun, tmp_path: Path) -> None:
    text = (
        step("group", "make", "group: g2", "location: japanwest")
        + step(
            "deploy",
            "net",
            "group: g2",
            "template: t.json",
            "parameters: [p.json, {count: '${COUNT}', tags: '{\"by\": \"test\"}'}]",
            "outputs: {count: HOW_MANY, first: FIRST}",
            "what-if: true",
        )
        + "```bash {name=use}\necho $HOW_MANY ${FIRST##*/}\n```\n"
    )
    path = document(tmp_path, text, t=template("one", "two"), p={"parameters": {"count": {"value": 1}}})
    watched = make_run(path, cloud=cloud, policy=ALL, parameters={"COUNT": "7"})
    assert await watched.run.run_all() == "done", watched.run.state.failed
    assert watched.output("use") == "7 one\n"
    assert "{count: '7'" in next(e.code for e in watched.events(ev.StepStarted) if e.step == "net")
    views = [e.deployment for e in watched.events(ev.DeploymentChanged) if e.step == "net"]
    assert views[-1].state == "Succeeded"
    assert {operation.name for operation in views[0].operations} == {"one", "two"}
    assert {one.type for one in watched.events(ev.ForeseenChanges)[0].changes} == {"Create"}
    assert "2 of 2 operations done" in watched.end("net").summary
    resource = await cloud.resources.get((await cloud.groups.resources("g2"))[0].id)
    assert resource["tags"] == {"by": "test"}


@pytest.mark.parametrize(
    ("lines", "code", "said"),
    [
        (["template: broken.json"], "InvalidJson", "broken.json:2"),
        (["template: none.json"], "InvalidTemplate", "no resources"),
        (["template: t.bicep"], "NoBicepCompiler", "bicep"),
        (["template: t.json", "parameters: {nope: 1}"], "InvalidTemplate", "nope"),
        (["template: t.json", "parameters: {count: many}"], "InvalidParameter", "whole number"),
        (["template: t.json", "parameters: {count: '${NOT_SET}'}"], "VariableNotSet", "NOT_SET"),
        (["template: t.json", "outputs: {nope: NOPE}"], "OutputNotFound", "nope"),
    ],
)
async def test_what_is_wrong_with_a_deployment_is_said(
    lines: list[str],
    code: str,
    said: str,
    cloud: Cloud,
    make_run: MakeRun,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if code == "NoBicepCompiler":
        monkeypatch.setenv("PATH", "/usr/bin:/bin")
    await cloud.groups.create("g3", "japanwest")
    text = "```bash {name=set}\nexport NAME=missing\n```\n" + step("deploy", "d", "group: g3", *lines)
    path = document(tmp_path, text, t=template("one"), broken='{"a": 1,\n "b": }', none={"a": 1})
    (path.parent / "t.bicep").write_text("resource x")
    watched = make_run(path, cloud=cloud, policy=ALL)
    assert await watched.run.run_all() == "failed"
    assert failure(watched, "d").code == code
    assert said in watched.end("d").summary
    assert "Traceback" not in watched.end("d").summary


async def test_a_template_that_is_not_there(cloud: Cloud, make_run: MakeRun, tmp_path: Path) -> None:
    deploy = step("deploy", "d", "group: g3", "template: missing.json")
    with pytest.raises(RunError, match=r"the template .*missing\.json of step 'd' is not there"):
        await make_run(document(tmp_path, deploy), cloud=cloud, policy=ALL).run.run_all()
    # A step before it could have made the file, and did not.
    await cloud.groups.create("g3", "japanwest")
    text = "```bash\ntest missing.json\n```\n" + deploy
    watched = make_run(document(tmp_path, text), cloud=cloud, policy=ALL)
    assert await watched.run.run_all() == "failed"
    assert failure(watched, "d").code == "FileNotFound"
    assert "missing.json" in watched.end("d").summary


async def test_layers_are_deployed_in_order(cloud: Cloud, make_run: MakeRun, tmp_path: Path) -> None:
    await cloud.groups.create("g4", "japanwest")
    text = step("deploy", "d", "group: g4", "template: [a.json, b.json]", "name: layers")
    watched = make_run(document(tmp_path, text, a=template("a"), b=template("b")), cloud=cloud, policy=ALL)
    assert await watched.run.run_all() == "done"
    names = list(dict.fromkeys(e.deployment.name for e in watched.events(ev.DeploymentChanged)))
    assert names == ["layers-1", "layers-2"]
    assert [resource.name for resource in await cloud.groups.resources("g4")] == ["a", "b"]


async def test_complete_mode_says_what_it_deletes(cloud: Cloud, make_run: MakeRun, tmp_path: Path) -> None:
    await cloud.groups.create("g5", "japanwest")
    text = step("deploy", "first", "group: g5", "template: a.json") + step(
        "deploy", "second", "group: g5", "template: b.json", "mode: complete"
    )
    path = document(tmp_path, text, a=template("kept", "gone"), b=template("kept"))
    watched = make_run(path, cloud=cloud, policy=Policy(yes=True))
    assert await watched.run.run_all() == "failed"
    question = watched.events(ev.ConfirmationAsked)[-1]
    assert (question.kind, question.typed) == ("destroy", "g5")
    assert any("1 resource" in line for line in question.lines)
    assert "--yes-destroy" in watched.end("second").summary
    assert len(await cloud.groups.resources("g5")) == 2
    again = make_run(path, cloud=cloud, policy=ALL)
    assert await again.run.run_all() == "done"
    assert [resource.name for resource in await cloud.groups.resources("g5")] == ["kept"]


async def test_deleting_a_group_lists_what_is_in_it(cloud: Cloud, make_run: MakeRun, tmp_path: Path) -> None:
    await cloud.groups.create("g6", "japanwest")
    text = step("deploy", "d", "group: g6", "template: a.json") + step("group", "rm", "group: g6", "state: absent")
    path = document(tmp_path, text, a=template("mine"), b=template("backup"))
    async for _ in cloud.deployments.run("g6", "other", template("backup")):
        pass
    watched = make_run(path, cloud=cloud, policy=Policy(yes=True, interactive=True))
    running = asyncio.create_task(watched.run.run_all())
    await watched.until(lambda: watched.run.waiting)
    question: Any = watched.run.state.question
    assert (question.kind, question.title, question.typed) == ("destroy", "Delete resource group", "g6")
    assert any("2 resources" in line for line in question.lines)
    assert any("1 that no deployment of this run made: backup" in line for line in question.lines)
    assert not watched.run.answer(question.id, True, typed="g5")
    assert watched.run.answer(question.id, True, typed="g6")
    assert await running == "done"
    assert await cloud.groups.get("g6") is None
    again = make_run(step("group", "rm", "group: g6", "state: absent"), cloud=cloud, policy=Policy(yes=True))
    assert await again.run.run_all() == "done"
    assert "nothing was deleted" in again.end("rm").summary


async def test_a_read_only_profile_changes_nothing(local: simulator.SimulatorEndpoint, make_run: MakeRun) -> None:
    cloud = await connect(Profile(name="look", cloud="local", read_only=True), local)
    watched = make_run(step("group", "g", "group: g7", "location: japanwest"), cloud=cloud, policy=ALL)
    assert await watched.run.run_all() == "failed"
    assert failure(watched, "g").code == "ReadOnly"
    assert watched.run.state.read_only
    await cloud.close()


async def test_key_pairs_are_made_once(make_run: MakeRun, tmp_path: Path) -> None:
    text = step("keypair", "k", "path: mine", "public: PUB", "private: KEY") + step("keypair", "p", "path: ./here")
    watched = make_run(document(tmp_path, text), policy=ALL)
    assert await watched.run.run_all() == "done"
    key = Path(watched.run.variables["KEY"])
    assert key.is_relative_to(tmp_path / "data")
    assert os.stat(key).st_mode & 0o777 == 0o600
    assert watched.run.variables["PUB"].startswith("ssh-ed25519 ")
    assert "here.pub" in os.listdir(tmp_path / "book")
    again = make_run(document(tmp_path, text), policy=ALL)
    await again.run.run_all()
    assert again.run.variables["PUB"] == watched.run.variables["PUB"]
    assert again.end("k").summary.startswith("Found")


async def test_resources_are_queried(cloud: Cloud, make_run: MakeRun, tmp_path: Path) -> None:
    await cloud.groups.create("g8", "japanwest")
    text = (
        step("deploy", "d", "group: g8", "template: a.json")
        + step("resources", "all", "group: g8", "capture: ALL")
        + step("resources", "names", "group: g8", f"type: {VNET}", "query: '[].name'", "capture: NAMES")
        + step("resources", "first", "query: '[0].name'", "capture: FIRST")
        + step("resources", "none", "group: nowhere")
    )
    watched = make_run(document(tmp_path, text, a=template("x", "y")), cloud=cloud, policy=ALL)
    assert await watched.run.run_all() == "failed"
    assert watched.states()["none"] == "failed"
    tables = {e.step: e for e in watched.events(ev.TableShown)}
    assert tables["all"].columns == ("name", "type", "location", "state")
    assert [row[0] for row in tables["all"].rows] == ["x", "y"]
    assert tables["names"].rows == (("x",), ("y",))
    assert json.loads(watched.run.variables["NAMES"]) == ["x", "y"]
    assert watched.run.variables["FIRST"] == "x"
    assert len(json.loads(watched.run.variables["ALL"])) == 2


async def test_the_watch_tells_what_happens_outside(cloud: Cloud, make_run: MakeRun, tmp_path: Path) -> None:
    watched = make_run("```bash {name=x}\ntrue\n```\n", cloud=cloud)
    watch = CloudWatch(cloud, watched.run.observe, quick=0.02, slow=0.02)
    watch.start()
    try:
        await watched.until(lambda: watch.read_at)
        await cloud.groups.create("g9", "japanwest")
        async for _ in cloud.deployments.run("g9", "outside", template("seen")):
            pass
        await watched.until(lambda: any(d.state == "Succeeded" for d in watched.run.state.deployments.values()))
        await watched.until(lambda: watched.run.state.resources.get("g9"))
        assert all(record.run == 0 for record in watched.records)
        await watched.run.run_all()
        await cloud.groups.delete("g9")
        await watched.until(lambda: not watched.run.state.groups)
        assert watched.records[-1].run == watched.run.id
        assert watched.run.state.resources == {}
        quiet = len(watched.records)
        before = watch.read_at
        await asyncio.sleep(0.2)
        assert watch.read_at != before
        assert len(watched.records) == quiet
    finally:
        await watch.close()


async def test_stopping_a_deployment_reports_that_it_continues(
    cloud: Cloud, make_run: MakeRun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await cloud.groups.create("g10", "japanwest")
    begun = cloud.deployments.run

    async def endless(*given: Any, **options: Any) -> AsyncIterator[Any]:
        # The simulator is done within milliseconds; this stands for a deployment that takes long.
        async for view in begun(*given, **options):
            yield view
            await asyncio.Event().wait()

    monkeypatch.setattr(cloud.deployments, "run", endless)
    text = step("deploy", "d", "group: g10", "template: t.json") + step(
        "deploy", "limited timeout=500ms", "group: g10", "template: t.json"
    )
    watched = make_run(document(tmp_path, text, t=template("x")), cloud=cloud, policy=ALL)
    running = asyncio.create_task(watched.run.run_step("d"))
    await watched.until(lambda: watched.events(ev.DeploymentChanged))
    await watched.run.stop()
    assert await running == "stopped"
    assert "continues in Azure" in watched.end("d").summary
    assert "az deployment group cancel -g g10 -n d" in watched.end("d").summary
    assert await watched.run.run_step("limited") == "failed"
    assert failure(watched, "limited").code == "TimedOut"
    assert "continues in Azure" in watched.end("limited").summary


async def test_what_the_question_shows_is_what_is_deployed(cloud: Cloud, make_run: MakeRun, tmp_path: Path) -> None:
    await cloud.groups.create("g12", "japanwest")
    text = step("deploy", "d", "group: g12", "template: t.json", "parameters: p.json", "what-if: true")
    path = document(tmp_path, text, t=template("shown"), p={"count": {"value": 3}})
    watched = make_run(path, cloud=cloud, policy=Policy(interactive=True))
    running = asyncio.create_task(watched.run.run_step("d"))
    await watched.until(lambda: watched.run.waiting)
    question = watched.run.state.question
    assert question is not None
    assert any("shown" in line for line in question.lines)
    (path.parent / "t.json").write_text(json.dumps(template("other")))
    (path.parent / "p.json").write_text(json.dumps({"count": {"value": 4}}))
    assert watched.run.answer(question.id, True, typed=question.typed)
    assert await running == "done"
    assert [resource.name for resource in await cloud.groups.resources("g12")] == ["shown"]
    assert watched.run.state.deployments.popitem()[1].outputs["count"] == 3


async def test_instances_that_came_after_the_question_are_not_deleted(
    cloud: Cloud, make_run: MakeRun, tmp_path: Path
) -> None:
    await cloud.groups.create("g13", "japanwest")
    async for _ in cloud.deployments.run("g13", "set", agents(tmp_path)):
        pass
    before = (await cloud.scale_sets.get("g13", "agents")).capacity
    text = step("scale", "s", "group: g13", "scale-set: agents", f"capacity: {before - 1}")
    watched = make_run(document(tmp_path, text), cloud=cloud, policy=Policy(interactive=True))
    running = asyncio.create_task(watched.run.run_step("s"))
    await watched.until(lambda: watched.run.waiting)
    async for _ in cloud.scale_sets.scale("g13", "agents", before + 2):
        pass
    assert watched.run.answer(watched.run.waiting[0], True, typed="agents")
    assert await running == "failed"
    assert failure(watched, "s").code == "Changed"
    assert (await cloud.scale_sets.get("g13", "agents")).capacity == before + 2


async def test_a_script_that_deletes_a_group_shows_what_is_in_it(
    cloud: Cloud, make_run: MakeRun, tmp_path: Path
) -> None:
    await cloud.groups.create("g11", "japanwest")
    async for _ in cloud.deployments.run("g11", "d", template("seen")):
        pass
    text = "```bash {name=set}\nexport RG=g11\n```\n```bash {name=rm}\naz group delete -n $RG --yes\n```\n"
    watched = make_run(document(tmp_path, text), cloud=cloud, policy=Policy(yes=True))
    assert await watched.run.run_all() == "failed"
    question = watched.events(ev.ConfirmationAsked)[-1]
    assert (question.kind, question.typed) == ("destroy", "g11")
    assert any("seen" in line for line in question.lines)
    assert await cloud.groups.get("g11") is not None


async def test_of_many_groups_only_those_of_interest_are_looked_into(cloud: Cloud) -> None:
    for number in range(14):
        await cloud.groups.create(f"many{number}", "japanwest")
    seen: list[ev.Event] = []
    interest = ["MANY3"]
    watch = CloudWatch(cloud, seen.append, interest=lambda: interest)
    await watch.look()
    interest.append("many7")
    await watch.look()
    assert len([e for e in seen if isinstance(e, ev.GroupsChanged)]) == 1
    assert [e.group for e in seen if isinstance(e, ev.ResourcesChanged)] == ["many3", "many7"]


SCALE_SET = {
    "type": "Microsoft.Compute/virtualMachineScaleSets",
    "apiVersion": "2023-09-01",
    "name": "agents",
    "location": "japanwest",
    "sku": {"name": "Standard_B1s", "capacity": 2},
    "dependsOn": [f"[resourceId('{VNET}', 'net')]"],
    "properties": {
        "upgradePolicy": {"mode": "Manual"},
        "virtualMachineProfile": {
            "osProfile": {
                "computerNamePrefix": "agent",
                "adminUsername": "azureuser",
                "linuxConfiguration": {
                    "disablePasswordAuthentication": True,
                    "ssh": {"publicKeys": [{"path": "/home/azureuser/.ssh/authorized_keys", "keyData": "KEY"}]},
                },
            },
            "storageProfile": {
                "imageReference": {
                    "publisher": "Canonical",
                    "offer": "0001-com-ubuntu-server-jammy",
                    "sku": "22_04-lts-gen2",
                    "version": "latest",
                }
            },
            "networkProfile": {
                "networkInterfaceConfigurations": [
                    {
                        "name": "nic",
                        "properties": {
                            "primary": True,
                            "ipConfigurations": [
                                {
                                    "name": "ip",
                                    "properties": {
                                        "subnet": {"id": f"[resourceId('{VNET}/subnets', 'net', 'agents')]"}
                                    },
                                }
                            ],
                        },
                    }
                ]
            },
        },
    },
}


def agents(tmp_path: Path) -> dict[str, Any]:
    """A template of a scale set of two in a network of its own."""
    key = ensure_keypair(tmp_path / "key", "ed25519", "test")
    made = template("net")
    made["resources"][0]["properties"]["subnets"] = [{"name": "agents", "properties": {"addressPrefix": "10.0.0.0/24"}}]
    made["resources"].append(json.loads(json.dumps(SCALE_SET).replace("KEY", key)))
    return made


@pytest.mark.parametrize("confirm", ["", "confirm=none "])
async def test_to_scale_in_is_to_delete(cloud: Cloud, make_run: MakeRun, tmp_path: Path, confirm: str) -> None:
    text = step("group", "g", "group: rg", "location: japanwest") + step("deploy", "d", "group: rg", "template: a.json")
    text += step("scale", "out", "group: rg", "scale-set: agents", "capacity: 3")
    text += step(f"scale {confirm}".rstrip(), "in", "group: rg", "scale-set: agents", "capacity: 1")
    path = document(tmp_path, text, a=agents(tmp_path))
    watched = make_run(path, cloud=cloud, policy=Policy(yes=True))
    assert await watched.run.run_all() == "failed"
    assert watched.states() == {"g": "done", "d": "done", "out": "done", "in": "failed"}
    assert failure(watched, "in").code == "ConfirmationMissing"
    assert (await cloud.scale_sets.get("rg", "agents")).capacity == 3
    asked = watched.events(ev.ConfirmationAsked)[-1]
    assert (asked.kind, asked.typed) == ("destroy", "agents")
    assert "2 instances are deleted, with what is on their disks." in asked.lines
    again = make_run(path, cloud=cloud, policy=ALL)
    assert await again.run.run_step("in") == "done"
    assert (await cloud.scale_sets.get("rg", "agents")).capacity == 1


async def test_what_a_hand_would_delete_is_read_anew(cloud: Cloud, make_run: MakeRun, tmp_path: Path) -> None:
    text = step("group", "g", "group: rg", "location: japanwest") + step("deploy", "d", "group: rg", "template: a.json")
    watched = make_run(document(tmp_path, text, a=template("one")), cloud=cloud, policy=ALL)
    assert await watched.run.run_all() == "done"
    async for _ in cloud.deployments.run("rg", "outside", template("two"), {}, "Incremental"):
        pass
    group = await cloud.groups.get("rg")
    assert group is not None
    lines = await watched.run.actions.preview_deletion(group.id)
    assert lines[0] == f"rg in {cloud.subscription_name} (local), read just now"
    assert "1 that no deployment of this run made: two" in lines
    by_name = {resource.name: resource.id for resource in await cloud.groups.resources("rg")}
    assert "No deployment of this run made it." in await watched.run.actions.preview_deletion(by_name["two"])
    assert "No deployment of this run made it." not in await watched.run.actions.preview_deletion(by_name["one"])
    await cloud.resources.delete(by_name["two"])
    with pytest.raises(AzureFailure):
        await watched.run.actions.preview_deletion(by_name["two"])
