"""What a step sends decides, not what its text says."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from azops_tui.azure.cloud import Cloud
from azops_tui.azure.connect import connect
from azops_tui.azure.profiles import BUILT_IN
from azops_tui.enforcement import Sandbox
from azops_tui.engine import sandbox, step_runner
from azops_tui.engine.run import Policy, RunError
from azops_tui.engine.watch import CloudWatch
from azops_tui.events import records as ev
from azops_tui.net import certificates
from azops_tui.replay.tape import Tape
from azops_tui.simulator.server import SimulatorServer
from tests.gate.conftest import MakeRun

pytestmark = pytest.mark.asyncio
GROUP = '{"location":"westeurope"}'
METHODS = (("PUT", "hidden"), ("DELETE", "kept"), ("PATCH", "kept"), ("POST", "kept/moveResources"))
Disguise = Callable[..., str]


async def groups(cloud: Cloud) -> set[str]:
    return {
        group["name"]
        async for group in cloud._clients.pages(f"/subscriptions/{cloud.subscription}/resourcegroups", "2022-12-01")
    }


def document(*commands: str, attributes: str = "") -> str:
    return "# T\n\n" + "".join(f"```bash {{name=s{n}{attributes}}}\n{text}\n```\n\n" for n, text in enumerate(commands))


async def test_a_read_only_run_sends_no_write(make_run: MakeRun, cloud: Cloud, disguise: Disguise) -> None:
    code = document(disguise("GET", "/resourcegroups"), disguise("PUT", "/resourcegroups/hidden", GROUP))
    watched = make_run(code, cloud=cloud, policy=Policy(read_only=True, yes=True, yes_destroy=True))
    await watched.run.run_all()
    assert "200" in watched.output("s0")
    assert '"code": "ReadOnlyRun"' in watched.output("s1")
    assert "run 1 is read-only" in watched.output("s1")
    assert await groups(cloud) == set()
    refused = watched.events(ev.RequestRefused)
    assert [(event.step, event.method, event.effect) for event in refused] == [("s1", "PUT", "M")]
    assert "s1" in watched.end("s1").summary
    assert "read-only" in watched.end("s1").summary


WAYS = (
    "{}",
    "f() {{ {}; }}; f",
    "eval '{}'",
    "bash <<< '{}'",
    "sh <<E\n{}\nE",
    "env -S '{}'",
    "echo '{}' | xargs -I% sh -c %",
    "awk 'BEGIN {{ system(\"{}\") }}'",
    "python3 -c 'import os; os.system(\"{}\")'",
    "setsid --wait sh -c '{}' & wait",
)


async def test_forty_ways_of_a_client_that_honours_proxies_send_no_write_without_landlock(
    make_run: MakeRun, cloud: Cloud, disguise: Disguise, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fence and classifier are switched off: the gate alone holds them."""
    monkeypatch.setattr(sandbox, "can_fence", lambda: False)
    # Every curl reads the authorities: without the public ones it starts sooner.
    monkeypatch.setattr(certificates, "public_authorities", lambda: b"")
    monkeypatch.setattr(sandbox, "unfenced_refusal", lambda *_: None)
    monkeypatch.setattr(step_runner, "refusal", lambda *_, **__: None)
    monkeypatch.setattr(step_runner, "need", lambda *_: "none")
    await cloud.groups.create("kept", "westeurope")
    requests = [disguise(method, f"/resourcegroups/{name}", GROUP) for method, name in METHODS]
    ways = [way.format(request) for way in WAYS for request in requests]
    code = "set +e\n" + "\n".join(f"(\n{way}\n) < /dev/null 2>&1 &" for way in ways) + "\nwait"
    watched = make_run(document(code), cloud=cloud, policy=Policy(read_only=True))
    await watched.run.run_all()
    assert len(ways) == 40
    assert len(watched.events(ev.RequestRefused)) == 40
    assert watched.output("s0").count("ReadOnlyRun") == 40
    assert watched.events(ev.RequestSent) == []
    assert await groups(cloud) == {"kept"}


async def test_what_a_wait_step_polls_with_passes_the_gate(make_run: MakeRun, cloud: Cloud, disguise: Disguise) -> None:
    command = disguise("PUT", "/resourcegroups/hidden", GROUP)
    text = f"```yaml {{azops=wait name=w}}\ncommand: {command}\n```\n" + document(disguise("GET", "/resourcegroups"))
    watched = make_run(text, cloud=cloud, policy=Policy(read_only=True))
    await watched.run.run_all()
    assert [event.step for event in watched.events(ev.RequestRefused)] == ["w"], watched.events()
    assert "200" in watched.output("s0")
    assert await groups(cloud) == set()


async def test_without_agreement_a_write_is_refused(make_run: MakeRun, cloud: Cloud, disguise: Disguise) -> None:
    watched = make_run(document(disguise("PUT", "/resourcegroups/hidden", GROUP)), cloud=cloud)
    await watched.run.run_all()
    assert "NotAgreed" in watched.output("s0")
    assert "--yes" in watched.output("s0")
    assert await groups(cloud) == set()


async def test_yes_covers_changes_and_not_deletions(make_run: MakeRun, cloud: Cloud, disguise: Disguise) -> None:
    put, delete = disguise("PUT", "/resourcegroups/kept", GROUP), disguise("DELETE", "/resourcegroups/kept")
    watched = make_run(document(put, delete), cloud=cloud, policy=Policy(yes=True))
    await watched.run.run_all()
    assert "201" in watched.output("s0")
    assert "NotAgreed" in watched.output("s1")
    assert await groups(cloud) == {"kept"}
    ledger = list(watched.run.state.requests.values())
    assert [(entry.method, entry.status, entry.step) for entry in ledger] == [("PUT", 201, "s0")]


async def test_a_deletion_is_held_until_its_name_is_typed(make_run: MakeRun, cloud: Cloud, disguise: Disguise) -> None:
    put, delete = disguise("PUT", "/resourcegroups/gone", GROUP), disguise("DELETE", "/resourcegroups/gone")
    watched = make_run(document(put, delete), cloud=cloud, policy=Policy(interactive=True))
    working = asyncio.ensure_future(watched.run.run_all())
    await watched.until(lambda: watched.run.waiting)
    question = watched.run.state.question
    assert question is not None
    assert (question.kind, question.lines[0][:3]) == ("mutate", "PUT")
    assert watched.run.answer(question.id, True)
    await watched.until(lambda: (q := watched.run.state.question) is not None and q.kind == "destroy")
    question = watched.run.state.question
    assert question is not None
    assert (question.typed, question.lines[0][:6]) == ("gone", "DELETE")
    assert not watched.run.answer(question.id, True, typed="another")
    assert watched.run.answer(question.id, True, typed="gone")
    await working
    assert "202" in watched.output("s1")


async def test_a_deployment_of_a_script_is_shown_from_its_put_on(
    make_run: MakeRun, cloud: Cloud, disguise: Disguise
) -> None:
    empty = '{"properties":{"mode":"Incremental","template":{"$schema":"https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#","contentVersion":"1.0.0.0","resources":[]}}}'
    await cloud.groups.create("g", "westeurope")
    put = disguise("PUT", "/resourcegroups/g/providers/Microsoft.Resources/deployments/hidden", empty)
    watched = make_run(document(put), cloud=cloud, policy=Policy(yes=True))
    await watched.run.run_all()
    sent = next(event for event in watched.events(ev.RequestSent) if "hidden" in event.resource)
    shown = next(event for event in watched.events(ev.DeploymentChanged) if event.deployment.name == "hidden")
    assert (shown.step, shown.deployment.group) == ("s0", "g")
    assert shown.at - sent.at < 1.0
    assert [entry.status for entry in watched.run.state.requests.values()] == [201]


async def test_a_deployment_of_a_script_is_followed_while_the_script_runs(
    make_run: MakeRun, cloud: Cloud, disguise: Disguise
) -> None:
    empty = '{"properties":{"mode":"Incremental","template":{"$schema":"https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#","contentVersion":"1.0.0.0","resources":[]}}}'
    await cloud.groups.create("g", "westeurope")
    put = disguise("PUT", "/resourcegroups/g/providers/Microsoft.Resources/deployments/followed", empty)
    watched = make_run(document(f"{put}\nread -r _ < <(sleep 600)"), cloud=cloud, policy=Policy(yes=True))
    working = asyncio.ensure_future(watched.run.run_all())
    await watched.until(lambda: watched.run.state.deployments)
    watch = CloudWatch(cloud, watched.run.observe, quick=0.02, slow=0.02)
    watch.start()
    try:
        await watched.until(lambda: all(view.state == "Succeeded" for view in watched.run.state.deployments.values()))
    finally:
        await watch.close()
        await watched.run.stop()
        await working


async def test_a_profile_without_a_gate(make_run: MakeRun, simulator: SimulatorServer, tmp_path: Path) -> None:
    """Nothing is held or recorded, so what needs that is refused with the reason."""
    profile = msgspec.structs.replace(BUILT_IN["local"], gate=False)
    cloud = await connect(profile, simulator.endpoint)
    try:
        code = "```yaml {azops=group name=g}\ngroup: g\nlocation: westeurope\n```\n"
        watched = make_run(code, cloud=cloud, policy=Policy(yes=True))
        await watched.run.run_all()
        await watched.run.close()
        assert (watched.end("g").state, watched.run.state.requests) == ("done", {})
        assert not watched.events(ev.RunStarted)[0].gate
        assert "are not counted" in watched.run.meter()[0]
        taped = make_run(code, cloud=cloud, policy=Policy(yes=True), tape=Tape(tmp_path / "cassette.yaml", "all"))
        with pytest.raises(RunError, match="a recording is refused"):
            await taped.run.run_all()
        boxed = make_run("```bash\ntrue\n```\n", cloud=cloud, policy=Policy(sandbox=Sandbox()))
        await boxed.run.run_all()
        assert "not what is sent" in boxed.events(ev.Notice)[0].text
        cleanup = make_run(
            "```yaml {azops=cleanup name=c}\nrun: 1\n```\n", cloud=cloud, policy=Policy(yes_destroy=True)
        )
        await cleanup.run.run_all()
        assert "gate = false" in cleanup.end("c").summary
        with pytest.raises(RunError, match="gate = false"):
            await make_run(code, cloud=cloud, policy=Policy(read_only=True)).run.run_all()
    finally:
        await cloud.close()


async def test_a_read_only_run_may_sign_in(make_run: MakeRun, cloud: Cloud, tmp_path: Path) -> None:
    """The local cloud hands out tokens itself: a POST that a read-only run must be allowed."""
    assert cloud.endpoint is not None
    url = f"{cloud.endpoint.url}/{cloud.endpoint.tenant}/oauth2/v2.0/token"
    form = f"grant_type=client_credentials&client_secret={cloud.endpoint.client_secret}"
    (tmp_path / "request").write_text(f'url = "{url}"\ndata = "{form}"\nsilent\n')
    watched = make_run(document(f"curl -K {tmp_path}/request"), cloud=cloud, policy=Policy(read_only=True))
    await watched.run.run_all()
    assert "access_token" in watched.output("s0")


async def test_what_a_step_leaves_behind_does_not_write_with_its_agreement(
    make_run: MakeRun, cloud: Cloud, disguise: Disguise, tmp_path: Path
) -> None:
    """The step was agreed to; its child writes after its end, so it is held, and refused with the end of the run."""
    put = disguise("PUT", "/resourcegroups/late", GROUP)
    first, late = disguise("PUT", "/resourcegroups/early", GROUP), f"{tmp_path}/late"
    code = f"{first}\n(while [ ! -e {tmp_path}/go ]; do sleep 0.05; done; {put} --max-time 20) > {late} 2>&1 &"
    watched = make_run(document(code, attributes=" confirm=mutate"), cloud=cloud, policy=Policy(interactive=True))
    working = asyncio.ensure_future(watched.run.run_all())
    await watched.until(lambda: watched.run.waiting)
    assert watched.run.answer(watched.run.waiting[0], True)
    await asyncio.wait_for(working, 20)
    assert await groups(cloud) == {"early"}
    (tmp_path / "go").touch()
    await watched.until(lambda: watched.run.waiting)
    question = watched.run.state.question
    assert question is not None
    assert any("has ended, and with it what was agreed" in line for line in question.lines)
    assert watched.run.answer(question.id, False)
    await watched.until(lambda: Path(late).exists() and "NotAgreed" in Path(late).read_text())
    await asyncio.wait_for(watched.run.close(), 20)
    assert await groups(cloud) == {"early"}
