"""State that survives a restart, and snapshots."""

from __future__ import annotations

import asyncio
import sqlite3
import stat
from pathlib import Path

import pytest

from azops_tui.json_types import Json
from azops_tui.simulator.endpoint import SimulatorError
from azops_tui.simulator.server import SimulatorServer, serve
from tests.simulator.clients import Clients, machine, scale_set

TEMPLATE: Json = {
    "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
    "contentVersion": "1.0.0.0",
    "parameters": {"word": {"type": "securestring"}},
    "resources": [
        {
            "type": "Microsoft.Network/routeTables",
            "apiVersion": "2023-09-01",
            "name": "deployed",
            "location": "japanwest",
            "tags": {"word": "[string(length(parameters('word')))]"},
        }
    ],
}


async def ended(clients: Clients, path: str, **query: str) -> Json:
    """The document at a path once its state is final; None once it is gone."""
    for _ in range(400):
        status, _, body = await clients.raw("GET", path, **query)
        if status == 404:
            return None
        if body["properties"]["provisioningState"] in ("Succeeded", "Failed"):
            return body
        await asyncio.sleep(0.02)
    raise AssertionError(f"{path} never ended")


async def test_what_was_made_is_there_after_a_restart(tmp_path: Path) -> None:
    state = tmp_path / "state.db"
    async with serve(speed=1000, state=state) as server, Clients(server.endpoint) as clients:
        await clients.group()
        await clients.network()
        machine_id = clients.id("Compute/virtualMachines", "m")
        await clients.put(machine_id, machine(await clients.interface("nic", public="front")), "2024-07-01")
        set_id = clients.id("Compute/virtualMachineScaleSets", "s")
        await clients.put(set_id, scale_set(clients.subnet(), 2), "2024-07-01")
        lock = clients.id("Authorization/locks", "kept")
        await clients.raw("PUT", lock, {"properties": {"level": "CanNotDelete"}}, **{"api-version": "2016-09-01"})
        await clients.deploy(TEMPLATE, {"word": "secret"})
        before = [await clients.get(machine_id, "2024-07-01"), await clients.get(set_id, "2024-07-01")]
        view = (await clients.raw("GET", f"{machine_id}/instanceView"))[2]
        address = await clients.get(clients.id("Network/publicIPAddresses", "front"))
        operations = len(await clients.operations())
    assert stat.S_IMODE(state.stat().st_mode) == 0o600
    async with serve(speed=1000, state=state) as server, Clients(server.endpoint) as clients:
        after = [await clients.get(machine_id, "2024-07-01"), await clients.get(set_id, "2024-07-01")]
        assert after == before
        assert (await clients.raw("GET", f"{machine_id}/instanceView"))[2]["statuses"] == view["statuses"]
        assert await clients.get(clients.id("Network/publicIPAddresses", "front")) == address
        assert len(await clients.operations()) == operations
        assert (await clients.raw("DELETE", "/subscriptions/" + machine_id.split("/")[2] + "/resourceGroups/g"))[
            0
        ] == 409
        await clients.interface("second", public="back")
        second = await clients.get(clients.id("Network/publicIPAddresses", "back"))
        assert second["properties"].get("ipAddress") != address["properties"]["ipAddress"]


async def test_work_that_was_interrupted_goes_on(tmp_path: Path) -> None:
    state = tmp_path / "state.db"
    async with serve(speed=1, state=state) as server, Clients(server.endpoint) as clients:
        for group in ("g", "going"):
            await clients.group(group)
        scope = clients.id("Resources/deployments", "d")
        table = clients.id("Network/routeTables", "r")
        status, headers, _ = await clients.raw("PUT", table, {"location": "japanwest"})
        assert status == 201
        poll = headers["azure-asyncoperation"]
        going = clients.id("Network/routeTables", "r", "going")
        await clients.raw("PUT", going, {"location": "japanwest"})
        properties = {"template": TEMPLATE, "parameters": {"word": {"value": "four"}}, "mode": "Incremental"}
        assert (await clients.raw("PUT", scope, {"properties": properties}))[0] == 201
        group = f"/subscriptions/{clients.endpoint.subscription}/resourceGroups/going"
        assert (await clients.raw("DELETE", group))[0] == 202
    async with serve(speed=1000, state=state) as server, Clients(server.endpoint) as clients:
        assert (await ended(clients, scope))["properties"]["provisioningState"] == "Succeeded"
        deployed = await clients.get(clients.id("Network/routeTables", "deployed"))
        assert deployed["tags"] == {"word": "4"}
        assert (await ended(clients, table))["properties"]["provisioningState"] == "Succeeded"
        assert await ended(clients, group) is None
        path = "/subscriptions/" + poll.split("/subscriptions/")[1].split("?")[0]
        assert (await clients.raw("GET", path))[2]["status"] == "Succeeded"


async def test_a_file_that_is_no_state_is_refused_and_left_alone(tmp_path: Path) -> None:
    text = tmp_path / "text.db"
    text.write_text("these are notes, not a database, and they stay as they are\n" * 40)
    other = tmp_path / "other.db"
    with sqlite3.connect(other) as database:
        database.execute("CREATE TABLE state (kind TEXT, key TEXT, value BLOB)")
        database.execute("INSERT INTO state VALUES ('meta', 'version', '99')")
    database.close()
    for file, message in ((text, "cannot be used"), (other, "no state of a simulator of this version")):
        with pytest.raises(SimulatorError, match=message):
            async with serve(state=file):
                pass
    assert text.read_text().startswith("these are notes")


async def test_two_simulators_do_not_share_a_file(tmp_path: Path) -> None:
    async with serve(state=tmp_path / "state.db"):
        with pytest.raises(SimulatorError, match="locked"):
            async with serve(state=tmp_path / "state.db"):
                pass


async def test_a_snapshot_is_returned_to(server: SimulatorServer, clients: Clients) -> None:
    await clients.group()
    first, second = (clients.id("Network/routeTables", name) for name in ("first", "second"))
    await clients.put(first, {"location": "japanwest"})
    assert (await clients.raw("PUT", "/simulator/snapshots/one"))[0] == 200
    await clients.put(second, {"location": "japanwest"})
    await clients.raw("DELETE", first)
    assert (await clients.raw("POST", "/simulator/snapshots/one/load"))[0] == 200
    found = [(await clients.raw("GET", id, **{"api-version": "2023-09-01"}))[0] for id in (first, second)]
    assert found == [200, 404]
    assert (await clients.raw("GET", "/simulator/snapshots"))[2] == ["one"]
    status, _, body = await clients.raw("POST", "/simulator/snapshots/two/load")
    assert (status, "Snapshots: one" in body["error"]["message"]) == (400, True)
    assert (await clients.raw("PUT", "/simulator/snapshots/..%2Fout"))[0] in (400, 404, 409)
