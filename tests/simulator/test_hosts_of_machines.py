"""Machines of the cloud as hosts that one can log in to."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import asyncssh
import pytest

from azops_tui.simulator.server import SimulatorServer, serve
from tests.simulator.clients import Clients, machine, scale_set


@pytest.fixture
async def server() -> AsyncIterator[SimulatorServer]:
    async with serve(speed=1000, with_hosts=True, seed=7) as made:
        yield made


async def run(clients: Clients, key: asyncssh.SSHKey, address: str, command: str) -> str:
    """What a command says on the machine that has this address."""
    _, _, found = await clients.raw("GET", "/simulator/hosts")
    host = next(h for h in found if address in (*h["addresses"], h["fqdn"]))
    async with asyncssh.connect(
        host["host"], host["port"], username=host["user"], client_keys=[key], known_hosts=None, config=None
    ) as connection:
        answer = await connection.run(command, check=True)
    return str(answer.stdout).strip()


async def test_machines_and_instances_answer_over_ssh(server: SimulatorServer, clients: Clients) -> None:
    key = asyncssh.generate_private_key("ssh-ed25519")
    public = key.export_public_key().decode()
    await clients.group()
    await clients.network()
    nic = await clients.interface("nic", public="front")
    await clients.put(clients.id("Compute/virtualMachines", "m"), machine(nic, key=public))
    assert await run(clients, key, "front.japanwest.cloudapp.azure.com", "hostname") == "m"
    await clients.put(clients.id("Compute/virtualMachineScaleSets", "s"), scale_set(clients.subnet(), 2, key=public))
    assert await run(clients, key, "10.0.1.5", "hostname") == "agent000000"
    assert "10.0.1.6" in await run(clients, key, "10.0.1.6", "ip a")


async def test_a_restart_changes_the_boot_and_keeps_the_host_key(server: SimulatorServer, clients: Clients) -> None:
    key = asyncssh.generate_private_key("ssh-ed25519")
    await clients.group()
    await clients.network()
    nic = await clients.interface("nic", public="front")
    body = machine(nic, key=key.export_public_key().decode())
    await clients.put(clients.id("Compute/virtualMachines", "m"), body)

    async def host_key() -> bytes:
        _, _, [found] = await clients.raw("GET", "/simulator/hosts")
        offered = await asyncssh.get_server_host_key(found["host"], found["port"], config=None)
        assert offered is not None
        return offered.export_public_key()

    first, boot = await host_key(), await run(clients, key, "10.0.1.4", "cat /proc/sys/kernel/random/boot_id")
    await (await clients.compute.virtual_machines.begin_restart("g", "m")).result()
    assert await host_key() == first
    assert await run(clients, key, "10.0.1.4", "cat /proc/sys/kernel/random/boot_id") != boot
    await (await clients.compute.virtual_machines.begin_deallocate("g", "m")).result()
    assert (await clients.raw("GET", "/simulator/hosts"))[2] == []
    await (await clients.compute.virtual_machines.begin_start("g", "m")).result()
    assert await host_key() == first


async def test_a_run_command_runs_on_the_machine(clients: Clients) -> None:
    await clients.group()
    await clients.network()
    await clients.put(clients.id("Compute/virtualMachines", "m"), machine(await clients.interface("nic")))
    lines = ["echo $1 $COLOUR on $(hostname)", "whoami", "ls /nowhere", "echo made > /tmp/by-command"]
    given = [{"name": "arg1", "value": "first"}, {"name": "COLOUR", "value": "blue"}]
    command = {"command_id": "RunShellScript", "script": lines, "parameters": given}
    done = await (await clients.compute.virtual_machines.begin_run_command("g", "m", command)).result()
    out, _, errors = done.value[0].message.partition("[stderr]")
    assert "first blue on m" in out
    assert "root" in out
    assert "/nowhere" in errors
    command = {"command_id": "RunShellScript", "script": ["cat /tmp/by-command"]}
    done = await (await clients.compute.virtual_machines.begin_run_command("g", "m", command)).result()
    assert "made" in done.value[0].message


async def test_plain_ssh_finds_a_machine_by_name_and_address(
    server: SimulatorServer, clients: Clients, tmp_path: Path
) -> None:
    key = asyncssh.generate_private_key("ssh-ed25519")
    file = tmp_path / "id"
    key.write_private_key(file)
    file.chmod(0o600)
    await clients.group()
    await clients.network()
    nic = await clients.interface("nic", public="front")
    await clients.put(clients.id("Compute/virtualMachines", "m"), machine(nic, key=key.export_public_key().decode()))
    options = ("-i", str(file), "-o", "StrictHostKeyChecking=accept-new")
    for name in ("m", "10.0.1.4", "front.japanwest.cloudapp.azure.com"):
        process = await asyncio.create_subprocess_exec(
            f"{server.endpoint.programs}/ssh", *options, "-o", "BatchMode=yes", name, "hostname", stdout=-1, stderr=-1
        )
        out, errors = await process.communicate()
        assert out.decode().strip() == "m", errors.decode()
    known = await asyncio.to_thread(Path(server.endpoint.known_hosts).read_text)
    assert len(known.splitlines()) == 1
