"""Commands on many hosts, against servers in this process."""

from __future__ import annotations

import asyncio
import os
import resource
import time
from collections.abc import Sequence
from pathlib import Path

import asyncssh
import msgspec
import pytest

from azops_tui.ssh import HostKeyQuestion, HostKeys, Target
from azops_tui.ssh.challenges import SignInPrompt
from azops_tui.ssh.fleet import Fleet, HostResult
from tests.ssh.conftest import Host, answer, public_of


async def test_a_hundred_hosts(host: Host, fleet: Fleet) -> None:
    targets = [await host(f"web-{number}") for number in range(100)]
    started: list[str] = []
    finished: list[HostResult] = []
    said: list[tuple[str, str, str]] = []
    results = await fleet.run(
        targets,
        "hello",
        on_start=lambda name, address: started.append(name),
        on_output=lambda *told: said.append(told),
        on_finish=finished.append,
    )
    assert [result.host for result in results] == [target.name for target in targets]
    assert all(result.ok and result.stdout == "hello\n" for result in results)
    assert len(started) == len(finished) == 100
    assert sorted(said) == sorted((target.name, "hello\n", "stdout") for target in targets)


async def test_connections_are_reused(host: Host, fleet: Fleet) -> None:
    target = await host()
    await fleet.run([target], "one")
    began = time.perf_counter()
    [result] = await fleet.run([target], "two")
    assert result.stdout == "two\n"
    assert time.perf_counter() - began < 0.5


async def test_status_and_both_streams(host: Host, fleet: Fleet) -> None:
    [result] = await fleet.run([await host()], "exit 3")
    assert (result.status, result.stdout, result.stderr, result.problem) == (3, "", "it failed\n", "")
    assert not result.ok


async def test_output_is_safe_to_show(host: Host, fleet: Fleet) -> None:
    [result] = await fleet.run([await host()], "escape")
    assert result.stdout == "plain �\n"


async def test_a_lost_connection_is_a_failure_without_a_status(host: Host, fleet: Fleet) -> None:
    [result] = await fleet.run([await host("db")], "die")
    assert result.status is None
    assert result.problem == "The connection to db was lost; the result of the command is unknown."


async def test_unreachable_hosts_and_refused_users_are_explained_in_a_sentence(host: Host, fleet: Fleet) -> None:
    there = await host("there")
    nobody = Target("nobody", "127.0.0.1", 1, "tester", there.key)
    unknown = Target("unknown", "no-such-host.invalid", 22, "tester", there.key)
    keyless = Target("keyless", "127.0.0.1", there.port, "tester", there.key + ".missing")
    results = await fleet.run([nobody, unknown, keyless, there], "hello")
    assert [result.status for result in results] == [None, None, None, 0]
    assert results[0].problem == "127.0.0.1:1 refused the connection: no SSH server listens there."
    assert results[1].problem == "The name no-such-host.invalid cannot be resolved."
    assert "cannot be read: No such file" in results[2].problem


async def test_an_address_on_which_nothing_listens(host: Host, host_keys: HostKeys) -> None:
    fleet = Fleet(host_keys, lambda address: ("127.0.0.1", 0))
    [result] = await fleet.run([await host()], "hello")
    await fleet.close()
    assert result.status is None
    assert result.problem == "Nothing listens on 127.0.0.1: the machine is stopped or deleted."


async def test_a_key_that_is_not_accepted(host: Host, fleet: Fleet, tmp_path: Path) -> None:
    from azops_tui.ssh import ensure_keypair

    target = await host()
    ensure_keypair(tmp_path / "other")
    wrong = Target("wrong", target.address, target.port, "tester", str(tmp_path / "other"))
    [result] = await fleet.run([wrong], "hello")
    assert result.problem == f"127.0.0.1:{target.port} rejected the user or the key. Check both."


async def test_a_key_that_another_connection_recorded_meanwhile_is_no_changed_key(
    host: Host, host_keys: HostKeys
) -> None:
    target = await host()
    fleet = Fleet(host_keys)  # without anybody to ask, new keys are recorded while the others connect
    targets = [msgspec.structs.replace(target, name=f"alias-{number}") for number in range(20)]
    results = await fleet.run(targets, "hello")
    await fleet.close()
    assert [result.problem for result in results] == [""] * 20


async def test_a_changed_host_key_is_refused(host: Host, host_keys: HostKeys, fleet: Fleet) -> None:
    target = await host()
    assert (await fleet.run([target], "hello"))[0].ok
    await fleet.close()
    (old,) = host_keys.lookup(target.known_as)
    changed = await host("other")
    moved = Fleet(host_keys, route=lambda address: ("127.0.0.1", changed.port))
    try:
        [result] = await moved.run([target], "hello")
    finally:
        await moved.close()
    assert result.status is None
    assert old.fingerprint in result.problem
    assert "has changed from" in result.problem
    assert f"remove line 1 of {host_keys.path}" in result.problem
    assert host_keys.lookup(target.known_as) == (old,)


@pytest.mark.parametrize("trusted", [True, False])
async def test_an_unknown_host_is_asked_about_once(host: Host, host_keys: HostKeys, trusted: bool) -> None:
    asked: list[HostKeyQuestion] = []

    async def ask(questions: Sequence[HostKeyQuestion]) -> bool:
        asked.extend(questions)
        await asyncio.sleep(0.01)
        return trusted

    fleet = Fleet(host_keys, ask_host_keys=ask)
    target = await host("db")
    try:
        results = [*await fleet.run([target], "hello"), *await fleet.run([target], "hello")]
    finally:
        await fleet.close()
    assert all(result.ok is trusted for result in results)
    assert len(asked) == (1 if trusted else 2)
    assert asked[0].host == "db"
    assert asked[0].algorithm == "ssh-ed25519"
    assert asked[0].fingerprint.startswith("SHA256:")
    assert len(host_keys.lookup(target.known_as)) == trusted
    if not trusted:
        assert "was not trusted, so nothing was sent" in results[0].problem


async def test_a_revoked_key_is_refused(host: Host, host_keys: HostKeys, fleet: Fleet) -> None:
    secret = asyncssh.generate_private_key("ssh-ed25519")
    target = await host(server_key=secret)
    host_keys.path.parent.mkdir(parents=True)
    public = " ".join(secret.export_public_key().decode().split()[:2])
    host_keys.path.write_text(f"@revoked {target.known_as} {public}\n")
    [result] = await fleet.run([target], "hello")
    assert "revoked" in result.problem


async def test_a_certificate_of_a_known_authority_is_trusted(host: Host, host_keys: HostKeys, fleet: Fleet) -> None:
    authority = asyncssh.generate_private_key("ssh-ed25519")
    secret = asyncssh.generate_private_key("ssh-ed25519")
    certificate = authority.generate_host_certificate(secret, "host", principals=["127.0.0.1"])
    target = await host(server_key=(secret, certificate))
    host_keys.path.parent.mkdir(parents=True)
    public = " ".join(authority.export_public_key().decode().split()[:2])
    host_keys.path.write_text(f"@cert-authority [127.0.0.*]:* {public}\n")
    assert (await fleet.run([target], "hello"))[0].ok
    assert len(host_keys.path.read_text().splitlines()) == 1


async def test_a_second_factor_is_asked_for_and_the_time_limit_waits(host_keys: HostKeys) -> None:
    class Factor(asyncssh.SSHServer):
        def begin_auth(self, username: str) -> bool:
            return True

        def kbdint_auth_supported(self) -> bool:
            return True

        def get_kbdint_challenge(self, *_: object) -> tuple[str, str, str, list[tuple[str, bool]]]:
            return "Sign-in", "Code of\x1b[2J your phone", "", [("Code: ", True), ("Password:", False)]

        def validate_kbdint_response(self, username: str, responses: Sequence[str]) -> bool:
            return list(responses) == ["123456", "hunter2"]

    asked: list[tuple[str, Sequence[str], Sequence[SignInPrompt]]] = []
    replies: list[list[str] | None] = [["000000", "hunter2"], ["123456", "hunter2"], None]

    async def ask(title: str, lines: Sequence[str], prompts: Sequence[SignInPrompt]) -> list[str] | None:
        asked.append((title, lines, prompts))
        await asyncio.sleep(1.2)  # longer than the time limit
        return replies[len(asked) - 1]

    keys = [asyncssh.generate_private_key("ssh-ed25519")]
    acceptor = await asyncssh.listen(
        "127.0.0.1", 0, server_factory=Factor, server_host_keys=keys, process_factory=answer, encoding=None
    )
    targets = [Target(f"h{n}", "127.0.0.1", acceptor.get_port(), "ops") for n in range(3)]
    fleet = Fleet(host_keys, connect_timeout=1, ask_answers=ask)
    try:
        [result] = await fleet.run(targets[:1], "hello")
        assert result.ok, result.problem
        assert asked[0] == (
            f"ops@127.0.0.1:{acceptor.get_port()} asks",
            ["Sign-in", "Code of your phone"],
            [SignInPrompt("Code", False), SignInPrompt("Password")],
        )
        assert len(asked) == 2
        # After a no, the other hosts do not ask.
        assert not any(result.ok for result in await fleet.run(targets[1:], "hello"))
        assert len(asked) == 3
    finally:
        await fleet.close()
        acceptor.close()
        await acceptor.wait_closed()


async def test_a_command_that_takes_too_long_is_ended(host: Host, fleet: Fleet) -> None:
    began = time.monotonic()
    [result] = await fleet.run([await host()], "sleep 60", timeout=0.2)
    assert result.status is None
    assert result.problem == "The command exceeded 0.2 s and was ended on the host."
    assert time.monotonic() - began < 10


async def test_stop_ends_running_commands_and_starts_no_more(host: Host, host_keys: HostKeys) -> None:
    fleet = Fleet(host_keys, fan_out=2)
    targets = [await host(f"h{number}") for number in range(5)]
    work = asyncio.ensure_future(fleet.run(targets, "sleep 60"))
    await asyncio.sleep(0.5)
    await fleet.stop()
    results = await asyncio.wait_for(work, 1)
    await fleet.close()
    assert [result.started for result in results] == [True, True, False, False, False]
    assert all(result.status is None for result in results)
    assert results[0].problem == "Stopped; the command was ended on the host."
    assert results[4].problem == "Not run: the step was stopped."


async def test_a_host_that_stays_silent_is_unreachable(host_keys: HostKeys, key: str) -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    fleet = Fleet(host_keys, connect_timeout=0.3)
    [result] = await fleet.run([Target("mute", "127.0.0.1", port, "tester", key)], "hello")
    await fleet.close()
    server.close()
    await server.wait_closed()
    assert result.problem.startswith(f"127.0.0.1:{port} did not answer within 0.3 s")


async def test_batches_and_tolerated_failures(host: Host, fleet: Fleet) -> None:
    async def half_fail(process: asyncssh.SSHServerProcess[bytes]) -> None:
        process.exit(1)

    good = [await host(f"good-{number}") for number in range(4)]
    bad = [await host(f"bad-{number}", handler=half_fail) for number in range(2)]
    order = [good[0], good[1], bad[0], good[2], bad[1], good[3]]
    at_once = highest = 0

    def start(name: str, address: str) -> None:
        nonlocal at_once, highest
        at_once += 1
        highest = max(highest, at_once)

    def finish(result: HostResult) -> None:
        nonlocal at_once
        at_once -= result.started

    results = await fleet.run(order, "go", serial="2", on_start=start, on_finish=finish)
    assert [result.started for result in results] == [True, True, True, True, False, False]
    assert highest == 2
    assert results[5].problem == "Not run: 1 host failed."
    results = await fleet.run(order, "go", serial="2", max_fail="1")
    assert [result.status for result in results] == [0, 0, 1, 0, 1, 0]
    results = await fleet.run(order, "go")
    assert all(result.started for result in results)


async def test_unreachable_hosts_count_as_failures(host: Host, fleet: Fleet, key: str) -> None:
    targets = [Target(f"gone-{number}", "127.0.0.1", 1, "tester", key) for number in range(2)] + [await host()]
    results = await fleet.run(targets, "go", serial="1", max_fail="1")
    assert [result.started for result in results] == [True, True, False]


async def test_a_command_on_no_host_is_refused(fleet: Fleet) -> None:
    with pytest.raises(ValueError, match="no host to run the command on"):
        await fleet.run([], "go")


async def test_long_output_is_kept_on_disk_and_memory_stays_flat(
    host: Host, host_keys: HostKeys, tmp_path: Path
) -> None:
    fleet = Fleet(host_keys, spill=tmp_path / "spill")
    target = await host()
    await fleet.run([target], "flood 4")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    length = 0

    def count(name: str, text: str, stream: str) -> None:
        nonlocal length
        length += len(text)

    [result] = await fleet.run([target], "flood 50", on_output=count)
    await fleet.close()
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert result.ok
    assert length == 50 * 1024 * 1024
    assert os.stat(result.stdout_file).st_size == length
    assert len(result.stdout) + result.cut == length
    assert len(result.stdout) < 1024 * 1024
    assert grown < 40 * 1024  # kB


async def test_a_jump_host_is_one_connection_for_all(host: Host, fleet: Fleet) -> None:
    entered = 0

    class Counted(asyncssh.SSHServer):
        def connection_made(self, connection: asyncssh.SSHServerConnection) -> None:
            nonlocal entered
            entered += 1

        def connection_requested(self, *unused: object) -> bool:
            return True

    first = await host("inner-0")
    jump_key = asyncssh.generate_private_key("ssh-ed25519")
    acceptor = await asyncssh.listen(
        "127.0.0.1",
        0,
        server_factory=Counted,
        server_host_keys=[jump_key],
        authorized_client_keys=asyncssh.import_authorized_keys(public_of(first.key)),
    )
    jump = Target("jump", "127.0.0.1", acceptor.get_port(), "tester", first.key)
    targets = [await host(f"inner-{number}", via=jump) for number in range(20)]
    results = await fleet.run(targets, "hello")
    await fleet.close()
    acceptor.close()
    await acceptor.wait_closed()
    assert all(result.ok for result in results), [result.problem for result in results]
    assert entered == 1


async def test_a_jump_host_that_does_not_forward(host: Host, fleet: Fleet) -> None:
    jump = await host("jump")
    inner = await host("inner", via=jump)
    [result] = await fleet.run([inner], "hello")
    assert result.problem.startswith(f"The jump host cannot reach 127.0.0.1:{inner.port}")


async def test_a_dead_connection_is_reopened(host: Host, fleet: Fleet) -> None:
    target = await host()
    await fleet.run([target], "die")
    [result] = await fleet.run([target], "hello")
    assert result.ok


async def test_equal_names_are_refused(host: Host, fleet: Fleet) -> None:
    target = await host()
    with pytest.raises(ValueError, match="same name"):
        await fleet.run([target, target], "hello")


async def test_cancelling_ends_the_command(host: Host, fleet: Fleet) -> None:
    there, gone = asyncio.Event(), asyncio.Event()

    async def watch(process: asyncssh.SSHServerProcess[bytes]) -> None:
        there.set()
        try:
            await process.wait_closed()
        finally:
            gone.set()

    work = asyncio.ensure_future(fleet.run([await host(handler=watch)], "sleep 60"))
    await asyncio.wait_for(there.wait(), 5)
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work
    await asyncio.wait_for(gone.wait(), 5)


async def test_the_loop_stays_quick_while_many_connect(host: Host, fleet: Fleet) -> None:
    targets = [await host(f"h{number}", handler=answer) for number in range(50)]
    worst = 0.0

    async def watch() -> None:
        nonlocal worst
        while True:
            at = time.thread_time()
            await asyncio.sleep(0.001)
            worst = max(worst, time.thread_time() - at)

    watcher = asyncio.ensure_future(watch())
    await fleet.run(targets, "hello")
    watcher.cancel()
    # In processor time, which other processes do not add to. Client and servers share this loop; all at once is several
    # times this.
    assert worst < 1.0
