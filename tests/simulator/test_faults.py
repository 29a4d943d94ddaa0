"""Injected faults and the clock that can be steered."""

from __future__ import annotations

import asyncio

import aiohttp
import pytest
from azure.core.exceptions import HttpResponseError, ServiceResponseError

from azops_tui.simulator.clock import Clock
from azops_tui.simulator.fault_specs import FaultSpecError, describe, parse_fault
from azops_tui.simulator.server import SimulatorServer
from tests.simulator.clients import Clients


@pytest.mark.parametrize(
    ("spec", "line"),
    [
        ("throttle:/virtualMachines,times=3", "any method /virtualMachines: 429 TooManyRequests (3 times)"),
        ("latency=500ms", "any method any path: answers 0.5 s late"),
        ("error=502,method=GET", "GET any path: 502"),
        ("fail=SkuNotAvailable:/disks/d", "PUT,PATCH /disks/d: the operation fails with SkuNotAvailable"),
        ("never-ending,probability=0.5", "PUT,PATCH,DELETE any path: the operation never ends (50% of them)"),
        ("truncate", "any method any path: the connection is closed in the middle of the answer"),
        ("policy", "PUT,PATCH any path: 403 RequestDisallowedByPolicy"),
    ],
)
def test_faults_are_written_in_one_line(spec: str, line: str) -> None:
    assert describe(parse_fault(spec)) == line


@pytest.mark.parametrize("spec", ["storm", "error=200", "latency=soon", "reset,colour=red", "reset,times=x", "reset:("])
def test_what_is_not_a_fault_is_refused_with_the_reason(spec: str) -> None:
    with pytest.raises(FaultSpecError, match="is not"):
        parse_fault(spec)


async def test_a_broken_connection_is_broken(server: SimulatorServer, clients: Clients) -> None:
    await clients.group()
    server.cloud.faults.add([parse_fault("reset:/routeTables")])
    with pytest.raises(aiohttp.ClientError):
        await clients.raw("GET", clients.id("Network/routeTables", "r"))
    assert server.cloud.faults.hits[0] >= 1
    server.cloud.faults.replace([parse_fault("truncate:/resourceGroups")])
    with pytest.raises((ServiceResponseError, HttpResponseError)):
        await clients.resources.resource_groups.get("g")


@pytest.mark.parametrize(
    ("spec", "status", "code"),
    [
        ("policy:/routeTables", 403, "RequestDisallowedByPolicy"),
        ("role:/routeTables", 403, "AuthorizationFailed"),
        ("expired-token:/routeTables", 401, "ExpiredAuthenticationToken"),
    ],
)
async def test_refusals_have_azures_codes(
    server: SimulatorServer, clients: Clients, spec: str, status: int, code: str
) -> None:
    await clients.group()
    server.cloud.faults.add([parse_fault(spec)])
    answer = await clients.raw("PUT", clients.id("Network/routeTables", "r"), {"location": "japanwest"})
    assert (answer[0], answer[2]["error"]["code"]) == (status, code)


async def test_an_operation_that_never_ends_ends_for_nobody(server: SimulatorServer, clients: Clients) -> None:
    await clients.group()
    server.cloud.faults.add([parse_fault("never-ending:/routeTables/")])
    path = clients.id("Network/routeTables", "r")
    await clients.raw("PUT", path, {"location": "japanwest"})
    server.cloud.clock.advance(86400)
    await asyncio.sleep(0.05)
    _, _, table = await clients.raw("GET", path)
    assert table["properties"]["provisioningState"] == "Updating"


async def test_the_clock_lets_time_pass_at_once_and_stops() -> None:
    clock = Clock(1)
    start = clock.now()
    waiting = asyncio.create_task(clock.sleep(3600))
    await asyncio.sleep(0)
    clock.freeze()
    frozen = clock.now()
    await asyncio.sleep(0.02)
    assert (clock.now(), waiting.done()) == (frozen, False)
    clock.advance(3000)
    await asyncio.sleep(0.02)
    assert not waiting.done()
    clock.resume()
    clock.advance(700)
    await asyncio.wait_for(waiting, 5)
    assert 3700 <= clock.now() - start < 3720


async def test_a_token_expires_with_the_clock(server: SimulatorServer, clients: Clients) -> None:
    await clients.group()
    form = {"client_id": clients.endpoint.client_id, "client_secret": clients.endpoint.client_secret}
    url = f"{clients.endpoint.url}/{clients.endpoint.tenant}/oauth2/v2.0/token"
    import ssl

    context = ssl.create_default_context(cafile=clients.endpoint.ca)
    async with aiohttp.ClientSession() as session:
        async with session.post(url, data={**form, "grant_type": "client_credentials"}, ssl=context) as answer:
            token = (await answer.json())["access_token"]
        headers = {"Authorization": f"Bearer {token}"}
        statuses = []
        for days in (0, 3):
            server.cloud.clock.advance(days * 86400)
            query = {"api-version": "2022-09-01"}
            async with session.get(f"{clients.endpoint.url}/tenants", params=query, headers=headers, ssl=context) as a:
                statuses.append(a.status)
    assert statuses == [200, 401]
