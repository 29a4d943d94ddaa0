"""Commands against a real sshd: processes, shells and keys."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from pathlib import Path

import msgspec

from azops_tui.ssh import HostKeys, Target
from azops_tui.ssh.fleet import Fleet


async def test_the_user_s_shell_runs_the_command(sshd: Target, fleet: Fleet) -> None:
    command = "x='a  b'; printf '%s\\n' \"$x\" 'it''s' ; echo err >&2; cd /tmp && pwd; exit 7"
    [result] = await fleet.run([sshd], command)
    assert result.problem == ""
    assert (result.status, result.stdout, result.stderr) == (7, "a  b\nits\n/tmp\n", "err\n")


async def test_standard_input_is_empty(sshd: Target, fleet: Fleet) -> None:
    [result] = await fleet.run([sshd], "cat; echo done", timeout=20)
    assert (result.status, result.stdout) == (0, "done\n")


async def test_a_signal_gives_the_status_that_shells_give(sshd: Target, fleet: Fleet) -> None:
    [result] = await fleet.run([sshd], "kill -TERM $$; sleep 5")
    assert result.status == 143


async def test_the_strongest_key_is_recorded_and_the_host_known_again(sshd: Target, host_keys: HostKeys) -> None:
    for _ in range(2):
        fleet = Fleet(host_keys)
        assert (await fleet.run([sshd], "true"))[0].ok
        await fleet.close()
    (known,) = host_keys.lookup(sshd.known_as)
    assert known.algorithm == "ssh-ed25519"


async def test_a_host_known_by_its_rsa_key_alone(sshd: Target, host_keys: HostKeys, tmp_path: Path) -> None:
    kind, blob = (tmp_path / "sshd" / "host_rsa.pub").read_text().split()[:2]
    host_keys.record(sshd.known_as, kind, blob)
    fleet = Fleet(host_keys)
    [result] = await fleet.run([sshd], "true")
    await fleet.close()
    assert result.ok, result.problem


def _alive(pid: int) -> bool:
    time.sleep(0.1)
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


async def _started(path: Path) -> int:
    def wait() -> int:
        deadline = time.monotonic() + 20
        while not (path.exists() and path.read_text().strip()):
            assert time.monotonic() < deadline, "the command did not start"
            time.sleep(0.02)
        return int(path.read_text())

    return await asyncio.to_thread(wait)


async def test_stop_leaves_no_process_behind(sshd: Target, fleet: Fleet, tmp_path: Path) -> None:
    mark = tmp_path / "pid"
    work = asyncio.ensure_future(fleet.run([sshd], f"(trap '' TERM; sleep 300 & echo $! > {mark}; wait) | cat"))
    child = await _started(mark)
    assert _alive(child)
    began = time.monotonic()
    await fleet.stop()
    [result] = await asyncio.wait_for(work, 1)
    assert time.monotonic() - began < 6
    assert result.problem == "Stopped; the command was ended on the host."
    assert not _alive(child)


async def test_stop_ends_processes_that_left_the_session(sshd: Target, fleet: Fleet, tmp_path: Path) -> None:
    marks = [tmp_path / name for name in ("setsid", "without-environment")]
    command = (
        f"setsid sh -c 'echo $$ > {marks[0]}; trap \"\" TERM; while :; do sleep 1; done' & "
        f"env -i setsid sh -c 'echo $$ > {marks[1]}; exec sleep 300' & wait"
    )
    work = asyncio.ensure_future(fleet.run([sshd], command))
    children = [await _started(mark) for mark in marks]
    await fleet.stop()
    [result] = await work
    assert result.problem == "Stopped; the command was ended on the host."
    assert not any(map(_alive, children))


async def test_a_command_ends_with_the_connection_and_a_daemon_stays(
    sshd: Target, fleet: Fleet, tmp_path: Path
) -> None:
    mark, daemon = tmp_path / "pid", tmp_path / "daemon"
    [result] = await fleet.run([sshd], f"setsid sh -c 'echo $$ > {daemon}; exec sleep 300' >/dev/null 2>&1 &")
    assert result.ok
    work = asyncio.ensure_future(fleet.run([sshd], f"setsid sh -c 'echo $$ > {mark}; exec sleep 300'; true"))
    child = await _started(mark)
    (await fleet.connect(sshd)).abort()
    [result] = await work
    assert "was lost" in result.problem
    deadline = time.monotonic() + 20
    while await asyncio.to_thread(_alive, child):
        assert time.monotonic() < deadline, "the command outlived its connection"
    started = int(daemon.read_text())
    assert _alive(started)
    os.kill(started, signal.SIGKILL)


async def test_a_timeout_leaves_no_process_behind(sshd: Target, fleet: Fleet, tmp_path: Path) -> None:
    mark = tmp_path / "pid"
    [result] = await fleet.run([sshd], f"sleep 300 & echo $! > {mark}; wait", timeout=1)
    assert "was ended on the host" in result.problem
    assert not _alive(int(mark.read_text()))


async def test_cancelling_leaves_no_process_behind(sshd: Target, fleet: Fleet, tmp_path: Path) -> None:
    mark = tmp_path / "pid"
    work = asyncio.ensure_future(fleet.run([sshd], f"echo $$ > {mark}; exec sleep 300"))
    child = await _started(mark)
    work.cancel()
    await asyncio.wait([work])
    assert not _alive(child)


async def test_a_host_that_freezes_is_lost(sshd: Target, host_keys: HostKeys, tmp_path: Path) -> None:
    fleet = Fleet(host_keys, keepalive=0.2, keepalive_misses=2)
    mark = tmp_path / "pid"
    work = asyncio.ensure_future(fleet.run([sshd], f"echo $PPID > {mark}; exec sleep 60"))
    server = await _started(mark)
    os.kill(server, signal.SIGSTOP)
    try:
        [result] = await asyncio.wait_for(work, 20)
    finally:
        os.kill(server, signal.SIGCONT)
    await fleet.close()
    assert result.status is None
    assert result.problem.startswith("The connection to real was lost")


async def test_a_real_jump_host(sshd: Target, fleet: Fleet) -> None:
    inner = [msgspec.structs.replace(sshd, name=f"inner-{number}", via=sshd) for number in range(8)]
    results = await fleet.run(inner, "echo $SSH_CONNECTION")
    assert all(result.ok for result in results), [result.problem for result in results]


async def test_many_sessions_and_bytes_that_are_not_text(sshd: Target, fleet: Fleet) -> None:
    [result] = await fleet.run(
        [sshd], "printf 'a\\377b\\033[2Jc\\n'; head -c 3000000 /dev/zero | tr '\\0' x | fold -w 99"
    )
    assert result.ok
    assert result.stdout.endswith("x")
    [result] = await fleet.run([sshd], "printf 'a\\377b\\033[2Jc\\n'")
    assert result.stdout == "a\ufffdbc\n"
