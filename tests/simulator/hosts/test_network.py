"""Simulated machines over real SSH: authentication, commands, reboots."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import asyncssh
import pytest

from azops_tui.simulator.hosts import HostNetwork, HostSpec

BASE = "/subscriptions/s/resourceGroups/{}/providers/Microsoft.Compute/virtualMachines/{}"


class Cloud:
    """A network with a key that its machines accept."""

    def __init__(self, folder: Path) -> None:
        self.key = asyncssh.generate_private_key("ssh-ed25519")
        self.network = HostNetwork(speed=200, folder=folder)

    def spec(
        self, name: str = "m0", address: str = "10.0.0.4", group: str = "g", public: str | None = None
    ) -> HostSpec:
        """A machine of a group."""
        keys = [self.key.export_public_key().decode(), "no key at all"]
        return HostSpec(
            BASE.format(group, name), name, "azureuser", keys, address, public, f"{name}.example" if public else None
        )

    def connect(self, port: int, **options: object) -> asyncssh.misc._ACMWrapper[asyncssh.SSHClientConnection]:
        """A connection to a port of loopback."""
        chosen = {"username": "azureuser", "client_keys": [self.key], "known_hosts": None, "config": None, **options}
        return asyncssh.connect("127.0.0.1", port, **chosen)

    async def says(self, port: int, command: str) -> str:
        """What a command says."""
        async with self.connect(port) as connection:
            result = await connection.run(command, check=True)
        assert isinstance(result.stdout, str)
        return result.stdout


@pytest.fixture
async def cloud(tmp_path: Path) -> AsyncIterator[Cloud]:
    made = Cloud(tmp_path / "hosts")
    yield made
    await made.network.close()


async def test_only_the_deployed_user_with_the_deployed_key(cloud: Cloud) -> None:
    port = await cloud.network.start(cloud.spec())
    assert await cloud.says(port, "hostname; whoami") == "m0\nazureuser\n"
    other = asyncssh.generate_private_key("ssh-ed25519")
    for options in ({"username": "root"}, {"client_keys": [other]}, {"client_keys": None, "password": "x"}):
        with pytest.raises(asyncssh.PermissionDenied):
            async with cloud.connect(port, agent_path=None, **options):
                pass


async def test_endpoints(cloud: Cloud) -> None:
    port = await cloud.network.start(cloud.spec(public="20.0.0.1"))
    (found,) = cloud.network.addresses()
    assert found == {
        "id": BASE.format("g", "m0"),
        "name": "m0",
        "addresses": ["10.0.0.4", "20.0.0.1"],
        "fqdn": "m0.example",
        "host": "127.0.0.1",
        "port": port,
        "user": "azureuser",
    }
    assert await cloud.network.start(cloud.spec(public="20.0.0.1")) == port, "one that runs goes on"
    await cloud.network.stop(BASE.format("g", "m0").upper())
    assert cloud.network.addresses() == []


async def test_the_host_key_and_files_stay_until_it_is_removed(cloud: Cloud) -> None:
    spec = cloud.spec()
    keys = []
    for last in (False, True, False):
        port = await cloud.network.start(spec)
        found = await asyncssh.get_server_host_key("127.0.0.1", port, config=None)
        assert found is not None
        keys.append(found.export_public_key())
        if len(keys) == 2:
            assert await cloud.says(port, "cat kept") == "kept\n"
        await cloud.says(port, "echo kept > kept")
        await (cloud.network.remove(spec.id) if last else cloud.network.stop(spec.id))
    assert keys[0] == keys[1] != keys[2]
    assert await cloud.says(await cloud.network.start(spec), "ls kept 2>&1 || true") == "kept\n"


async def test_a_reboot_drops_connections_and_changes_the_boot_id(cloud: Cloud) -> None:
    port = await cloud.network.start(cloud.spec())
    boot = "cat /proc/sys/kernel/random/boot_id"
    before = await cloud.says(port, f"{boot}; echo x > /tmp/gone; echo x > stays")
    async with cloud.connect(port) as connection:
        sleeping = await connection.create_process("sleep 1000")
        assert (await connection.run("reboot")).exit_status == 1, "not without sudo"
        assert (await connection.run("sudo reboot")).exit_status == 0
        await sleeping.wait_closed()
        await connection.wait_closed()
    for _ in range(200):
        try:
            after = await cloud.says(port, f"{boot}; ls /tmp stays")
            break
        except (OSError, asyncssh.Error):
            await asyncio.sleep(0.02)
    assert before.strip() not in after
    assert after.endswith("/tmp:\n\nstays:\nstays\n") or "stays" in after
    assert "gone" not in after


async def test_a_restart_returns_when_it_answers(cloud: Cloud) -> None:
    port = await cloud.network.start(cloud.spec())
    before = await cloud.says(port, "cat /proc/sys/kernel/random/boot_id")
    await cloud.network.restart(cloud.spec().id)
    assert await cloud.says(port, "cat /proc/sys/kernel/random/boot_id") != before


async def test_a_master_is_a_jump_host_to_its_own_group_first(cloud: Cloud) -> None:
    port = await cloud.network.start(cloud.spec("master", public="20.0.0.1"))
    for group in ("other", "g"):
        await cloud.network.start(cloud.spec(f"agent-{group}", "10.0.1.4", group))
    async with cloud.connect(port) as master:
        for address in ("10.0.1.4", "agent-g"):
            async with asyncssh.connect(
                address, tunnel=master, username="azureuser", client_keys=[cloud.key], known_hosts=None, config=None
            ) as agent:
                assert (await agent.run("hostname")).stdout == "agent-g\n"
        for refused in (("10.0.9.9", 22), ("10.0.1.4", 80), ("127.0.0.1", port)):
            with pytest.raises(asyncssh.ChannelOpenError):
                await master.open_connection(*refused)


async def test_a_command_is_ended_from_a_second_session(cloud: Cloud) -> None:
    port = await cloud.network.start(cloud.spec())
    async with cloud.connect(port) as connection:
        process = await connection.create_process("echo $$; sleep 1000; echo no")
        pid = (await process.stdout.readline()).strip()
        assert (await connection.run(f"kill -s 0 -- -{pid}")).exit_status == 0
        assert (await connection.run(f"kill -s TERM -- -{pid}")).exit_status == 0
        await process.wait_closed()
        assert process.exit_signal is not None
        assert process.exit_signal[0] == "TERM"
        assert (await connection.run(f"kill -0 {pid}")).exit_status == 1


async def test_standard_input_and_a_script_on_it(cloud: Cloud) -> None:
    port = await cloud.network.start(cloud.spec())
    async with cloud.connect(port) as connection:
        assert (await connection.run("cat | wc -l", input="a\nb\n")).stdout == "2\n"
        assert (await connection.run(input="x=5\necho $x\nexit 3\n")).stdout == "5\n"
        assert (await connection.run("exit 3")).exit_status == 3


async def test_an_interactive_shell(cloud: Cloud) -> None:
    port = await cloud.network.start(cloud.spec())
    async with cloud.connect(port) as connection:
        process = await connection.create_process(term_type="xterm")
        process.stdin.write("cd /etc\nhostname\nnope\nsleep 1000\n")
        await process.stdout.readuntil("sleep 1000")
        process.stdin.write("\x03")
        shown = await process.stdout.readuntil("^C")
        process.stdin.write("exit 4\n")
        shown += await process.stdout.read()
        await process.wait_closed()
    assert process.exit_status == 4
    assert "azureuser@m0:/etc$" in shown


async def test_files_over_sftp_stay_in_the_machine(cloud: Cloud, tmp_path: Path) -> None:
    port = await cloud.network.start(cloud.spec())
    (tmp_path / "up").write_bytes(b"\x00\xff up\n")
    async with cloud.connect(port) as connection, connection.start_sftp_client() as sftp:
        await sftp.put(tmp_path / "up", "up")
        assert await sftp.realpath(".") == "/home/azureuser"
        assert (await connection.run("sha256sum up | cut -c1-8")).exit_status == 0
        await sftp.get("/home/azureuser/up", tmp_path / "down")
        assert not await sftp.exists("../../../../../../etc/shadow")
        with pytest.raises(asyncssh.SFTPError):
            await sftp.symlink("/", "escape")
    assert (tmp_path / "down").read_bytes() == b"\x00\xff up\n"


@pytest.mark.skipif(shutil.which("ssh") is None or shutil.which("scp") is None, reason="OpenSSH's client is not here")
async def test_the_real_client(cloud: Cloud, tmp_path: Path) -> None:
    port = await cloud.network.start(cloud.spec())
    key = tmp_path / "key"
    key.write_bytes(cloud.key.export_private_key())
    key.chmod(0o600)
    common = [
        "-i",
        str(key),
        "-F",
        "none",
        "-o",
        "StrictHostKeyChecking=no",
        "-o",
        f"UserKnownHostsFile={tmp_path}/known",
    ]
    common += ["-o", "BatchMode=yes", "-o", "LogLevel=ERROR"]

    async def call(*command: str) -> tuple[int, str]:
        result = await asyncio.to_thread(
            subprocess.run, command, capture_output=True, text=True, check=False, timeout=60
        )
        return result.returncode, result.stdout + result.stderr

    target = "azureuser@127.0.0.1"
    assert await call("ssh", *common, "-p", str(port), target, "hostname; exit 7") == (7, "m0\n")
    (tmp_path / "file").write_text("text\n")
    for options in ([], ["-O"]):
        status, said = await call("scp", *options, *common, "-P", str(port), f"{tmp_path}/file", f"{target}:copied")
        assert (status, said) == (0, "")
        assert await cloud.says(port, "cat copied; rm copied") == "text\n"


async def test_a_hundred_machines(tmp_path: Path) -> None:
    cloud = Cloud(tmp_path / "hosts")
    ports = [await cloud.network.start(cloud.spec(f"m{number}", f"10.0.1.{number}")) for number in range(100)]
    assert len(set(ports)) == 100
    answers = await asyncio.gather(*(cloud.says(port, "hostname -I") for port in ports[:20]))
    assert [answer.strip() for answer in answers] == [f"10.0.1.{number}" for number in range(20)]
    await cloud.network.close()
