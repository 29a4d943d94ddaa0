"""Deploy steps with ``what-if: true``: what they would change is told before anybody is asked, from a fresh read."""

from __future__ import annotations

import asyncio
import io
import json
import ssl
import urllib.request
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from azops_tui.azure.cloud import Cloud
from azops_tui.azure.connect import connect
from azops_tui.azure.errors import AzureFailure
from azops_tui.azure.profiles import Profile, profile
from azops_tui.cli.console import Console
from azops_tui.engine.guard import Policy
from azops_tui.events import records as ev
from azops_tui.events.run_view import RunView
from azops_tui.journal.store import Journal
from azops_tui.simulator import endpoint as simulator
from tests.engine.conftest import MakeRun, Watched

VNET = "Microsoft.Network/virtualNetworks"
STEP = """\
```yaml {{azops=deploy name=net}}
group: g
template: {files}
what-if: true
{more}
```
"""


@pytest.fixture(scope="module")
def local() -> Iterator[simulator.SimulatorEndpoint]:
    """A simulator of this module's own, a thousand times as fast as Azure."""
    found, child = simulator.start(speed=1000)
    yield found
    simulator.stop(child)


@pytest.fixture
async def cloud(local: simulator.SimulatorEndpoint) -> AsyncIterator[Cloud]:
    """The local cloud with the networks ``kept``, ``changed`` and ``other`` in the group ``g``."""
    opened = await connect(profile("local"), local, poll=0.02)
    await opened.groups.create("g", "japanwest")
    async for _ in opened.deployments.run("g", "before", template("kept", "changed", "other")):
        pass
    yield opened
    await faults(local)
    await opened.groups.delete("g")
    await opened.close()


def template(*names: str, **spaces: str) -> dict[str, Any]:
    """A template of networks, some with a space of their own."""
    wanted = {**dict.fromkeys(names, "10.0.0.0/16"), **spaces}
    return {
        "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
        "contentVersion": "1.0.0.0",
        "resources": [
            {
                "type": VNET,
                "apiVersion": "2023-11-01",
                "name": name,
                "location": "japanwest",
                "properties": {"addressSpace": {"addressPrefixes": [space]}},
            }
            for name, space in wanted.items()
        ],
    }


def document(tmp_path: Path, *templates: dict[str, Any], more: str = "") -> Path:
    """A runbook with one deploy step of these layers."""
    files = []
    for number, content in enumerate(templates):
        files.append(f"t{number}.json")
        (tmp_path / files[-1]).write_text(json.dumps(content))
    path = tmp_path / "book.md"
    path.write_text(STEP.format(files=json.dumps(files), more=more))
    return path


async def faults(where: simulator.SimulatorEndpoint, *set: dict[str, Any]) -> None:
    """Has the simulator fail as told."""
    request = urllib.request.Request(f"{where.url}/simulator/faults", json.dumps(set).encode(), method="POST")
    request.add_header("Authorization", f"Bearer {where.client_secret}")
    context = ssl.create_default_context(cafile=where.ca)

    def send() -> None:
        with urllib.request.urlopen(request, context=context):
            pass

    await asyncio.to_thread(send)


def foreseen(watched: Watched) -> dict[str, str]:
    """Kinds of change by the resource's name, as the run told them last."""
    found: ev.ForeseenChanges = watched.events(ev.ForeseenChanges)[-1]
    return {change.resource_id.rpartition("/")[2]: change.type for change in found.changes}


async def test_what_would_change_is_told_before_the_question(
    cloud: Cloud, make_run: MakeRun, tmp_path: Path, journal: Journal
) -> None:
    path = document(tmp_path, template("kept", "new", changed="10.9.0.0/16"))
    watched = make_run(path, cloud=cloud, policy=Policy(interactive=True))
    running = asyncio.create_task(watched.run.run_all())
    await watched.until(lambda: watched.run.waiting)
    assert foreseen(watched) == {"kept": "NoChange", "changed": "Modify", "new": "Create", "other": "Ignore"}
    question: Any = watched.run.state.question
    said = "\n".join(question.lines)
    assert "What-if: 1 to create, 1 to modify, 1 unchanged, 1 not in the template" in said
    assert "~ changed  Network/virtualNetworks" in said
    assert '+ properties.addressSpace.addressPrefixes[0]: "10.9.0.0/16"' in said
    assert "+ new  Network/virtualNetworks" in said
    assert "kept" not in said
    assert watched.run.answer(question.id, False)
    await running
    assert "new" not in {one.name for one in await cloud.groups.resources("g")}
    kinds = [type(record.event) for record in watched.records if record.event.step == "net"]
    assert kinds.index(ev.ForeseenChanges) < kinds.index(ev.ConfirmationAsked)
    # A replay knows the same, and the console shows it once and in colour.
    records = list(journal.records(watched.run.state.run))
    view = RunView()
    text = io.StringIO()
    console = Console(view, stream=text)
    for record in records:
        view.apply(record)
        console.show(record)
    again = view.steps["net"].foreseen
    assert again is not None
    assert again.changes == watched.events(ev.ForeseenChanges)[-1].changes
    assert text.getvalue().count("+ new  Network/virtualNetworks") == 1
    assert "* other" in text.getvalue()


async def test_layers_are_foreseen_together(cloud: Cloud, make_run: MakeRun, tmp_path: Path) -> None:
    path = document(tmp_path, template("first"), template("second", changed="10.9.0.0/16"))
    watched = make_run(path, cloud=cloud, policy=Policy(yes=True))
    assert await watched.run.run_all() == "done"
    assert foreseen(watched) == {
        "first": "Create", "second": "Create", "changed": "Modify", "kept": "Ignore", "other": "Ignore",
    }  # fmt: skip


async def test_in_complete_mode_the_list_of_deletions_is_what_is_deleted(
    cloud: Cloud, make_run: MakeRun, tmp_path: Path
) -> None:
    path = document(tmp_path, template("kept", "new"), more="mode: complete")
    watched = make_run(path, cloud=cloud, policy=Policy(yes=True, yes_destroy=True))
    assert await watched.run.run_all() == "done"
    assert foreseen(watched) == {"kept": "NoChange", "new": "Create", "changed": "Delete", "other": "Delete"}
    question = watched.events(ev.ConfirmationAsked)[-1]
    assert (question.kind, question.typed) == ("destroy", "g")
    assert any("2 resources" in line for line in question.lines)
    assert any("- other" in line for line in question.lines)
    assert {one.name for one in await cloud.groups.resources("g")} == {"kept", "new"}


@pytest.mark.parametrize("mode", ["incremental", "complete"])
async def test_it_is_computed_here_where_the_service_does_not_say(
    cloud: Cloud, local: simulator.SimulatorEndpoint, make_run: MakeRun, tmp_path: Path, mode: str
) -> None:
    refused = {"code": "AuthorizationFailed", "message": "You may not ask what-if."}
    await faults(local, {"path": "/whatIf$", "status": 403, **refused})
    path = document(tmp_path, template("kept", "new", changed="10.9.0.0/16"), more=f"mode: {mode}")
    watched = make_run(path, cloud=cloud, policy=Policy(yes=True, yes_destroy=True))
    assert await watched.run.run_all() == "done"
    other = "Ignore" if mode == "incremental" else "Delete"
    assert foreseen(watched) == {"kept": "NoChange", "changed": "Modify", "new": "Create", "other": other}
    note = watched.events(ev.ForeseenChanges)[-1].note
    assert "Computed by azops" in note
    assert "You may not ask what-if" in note
    assert note in watched.events(ev.ConfirmationAsked)[-1].lines


async def test_what_would_be_refused_is_not_asked_about(cloud: Cloud, make_run: MakeRun, tmp_path: Path) -> None:
    wrong = template("new")
    wrong["resources"][0]["location"] = "atlantis"
    watched = make_run(document(tmp_path, wrong), cloud=cloud, policy=Policy(interactive=True))
    assert await watched.run.run_all() == "failed"
    failure = watched.end("net").failure
    assert failure is not None
    assert failure.code == "LocationNotAvailableForResourceType"
    assert not watched.events(ev.ConfirmationAsked)


async def test_secrets_stay_out_of_the_journal(
    cloud: Cloud, local: simulator.SimulatorEndpoint, make_run: MakeRun, tmp_path: Path
) -> None:
    wanted = template("new")
    wanted["parameters"] = {"word": {"type": "securestring"}}
    wanted["resources"][0]["tags"] = {"word": "[parameters('word')]"}
    for broken in (False, True):
        await faults(local, *([{"path": "/whatIf$", "status": 501}] if broken else []))
        path = document(tmp_path, wanted, more="parameters: {word: correct-horse}")
        watched = make_run(path, cloud=cloud, policy=Policy(interactive=True))
        running = asyncio.create_task(watched.run.run_all())
        await watched.until(lambda: watched.run.waiting)  # noqa: B023 - it is awaited before the next turn
        shown = watched.events(ev.ForeseenChanges, ev.ConfirmationAsked)
        assert len(shown) == 2
        assert "horse" not in repr(shown)
        await watched.run.stop()
        await running


async def test_the_cloud_says_it_as_views(cloud: Cloud, local: simulator.SimulatorEndpoint) -> None:
    found = await cloud.deployments.what_if("g", "d", template("new", changed="10.9.0.0/16"), mode="complete")
    kinds = {one.resource_id.rpartition("/")[2]: one for one in found}
    assert {name: one.type for name, one in kinds.items()} == {
        "changed": "Modify", "new": "Create", "kept": "Delete", "other": "Delete",
    }  # fmt: skip
    assert kinds["new"].after["properties"] == {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}}
    [array] = kinds["changed"].delta
    assert (array.path, array.type) == ("properties.addressSpace.addressPrefixes", "Array")
    assert {(one.type, one.before, one.after) for one in array.children} == {
        ("Delete", "10.0.0.0/16", None), ("Create", None, "10.9.0.0/16"),
    }  # fmt: skip
    made = {
        "type": "Microsoft.Resources/resourceGroups",
        "apiVersion": "2022-09-01",
        "name": "made",
        "location": "japanwest",
        "properties": {},
    }
    above = {**template(), "resources": [made]}
    [group] = await cloud.deployments.what_if("", "d", above, location="japanwest")
    assert (group.type, group.resource_id.rpartition("/")[2]) == ("Create", "made")
    with pytest.raises(AzureFailure) as refused:
        await cloud.deployments.what_if("none", "d", template())
    assert refused.value.view.code == "ResourceGroupNotFound"
    # Asking changes nothing, so one who may only look may ask.
    looking = await connect(Profile(name="look", cloud="local", read_only=True), local, poll=0.02)
    assert await looking.deployments.what_if("g", "d", template("new"))
    await looking.close()
