"""Microsoft Graph, roles, management groups, tags and moves: what stands above and beside resources."""

from __future__ import annotations

from azops_tui.simulator.directory import client_object_id
from tests.simulator.clients import Clients, machine

CONTRIBUTOR = "b24988ac-6180-42a0-ab88-20f7382dd24c"
ROOT = "/providers/Microsoft.Management/managementGroups"


async def finished(clients: Clients, headers: dict[str, str], header: str = "location") -> int:
    """Polls the operation of a reply until it has ended; returns the last status."""
    path = headers[header].removeprefix(clients.endpoint.url)
    while True:
        status, _, body = await clients.raw("GET", path.partition("?")[0])
        if status != 202 and (body or {}).get("status") not in ("InProgress", "NotStarted"):
            return status


async def test_the_client_finds_itself_in_the_directory(clients: Clients) -> None:
    query = f"servicePrincipalNames/any(c:c eq '{clients.endpoint.client_id}')"
    _, _, body = await clients.raw("GET", "/v1.0/servicePrincipals", **{"$filter": query})
    assert [p["id"] for p in body["value"]] == [client_object_id(clients.endpoint.client_id)]


async def test_an_application_gets_a_principal_a_password_and_a_role(clients: Clients) -> None:
    await clients.group()
    _, _, application = await clients.raw("POST", "/v1.0/applications", {"displayName": "robot"})
    status, _, principal = await clients.raw("POST", "/v1.0/servicePrincipals", {"appId": application["appId"]})
    assert (status, principal["displayName"]) == (201, "robot")
    status, _, password = await clients.raw("POST", f"/v1.0/applications/{application['id']}/addPassword", {})
    assert (status, bool(password["secretText"])) == (200, True)
    scope = f"/subscriptions/{clients.endpoint.subscription}"
    role = f"{scope}/providers/Microsoft.Authorization/roleDefinitions/{CONTRIBUTOR}"
    path = f"{scope}/resourceGroups/g/providers/Microsoft.Authorization/roleAssignments"
    body = {"properties": {"roleDefinitionId": role, "principalId": principal["id"]}}
    status, _, assignment = await clients.raw("PUT", f"{path}/0f0e0d0c-0000-4000-8000-000000000001", body)
    assert (status, assignment["properties"]["principalType"]) == (201, "ServicePrincipal")
    _, _, listed = await clients.raw("GET", path, **{"$filter": f"principalId eq '{principal['id']}'"})
    assert [a["name"] for a in listed["value"]] == ["0f0e0d0c-0000-4000-8000-000000000001"]
    _, _, others = await clients.raw("GET", path, **{"$filter": "principalId eq 'somebody-else'"})
    assert others == {"value": []}
    status, _, deleted = await clients.raw("DELETE", f"{path}/0f0e0d0c-0000-4000-8000-000000000001")
    assert (status, deleted["properties"]["principalId"]) == (200, principal["id"])
    assert (await clients.raw("DELETE", f"/v1.0/applications/{application['id']}"))[0] == 204
    assert (await clients.raw("GET", f"/v1.0/servicePrincipals/{principal['id']}"))[0] == 404


async def test_custom_roles_are_listed_and_role_ids_have_the_subscription(clients: Clients) -> None:
    scope = f"/subscriptions/{clients.endpoint.subscription}"
    path = f"{scope}/providers/Microsoft.Authorization/roleDefinitions"
    role = {"roleName": "Restarter", "permissions": [{"actions": ["Microsoft.Compute/virtualMachines/restart/action"]}]}
    status, _, _ = await clients.raw("PUT", f"{path}/0f0e0d0c-0000-4000-8000-000000000002", {"properties": role})
    assert status == 201
    _, _, body = await clients.raw("GET", path, **{"$filter": "roleName eq 'Restarter'"})
    assert [r["properties"]["type"] for r in body["value"]] == ["CustomRole"]
    _, _, body = await clients.raw("GET", path, **{"$filter": "roleName eq 'Contributor'"})
    assert body["value"][0]["id"] == f"{path}/{CONTRIBUTOR}"


async def test_management_groups_form_a_tree(clients: Clients) -> None:
    for name, parent in (("top", None), ("below", f"{ROOT}/top")):
        details = {"details": {"parent": {"id": parent} if parent else {}}}
        status, headers, body = await clients.raw("PUT", f"{ROOT}/{name}", {"name": name, "properties": details})
        assert (status, body["status"]) == (202, "NotStarted")
        assert await finished(clients, headers, "azure-asyncoperation") == 200
    _, _, top = await clients.raw("GET", f"{ROOT}/top", **{"$expand": "children"})
    assert [c["name"] for c in top["properties"]["children"]] == ["below"]
    assert (await clients.raw("DELETE", f"{ROOT}/top"))[0] == 400
    for name in ("below", "top"):
        status, headers, _ = await clients.raw("DELETE", f"{ROOT}/{name}")
        assert (status, await finished(clients, headers)) == (202, 200)
    assert (await clients.raw("GET", f"{ROOT}/top"))[0] == 404


async def test_tags_of_a_scope_are_replaced_merged_and_deleted(clients: Clients) -> None:
    await clients.group()
    path = f"/subscriptions/{clients.endpoint.subscription}/resourceGroups/g/providers/Microsoft.Resources/tags/default"
    status, _, body = await clients.raw("PUT", path, {"properties": {"tags": {"a": "true"}}})
    assert (status, body["properties"]["tags"]) == (200, {"a": "true"})
    merge = {"operation": "Merge", "properties": {"tags": {"b": "2"}}}
    await clients.raw("PATCH", path, merge)
    assert (await clients.resources.resource_groups.get("g")).tags == {"a": "true", "b": "2"}
    await clients.raw("DELETE", path)
    assert not (await clients.resources.resource_groups.get("g")).tags


async def test_moved_resources_change_their_group_and_references_follow(clients: Clients) -> None:
    await clients.group()
    await clients.group("other")
    await clients.network()
    nic = await clients.interface("nic")
    await clients.put(clients.id("Compute/virtualMachines", "m"), machine(nic))
    root = f"/subscriptions/{clients.endpoint.subscription}/resourceGroups"
    network = clients.id("Network/virtualNetworks", "net")
    sent = {"resources": [network], "targetResourceGroup": f"{root}/other"}
    status, headers, _ = await clients.raw("POST", f"{root}/g/moveResources", sent)
    assert (status, await finished(clients, headers)) == (202, 204)
    assert (await clients.raw("GET", network))[0] == 404
    moved = clients.id("Network/virtualNetworks", "net", "other")
    assert (await clients.get(moved))["id"] == moved
    configuration = (await clients.get(nic))["properties"]["ipConfigurations"][0]
    assert configuration["properties"]["subnet"]["id"] == f"{moved}/subnets/sub"


async def test_deployments_go_with_their_group(clients: Clients) -> None:
    await clients.group()
    schema = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"
    await clients.deploy({"$schema": schema, "contentVersion": "1.0.0.0", "resources": []})
    await (await clients.resources.resource_groups.begin_delete("g")).result()
    await clients.group()
    assert [d async for d in clients.deployments.deployments.list_by_resource_group("g")] == []
