"""A cleanup deletes what a run created and nothing else."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable

import pytest

from azops_tui.azure.cloud import Cloud
from azops_tui.engine.run import Policy
from azops_tui.events import records as ev
from tests.gate.conftest import MakeRun, Watched

pytestmark = pytest.mark.asyncio
Disguise = Callable[..., str]
VNET = {
    "type": "Microsoft.Network/virtualNetworks",
    "apiVersion": "2023-09-01",
    "location": "westeurope",
    "properties": {
        "addressSpace": {"addressPrefixes": ["10.0.0.0/16"]},
        "subnets": [{"name": "s", "properties": {"addressPrefix": "10.0.0.0/24"}}],
    },
}
NIC = {
    "type": "Microsoft.Network/networkInterfaces",
    "apiVersion": "2023-09-01",
    "name": "nic",
    "location": "westeurope",
    "dependsOn": ["[resourceId('Microsoft.Network/virtualNetworks', 'net')]"],
    "properties": {
        "ipConfigurations": [
            {
                "name": "ip",
                "properties": {"subnet": {"id": "[resourceId('Microsoft.Network/virtualNetworks/subnets','net','s')]"}},
            }
        ]
    },
}
TEMPLATE = {
    "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
    "contentVersion": "1.0.0.0",
    "resources": [{**VNET, "name": "net"}, NIC],
}
ALL = Policy(yes=True, yes_destroy=True)


async def resources(cloud: Cloud, group: str) -> set[str]:
    names = {view.name for view in await cloud.resources.list(group)}
    return names | {f"deployment {view.name}" for view in await cloud.deployments.list(group)}


async def put(cloud: Cloud, path: str, body: object) -> None:
    await cloud._clients.send("PUT", f"/subscriptions/{cloud.subscription}{path}", "2023-09-01", body=body)


def network(group: str, name: str) -> str:
    return f"/resourceGroups/{group}/providers/Microsoft.Network/virtualNetworks/{name}"


async def deployed(make_run: MakeRun, cloud: Cloud, disguise: Disguise, group: str) -> Watched:
    """A run whose script deploys a template into a group."""
    body = json.dumps({"properties": {"mode": "Incremental", "template": TEMPLATE}})
    path = f"/resourcegroups/{group}/providers/Microsoft.Resources/deployments/hidden"
    watched = make_run(f"```bash {{name=d}}\n{disguise('PUT', path, body)}\n```\n", cloud=cloud, policy=ALL)
    await watched.run.run_all()
    await watched.run.close()
    async with asyncio.timeout(30):
        while True:
            if (await cloud.deployments.get(group, "hidden")).finished:
                return watched
            await asyncio.sleep(0.05)


async def cleaned(make_run: MakeRun, cloud: Cloud, run: int, policy: Policy = ALL) -> Watched:
    watched = make_run(f"```yaml {{azops=cleanup name=c}}\nrun: {run}\n```\n", cloud=cloud, policy=policy)
    await watched.run.run_all()
    return watched


async def test_a_deployment_of_a_script_is_undone_and_its_group_as_before(
    make_run: MakeRun, cloud: Cloud, disguise: Disguise
) -> None:
    await cloud.groups.create("g", "westeurope")
    await put(cloud, network("g", "older"), {k: v for k, v in VNET.items() if k in ("location", "properties")})
    run = (await deployed(make_run, cloud, disguise, "g")).run.id
    assert await resources(cloud, "g") == {"older", "net", "nic", "deployment hidden"}
    done = await cleaned(make_run, cloud, run)
    assert done.end("c").state == "done", done.end("c")
    assert await resources(cloud, "g") == {"older"}
    asked = done.events(ev.ConfirmationAsked)[0]
    assert (asked.kind, asked.typed) == ("destroy", "g")
    titles = [line.split()[0] for line in asked.lines[1:]]
    assert titles == ["nic", "net", "hidden"], "what uses others is deleted first"
    again = await cleaned(make_run, cloud, run)
    assert again.end("c").summary == f"Nothing that run {run} created exists."


async def test_a_group_with_something_of_another_stays(make_run: MakeRun, cloud: Cloud) -> None:
    made = make_run("```yaml {azops=group}\ngroup: own\nlocation: westeurope\n```\n", cloud=cloud, policy=ALL)
    await made.run.run_all()
    await made.run.close()
    await put(cloud, network("own", "foreign"), {k: v for k, v in VNET.items() if k in ("location", "properties")})
    kept = await cleaned(make_run, cloud, made.run.id)
    assert "foreign" in "".join(event.text for event in kept.events(ev.OutputWritten))
    assert await resources(cloud, "own") == {"foreign"}
    await cloud.resources.delete(f"/subscriptions/{cloud.subscription}{network('own', 'foreign')}")
    done = await cleaned(make_run, cloud, made.run.id)
    assert done.end("c").summary == "Deleted 1 of 1."
    assert await cloud.groups.get("own") is None


async def test_what_a_run_only_changed_stays(make_run: MakeRun, cloud: Cloud) -> None:
    await cloud.groups.create("older", "westeurope")
    made = make_run(
        "```yaml {azops=group}\ngroup: older\nlocation: westeurope\ntags: {a: b}\n```\n", cloud=cloud, policy=ALL
    )
    await made.run.run_all()
    await made.run.close()
    done = await cleaned(make_run, cloud, made.run.id)
    assert await cloud.groups.get("older") is not None
    assert "Not undone: PATCH" in "".join(event.text for event in done.events(ev.OutputWritten))


async def test_a_cleanup_needs_agreement_and_a_run_that_may_write(make_run: MakeRun, cloud: Cloud) -> None:
    made = make_run("```yaml {azops=group}\ngroup: own\nlocation: westeurope\n```\n", cloud=cloud, policy=ALL)
    await made.run.run_all()
    await made.run.close()
    for policy in (Policy(yes=True), Policy(yes_destroy=True, read_only=True)):
        refused = await cleaned(make_run, cloud, made.run.id, policy)
        assert refused.end("c").state == "failed"
    assert await cloud.groups.get("own") is not None
    unknown = await cleaned(make_run, cloud, 99)
    assert unknown.end("c").summary.startswith("Run 99 does not exist.")
