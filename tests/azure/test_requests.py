"""What is sent, how often, and what is said when it goes wrong."""

from __future__ import annotations

import asyncio
import socket
import time

import msgspec
import pytest

from azops_tui.azure.cloud import Cloud
from azops_tui.azure.connect import connect
from azops_tui.azure.errors import AzureFailure
from azops_tui.azure.profiles import Profile
from azops_tui.azure.request_stats import RequestAttempt
from tests.azure.service import SUBSCRIPTION, Answer, Asked, Service

LOCAL = Profile(name="local", cloud="local")
VM = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/m"
OK: dict[str, list[str]] = {"value": []}


async def test_one_token_and_one_pool_for_all_clients(service: Service, cloud: Cloud) -> None:
    service.respond = lambda asked: (200, {}, OK)
    await asyncio.gather(cloud.groups.list(), cloud.deployments.list("g"), cloud.scale_sets.list(), cloud.locations())
    assert service.tokens == 1
    assert cloud.subscription_name == "Recorded"


async def test_retries_are_seen_and_throttling_counted(service: Service) -> None:
    seen: list[RequestAttempt] = []
    left = iter([429, 503])

    def respond(asked: Asked) -> Answer:
        status = next(left, 200)
        headers = {"x-ms-ratelimit-remaining-subscription-reads": "11999", "x-ms-correlation-request-id": "c"}
        if status != 200:
            return status, {**headers, "Retry-After": "0.05"}, {"error": {"code": "X", "message": "Y"}}
        return 200, headers, OK

    service.respond = respond
    cloud = await connect(LOCAL, service.where, on_request=seen.append)
    seen.clear()
    assert await cloud.resources.list() == []
    await cloud.close()
    assert [(one.status, one.attempt) for one in seen] == [(429, 1), (503, 2), (200, 3)]
    assert [one.is_throttled for one in seen] == [True, False, False]
    assert seen[0].retry_after == 0.05
    assert seen[2].remaining == {"subscription-reads": 11999}
    assert seen[2].correlation_id == "c"
    assert seen[2].path == f"subscriptions/{SUBSCRIPTION}/resources"
    assert (cloud.stats.retries, cloud.stats.throttled) == (2, 1)


@pytest.mark.parametrize("status", [500, 503, 504])
async def test_an_action_is_sent_once(service: Service, cloud: Cloud, status: int) -> None:
    service.respond = lambda asked: (status, {}, {"error": {"code": "InternalServerError", "message": "Oh."}})
    with pytest.raises(AzureFailure, match="The fault is Azure's"):
        await cloud.scale_sets.act("g", "s", "restart", ["0"])
    assert [one.method for one in service.asked] == ["POST"]


async def test_nothing_leaves_through_a_read_only_profile(service: Service) -> None:
    service.respond = lambda asked: (200, {}, {"name": "g", "id": "/subscriptions/s/resourceGroups/g", "sku": {}})
    cloud = await connect(Profile(name="audit", cloud="local", read_only=True), service.where, poll=0.02)
    changes = [
        cloud.groups.create("g", "westus"),
        cloud.groups.tag("g", {}),
        cloud.groups.lock("g"),
        cloud.groups.unlock("g"),
        cloud.groups.delete("g"),
        cloud.deployments.cancel("g", "d"),
        anext(cloud.deployments.run("g", "d", {}, validate=False)),
        anext(cloud.scale_sets.scale("g", "s", 3)),
        cloud.scale_sets.act("g", "s", "restart"),
        cloud.scale_sets.act("g", "s", "delete", ["1"]),
        cloud.machines.act("g", "m", "deallocate"),
    ]
    for change in changes:
        with pytest.raises(AzureFailure) as caught:
            await change
        assert caught.value.view.code == "ReadOnlyProfile"
        assert "“audit” is read-only" in str(caught.value)
    await cloud.deployments.validate("g", "d", {})
    assert {one.method for one in service.asked} == {"GET", "POST"}
    assert service.count("POST") == 1  # the validation
    await cloud.close()


async def test_a_refused_connection_is_told_quickly(service: Service) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        url = f"https://127.0.0.1:{probe.getsockname()[1]}"
    began = time.monotonic()
    with pytest.raises(AzureFailure) as caught:
        await connect(LOCAL, msgspec.structs.replace(service.where, url=url))
    assert time.monotonic() - began < 2
    assert caught.value.view.code == "ConnectionRefused"
    assert "azops sim up" in str(caught.value)


async def test_a_cloud_that_stops_is_told_quickly(service: Service, cloud: Cloud) -> None:
    service.respond = lambda asked: (200, {}, OK)
    await cloud.groups.list()
    await service.close()
    began = time.monotonic()
    with pytest.raises(AzureFailure, match="refused the connection"):
        await cloud.groups.list()
    assert time.monotonic() - began < 2


async def test_a_certificate_that_is_not_trusted(service: Service, tmp_path_factory: pytest.TempPathFactory) -> None:
    other = Service(tmp_path_factory.mktemp("other"))
    await other.start()
    with pytest.raises(AzureFailure, match="is not trusted"):
        await connect(LOCAL, msgspec.structs.replace(service.where, ca=other.where.ca))
    await other.close()


async def test_a_connection_that_breaks(service: Service, cloud: Cloud) -> None:
    service.respond = lambda asked: (0, {}, None)
    with pytest.raises(AzureFailure) as caught:
        await cloud.machines.act("g", "m", "start")
    assert caught.value.view.code == "ConnectionLost"
    assert service.count("POST") == 1


@pytest.mark.parametrize(
    ("status", "body", "code", "said"),
    [
        (
            403,
            {"error": {"code": "AuthorizationFailed", "message": "No action 'A/b'."}},
            "AuthorizationFailed",
            "a role",
        ),
        (404, "", "NotFound", "Azure answered 404"),
        (400, "<html><body>Proxy says no</body></html>", "Http400", "Proxy says no."),
        (400, {"weird": 1}, "Http400", "Azure answered 400"),
        (
            401,
            {"error": {"code": "ExpiredAuthenticationToken", "message": "Old."}},
            "ExpiredAuthenticationToken",
            "Sign in",
        ),
    ],
)
async def test_refusals(service: Service, cloud: Cloud, status: int, body: object, code: str, said: str) -> None:
    service.respond = lambda asked: (status, {"x-ms-correlation-request-id": "c1"}, body)
    with pytest.raises(AzureFailure) as caught:
        await cloud.resources.list("g")
    view = caught.value.view
    assert (view.code, view.correlation_id, caught.value.status) == (code, "c1", status)
    assert said in str(caught.value)
    assert view.resource.lower() == f"/subscriptions/{SUBSCRIPTION}/resourcegroups/g"


async def test_work_that_fails_later_has_status_200(service: Service, cloud: Cloud) -> None:
    def respond(asked: Asked) -> Answer:
        if asked.method == "POST":
            return 202, {"Azure-AsyncOperation": f"{service.where.url}/operations/1", "Retry-After": "0"}, None
        return 200, {}, {"status": "Failed", "error": {"code": "OSProvisioningTimedOut", "message": "Too long."}}

    service.respond = respond
    polls: list[float] = []
    with pytest.raises(AzureFailure) as caught:
        await cloud.machines.act("g", "m", "start", on_poll=polls.append)
    assert caught.value.view.code == "OSProvisioningTimedOut"
    assert caught.value.view.resource == VM
    assert "Check the image's agent" in str(caught.value)


async def test_the_api_version_is_the_newest_that_is_no_preview(service: Service, cloud: Cloud) -> None:
    known = {"resourceType": "virtualMachines", "apiVersions": ["2024-11-01-preview", "2024-07-01", "2019-03-01"]}

    def respond(asked: Asked) -> Answer:
        if asked.path.endswith("/providers/Microsoft.Compute"):
            return 200, {}, {"namespace": "Microsoft.Compute", "resourceTypes": [known]}
        return 200, {}, {"id": VM, "unknown": {"kept": True}}

    service.respond = respond
    assert await cloud.resources.get(VM) == {"id": VM, "unknown": {"kept": True}}
    await cloud.resources.get(VM)
    assert [one.query.get("api-version") for one in service.asked if one.path == VM] == ["2024-07-01"] * 2
    assert len(service.asked) == 3
    with pytest.raises(AzureFailure, match="has no resource type nothing"):
        await cloud.resources.get(VM.replace("virtualMachines", "nothing"))
    with pytest.raises(AzureFailure, match="not the id of a resource"):
        await cloud.resources.get("nonsense")


async def test_pages_are_followed_but_not_to_another_host(service: Service, cloud: Cloud) -> None:
    def respond(asked: Asked) -> Answer:
        if "page" in asked.query:
            return 200, {}, {"value": [{"name": "b"}], "nextLink": "https://evil.example/next"}
        return 200, {}, {"value": [{"name": "a"}], "nextLink": f"{service.where.url}{asked.path}?page=2"}

    service.respond = respond
    with pytest.raises(AzureFailure, match="must not receive the token"):
        await cloud.locations()
    assert len(service.asked) == 2


async def test_an_ambiguous_subscription_is_refused(service: Service) -> None:
    two = [{"subscriptionId": f"{n}", "displayName": f"Sub {n}", "state": "Enabled"} for n in (1, 2)]
    service.respond = lambda asked: (200, {}, {"value": two})
    where = msgspec.structs.replace(service.where, subscription="")
    with pytest.raises(AzureFailure, match=r"several subscriptions: Sub 1 \(1\), Sub 2 \(2\)"):
        await connect(LOCAL, where)
    named = await connect(LOCAL, msgspec.structs.replace(where, subscription="sub 2"))
    assert named.subscription == "2"
    await named.close()
    with pytest.raises(AzureFailure, match="“other” does not exist"):
        await connect(LOCAL, msgspec.structs.replace(where, subscription="other"))


async def test_a_local_profile_needs_a_local_cloud() -> None:
    with pytest.raises(AzureFailure, match="azops sim up"):
        await connect(LOCAL)


async def test_the_environment_of_shells(cloud: Cloud) -> None:
    assert cloud.environment["AZURE_CONFIG_DIR"] == "/nowhere/az"
    assert cloud.environment["REQUESTS_CA_BUNDLE"] == "/nowhere/bundle.pem"


async def test_locks_are_shown_and_read_rarely(service: Service, cloud: Cloud) -> None:
    group = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/Prod"
    locks = [
        {"id": f"{group}/providers/Microsoft.Authorization/locks/l"},
        {"id": f"{group.replace('Prod', 'test')}/providers/A/b/c/providers/Microsoft.Authorization/locks/l"},
    ]

    def respond(asked: Asked) -> Answer:
        if asked.path.endswith("/locks"):
            return 200, {}, {"value": locks}
        names = ("Prod", "test")
        found = [{"id": group.replace("Prod", name), "name": name, "location": "westus"} for name in names]
        return 200, {}, {"value": found}

    service.respond = respond
    for _ in range(3):
        groups = await cloud.groups.list()
    assert [(one.name, one.locked) for one in groups] == [("Prod", True), ("test", False)]
    assert sum(one.path.endswith("/locks") for one in service.asked) == 1


async def test_an_autoscale_rule_is_said(service: Service, cloud: Cloud) -> None:
    scale_set = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/g/providers/Microsoft.Compute/virtualMachineScaleSets/s"
    limits = [{"capacity": {"minimum": "2", "maximum": "8", "default": "2"}}]
    rule = {"enabled": True, "targetResourceUri": scale_set.upper(), "profiles": limits}

    def respond(asked: Asked) -> Answer:
        if asked.path.endswith("/autoscaleSettings"):
            return 200, {}, {"value": [{"name": "cpu", "properties": rule}]}
        if asked.path.endswith("/virtualMachines"):
            return 200, {}, {"value": []}
        return 200, {}, {"id": scale_set, "name": "s", "sku": {"name": "B", "capacity": 2}, "properties": {}}

    service.respond = respond
    for _ in range(2):
        view = await cloud.scale_sets.get("g", "s")
    assert view.autoscale == "Autoscale “cpu” keeps it between 2 and 8 instances and may undo a change by hand."
    assert sum(one.path.endswith("/autoscaleSettings") for one in service.asked) == 1


async def test_instances_of_flexible_scale_sets_are_machines(service: Service, cloud: Cloud) -> None:
    base = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/g/providers"
    scale_set = f"{base}/Microsoft.Compute/virtualMachineScaleSets/s"
    card = f"{base}/Microsoft.Network/networkInterfaces/n"
    statuses = [{"code": "ProvisioningState/succeeded"}, {"code": "PowerState/running"}]
    machine = {
        "id": f"{base}/Microsoft.Compute/virtualMachines/s_1",
        "name": "s_1",
        "zones": ["2"],
        "properties": {
            "provisioningState": "Succeeded",
            "vmId": "u",
            "networkProfile": {"networkInterfaces": [{"id": card}]},
            "instanceView": {"statuses": statuses, "platformFaultDomain": 1},
        },
    }
    address = [{"properties": {"privateIPAddress": "10.0.0.9"}}]

    def respond(asked: Asked) -> Answer:
        if asked.path.endswith("/s"):
            mode = {"orchestrationMode": "Flexible"}
            return 200, {}, {"id": scale_set, "name": "s", "sku": {"capacity": 1}, "properties": mode}
        if asked.path.endswith("/virtualMachines"):
            assert asked.query["$filter"] == f"'virtualMachineScaleSet/id' eq '{scale_set}'"
            return 200, {}, {"value": [machine]}
        if asked.path.endswith("/networkInterfaces"):
            return 200, {}, {"value": [{"id": card, "properties": {"ipConfigurations": address}}]}
        return 200, {}, OK

    service.respond = respond
    (instance,) = (await cloud.scale_sets.get("g", "s")).instances
    assert (instance.instance_id, instance.power, instance.zone, instance.address) == (
        "s_1",
        "running",
        "2",
        "10.0.0.9",
    )
    assert (instance.fault_domain, instance.update_domain, instance.unique) == (1, None, "u")


async def test_what_has_not_begun_is_seen_from_outside_too(service: Service, cloud: Cloud) -> None:
    base = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/g/providers/Microsoft.Network"
    network, card = f"{base}/virtualNetworks/v", f"{base}/networkInterfaces/n"
    needs = [{"id": card, "resourceType": "Microsoft.Network/networkInterfaces", "dependsOn": [{"id": network}]}]
    state = "Running"

    def respond(asked: Asked) -> Answer:
        if asked.path.endswith("/operations"):
            target = {"id": network, "resourceType": "Microsoft.Network/virtualNetworks", "resourceName": "v"}
            times = {"timestamp": "2026-01-01T00:00:10Z", "duration": "PT4S"}
            done = {"provisioningState": "Succeeded", "targetResource": target, **times}
            own = {"provisioningOperation": "EvaluateDeploymentOutput", "provisioningState": "Succeeded"}
            return (
                200,
                {},
                {"value": [{"operationId": "1", "properties": done}, {"operationId": "2", "properties": own}]},
            )
        properties = {"provisioningState": state, "dependencies": needs, "correlationId": "c"}
        return 200, {}, {"id": "/d", "name": "d", "properties": properties}

    service.respond = respond
    seen = await cloud.deployments.get("g", "d")
    assert [(one.name, one.state) for one in seen.operations] == [("v", "Succeeded"), ("n", "Waiting")]
    assert seen.operations[1].depends_on == (network.lower(),)
    assert seen.operations[0].duration == 4
    assert seen.operations[0].started == 1767225606.0
    state = "Succeeded"
    assert [one.name for one in (await cloud.deployments.get("g", "d")).operations] == ["v"]


async def test_all_resources_come_from_resource_graph_or_else_page_by_page(service: Service, cloud: Cloud) -> None:
    row = {"id": VM, "name": "m", "type": "microsoft.compute/virtualmachines", "location": "westeurope"}

    def graph(asked: Asked) -> Answer:
        assert asked.path == "/providers/Microsoft.ResourceGraph/resources"
        assert asked.body["subscriptions"] == [SUBSCRIPTION]
        if "$skipToken" in asked.body["options"]:
            return 200, {}, {"data": [{**row, "name": "n", "id": VM + "n", "provisioningState": "Succeeded"}]}
        return 200, {}, {"data": [row], "$skipToken": "more"}

    service.respond = graph
    views = await cloud.resources.everything()
    assert [(view.name, view.group, view.state) for view in views] == [("m", "g", ""), ("mn", "g", "Succeeded")]

    service.respond = lambda asked: (
        (403, {}, {"error": {"code": "AuthorizationFailed", "message": "No."}})
        if (asked.method == "POST")
        else (200, {}, {"value": [row]})
    )
    for _ in range(2):
        assert [view.name for view in await cloud.resources.everything()] == ["m"]
    assert sum("ResourceGraph" in asked.path for asked in service.asked) == 3  # not asked again after its refusal
