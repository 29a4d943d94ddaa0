"""What a run and the watch say and do when Azure, or a proxy before it, does not answer as it should."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from azops_tui.azure.cloud import Cloud
from azops_tui.azure.connect import connect
from azops_tui.azure.errors import AzureFailure
from azops_tui.azure.profiles import BUILT_IN
from azops_tui.engine.run import Policy
from azops_tui.engine.watch import CloudWatch
from azops_tui.events import records as ev
from azops_tui.gate import waiting
from azops_tui.simulator.server import SimulatorServer
from tests.gate.conftest import MakeRun
from tests.gate.fault_server import FaultServer, answer, troubled

pytestmark = pytest.mark.asyncio
STORM = answer(429, '{"error":{"code":"TooManyRequests","message":"Slow down."}}', "Retry-After: 3600")
GROUP = "```yaml {azops=group name=g%s}\ngroup: g\nlocation: westeurope\n```\n"


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(60):
        while True:
            if condition():
                return
            await asyncio.sleep(0.02)


@pytest.fixture
async def faults(simulator: SimulatorServer, tmp_path: Path) -> AsyncIterator[FaultServer]:
    async with troubled(simulator.endpoint, tmp_path) as server:
        yield server


@pytest.fixture
async def cloud(faults: FaultServer) -> AsyncIterator[Cloud]:
    opened = await connect(BUILT_IN["local"], faults.endpoint)
    yield opened
    await opened.close()


async def test_a_storm_is_told_and_the_time_limit_kept(make_run: MakeRun, cloud: Cloud, faults: FaultServer) -> None:
    faults.fail("GET .*/resourcegroups/g", STORM)
    watched = make_run(GROUP % " timeout=3s", cloud=cloud, policy=Policy(yes=True))
    began = time.time()
    await watched.run.run_all()
    notice = next(event for event in watched.events(ev.Notice) if "asks to wait" in event.text)
    assert notice.at - began < 5
    assert notice.text.startswith("Azure asks to wait 1:00:00 (429): GET /subscriptions/")
    end = watched.end("g")
    assert (end.state, end.failure and end.failure.code) == ("failed", "TimedOut"), end


@pytest.mark.parametrize(
    "response",
    [
        answer(200, "<html>Sign in to the network</html>", "X: y"),
        answer(200, '{"id": "/subscriptions/', length=900),
        answer(200, '{"value": "a string"}'),
        answer(200, "[]"),
        b"",
        answer(500, "<html>Oops</html>"),
    ],
    ids=["html", "truncated", "wrong-shape", "list", "reset", "500"],
)
async def test_an_answer_that_cannot_be_read_is_no_bug_of_azops(
    make_run: MakeRun, cloud: Cloud, faults: FaultServer, response: bytes
) -> None:
    faults.fail("GET .*/resourcegroups/g", response)
    watched = make_run(GROUP % "", cloud=cloud, policy=Policy(yes=True))
    await watched.run.run_all()
    end = watched.end("g")
    assert end.failure is None or end.failure.code != "InternalError", end
    assert end.state == "failed" or b"a string" in response, end


async def test_a_list_that_names_itself_as_next_page_ends(cloud: Cloud, faults: FaultServer) -> None:
    link = f"{faults.endpoint.url}/subscriptions/{cloud.subscription}/resourcegroups?page=2"
    faults.fail("GET .*/resourcegroups", answer(200, f'{{"value": [], "nextLink": "{link}"}}'))
    with pytest.raises(AzureFailure, match="next page was read already"):
        await cloud.groups.list()
    with pytest.raises(AzureFailure, match="next page was read already"):
        _ = [group async for group in cloud._clients.pages("/x/resourcegroups", "2021-04-01")]


async def test_an_expired_token_is_renewed(make_run: MakeRun, cloud: Cloud, faults: FaultServer) -> None:
    expired = answer(401, '{"error":{"code":"ExpiredAuthenticationToken","message":"The token has expired."}}')
    faults.fail("GET .*/resourcegroups/g", expired, times=1)
    faults.fail("PUT .*/resourcegroups/g", expired, times=1)
    watched = make_run(GROUP % "", cloud=cloud, policy=Policy(yes=True))
    await watched.run.run_all()
    assert watched.end("g").state == "done", watched.end("g")
    assert len(faults.seen) == 2


async def test_an_operation_that_never_ends_is_told_and_the_time_limit_kept(
    make_run: MakeRun, cloud: Cloud, faults: FaultServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "FIRST_S", 0.1)
    await cloud.groups.create("g", "westeurope")
    going_on = answer(202, "", f"Location: {faults.endpoint.url}/operation/1", "Retry-After: 0")
    faults.fail("DELETE .*/resourcegroups/g", going_on)
    faults.fail("GET /operation/1", going_on)
    delete = "```yaml {azops=group name=g timeout=2s}\ngroup: g\nstate: absent\n```\n"
    watched = make_run(delete, cloud=cloud, policy=Policy(yes_destroy=True))
    await watched.run.run_all()
    lines = [event.text for event in watched.events(ev.Notice) if "Azure has worked for" in event.text]
    assert len(lines) >= 2
    assert f"on DELETE /subscriptions/{cloud.subscription}/resource" in lines[0]
    end = watched.end("g")
    assert (end.state, end.failure and end.failure.code) == ("failed", "TimedOut"), end
    assert [entry.method for entry in watched.run.state.in_flight] == ["DELETE"]


async def test_a_reset_before_anything_was_sent_is_a_failure(
    make_run: MakeRun, cloud: Cloud, faults: FaultServer
) -> None:
    faults.fail("GET .*/resourcegroups/g")
    watched = make_run(GROUP % "", cloud=cloud, policy=Policy(yes=True))
    await watched.run.run_all()
    end = watched.end("g")
    assert end.state == "failed"
    assert "nothing was changed" in end.summary


async def test_the_watch_tells_a_storm_and_recovers(cloud: Cloud, faults: FaultServer) -> None:
    events: list[ev.Event] = []
    watch = CloudWatch(cloud, events.append, quick=0.05, slow=0.05)
    watch.start()
    try:
        await until(lambda: watch.read_at is not None)
        faults.fail("GET .*/resourcegroups", STORM, times=2)
        await until(lambda: not watch.live)
        assert "asks to wait" in watch.problem
        await until(lambda: watch.live)
    finally:
        await watch.close()
