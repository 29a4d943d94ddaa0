"""Deployments: order, parallelism, failures in Azure's shapes, nesting, complete mode."""

from __future__ import annotations

import json

import pytest
from azure.core.exceptions import HttpResponseError

from azops_tui.json_types import Json
from azops_tui.simulator.server import SimulatorServer
from tests.simulator.clients import IMAGE, KEY, Clients, code_of

SCHEMA = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"


def template(*resources: Json, parameters: Json = None, outputs: Json = None) -> Json:
    return {
        "$schema": SCHEMA,
        "contentVersion": "1.0.0.0",
        "parameters": parameters or {},
        "resources": list(resources),
        "outputs": outputs or {},
    }


def thing(name: str, *needed: str, **properties: Json) -> Json:
    """A resource of a type that the simulator knows nothing about."""
    return {
        "type": "Contoso.Parts/things",
        "apiVersion": "2024-01-01",
        "name": name,
        "location": "japanwest",
        "dependsOn": [f"[resourceId('Contoso.Parts/things', '{n}')]" for n in needed],
        "properties": properties,
    }


def whole_machine() -> Json:
    """A machine with everything it needs, with a parameter for its key."""
    subnet = "[resourceId('Microsoft.Network/virtualNetworks/subnets', 'net', 'sub')]"
    keys = [{"path": "/home/azureuser/.ssh/authorized_keys", "keyData": "[parameters('key')]"}]
    return template(
        {
            "type": "Microsoft.Network/virtualNetworks",
            "apiVersion": "2023-04-01",
            "name": "net",
            "location": "[resourceGroup().location]",
            "properties": {
                "addressSpace": {"addressPrefixes": ["10.0.0.0/16"]},
                "subnets": [{"name": "sub", "properties": {"addressPrefix": "10.0.0.0/24"}}],
            },
        },
        {
            "type": "Microsoft.Network/networkInterfaces",
            "apiVersion": "2023-04-01",
            "name": "nic",
            "location": "[resourceGroup().location]",
            "dependsOn": ["net"],
            "properties": {"ipConfigurations": [{"name": "ip", "properties": {"subnet": {"id": subnet}}}]},
        },
        {
            "type": "Microsoft.Compute/virtualMachines",
            "apiVersion": "2023-09-01",
            "name": "m",
            "location": "[resourceGroup().location]",
            "dependsOn": ["nic"],
            "properties": {
                "hardwareProfile": {"vmSize": "Standard_B2s"},
                "osProfile": {
                    "computerName": "m",
                    "adminUsername": "azureuser",
                    "linuxConfiguration": {"disablePasswordAuthentication": True, "ssh": {"publicKeys": keys}},
                },
                "storageProfile": {"imageReference": IMAGE, "osDisk": {"createOption": "FromImage"}},
                "networkProfile": {
                    "networkInterfaces": [{"id": "[resourceId('Microsoft.Network/networkInterfaces', 'nic')]"}]
                },
            },
        },
        parameters={"key": {"type": "string"}},
        outputs={
            "address": {
                "type": "string",
                "value": "[reference('nic').ipConfigurations[0].properties.privateIPAddress]",
            }
        },
    )


async def test_a_deployment_creates_resources_and_outputs(clients: Clients) -> None:
    await clients.group()
    done = await clients.deploy(whole_machine(), {"key": KEY})
    assert done["provisioningState"] == "Succeeded"
    assert done["outputs"] == {"address": {"type": "String", "value": "10.0.0.4"}}
    names = [r["id"].rsplit("/", 1)[-1] for r in done["outputResources"]]
    assert names == ["m", "nic", "net"]
    operations = await clients.operations()
    assert [o["provisioningOperation"] for o in operations] == ["Create"] * 3 + ["EvaluateDeploymentOutput"]
    assert "targetResource" not in operations[-1]
    exported = await clients.deployments.deployments.export_template("g", "d")
    assert exported.template["resources"][0]["name"] == "net"


async def test_secure_outputs_are_for_those_who_ask_for_them(clients: Clients) -> None:
    inner = template(outputs={"key": {"type": "securestring", "value": "s3cret-of-the-module"}})
    nested = {
        "type": "Microsoft.Resources/deployments",
        "apiVersion": "2022-09-01",
        "name": "inner",
        "properties": {"mode": "Incremental", "expressionEvaluationOptions": {"scope": "inner"}, "template": inner},
    }
    value = "[length(listOutputsWithSecureValues('inner', '2022-09-01').key)]"
    await clients.group()
    done = await clients.deploy(template(nested, outputs={"length": {"type": "int", "value": value}}))
    assert done["outputs"] == {"length": {"type": "Int", "value": 20}}
    path = clients.id("Resources/deployments", "inner")
    _, _, shown = await clients.raw("GET", path)
    assert shown["properties"]["outputs"] == {"key": {"type": "SecureString"}}
    status, _, secrets = await clients.raw("POST", f"{path}/listOutputsWithSecureValues")
    assert (status, secrets) == (200, {"key": "s3cret-of-the-module"})


async def test_a_resource_is_deployed_as_its_options_say(clients: Clients) -> None:
    def with_options(size: int, **options: Json) -> Json:
        part = {**thing("t", size=size), "dependsOn": [], "@options": options}
        return {**template(), "languageVersion": "2.0", "resources": {"t": part}}

    await clients.group()
    path = clients.id("Resources/deployments", "d").partition("/providers/")[0] + "/providers/Contoso.Parts/things/t"
    for size in (1, 2):
        assert (await clients.deploy(with_options(size, onlyIfNotExists=[])))["provisioningState"] == "Succeeded"
        assert (await clients.raw("GET", path))[2]["properties"]["size"] == 1
    ready = "[lambda('x', equals(lambdaVariables('x').properties.size, {}))]"
    await clients.deploy(with_options(3, waitUntil=[ready.format(3), "PT1M"]))
    with pytest.raises(HttpResponseError, match="did not become ready within 60 seconds"):
        await clients.deploy(with_options(3, waitUntil=[ready.format(4), "PT1M"]))


async def test_a_deployment_fails_with_a_bad_key_and_succeeds_with_a_good_one(clients: Clients) -> None:
    await clients.group()
    with pytest.raises(HttpResponseError) as failed:
        await clients.deploy(whole_machine(), {"key": "ssh-rsa nonsense"})
    error = failed.value.error
    assert error is not None
    assert error.code == "DeploymentFailed"
    [leaf] = error.details
    assert (leaf.code, leaf.target) == ("InvalidParameter", "linuxConfiguration.ssh.publicKeys.keyData")
    states = {o["targetResource"]["resourceName"]: o for o in await clients.operations()}
    assert {k: v["provisioningState"] for k, v in states.items()} == {
        "net": "Succeeded",
        "nic": "Succeeded",
        "m": "Failed",
    }
    assert states["m"]["statusCode"] == "BadRequest"
    assert states["m"]["statusMessage"]["error"]["code"] == "InvalidParameter"
    shown = (await clients.deployments.deployments.get("g", "d")).as_dict()["properties"]
    assert (shown["provisioningState"], shown["error"]["code"]) == ("Failed", "DeploymentFailed")
    assert (await clients.deploy(whole_machine(), {"key": KEY}))["provisioningState"] == "Succeeded"


async def test_older_api_versions_get_the_error_as_json_in_a_message(server: SimulatorServer, clients: Clients) -> None:
    await clients.group()
    path = clients.id("Resources/deployments", "d")
    body = {"properties": {"mode": "Incremental", "template": whole_machine(), "parameters": {"key": {"value": "x"}}}}
    status, headers, _ = await clients.raw("PUT", path, body, **{"api-version": "2019-10-01"})
    assert status == 201
    link = headers["azure-asyncoperation"].removeprefix(clients.endpoint.url).split("?")[0]
    await server.service.services.deployments.known[path.lower()].finished.wait()
    state = (await clients.raw("GET", link))[2]
    assert state["status"] == "Failed"
    [detail] = state["error"]["details"]
    assert detail["code"] == "BadRequest"
    assert json.loads(detail["message"])["error"]["target"] == "linuxConfiguration.ssh.publicKeys.keyData"


async def test_independent_resources_deploy_in_parallel_and_dependent_ones_wait(
    server: SimulatorServer, clients: Clients
) -> None:
    server.cloud.clock.speed = 20
    await clients.group()
    deployed = template(thing("a"), thing("b"), thing("c"), thing("last", "a", "b", "c"))
    await clients.deploy(deployed)
    deployments = server.service.services.deployments
    [made] = deployments.of_scope(f"/subscriptions/{clients.endpoint.subscription}/resourceGroups/g")
    spans = {s.target.rsplit("/", 1)[-1]: (s.started, s.changed) for s in made.steps}
    firsts = [spans[n] for n in "abc"]
    assert max(start for start, _ in firsts) < min(end for _, end in firsts)
    assert spans["last"][0] >= max(end for _, end in firsts)


async def test_a_failed_resource_stops_only_its_dependents(clients: Clients) -> None:
    await clients.group()
    broken = thing("broken")
    broken["type"] = "Microsoft.Compute/disks"
    after = thing("after")
    after["dependsOn"] = ["[resourceId('Microsoft.Compute/disks', 'broken')]"]
    with pytest.raises(HttpResponseError):
        await clients.deploy(template(broken, after, thing("free"), thing("later", "free")))
    states = {o["targetResource"]["resourceName"]: o["provisioningState"] for o in await clients.operations()}
    assert states == {"broken": "Failed", "free": "Succeeded", "later": "Succeeded"}


async def test_nested_deployments_have_their_own_operations_and_errors(clients: Clients) -> None:
    await clients.group()
    inner = template(
        thing("inner", value="[parameters('v')]"),
        parameters={"v": {"type": "string"}},
        outputs={"said": {"type": "string", "value": "[reference('inner').value]"}},
    )
    nested = {
        "type": "Microsoft.Resources/deployments",
        "apiVersion": "2022-09-01",
        "name": "child",
        "dependsOn": ["first"],
        "properties": {
            "mode": "Incremental",
            "expressionEvaluationOptions": {"scope": "inner"},
            "parameters": {"v": {"value": "[reference('first').word]"}},
            "template": inner,
        },
    }
    outputs = {"up": {"type": "string", "value": "[reference('child').outputs.said.value]"}}
    done = await clients.deploy(template(thing("first", word="hello"), nested, outputs=outputs))
    assert done["outputs"]["up"]["value"] == "hello"
    assert [r["id"].rsplit("/", 1)[-1] for r in done["outputResources"]] == ["first", "inner"]
    assert [o["targetResource"]["resourceName"] for o in (await clients.operations("child"))[:1]] == ["inner"]
    inner["resources"][0]["type"] = "Microsoft.Compute/disks"
    with pytest.raises(HttpResponseError) as failed:
        await clients.deploy(template(thing("first", word="x"), nested), name="e")
    error = failed.value.error
    assert error is not None
    path = [
        error.code,
        error.details[0].code,
        error.details[0].details[0].code,
        error.details[0].details[0].details[0].code,
    ]
    assert path == ["DeploymentFailed", "ResourceDeploymentFailure", "DeploymentFailed", "InvalidParameter"]


async def test_complete_mode_deletes_unnamed_resources_but_not_locked_ones(clients: Clients) -> None:
    await clients.group()
    await clients.deploy(template(thing("keep"), thing("drop"), thing("locked")))
    lock = f"{clients.id('x', 'y').rsplit('/providers', 1)[0]}/providers/Contoso.Parts/things/locked"
    await clients.raw(
        "PUT", f"{lock}/providers/Microsoft.Authorization/locks/l", {"properties": {"level": "CanNotDelete"}}
    )
    await clients.deploy(template(thing("keep")), name="whole", mode="Complete")
    left = {r.name async for r in clients.resources.resources.list_by_resource_group("g")}
    assert left == {"keep", "locked"}
    operations = await clients.operations("whole")
    assert [o["targetResource"]["resourceName"] for o in operations if o["provisioningOperation"] == "Delete"] == [
        "drop"
    ]


async def test_a_running_deployment_can_be_canceled_but_not_replaced(server: SimulatorServer, clients: Clients) -> None:
    server.cloud.clock.speed = 1
    await clients.group()
    body = {"properties": {"mode": "Incremental", "template": template(thing("slow"))}}
    poller = await clients.deployments.deployments.begin_create_or_update("g", "d", body)
    with pytest.raises(HttpResponseError) as active:
        await clients.deployments.deployments.begin_create_or_update("g", "d", body)
    assert code_of(active.value) == "DeploymentActive"
    await clients.deployments.deployments.cancel("g", "d")
    await server.service.services.deployments.known[clients.id("Resources/deployments", "d").lower()].finished.wait()
    shown = await clients.deployments.deployments.get("g", "d")
    assert shown.properties.provisioning_state == "Canceled"
    with pytest.raises(HttpResponseError):
        await clients.deployments.deployments.cancel("g", "d")
    del poller


async def test_templates_that_are_not_valid_are_refused_with_azures_codes(clients: Clients) -> None:
    await clients.group()
    missing = template(thing("x"), parameters={"needed": {"type": "string"}})
    circle = template(thing("a", "b"), thing("b", "a"))
    place = template({**thing("x"), "location": "atlantis"})
    for bad, code in ((missing, "InvalidTemplate"), (circle, "InvalidTemplate"), (place, "InvalidTemplateDeployment")):
        with pytest.raises(HttpResponseError) as refused:
            await clients.deploy(bad)
        assert code_of(refused.value) == code
    with pytest.raises(HttpResponseError) as absent:
        await clients.deployments.deployments.get("g", "d")
    assert code_of(absent.value) == "DeploymentNotFound"


async def test_validate_lists_the_resources_of_a_deployment(clients: Clients) -> None:
    await clients.group()
    body = {"properties": {"mode": "Incremental", "template": template(thing("a"), thing("b", "a"))}}
    poller = await clients.deployments.deployments.begin_validate("g", "d", body)
    shown = (await poller.result()).as_dict()["properties"]
    assert [r["id"].rsplit("/", 1)[-1] for r in shown["validatedResources"]] == ["a", "b"]
    assert [r async for r in clients.resources.resources.list_by_resource_group("g")] == []


async def test_a_subscription_deployment_creates_a_group_and_its_resources(clients: Clients) -> None:
    group = {
        "type": "Microsoft.Resources/resourceGroups",
        "apiVersion": "2022-09-01",
        "name": "made",
        "location": "japanwest",
    }
    nested = {
        "type": "Microsoft.Resources/deployments",
        "apiVersion": "2022-09-01",
        "name": "inside",
        "resourceGroup": "made",
        "dependsOn": ["made"],
        "properties": {"mode": "Incremental", "template": template(thing("x"))},
    }
    body = {"location": "japanwest", "properties": {"mode": "Incremental", "template": template(group, nested)}}
    poller = await clients.deployments.deployments.begin_create_or_update_at_subscription_scope("d", body)
    assert (await poller.result()).properties.provisioning_state == "Succeeded"
    assert [r.name async for r in clients.resources.resources.list_by_resource_group("made")] == ["x"]


async def test_templates_can_have_comments_and_unquoted_keys(clients: Clients) -> None:
    await clients.group()
    text = (
        "{properties: {mode: 'Incremental', template: { // as az sends it\n"
        f'"$schema": "{SCHEMA}", "contentVersion": "1.0.0.0", /* nothing */ "resources": [],\n'
        "}}}"
    )
    status, _, body = await clients.raw("PUT", clients.id("Resources/deployments", "d"), text)
    assert (status, body["properties"]["provisioningState"]) == (201, "Accepted")
