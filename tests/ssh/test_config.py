"""Hosts, keys and trust as OpenSSH's own files describe them, against a real sshd."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import asyncssh
import msgspec
import pytest

from azops_tui.ssh import HostKeys, Target, ensure_keypair
from azops_tui.ssh.fleet import Fleet, HostResult
from azops_tui.ssh.host_keys import HostKeyQuestion
from azops_tui.ssh.targets import resolve

pytestmark = pytest.mark.skipif(shutil.which("ssh") is None, reason="ssh is not installed")


@pytest.fixture
def home() -> Path:
    """The user's ``.ssh`` folder, empty."""
    folder = Path.home() / ".ssh"
    folder.mkdir(mode=0o700, parents=True)
    return folder


@pytest.fixture
async def agent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    """An agent without keys, which ``SSH_AUTH_SOCK`` names."""
    if shutil.which("ssh-agent") is None:
        pytest.skip("ssh-agent is not installed")
    socket = tmp_path / "agent"
    command = ("ssh-agent", "-D", "-a", str(socket))
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    assert b"SSH_AUTH_SOCK" in await process.stdout.readline()  # it listens now
    monkeypatch.setenv("SSH_AUTH_SOCK", str(socket))
    yield
    process.terminate()
    await process.communicate()


async def add_to_agent(key: str) -> None:
    process = await asyncio.create_subprocess_exec("ssh-add", "-q", key, stderr=asyncio.subprocess.DEVNULL)
    assert await process.wait() == 0


async def run(*targets: Target, ask: bool | None = True) -> tuple[list[HostResult], list[list[HostKeyQuestion]]]:
    """Resolve the targets and run a command on them; returns the results and the questions about keys."""
    asked: list[list[HostKeyQuestion]] = []

    def trust(questions: Sequence[HostKeyQuestion]) -> bool:
        asked.append(list(questions))
        return bool(ask)

    fleet = Fleet(HostKeys(Path.home() / ".ssh" / "known_hosts"), ask_host_keys=None if ask is None else trust)
    try:
        return await fleet.run(await resolve(targets), "echo reached"), asked
    finally:
        await fleet.close()


def host_block(sshd: Target, name: str = "box", **more: object) -> str:
    settings = {"HostName": sshd.address, "Port": sshd.port, "User": sshd.user} | more
    return f"Host {name}\n" + "".join(f"  {word} {value}\n" for word, value in settings.items())


async def test_an_alias_with_its_key(sshd: Target, home: Path) -> None:
    (home / "config").write_text(host_block(sshd, IdentityFile=sshd.key))
    (result,), asked = await run(Target("box", "box"))
    assert (result.problem, result.stdout) == ("", "reached\n")
    assert [question.host for question in asked[0]] == ["box"]
    known = (home / "known_hosts").read_text()
    assert known.startswith(f"[127.0.0.1]:{sshd.port} ssh-ed25519 ")
    _, again = await run(Target("box", "box"))
    assert again == []


async def test_settings_of_every_host_and_of_a_match(sshd: Target, home: Path) -> None:
    (home / "config").write_text(
        f"Match originalhost somewhere\n  HostName 127.0.0.1\n  Port {sshd.port}\n"
        f"Host *\n  User {sshd.user}\n  IdentityFile {sshd.key}\n"
    )
    (result,), _ = await run(Target("somewhere", "somewhere"))
    assert (result.problem, result.stdout) == ("", "reached\n")


async def test_a_proxy_command(sshd: Target, home: Path) -> None:
    relay = home / "relay.py"
    relay.write_text(
        "import os, select, socket, sys\n"
        "s = socket.create_connection((sys.argv[1], int(sys.argv[2])))\n"
        "while True:\n"
        "    for ready in select.select([0, s], [], [])[0]:\n"
        "        data = os.read(0, 65536) if ready == 0 else s.recv(65536)\n"
        "        if not data: sys.exit()\n"
        "        s.sendall(data) if ready == 0 else os.write(1, data)\n"
    )
    (home / "config").write_text(
        host_block(sshd, IdentityFile=sshd.key, ProxyCommand=f"python3 {relay} %h %p", HostKeyAlias="the-box")
    )
    (result,), _ = await run(Target("box", "box"))
    assert (result.problem, result.stdout) == ("", "reached\n")
    assert (home / "known_hosts").read_text().startswith("the-box ssh-ed25519 ")


async def test_a_jump_host_that_is_an_alias(sshd: Target, home: Path) -> None:
    (home / "config").write_text(
        host_block(sshd, "gate", IdentityFile=sshd.key)
        + host_block(sshd, "inner", IdentityFile=sshd.key, ProxyJump="gate")
    )
    (result,), _ = await run(Target("inner", "inner"))
    assert (result.problem, result.stdout) == ("", "reached\n")


async def test_an_agent_without_any_key_file(sshd: Target, home: Path, agent: None) -> None:
    await add_to_agent(sshd.key)
    (result,), _ = await run(msgspec.structs.replace(sshd, key=""))
    assert (result.problem, result.stdout) == ("", "reached\n")


async def test_an_encrypted_key_that_the_agent_holds(sshd: Target, home: Path, agent: None) -> None:
    await add_to_agent(sshd.key)
    locked = home / "locked"
    key = asyncssh.read_private_key(sshd.key)
    key.write_private_key(str(locked), passphrase="secret")
    (home / "locked.pub").write_bytes(key.export_public_key())
    (home / "config").write_text(host_block(sshd, IdentityFile=locked, IdentitiesOnly="yes"))
    (result,), _ = await run(Target("box", "box"))
    assert (result.problem, result.stdout) == ("", "reached\n")


async def test_a_locked_key_without_an_agent_is_named(
    sshd: Target, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    locked = home / "locked"
    asyncssh.read_private_key(sshd.key).write_private_key(str(locked), passphrase="secret")
    (home / "config").write_text(host_block(sshd, IdentityFile=locked))
    (result,), _ = await run(Target("box", "box"))
    assert f"ssh-add {locked}" in result.problem


async def test_identities_only_keeps_other_keys_of_the_agent_back(sshd: Target, home: Path, agent: None) -> None:
    await add_to_agent(sshd.key)
    ensure_keypair(home / "other")
    (home / "config").write_text(host_block(sshd, IdentityFile=home / "other", IdentitiesOnly="yes"))
    (result,), _ = await run(Target("box", "box"))
    assert result.status is None
    assert "rejected the user or the key" in result.problem


async def test_all_new_hosts_are_one_question(sshd: Target, home: Path) -> None:
    (home / "config").write_text(
        "".join(host_block(sshd, f"box{n}", IdentityFile=sshd.key, HostKeyAlias=f"box{n}") for n in range(6))
    )
    results, asked = await run(*(Target(f"box{n}", f"box{n}") for n in range(6)))
    assert [result.stdout for result in results] == ["reached\n"] * 6
    assert [len(questions) for questions in asked] == [6]


async def test_a_revoked_key_and_a_strict_host_are_refused(sshd: Target, home: Path) -> None:
    (home / "config").write_text(
        host_block(sshd, "strict", IdentityFile=sshd.key, StrictHostKeyChecking="yes", HostKeyAlias="strict")
        + host_block(sshd, "revoked", IdentityFile=sshd.key, HostKeyAlias="revoked")
    )
    public = (Path(sshd.key).parent.parent / "sshd" / "host_ed25519.pub").read_text().strip()
    (home / "known_hosts").write_text(f"@revoked revoked {public}\n")
    results, asked = await run(Target("strict", "strict"), Target("revoked", "revoked"))
    assert asked == []
    assert [result.status for result in results] == [None, None]
    assert "was not trusted" in results[0].problem
    assert "is revoked" in results[1].problem


async def test_a_host_certificate_of_a_known_authority_asks_nothing(sshd: Target, home: Path) -> None:
    authority = asyncssh.generate_private_key("ssh-ed25519")
    folder = Path(sshd.key).parent.parent / "sshd"
    host_key = asyncssh.read_public_key(str(folder / "host_ed25519.pub"))
    certificate = authority.generate_host_certificate(host_key, "host", principals=["certified"])
    (home / "known_hosts").write_text(f"@cert-authority certified {authority.export_public_key().decode()}")
    accepting = await asyncssh.listen(
        "127.0.0.1",
        0,
        server_host_keys=[(asyncssh.read_private_key(str(folder / "host_ed25519")), certificate)],
        authorized_client_keys=asyncssh.read_authorized_keys(sshd.key + ".pub"),
        process_factory=lambda process: (process.stdout.write("reached\n"), process.exit(0)),
    )
    (home / "config").write_text(
        f"Host box\n  HostName 127.0.0.1\n  Port {accepting.get_port()}\n"
        f"  HostKeyAlias certified\n  IdentityFile {sshd.key}\n"
    )
    try:
        (result,), asked = await run(Target("box", "box"))
    finally:
        accepting.close()
        await accepting.wait_closed()
    assert (result.problem, asked) == ("", [])
