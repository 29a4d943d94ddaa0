"""Requests about management groups."""

from __future__ import annotations

import copy
from collections.abc import Callable

from azops_tui.arm.resource_id import MANAGEMENT_GROUPS
from azops_tui.json_types import Json
from azops_tui.simulator.arm_reply import ArmReply
from azops_tui.simulator.arm_request import ArmRequest
from azops_tui.simulator.errors import ArmError
from azops_tui.simulator.providers.documents import get
from azops_tui.simulator.providers.management.groups import TYPE, ManagementGroups
from azops_tui.simulator.routing import Route
from azops_tui.simulator.services import ArmServices

_OPERATIONS = "/providers/Microsoft.Management/operationResults"


def list_groups(services: ArmServices, request: ArmRequest) -> ArmReply:
    """All management groups."""
    return ArmReply(200, {"value": ManagementGroups(services.cloud).documents(), "@nextLink": None})


def show(services: ArmServices, request: ArmRequest) -> ArmReply:
    """One management group."""
    groups = ManagementGroups(services.cloud)
    return ArmReply(200, groups.show(groups.get(request.params["group"]), request.query))


def put(services: ArmServices, request: ArmRequest) -> ArmReply:
    """Create a management group, or replace it."""
    name = request.params["group"]
    groups = ManagementGroups(services.cloud)
    existed = services.cloud.store.get(MANAGEMENT_GROUPS + name) is not None
    group = groups.put(name, request.document())
    if existed:
        return ArmReply(200, copy.deepcopy(group.body))
    return _start(services, "create", name, lambda: copy.deepcopy(group.body), lambda: None)


def patch(services: ArmServices, request: ArmRequest) -> ArmReply:
    """Rename or move a management group."""
    group = ManagementGroups(services.cloud).patch(request.params["group"], request.document())
    return ArmReply(200, copy.deepcopy(group.body))


def delete(services: ArmServices, request: ArmRequest) -> ArmReply:
    """Delete a management group."""
    name = request.params["group"]
    groups = ManagementGroups(services.cloud)
    if groups.find(name) is None:
        return ArmReply(204)
    group = groups.check_delete(name)
    return _start(services, "delete", name, lambda: None, lambda: services.resources.remove(group))


def _start(
    services: ArmServices, verb: str, name: str, result: Callable[[], Json], finish: Callable[[], None]
) -> ArmReply:
    cloud = services.cloud

    async def work() -> None:
        await cloud.clock.sleep(4)
        finish()

    operation = cloud.operations.make(TYPE, "", id_=f"{verb}/{name}")
    operation.result = result
    cloud.operations.start(operation, work)
    version = "?api-version=2022-09-01"
    headers = {
        "Location": f"{cloud.base}{_OPERATIONS}/{verb}/managementGroups/{name}{version}",
        "Azure-AsyncOperation": (
            f"{cloud.base}{_OPERATIONS}/{verb}/asyncOperation/status/managementGroups/{name}{version}"
        ),
    }
    body = {"id": MANAGEMENT_GROUPS + name, "type": TYPE, "name": name, "status": "NotStarted"}
    return ArmReply(202, body, headers=headers | cloud.clock.retry_after())


def poll_status(services: ArmServices, request: ArmRequest) -> ArmReply:
    """The status of the creation or deletion of a management group."""
    verb, name = request.params["verb"], request.params["group"]
    operation = services.cloud.operations.find(f"{verb}/{name}")
    if operation is None:
        raise ArmError(404, "NotFound", f"The operation on management group '{name}' was not found.")
    path = f"{_OPERATIONS}/{verb}/asyncOperation/status/managementGroups/{name}"
    body: dict[str, Json] = {"id": path, "name": name, "status": operation.status}
    document = operation.result() if operation.result is not None and operation.is_done else None
    if document is not None:
        body["properties"] = document["properties"]
    return ArmReply(200, body)


def poll_result(services: ArmServices, request: ArmRequest) -> ArmReply:
    """The result of the creation or deletion of a management group: 202 until it has ended."""
    verb, name = request.params["verb"], request.params["group"]
    operation = services.cloud.operations.find(f"{verb}/{name}")
    if operation is None:
        raise ArmError(404, "NotFound", f"The operation on management group '{name}' was not found.")
    if not operation.is_done:
        return ArmReply(202, headers=services.cloud.clock.retry_after())
    return ArmReply(200, operation.result() if operation.result is not None else None)


def list_subscriptions(services: ArmServices, request: ArmRequest) -> ArmReply:
    """The subscriptions of a management group."""
    members = ManagementGroups(services.cloud).subscriptions(request.params["group"])
    return ArmReply(200, {"value": [copy.deepcopy(m.body) for m in members]})


def show_subscription(services: ArmServices, request: ArmRequest) -> ArmReply:
    """A subscription as a member of a management group."""
    member = services.cloud.store.get(request.address.id)
    if member is None:
        name = request.params["subscription"]
        raise ArmError(404, "NotFound", f"'/subscriptions/{name}' is not in the management group.")
    return ArmReply(200, copy.deepcopy(member.body))


def put_subscription(services: ArmServices, request: ArmRequest) -> ArmReply:
    """Put a subscription into a management group."""
    groups = ManagementGroups(services.cloud)
    member = groups.add_subscription(request.params["group"], request.params["subscription"])
    return ArmReply(200, copy.deepcopy(member.body))


def delete_subscription(services: ArmServices, request: ArmRequest) -> ArmReply:
    """Take a subscription out of a management group."""
    member = services.cloud.store.get(request.address.id)
    if member is None:
        return ArmReply(204)
    services.cloud.store.remove(member)
    return ArmReply(200)


def list_settings(services: ArmServices, request: ArmRequest) -> ArmReply:
    """The hierarchy settings of a management group as a list."""
    settings = ManagementGroups(services.cloud).settings(request.params["group"])
    return ArmReply(200, {"value": [copy.deepcopy(settings.body)] if settings else [], "@nextLink": None})


def show_settings(services: ArmServices, request: ArmRequest) -> ArmReply:
    """The hierarchy settings of a management group."""
    settings = ManagementGroups(services.cloud).settings(request.params["group"])
    if settings is None:
        raise ArmError(404, "NotFound", f"The hierarchy settings of '{request.params['group']}' were not found.")
    return ArmReply(200, copy.deepcopy(settings.body))


def put_settings(services: ArmServices, request: ArmRequest) -> ArmReply:
    """Write the hierarchy settings of a management group."""
    groups, patches = ManagementGroups(services.cloud), request.method == "PATCH"
    settings = groups.put_settings(request.params["group"], request.document(), patch=patches)
    return ArmReply(200, copy.deepcopy(settings.body))


def delete_settings(services: ArmServices, request: ArmRequest) -> ArmReply:
    """Delete the hierarchy settings of a management group."""
    settings = ManagementGroups(services.cloud).settings(request.params["group"])
    if settings is not None:
        services.cloud.store.remove(settings)
    return ArmReply(200)


def list_entities(services: ArmServices, request: ArmRequest) -> ArmReply:
    """The management groups and subscriptions of the tenant."""
    value: list[Json] = []
    for group in services.cloud.store.of_type(TYPE):
        parent = get(group.properties, "details", "parent", "id")
        properties = {"displayName": group.properties["displayName"], "parent": {"id": parent}}
        value.append({"id": group.id, "type": TYPE, "name": group.address.last_name, "properties": properties})
    return ArmReply(200, {"value": value, "count": len(value), "nextLink": None})


def check_name(services: ArmServices, request: ArmRequest) -> ArmReply:
    """Whether the name of a management group is free."""
    name = str(request.document().get("name") or "")
    if ManagementGroups(services.cloud).find(name) is None:
        return ArmReply(200, {"nameAvailable": True})
    message = "The group with the specified name already exists"
    return ArmReply(200, {"nameAvailable": False, "reason": "AlreadyExists", "message": message})


_ROOT = "/providers/Microsoft.Management"
_GROUPS = f"{_ROOT}/managementGroups"
_GROUP = f"{_GROUPS}/{{group}}"
_MEMBER = f"{_GROUP}/subscriptions/{{subscription}}"
_SETTINGS = f"{_GROUP}/settings/default"

URLS = (
    Route("GET", _GROUPS, list_groups),
    Route("GET", _GROUP, show),
    Route("PUT", _GROUP, put),
    Route("PATCH", _GROUP, patch),
    Route("DELETE", _GROUP, delete),
    Route("GET", f"{_OPERATIONS}/{{verb}}/asyncOperation/status/managementGroups/{{group}}", poll_status),
    Route("GET", f"{_OPERATIONS}/{{verb}}/managementGroups/{{group}}", poll_result),
    Route("GET", f"{_GROUP}/subscriptions", list_subscriptions),
    Route("GET", _MEMBER, show_subscription),
    Route("PUT", _MEMBER, put_subscription),
    Route("DELETE", _MEMBER, delete_subscription),
    Route("GET", f"{_GROUP}/settings", list_settings),
    Route("GET", _SETTINGS, show_settings),
    Route("PUT", _SETTINGS, put_settings),
    Route("PATCH", _SETTINGS, put_settings),
    Route("DELETE", _SETTINGS, delete_settings),
    Route("POST", f"{_ROOT}/getEntities", list_entities),
    Route("POST", f"{_ROOT}/checkNameAvailability", check_name),
)
