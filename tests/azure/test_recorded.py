"""Views of what a real subscription said, read by the real clients."""

from __future__ import annotations

import pytest

from azops_tui.azure.cloud import Cloud
from azops_tui.azure.errors import AzureFailure
from tests.azure.service import Answer, Asked, Recording, Service


async def test_groups(service: Service, cloud: Cloud, recording: Recording) -> None:
    service.respond = recording
    groups = await cloud.groups.list()
    assert len(groups) > 3
    assert all(group.state == "Succeeded" and group.location for group in groups)


async def test_deployments_and_what_was_nested_in_them(service: Service, cloud: Cloud, recording: Recording) -> None:
    service.respond = recording
    found = {one.name: one for one in await cloud.deployments.list("miq-misc-eastus")}
    assert {"miq-nested-template", "miq-template-eastus"} <= set(found)
    assert all(one.finished and one.started and one.duration > 0 for one in found.values())

    def one_by_one(asked: Asked) -> Answer:
        """A single deployment was recorded only in its list."""
        status, headers, body = recording(asked)
        before, _, name = asked.path.rpartition("/")
        if status == 404 and before.lower().endswith("/deployments"):
            listed = recording(Asked(method="GET", path=before, query={}, body=None))[2]
            body = next((one for one in (listed or {}).get("value", []) if one["name"].lower() == name.lower()), body)
            return (200 if "properties" in body else 404), {}, body
        if status == 404 and asked.path.lower().endswith("/operations"):
            older = asked.path.lower().replace("/providers/microsoft.resources/deployments/", "/deployments/")
            return recording(Asked(method="GET", path=older, query={}, body=None))
        return status, headers, body

    service.respond = one_by_one
    seen = await cloud.deployments.get("miq-misc-eastus", "miq-nested-template")
    assert seen.operations
    assert seen.finished
    for operation in seen.operations:
        assert operation.state in ("Succeeded", "Failed")
        assert operation.started is not None
        assert operation.name
        assert operation.type
    nested = [one for one in seen.operations if one.depth == 1]
    parents = [one for one in seen.operations if one.type == "Microsoft.Resources/deployments"]
    assert bool(nested) == bool(parents)


async def test_resources_of_any_type_and_machines(service: Service, cloud: Cloud, recording: Recording) -> None:
    def scoped(asked: Asked) -> Answer:
        """Machines and networks were recorded for the subscription: here they are asked for by group."""
        status, headers, body = recording(asked)
        path = asked.path
        if status == 404 and "/resourcegroups/" in path.lower():
            start, _, rest = path.partition("/resourceGroups/")
            group, _, tail = rest.partition("/")
            for older in (f"{start}/{tail}", f"{start}/{'/'.join(tail.split('/')[:-1])}"):
                known = recording(Asked(method="GET", path=older, query={}, body=None))
                if known[0] != 200:
                    continue
                mine = [one for one in known[2]["value"] if f"/resourcegroups/{group}/".lower() in one["id"].lower()]
                if older.endswith(tail):
                    return 200, {}, {"value": mine}
                name = path.rpartition("/")[2].lower()
                wanted = [one for one in mine if one["name"].lower() == name]
                if wanted:
                    return 200, {}, wanted[0]
        return status, headers, body

    service.respond = scoped
    machines = await cloud.machines.list("miq-vms-eastus")
    assert machines
    for machine in machines:
        assert machine.group.lower() == "miq-vms-eastus"
        assert machine.size.startswith(("Standard_", "Basic_"))
        assert machine.location in ("eastus", "westus")
    with pytest.raises(AzureFailure, match="was not recorded"):
        await cloud.resources.list("miq-vms-eastus")
