"""Machines of the local cloud over SSH."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator

import msgspec
import pytest

from azops_tui.azure.cloud import Cloud
from azops_tui.azure.connect import connect
from azops_tui.azure.profiles import Profile
from azops_tui.engine.run_command_carrier import RunCommandCarrier
from azops_tui.engine.targets import find_targets
from azops_tui.simulator.endpoint import start, stop
from azops_tui.ssh import HostKeys, Target
from azops_tui.ssh.afterwards import Afterwards
from azops_tui.ssh.fleet import Fleet
from tests.azure.test_simulator import deploy, machine_template, scale_set_template
from tests.ssh.conftest import public_of


@pytest.fixture
async def cloud() -> AsyncIterator[Cloud]:
    endpoint, child = await asyncio.to_thread(start, speed=1000)
    made = await connect(Profile(name="local", cloud="local"), endpoint, poll=0.05)
    await made.groups.create("g", "japanwest")
    yield made
    await made.close()
    await asyncio.to_thread(stop, child)


async def test_machines_and_instances(cloud: Cloud, key: str) -> None:
    parameters = {"sshPublicKey": {"value": public_of(key).strip()}}
    for template in (machine_template(), scale_set_template()):
        assert (await deploy(cloud, "g", template, parameters))[-1].state == "Succeeded"
    (machine,) = await cloud.machines.list("g")
    master = Target(machine.name, machine.public_address, 22, machine.user, key, identity=machine.unique)
    agents = [
        Target(one.name, one.address, 22, "ops", key, master, one.unique)
        for one in (await cloud.scale_sets.get("g", "agents")).instances
    ]
    assert cloud.endpoint is not None
    fleet = Fleet(HostKeys(cloud.endpoint.known_hosts), cloud.route)
    try:
        results = await fleet.run([master, *agents], "hostname; cd /tmp && pwd; exit 3")
        assert [result.problem for result in results] == ["", "", ""]
        assert [result.status for result in results] == [3, 3, 3]
        assert results[0].stdout == "master-0\n/tmp\n"
        assert len({result.stdout for result in results}) == 3
        [refused] = await fleet.run([msgspec.structs.replace(master, user="nobody")], "true")
        assert "rejected the user or the key" in refused.problem
        began = time.monotonic()
        work = asyncio.ensure_future(fleet.run([master], "sleep 1000000"))
        await asyncio.sleep(0.3)
        await fleet.stop()
        assert (await work)[0].problem == "Stopped; the command was ended on the host."
        assert time.monotonic() - began < 8
    finally:
        await fleet.close()
    await cloud.machines.act("g", machine.name, "deallocate")
    again = Fleet(HostKeys(cloud.endpoint.known_hosts), cloud.route, connect_timeout=3)
    [gone] = await again.run([master], "true")
    await again.close()
    assert gone.status is None
    assert gone.problem
    assert machine.public_address in gone.problem


async def test_a_reboot_is_over_when_the_boot_id_has_changed(cloud: Cloud, key: str) -> None:
    parameters = {"sshPublicKey": {"value": public_of(key).strip()}}
    assert (await deploy(cloud, "g", machine_template(), parameters))[-1].state == "Succeeded"
    (machine,) = await cloud.machines.list("g")
    target = Target(machine.name, machine.public_address, 22, machine.user, key, identity=machine.unique)
    assert cloud.endpoint is not None
    fleet = Fleet(HostKeys(cloud.endpoint.known_hosts), cloud.route)
    read = "cat /proc/sys/kernel/random/boot_id"
    try:
        [before] = await fleet.run([target], read)
        written: list[str] = []
        [result] = await fleet.run(
            [target],
            "true",
            then=Afterwards(reboot="wait", port=22, until="systemctl is-system-running", limit=60),
            on_output=lambda host, text, stream: written.append(text),
        )
        assert (result.status, result.problem) == (0, "")
        assert "".join(written) == "rebooting\nrebooted\nwaiting for port 22\n"
        [after] = await fleet.run([target], read)
        assert after.stdout != before.stdout
        [result] = await fleet.run([target], "true", then=Afterwards(reboot="if-required", limit=60))
        assert (result.status, result.stdout) == (0, "no reboot is required\n")
    finally:
        await fleet.close()


async def test_run_command_carries_commands_without_ssh(cloud: Cloud, host_keys: HostKeys, key: str) -> None:
    parameters = {"sshPublicKey": {"value": public_of(key).strip()}}
    for template in (machine_template(), scale_set_template()):
        assert (await deploy(cloud, "g", template, parameters))[-1].state == "Succeeded"

    async def opened() -> Cloud:
        return cloud

    found = await find_targets("group:g", opened)
    fleet = Fleet(host_keys)  # without a key or a route, so SSH could not reach anything
    command = "hostname; id -un; case $(hostname) in master*) echo bad >&2; exit 4;; esac"
    try:
        results = await fleet.run([host.target for host in found], command, carrier=RunCommandCarrier(opened))
        assert len(results) == 3
        by_name = {result.host: result for result in results}
        master = by_name.pop("master-0")
        assert (master.status, master.stdout, master.stderr) == (4, "master-0\nroot\n", "bad\n")
        assert all(result.ok and result.stdout.endswith("\nroot\n") for result in by_name.values()), results
        # The resources of the commands are gone.
        listed = [item for item in await cloud.resources.list() if "runcommands" in item.type.lower()]
        assert all(item.state == "Deleting" for item in listed)
        [result] = await fleet.run([Target("plain", "192.0.2.1")], "true", carrier=RunCommandCarrier(opened))
        assert (result.reason, "not a machine of the cloud" in result.problem) == ("unreachable", True)
        await cloud.machines.act("g", "master-0", "deallocate")
        target = next(host.target for host in found if host.target.name == "master-0")
        [result] = await fleet.run([target], "true", carrier=RunCommandCarrier(opened))
        assert (result.status, "requires the VM to be running" in result.problem) == (None, True)
    finally:
        await fleet.close()
