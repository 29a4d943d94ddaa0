"""What-if of the simulator through the real SDK."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
from pathlib import Path

import pytest
from azure.core.exceptions import HttpResponseError

from azops_tui.json_types import Json
from azops_tui.simulator.server import SimulatorServer
from tests.simulator.clients import KEY, Clients, code_of
from tests.simulator.test_deployments import whole_machine

AZ = os.environ.get("AZOPS_TEST_AZ") or shutil.which("az") or ""
NETWORK = "Network/virtualNetworks"


def network(name: str, prefix: str = "10.0.0.0/16", **more: Json) -> Json:
    properties = {"addressSpace": {"addressPrefixes": [prefix]}}
    return {
        "type": "Microsoft.Network/virtualNetworks",
        "apiVersion": "2023-11-01",
        "name": name,
        "location": "japanwest",
        "properties": properties,
        **more,
    }


def template(*resources: Json, parameters: Json = None, kind: str = "deploymentTemplate") -> Json:
    return {
        "$schema": f"https://schema.management.azure.com/schemas/2019-04-01/{kind}.json#",
        "contentVersion": "1.0.0.0",
        "parameters": parameters or {},
        "resources": list(resources),
    }


async def asked(clients: Clients, template: Json, parameters: Json = None, **more: Json) -> Json:
    """What what-if answers for the group ``g``."""
    given = {name: {"value": value} for name, value in (parameters or {}).items()}
    properties = {"template": template, "parameters": given, "mode": "Incremental", **more}
    poller = await clients.deployments.deployments.begin_what_if("g", "d", {"properties": properties})
    return (await poller.result()).as_dict()


def changes(answer: Json) -> dict[str, str]:
    """The kind of change by the resource's name."""
    assert answer["status"] == "Succeeded", answer
    return {one["resourceId"].rpartition("/")[2]: one["changeType"] for one in answer["properties"]["changes"]}


@pytest.fixture
async def group(clients: Clients) -> None:
    """The networks ``kept``, ``changed`` and ``other`` in ``g``."""
    await clients.group()
    await clients.deploy(template(network("kept"), network("changed"), network("other")))


async def test_every_kind_of_change_is_predicted(clients: Clients, group: None) -> None:
    wanted = template(network("kept"), network("changed", "10.9.0.0/16", tags={"a": "b"}), network("new"))
    answer = await asked(clients, wanted)
    assert changes(answer) == {"kept": "NoChange", "changed": "Modify", "new": "Create", "other": "Ignore"}
    assert answer["properties"]["correlationId"]
    [modified] = [one for one in answer["properties"]["changes"] if one["changeType"] == "Modify"]
    paths = {one["path"]: one["propertyChangeType"] for one in modified["delta"]}
    assert paths == {"properties.addressSpace.addressPrefixes": "Array", "tags": "Create"}
    assert modified["before"]["properties"]["addressSpace"]["addressPrefixes"] == ["10.0.0.0/16"]
    assert modified["after"]["tags"] == {"a": "b"}
    # Nothing of it was done.
    assert "tags" not in await clients.get(clients.id(NETWORK, "changed")) or not (
        await clients.get(clients.id(NETWORK, "changed"))
    ).get("tags")
    listed = [one.name async for one in clients.deployments.deployments.list_by_resource_group("g")]
    assert listed == ["d"]


async def test_complete_mode_predicts_no_deletion_of_locked_resources(clients: Clients, group: None) -> None:
    lock = f"{clients.id(NETWORK, 'other')}/providers/Microsoft.Authorization/locks/l"
    assert changes(await asked(clients, template(network("kept")), mode="Complete")) == {
        "kept": "NoChange", "changed": "Delete", "other": "Delete",
    }  # fmt: skip
    await clients.put(lock, {"properties": {"level": "CanNotDelete"}}, "2016-09-01")
    foretold = changes(await asked(clients, template(network("kept")), mode="complete"))
    assert foretold == {"kept": "NoChange", "changed": "Delete", "other": "Ignore"}


async def test_complete_mode_predicts_no_deletion_of_a_machines_disk(clients: Clients) -> None:
    await clients.group()
    machine, given = whole_machine(), {"key": KEY}
    await clients.deploy(machine, given)
    foretold = changes(await asked(clients, machine, given, mode="Complete"))
    [disk] = [name for name in foretold if "OsDisk" in name]
    assert foretold == {"m": "NoChange", "nic": "NoChange", "net": "NoChange", disk: "Ignore"}
    assert (await clients.deploy(machine, given, mode="Complete"))["provisioningState"] == "Succeeded"


async def test_the_result_can_be_ids_only(clients: Clients, group: None) -> None:
    settings = {"resultFormat": "ResourceIdOnly"}
    answer = await asked(clients, template(network("changed", "10.9.0.0/16"), network("new")), whatIfSettings=settings)
    assert changes(answer) == {"changed": "Deploy", "new": "Create", "kept": "Ignore", "other": "Ignore"}
    assert all(set(one) == {"resourceId", "changeType"} for one in answer["properties"]["changes"])


async def test_secrets_are_masked(clients: Clients, group: None) -> None:
    parameters = {"word": {"type": "securestring"}, "thing": {"type": "secureObject", "defaultValue": {}}}
    tags = {"plain": "[parameters('word')]", "within": "[concat('x-', parameters('thing').key)]"}
    for extra in ({}, {"length": "[string(length(split(parameters('word'), '-')))]"}):
        wanted = template(network("new", tags=tags | extra), parameters=parameters)
        given = {"word": "correct-horse", "thing": {"key": "battery-staple"}}
        said = json.dumps(await asked(clients, wanted, given))
        assert "horse" not in said
        assert "staple" not in said


@pytest.mark.parametrize(
    ("resources", "parameters", "code"),
    [
        ([network("[parameters('nope')]")], {}, "InvalidTemplate"),
        ([network("n")], {"nope": 1}, "InvalidTemplate"),
        ([{**network("n"), "location": "atlantis"}], {}, "LocationNotAvailableForResourceType"),
    ],
)
async def test_an_error_of_the_deployment_is_the_result(
    clients: Clients, group: None, resources: list[Json], parameters: Json, code: str
) -> None:
    answer = await asked(clients, template(*resources), parameters)
    assert answer["status"] == "Failed"
    error = answer["error"]
    assert code in (error["code"], *(one["code"] for one in error.get("details", [])))
    assert error["message"]


async def test_a_request_that_is_not_valid_is_refused(clients: Clients, group: None) -> None:
    with pytest.raises(HttpResponseError) as refused:
        await clients.deployments.deployments.begin_what_if("none", "d", {"properties": {"template": template()}})
    assert code_of(refused.value) == "ResourceGroupNotFound"
    with pytest.raises(HttpResponseError) as refused:
        await clients.deployments.deployments.begin_what_if("g", "d", {})
    assert code_of(refused.value) == "InvalidRequestContent"
    body = {"location": "japanwest", "properties": {"template": template(), "mode": "Complete"}}
    with pytest.raises(HttpResponseError) as refused:
        await clients.deployments.deployments.begin_what_if_at_subscription_scope("d", body)
    assert code_of(refused.value) == "InvalidDeploymentMode"


async def test_what_if_works_at_scopes_above_groups(clients: Clients, group: None) -> None:
    nested = {
        "type": "Microsoft.Resources/deployments",
        "apiVersion": "2022-09-01",
        "name": "inner",
        "resourceGroup": "g",
        "properties": {"mode": "Incremental", "template": template(network("kept", tags={"a": "b"}), network("new"))},
    }
    groups: list[Json] = [
        {
            "type": "Microsoft.Resources/resourceGroups",
            "apiVersion": "2022-09-01",
            "name": name,
            "location": "japanwest",
            "properties": {},
        }
        for name in ("g", "made")
    ]
    wanted = template(*groups, nested, kind="subscriptionDeploymentTemplate")
    body: Json = {"location": "japanwest", "properties": {"template": wanted, "mode": "Incremental"}}
    poller = await clients.deployments.deployments.begin_what_if_at_subscription_scope("d", body)
    told = changes((await poller.result()).as_dict())
    assert told == {"g": "NoChange", "made": "Create", "kept": "Modify", "new": "Create"}

    policy = {
        "type": "Microsoft.Authorization/policyDefinitions",
        "apiVersion": "2021-06-01",
        "name": "p",
        "properties": {"policyType": "Custom", "policyRule": {}},
    }
    body["properties"]["template"] = template(policy, kind="managementGroupDeploymentTemplate")
    at = clients.deployments.deployments
    for poller in (
        await at.begin_what_if_at_management_group_scope("mg", "d", body),
        await at.begin_what_if_at_tenant_scope("d", body),
    ):
        assert changes((await poller.result()).as_dict()) == {"p": "Create"}


@pytest.mark.az
@pytest.mark.skipif(not AZ, reason="there is no az on PATH and AZOPS_TEST_AZ is not set")
async def test_az_shows_the_prediction(server: SimulatorServer, clients: Clients, group: None, tmp_path: Path) -> None:
    file = tmp_path / "t.json"
    file.write_text(json.dumps(template(network("changed", "10.9.0.0/16"), network("new"))))
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "AZURE_"))}
    environment |= {
        "AZURE_CONFIG_DIR": server.endpoint.az_config,
        "AZURE_CORE_NO_COLOR": "true",
        "REQUESTS_CA_BUNDLE": server.endpoint.bundle,
    }

    async def az(*words: str) -> tuple[int | None, str]:
        process = await asyncio.create_subprocess_exec(
            AZ, "deployment", "group", "what-if", "-g", "g", "-f", str(file), *words,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT, env=environment,
        )  # fmt: skip
        said, _ = await process.communicate()
        return process.returncode, said.decode()

    status, said = await az()
    assert status == 0, said
    assert "~ Microsoft.Network/virtualNetworks/changed" in said
    assert "+ Microsoft.Network/virtualNetworks/new" in said
    assert '+ 0: "10.9.0.0/16"' in said
    status, said = await az("--no-pretty-print", "--mode", "Complete", "-r", "ResourceIdOnly")
    assert status == 0, said
    assert '"changeType": "Delete"' in said
    file.write_text(json.dumps(template({**network("n"), "location": "atlantis"})))
    status, said = await az()
    assert status != 0
    assert "LocationNotAvailableForResourceType" in said
