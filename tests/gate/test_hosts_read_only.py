"""A read-only run and a real sshd: what is not known to only read connects to no host."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from azops_tui.engine import sandbox
from azops_tui.engine.run import Policy
from azops_tui.events import records as ev
from azops_tui.net.http1 import Streams, end_connection, relay_both
from azops_tui.ssh import Target
from tests.engine.conftest import MakeRun, folders, journal, make_run
from tests.ssh.conftest import key, sshd

__all__ = ["folders", "journal", "key", "make_run", "sshd"]
pytestmark = pytest.mark.asyncio
WAYS = (
    *("touch {mark}", "echo x > {mark}", "sudo -n touch {mark}", "X=touch; $X {mark}", "eval 'touch {mark}'"),
    *("f() {{ touch {mark}; }}; f", "bash -c 'touch {mark}'", "sh <<E\ntouch {mark}\nE", "bash <<< 'touch {mark}'"),
    *("echo {mark} | xargs touch", "find / -maxdepth 0 -exec touch {mark} ';'", 'python3 -c \'open("{mark}", "w")\''),
    *("awk 'BEGIN {{ system(\"touch {mark}\") }}'", "env touch {mark}", "cp /etc/hostname {mark}", "ls | tee {mark}"),
    *("nohup touch {mark} &", "perl -e 'open(A, \">{mark}\")'", "ls $(touch {mark})", "alias ls='touch {mark}'; ls"),
    *("declare -n x=PATH; x=/tmp", "sed -n 'w {mark}' /etc/hostname", "systemctl restart x", "BASH_ENV={mark} ls"),
)


@dataclass
class Door:
    """Stands before a host and counts who comes."""

    target: Target
    port: int = 0
    connections: int = 0
    tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.tasks.add(asyncio.ensure_future(self._relay((reader, writer))))

    async def _relay(self, client: Streams) -> None:
        host = await asyncio.open_connection("127.0.0.1", self.target.port)
        await relay_both(client, host)
        await end_connection(client[1])
        await end_connection(host[1])


@pytest.fixture
async def door(sshd: Target, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Door]:
    monkeypatch.setenv("SSH_KEY", str(sshd.key))
    door = Door(sshd)
    server = await asyncio.start_server(door.pass_on, "127.0.0.1", 0)
    door.port = server.sockets[0].getsockname()[1]
    yield door
    server.close()
    await asyncio.gather(*door.tasks)


def block(door: Door, number: int, command: str) -> str:
    where = f"{door.target.user}@127.0.0.1:{door.port}"
    if number % 3:
        return f'```bash {{name=s{number} ssh="{where}" on-error=continue}}\n{command}\n```\n'
    body = "\n".join(f"  {line}" for line in command.splitlines())
    keys = f"key: {door.target.key}\nhosts: {where}\n"
    return f"```yaml {{azops=ssh name=s{number} on-error=continue}}\n{keys}command: |\n{body}\n```\n"


async def test_no_way_around_a_read_only_run_reaches_a_host(make_run: MakeRun, door: Door, tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    text = "\n".join(block(door, number, way.format(mark=mark)) for number, way in enumerate(WAYS))
    policy = Policy(read_only=True, yes=True, yes_destroy=True, trust_new_hosts=True)
    watched = make_run(text, policy=policy)
    await watched.run.run_all()
    await watched.run.close()
    codes = {end.step: end.failure and end.failure.code for end in watched.events(ev.StepFinished)}
    assert codes == {f"s{number}": "ReadOnly" for number in range(len(WAYS))}
    assert (door.connections, mark.exists()) == (0, False)


@pytest.mark.parametrize("is_fenced", [True, False])
async def test_what_is_known_to_read_runs_on_a_host(
    make_run: MakeRun, door: Door, monkeypatch: pytest.MonkeyPatch, is_fenced: bool
) -> None:
    if not is_fenced:
        monkeypatch.setattr(sandbox, "can_fence", lambda: False)
    commands = ("uname -s; df -h / | tail -1", "id -un\nif test -d /etc; then echo there; fi")
    text = "\n".join(block(door, number, command) for number, command in enumerate(commands))
    watched = make_run(text, policy=Policy(read_only=True, trust_new_hosts=True))
    await watched.run.run_all()
    await watched.run.close()
    assert "Linux" in watched.output("s0"), watched.end("s0")
    assert "there" in watched.output("s1"), watched.end("s1")
    assert door.connections
