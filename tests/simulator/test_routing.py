"""The route table, and the namespace folders that declare it."""

from __future__ import annotations

import pytest

from azops_tui.simulator.arm_request import ArmRequest
from azops_tui.simulator.providers.registration import registrations
from azops_tui.simulator.urls import route_table
from tests.simulator.clients import Clients, machine

GROUP = "/subscriptions/s/resourceGroups/g"
TABLE = route_table()


def handler(method: str, path: str) -> str:
    request = ArmRequest(method, path, {}, b"", {})
    route = TABLE.match(request)
    return f"{route.handler.__module__.rpartition('.')[2]}.{route.handler.__name__}" if route is not None else ""


@pytest.mark.parametrize(
    ("method", "path", "name"),
    [
        ("GET", "/subscriptions", "subscriptions.list_subscriptions"),
        ("PUT", GROUP, "groups.put"),
        ("GET", f"{GROUP}/providers/Microsoft.Compute/disks", "resource_routes.list_resources"),
        ("GET", f"{GROUP}/providers/Microsoft.Compute/disks/d/", "resource_routes.read"),
        ("POST", f"{GROUP}/providers/Microsoft.Compute/disks/d/beginGetAccess", "resource_routes.act"),
        ("PUT", f"{GROUP}/providers/A.B/c/d/providers/Microsoft.Authorization/locks/l", "resource_routes.write"),
        ("GET", f"{GROUP}/providers/A.B/providers/n", "resource_routes.read"),
        ("PUT", "/providers/Microsoft.Resources/deployments/d", "deployments.put"),
        ("GET", "/subscriptions/s/RESOURCEGROUPS/g/DEPLOYMENTS/d", "deployments.show"),
        ("POST", "/subscriptions/s/providers/Microsoft.Storage/checkNameAvailability", "urls.check_name_availability"),
        ("POST", "/subscriptions/s/providers/Microsoft.Batch/checkNameAvailability", "resource_routes.check_name"),
        ("GET", "/subscriptions/s/providers/A.B/locations/eastus/operations/1", "resource_routes.poll"),
        ("POST", "/tenant/oauth2/v2.0/token", "sign_in._answer_token"),
        ("POST", GROUP, ""),
        ("GET", "/nothing", ""),
    ],
)
def test_each_path_has_one_handler(method: str, path: str, name: str) -> None:
    assert handler(method, path) == name


def test_parameters_are_unescaped_and_keep_their_case() -> None:
    request = ArmRequest("GET", "/subscriptions/S/resourceGroups/My%20Group", {}, b"", {})
    assert TABLE.match(request) is not None
    assert request.params == {"subscription": "S", "group": "My Group"}


def test_every_class_serves_types_of_its_namespace() -> None:
    """A type that a class names but the folder's table does not list has only the namespace's facts."""
    for name, registration in registrations().items():
        types = [type_ for provider in registration.providers for type_ in provider.types]
        assert types == list(dict.fromkeys(types)), f"two classes of {name} serve one type"
        assert [t for t in types if not t.startswith(f"{name}/")] == []


async def test_listed_types_of_a_provider_are_those_of_its_folder(clients: Clients) -> None:
    provider = await clients.resources.providers.get("microsoft.compute")
    listed = [t.resource_type for t in provider.resource_types]
    assert set(listed) >= set(registrations()["microsoft.compute"].namespace.types)


async def test_get_of_an_action_starts_nothing(clients: Clients) -> None:
    await clients.group()
    await clients.network()
    vm = clients.id("Compute/virtualMachines", "m")
    await clients.put(vm, machine(await clients.interface("nic")))
    await clients.raw("GET", f"{vm}/deallocate")
    _, _, view = await clients.raw("GET", f"{vm}/instanceView")
    assert view["statuses"][-1]["code"] == "PowerState/running"
