"""Hosts to reach: servers in this process, and Debian's own sshd where it is installed."""

from __future__ import annotations

import asyncio
import getpass
import os
import shutil
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import asyncssh
import pytest

from azops_tui.ssh import HostKeys, Target, ensure_keypair
from azops_tui.ssh.fleet import Fleet

Handler = Callable[["asyncssh.SSHServerProcess[bytes]"], Awaitable[None]]
Host = Callable[..., Awaitable[Target]]


@pytest.fixture
def key(tmp_path: Path) -> str:
    """Path of the user's private key."""
    path = tmp_path / "user" / "id_ed25519"
    ensure_keypair(path, comment="tester")
    return str(path)


def public_of(key: str) -> str:
    """The public key of a pair."""
    return Path(key + ".pub").read_text()


@pytest.fixture
def host_keys(tmp_path: Path) -> HostKeys:
    return HostKeys(tmp_path / "state" / "known_hosts")


@pytest.fixture
async def fleet(host_keys: HostKeys) -> AsyncIterator[Fleet]:
    made = Fleet(host_keys, connect_timeout=5)
    yield made
    await made.close()


async def answer(process: asyncssh.SSHServerProcess[bytes]) -> None:
    """A host's shell, as far as these tests need one: what follows the host's name is done."""
    words = (process.command or "").split()
    match words:
        case ["name"]:
            process.stdout.write(process.channel.get_extra_info("hostname", b"") or b"me\n")
        case ["exit", status]:
            process.stderr.write(b"it failed\n")
            process.exit(int(status))
            return
        case ["sleep", seconds]:
            await asyncio.sleep(float(seconds))
        case ["die"]:
            process.channel.get_connection().abort()
            return
        case ["flood", megabytes]:
            for _ in range(int(megabytes) * 16):
                process.stdout.write(b"x" * 65535 + b"\n")
                await process.stdout.drain()
        case ["escape"]:
            process.stdout.write(b"\x1b]52;c;aGk=\x07\x1b[2Jplain \xff\n")
        case _:
            process.stdout.write((process.command or "").encode() + b"\n")
    process.exit(0)


@pytest.fixture
async def host(key: str) -> AsyncIterator[Host]:
    """Makes a host in this process; ``await host("name")`` returns its target."""
    acceptors: list[asyncssh.SSHAcceptor] = []
    authorized = asyncssh.import_authorized_keys(public_of(key))

    async def make(
        name: str = "host",
        *,
        server_key: asyncssh.SSHKey | None = None,
        handler: Handler = answer,
        forward: bool = False,
        port: int = 0,
        via: Target | None = None,
        **options: object,
    ) -> Target:
        class Server(asyncssh.SSHServer):
            def connection_requested(self, *unused: object) -> bool:
                return forward

        acceptor = await asyncssh.listen(
            "127.0.0.1",
            port,
            server_factory=Server,
            server_host_keys=[server_key or asyncssh.generate_private_key("ssh-ed25519")],
            authorized_client_keys=authorized,
            process_factory=handler,
            encoding=None,
            **options,
        )
        acceptors.append(acceptor)
        return Target(name, "127.0.0.1", acceptor.get_port(), "tester", key, via)

    yield make
    for acceptor in acceptors:
        acceptor.close()
    for acceptor in acceptors:
        await acceptor.wait_closed()


@pytest.fixture
async def sshd(tmp_path: Path, key: str) -> AsyncIterator[Target]:
    """A real sshd on a loopback port, for the user who runs the tests."""
    program = shutil.which("sshd") or "/usr/sbin/sshd"
    if not os.access(program, os.X_OK):
        pytest.skip("sshd is not installed")
    if os.getuid() == 0:
        os.makedirs("/run/sshd", mode=0o755, exist_ok=True)
    folder = tmp_path / "sshd"
    folder.mkdir()
    for kind in ("ed25519", "rsa"):
        await asyncio.to_thread(ensure_keypair, folder / f"host_{kind}", kind)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    (folder / "authorized_keys").write_text(public_of(key))
    (folder / "sshd_config").write_text(
        f"Port {port}\nListenAddress 127.0.0.1\nHostKey {folder}/host_ed25519\nHostKey {folder}/host_rsa\n"
        f"AuthorizedKeysFile {folder}/authorized_keys\nPidFile {folder}/pid\nStrictModes no\nUsePAM no\n"
        "PasswordAuthentication no\nPermitRootLogin yes\nMaxStartups 200\nMaxSessions 20\n"
        # A shell that sshd starts reads ~/.bashrc, which is the user's, and slow on some machines.
        f"Subsystem sftp internal-sftp\nSetEnv HOME={folder}\n"
    )
    process = await asyncio.create_subprocess_exec(
        program, "-D", "-e", "-f", str(folder / "sshd_config"), stderr=asyncio.subprocess.PIPE
    )
    assert process.stderr is not None
    try:
        async with asyncio.timeout(10):
            while b"listening" not in (line := await process.stderr.readline()).lower():
                if not line:
                    pytest.skip("sshd does not start here")
        draining = asyncio.ensure_future(process.stderr.read())
        yield Target("real", "127.0.0.1", port, getpass.getuser(), key)
        process.terminate()
        await draining
    finally:
        if process.returncode is None:
            try:
                process.terminate()
            except ProcessLookupError:
                pass
        await process.wait()
