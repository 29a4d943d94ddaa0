"""Steps that run commands on hosts, against SSH servers in this process."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any, NoReturn

import asyncssh
import pytest

from azops_tui import paths
from azops_tui.engine.guard import Policy
from azops_tui.events import records as ev
from azops_tui.journal.host_outputs import write_host_outputs
from azops_tui.journal.store import Journal
from azops_tui.ssh.keys import ensure_keypair
from tests.engine.conftest import MakeRun

TRUSTING = Policy(yes=True, trust_new_hosts=True)
MakeHost = Callable[[], Awaitable[str]]


@pytest.fixture
def key(tmp_path: Path) -> str:
    """Path of the user's private key."""
    ensure_keypair(tmp_path / "id")
    return str(tmp_path / "id")


@pytest.fixture
async def host(key: str) -> AsyncIterator[MakeHost]:
    """Makes hosts whose shell is this machine's; each is returned as ``127.0.0.1:PORT``."""
    acceptors: list[asyncssh.SSHAcceptor] = []
    allowed = asyncssh.import_authorized_keys(await asyncio.to_thread(Path(key + ".pub").read_text))

    commands: set[asyncio.Task[None]] = set()

    async def serve(process: asyncssh.SSHServerProcess[bytes]) -> None:
        task = asyncio.ensure_future(execute(process))
        commands.add(task)
        await task

    async def execute(process: asyncssh.SSHServerProcess[bytes]) -> None:
        port = process.get_extra_info("sockname")[1]
        child = await asyncio.create_subprocess_exec(
            *("/bin/sh", "-c", process.command or ""),
            env={"PORT": str(port), "PATH": "/usr/bin:/bin"},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
        )
        try:
            out, err = await child.communicate()
        finally:
            if child.returncode is None:  # a command that outlives its test, such as a sleep that was stopped
                os.killpg(child.pid, signal.SIGKILL)
                await child.communicate()
        process.stdout.write(out)
        process.stderr.write(err)
        process.exit(child.returncode or 0)

    async def make() -> str:
        acceptor = await asyncssh.listen(
            "127.0.0.1",
            0,
            server_host_keys=[asyncssh.generate_private_key("ssh-ed25519")],
            authorized_client_keys=allowed,
            process_factory=serve,
            encoding=None,
        )
        acceptors.append(acceptor)
        return f"127.0.0.1:{acceptor.get_port()}"

    yield make
    for acceptor in acceptors:
        acceptor.close()
        await acceptor.wait_closed()
    for task in commands:
        task.cancel()
    await asyncio.gather(*commands, return_exceptions=True)


def step(name: str, hosts: str, command: str, key: str, *more: str) -> str:
    """An ssh step as Markdown."""
    lines = [f"hosts: {json.dumps(hosts)}", f"command: {json.dumps(command)}", "user: me", f"key: {key}", *more]
    return "\n".join([f"```yaml {{azops=ssh name={name}}}", *lines, "```", ""])


async def test_a_command_on_one_host(host: MakeHost, key: str, make_run: MakeRun) -> None:
    one = await host()
    text = step("say", one, "echo port $PORT; echo oops >&2", key, "capture: SAID") + step("fail", one, "exit 3", key)
    watched = make_run(text, policy=TRUSTING)
    assert await watched.run.run_all() == "failed"
    assert watched.run.variables["SAID"] == f"port {one.split(':')[1]}"
    [said] = [e for e in watched.events(ev.OutputWritten) if e.step == "say" and e.stream == "stdout"]
    assert (said.host, said.text) == ("127.0.0.1", watched.run.variables["SAID"] + "\n")
    assert watched.end("fail").status == 3
    assert watched.end("fail").failure.code == "Exit3"  # type: ignore[union-attr]  # it failed
    question = watched.events(ev.ConfirmationAsked)[0]
    assert question.kind == "hostkey"
    assert "SHA256:" in question.lines[0]
    assert len([e for e in watched.events(ev.ConfirmationAsked) if e.kind == "hostkey"]) == 1


async def test_a_new_host_is_asked_about(host: MakeHost, key: str, make_run: MakeRun) -> None:
    one = await host()
    refused = make_run(step("s", one, "true", key))
    assert await refused.run.run_all() == "failed"
    assert "--trust-new-hosts" in refused.end("s").summary
    watched = make_run(step("s", one, "true", key), policy=Policy(interactive=True))
    running = asyncio.create_task(watched.run.run_all())
    await watched.until(lambda: watched.run.waiting)
    assert watched.states() == {"s": "asking"}
    watched.run.answer(watched.run.waiting[0], True)
    assert await running == "done"
    again = make_run(step("s", one, "true", key))
    assert await again.run.run_all() == "done"


async def test_unreachable_hosts_are_failures_with_a_reason(host: MakeHost, key: str, make_run: MakeRun) -> None:
    one = await host()
    watched = make_run(step("s", f"{one} nowhere.invalid", "true", key), policy=TRUSTING)
    assert await watched.run.run_all() == "failed"
    assert "1 of 2 hosts failed: nowhere.invalid" in watched.end("s").summary
    finished = {e.host: e for e in watched.events(ev.HostFinished)}
    assert finished["nowhere.invalid"].status is None
    assert finished["nowhere.invalid"].problem
    enough = make_run(step("s", f"{one},nowhere.invalid", "true", key, "max-fail: 1"), policy=TRUSTING)
    assert await enough.run.run_all() == "done"


async def test_a_shell_block_on_a_host(host: MakeHost, key: str, make_run: MakeRun) -> None:
    one = await host()
    text = f"""
        ```bash {{name=set}}
        export SSH_KEY={key} HOST={one}
        ```
        ```bash {{name=there ssh="${{HOST}}" user=me capture=WHERE}}
        echo "at ${{PORT-}}"
        false
        echo never
        ```
        <!-- expect failed -->
        ```bash {{name=expected ssh="${{HOST}}" user=me}}
        echo "at ${{PORT-}}"
        ```
        <!-- expect contains="at {one.split(":")[1]}" -->
        """
    watched = make_run(text, policy=TRUSTING)
    assert await watched.run.run_all() == "done", watched.run.state.failed
    assert "never" not in watched.output("there")


async def test_stopping_ends_the_command(host: MakeHost, key: str, make_run: MakeRun) -> None:
    one = await host()
    watched = make_run(step("s", one, "sleep 60", key), policy=TRUSTING)
    running: Any = asyncio.create_task(watched.run.run_all())
    await watched.until(lambda: watched.events(ev.HostStarted))
    await asyncio.sleep(0.2)
    await asyncio.wait_for(watched.run.stop(), 10)
    assert await running == "stopped"
    assert watched.states() == {"s": "stopped"}


async def test_long_outputs_fold_by_the_whole_and_hide_secrets_on_disk(
    host: MakeHost, key: str, make_run: MakeRun
) -> None:
    hosts = f"{await host()} {(await host()).replace('127.0.0.1', 'localhost')}"
    command = "echo token s3cretvalue; seq 1 60000"
    text = "```bash\nexport API_TOKEN=s3cretvalue\n```\n" + step("s", hosts, command, key)
    watched = make_run(text, policy=TRUSTING)
    assert await watched.run.run_all() == "done"
    digests = {event.digest for event in watched.events(ev.HostFinished)}
    assert len(digests) == 1
    files = list((paths.state() / "output").rglob("*.stdout"))
    assert len(files) == 2
    for file in files:
        content = await asyncio.to_thread(file.read_text)
        assert content.endswith("59999\n60000\n")
        assert "s3cretvalue" not in content


async def test_a_plain_host_opens_no_cloud(host: MakeHost, key: str, make_run: MakeRun) -> None:
    async def no_cloud() -> NoReturn:
        raise AssertionError("the cloud was opened")

    watched = make_run(step("s", await host(), "true", key), policy=TRUSTING, cloud=no_cloud)
    assert await watched.run.run_all() == "done"


async def test_the_passphrase_of_a_key_is_a_question_of_the_run(
    host: MakeHost, key: str, make_run: MakeRun, tmp_path: Path
) -> None:
    locked = tmp_path / "locked"
    asyncssh.read_private_key(key).write_private_key(locked, passphrase="open sesame")
    watched = make_run(
        step("s", await host(), "echo in", str(locked)), policy=Policy(trust_new_hosts=True, interactive=True)
    )
    running = asyncio.ensure_future(watched.run.run_all())
    for passphrase in ("wrong", "open sesame"):
        await watched.until(lambda: any(q.kind == "values" for q in watched.run.state.questions.values()))
        (question,) = watched.run.state.questions.values()
        assert (question.title, question.values[0].secret) == (f"Unlock the key {locked}", True)
        assert watched.run.answer(question.id, True, values={"Passphrase": passphrase})
        await watched.until(lambda: question.id not in watched.run.state.questions)  # noqa: B023 - called in this turn
    assert await running == "done", watched.run.state.failed
    assert "open sesame" not in repr(watched.records)


async def test_retry_runs_on_the_failed_hosts_and_keeps_the_others(
    host: MakeHost, key: str, make_run: MakeRun, tmp_path: Path, journal: Journal
) -> None:
    ports = [(await host()).split(":")[1] for _ in range(2)]
    hosts = f"127.0.0.1:{ports[0]} localhost:{ports[1]}"
    command = f"[ $PORT = {ports[0]} ] && exit 0; mkdir {tmp_path}/once 2>/dev/null && exit 3; echo now"
    watched = make_run(step("s", hosts, command, key), policy=TRUSTING)
    assert await watched.run.run_all() == "failed"
    before = {name: view.duration for name, view in watched.run.state.step("s").hosts.items()}
    failed = frozenset(name for name, view in watched.run.state.step("s").hosts.items() if view.state == "failed")
    assert failed == {"localhost"}
    assert await watched.run.run_step("s", hosts=failed) == "done"
    hosts_now = watched.run.state.step("s").hosts
    assert {name: view.state for name, view in hosts_now.items()} == dict.fromkeys(before, "done")
    assert hosts_now["127.0.0.1"].duration == before["127.0.0.1"]
    assert watched.events(ev.HostsChosen)[-1].hosts == ("localhost",)
    assert watched.end("s").summary == "Succeeded on 2 hosts."
    await asyncio.to_thread(write_host_outputs, journal, watched.run.id, "s", ["localhost", "127.0.0.1"], tmp_path)
    assert (tmp_path / "localhost.txt").read_text() == "now\n"
    assert (tmp_path / "127.0.0.1.txt").read_text() == ""


async def test_a_typed_command_on_hosts_is_a_step_of_the_run(host: MakeHost, key: str, make_run: MakeRun) -> None:
    watched = make_run(f"```bash\nexport SSH_KEY={key} WORD=there\n```\n", policy=TRUSTING)
    await watched.run.run_all()
    there = await host()
    assert await watched.run.run_on_hosts(f"me@{there}", 'echo "${WORD}"; exit 2') == "failed"
    assert watched.output("ssh-1") == "there\n"
    assert await watched.run.run_on_hosts(f"me@{there}", "true") == "done"
    assert watched.states()["ssh-2"] == "done"


async def test_a_wait_for_a_command_a_port_and_a_host_without_a_boot_id(
    host: MakeHost, key: str, make_run: MakeRun, tmp_path: Path
) -> None:
    there = await host()
    port = there.split(":")[1]
    text = f"""
        ```yaml {{azops=ssh name=ready}}
        hosts: me@{there}
        key: {key}
        wait-until: test -e {tmp_path}/mark || {{ touch {tmp_path}/mark; false; }}
        wait-for-port: {port}
        ```
        ```yaml {{azops=ssh name=never}}
        hosts: me@{there}
        key: {key}
        command: echo first
        wait-until: "false"
        wait-timeout: 1s
        ```
        """
    watched = make_run(text, policy=TRUSTING)
    assert await watched.run.run_all() == "failed"
    assert watched.states()["ready"] == "done"
    (view,) = watched.run.state.step("never").hosts.values()
    assert (view.reason, view.problem) == ("timed out", "127.0.0.1 was not ready within 1 s.")
    assert watched.output("never") == "first\n"
