"""Commands on many hosts against ssh under xargs, ssh ControlMaster, clush, ansible and dshbak, in the same run.

A plain program: it prints medians and ratios, and never fails for slowness. The hosts are names of one real sshd on
loopback. All programs use the same key exchange: the default one of newer OpenSSH costs 50 ms a connection. A row whose
program is not installed says so.

    python tests/bench/bench_ssh.py [--runs 5] [--hosts 100] [--megabytes 4] [--tree 500]
"""

from __future__ import annotations

import argparse
import asyncio
import getpass
import os
import random
import resource
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from azops_tui.ssh import HostKeys, Target, ensure_keypair, fold
from azops_tui.ssh.fleet import Fleet, HostResult

ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def server(folder: Path) -> Iterator[int]:
    """A real sshd; yields its port."""
    ensure_keypair(folder / "id")
    ensure_keypair(folder / "host")
    shutil.copy(folder / "id.pub", folder / "authorized_keys")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    (folder / "sshd_config").write_text(
        f"Port {port}\nListenAddress 127.0.0.1\nHostKey {folder}/host\nAuthorizedKeysFile {folder}/authorized_keys\n"
        f"PidFile {folder}/pid\nStrictModes no\nUsePAM no\nPasswordAuthentication no\nPermitRootLogin yes\n"
        "MaxStartups 500\nMaxSessions 50\nKexAlgorithms curve25519-sha256\n"
        f"SetEnv HOME={folder}\n"  # what the user's ~/.bashrc costs is not measured
    )
    program = shutil.which("sshd") or "/usr/sbin/sshd"
    with subprocess.Popen([program, "-D", "-f", folder / "sshd_config"], stderr=subprocess.DEVNULL) as process:
        try:
            while process.poll() is None:
                try:
                    socket.create_connection(("127.0.0.1", port), 1).close()
                    break
                except OSError:
                    time.sleep(0.05)
            yield port
        finally:
            process.terminate()


def settings(folder: Path, port: int, master: bool = False) -> Path:
    """An ``ssh_config`` for all names."""
    path = folder / ("config-master" if master else "config")
    lines = ["Host *", "  HostName 127.0.0.1", f"  Port {port}", f"  User {getpass.getuser()}"]
    lines += [f"  IdentityFile {folder}/id", "  IdentitiesOnly yes", "  BatchMode yes", "  LogLevel ERROR"]
    lines += ["  StrictHostKeyChecking no", f"  UserKnownHostsFile {folder}/ssh_known"]
    lines += ["  KexAlgorithms curve25519-sha256"]
    lines += ["  ControlMaster auto", f"  ControlPath {folder}/cm-%n", "  ControlPersist 60"] if master else []
    path.write_text("\n".join(lines) + "\n")
    return path


def seconds(words: list[str], text: str | None = None, **env: str) -> float:
    """Seconds that a command takes."""
    began = time.perf_counter()
    subprocess.run(
        words, input=text, text=True, check=True, stdout=subprocess.DEVNULL, env={**os.environ, **env} if env else None
    )
    return time.perf_counter() - began


async def in_process(folder: Path, port: int, names: list[str]) -> tuple[float, float, float]:
    """Seconds of a cold and a warm run, and the longest wait of the loop."""
    (folder / "known_hosts").unlink(missing_ok=True)
    fleet = Fleet(HostKeys(folder / "known_hosts"))
    targets = [Target(name, "127.0.0.1", port, getpass.getuser(), str(folder / "id")) for name in names]
    worst, times = 0.0, []

    async def watch() -> None:
        nonlocal worst
        while True:
            at = time.perf_counter()
            await asyncio.sleep(0.001)
            worst = max(worst, time.perf_counter() - at - 0.001)

    watcher = asyncio.ensure_future(watch())
    for _ in range(2):
        began = time.perf_counter()
        results = await fleet.run(targets, "true")
        times.append(time.perf_counter() - began)
        assert all(result.ok for result in results), [result.problem for result in results if not result.ok][:3]
    watcher.cancel()
    await fleet.close()
    return times[0], times[1], worst


async def flood(folder: Path, port: int, megabytes: int) -> str:
    """Memory that 50 hosts cost while each writes many megabytes."""
    fleet = Fleet(HostKeys(folder / "known_hosts"), spill=folder / "spill")
    targets = [Target(f"f{n}", "127.0.0.1", port, getpass.getuser(), str(folder / "id")) for n in range(50)]
    await fleet.run(targets, "head -c 1000000 /dev/zero | tr '\\0' x")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    results = await fleet.run(targets, f"head -c {megabytes * 1_000_000} /dev/zero | tr '\\0' x")
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    whole = all(os.stat(result.stdout_file).st_size == megabytes * 1_000_000 for result in results)
    await fleet.close()
    return f"+{grown:.0f} MB, {'every byte' if whole else 'BYTES ARE MISSING'} in the spill files"


def folding() -> tuple[float, float | None]:
    """Seconds to fold 50 hosts × 20,000 lines, one of them different at line 3; ours, and those of dshbak."""
    lines = [f"line {number} {random.random()}" for number in range(20_000)]
    other = [*lines[:2], "another line", *lines[3:]]
    texts = {f"web-{n}": "\n".join(other if n == 7 else lines) + "\n" for n in range(50)}
    results = [HostResult(host=name, status=0, stdout=text, digest=str(hash(text))) for name, text in texts.items()]
    began = time.perf_counter()
    folds = fold(results)
    took = time.perf_counter() - began
    assert [len(group.hosts) for group in folds] == [49, 1]
    assert folds[1].diff == (f"-{lines[2]}", "+another line")
    if shutil.which("dshbak") is None:
        return took, None
    text = "".join(f"{name}: {line}\n" for name, body in texts.items() for line in body.splitlines())
    return took, seconds(["dshbak", "-c"], text)


async def tree(folder: Path, port: int, count: int) -> str:
    """Seconds and memory of many hosts through ten gateways."""
    fleet = Fleet(HostKeys(folder / "known_hosts"), fan_out=200)
    user, key = getpass.getuser(), str(folder / "id")
    via = [Target(f"gw{n}", "127.0.0.1", port, user, key) for n in range(10)]
    targets = [Target(f"n{n}", "127.0.0.1", port, user, key, via[n % 10]) for n in range(count)]
    first = 0.0
    began = time.perf_counter()

    def finished(_result: HostResult) -> None:
        nonlocal first
        first = first or time.perf_counter() - began

    results = await fleet.run(targets, "echo same", on_finish=finished)
    took = time.perf_counter() - began
    await fleet.close()
    bad = sum(not result.ok for result in results)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return f"first host after {first:.2f} s, all after {took:.1f} s, {bad} failed, peak {peak:.0f} MB"


def medians(runs: int, *measures: Callable[[], float]) -> list[float]:
    """Medians of measures that take turns, so that a busy moment hits all of them."""
    taken: list[list[float]] = [[] for _ in measures]
    for _ in range(runs):
        for times, measure in zip(taken, measures, strict=True):
            times.append(measure())
    return [statistics.median(times) for times in taken]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--hosts", type=int, default=100)
    parser.add_argument("--megabytes", type=int, default=4, help="of each of 50 hosts in the flood; the bar is for 40")
    parser.add_argument("--tree", type=int, default=500, help="hosts through ten gateways; the bar is for 5000")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, server(folder := Path(name)) as port:
        names = [f"host{n}" for n in range(arguments.hosts)]
        config, listed = settings(folder, port), ",".join(names)
        (folder / "home" / ".ssh").mkdir(parents=True, mode=0o700)
        shutil.copy(config, folder / "home" / ".ssh" / "config")
        ours: list[tuple[float, float, float]] = []

        def cold() -> float:
            ours.append(asyncio.run(in_process(folder, port, names)))
            return ours[-1][0]

        def xargs(path: Path = config) -> float:
            words = ["xargs", "-P50", "-I{}", "ssh", "-n", "-F", str(path), "{}", "true"]
            return seconds(words, "\n".join(names))

        def command() -> float:
            words = [sys.executable, "-m", "azops_tui", "ssh", "--trust-new-hosts", f"host[0-{len(names) - 1}]", "true"]
            home = str(folder / "home")
            return seconds(words, HOME=home, XDG_STATE_HOME=f"{home}/state", PYTHONPATH=str(ROOT))

        base, first, whole = medians(arguments.runs, xargs, cold, command)
        warm = statistics.median(run[1] for run in ours)
        lag = statistics.median(run[2] for run in ours)
        print(f"{len(names)} hosts, medians of {arguments.runs}, {os.cpu_count()} processors")
        print(f"ssh under xargs -P50              {base:7.2f} s")
        print(f"azops in process, cold            {first:7.2f} s  {first / base:.2f}x of ssh (bar 0.75)")
        print(f"azops ssh, end to end             {whole:7.2f} s  {whole / base:.2f}x of ssh (bar 0.95)")
        print(f"longest wait of the loop          {lag * 1000:7.0f} ms")
        master = settings(folder, port, master=True)
        xargs(master)
        (kept,) = medians(arguments.runs, lambda: xargs(master))
        print(f"warm: azops {warm:.2f} s, ssh ControlMaster {kept:.2f} s: {warm / kept:.2f}x (bar 0.4)")
        for host in names:
            subprocess.run(["ssh", "-F", str(master), "-O", "exit", host], stderr=subprocess.DEVNULL, check=False)
        options = f"-F {config}"
        rivals: dict[str, tuple[list[str], float]] = {
            "clush": (["clush", "-q", "-b", "-f", "50", "-o", options, "-w", listed, "true"], 0.6),
            "ansible": (["ansible", "all", "-i", f"{listed},", "-m", "raw", "-a", "true", "-f", "50"], 0.3),
        }
        for program, (words, bar) in rivals.items():
            if shutil.which(program) is None:
                print(f"{program}: not installed")
                continue
            (rival,) = medians(arguments.runs, partial(seconds, words, ANSIBLE_SSH_ARGS=options))
            print(f"cold against {program:<20} {rival:7.2f} s  {first / rival:.2f}x (bar {bar})")
        flooded = asyncio.run(flood(folder, port, arguments.megabytes))
        print(f"flood, 50 hosts x {arguments.megabytes} MB: {flooded} (bar +25 MB)")
        took, rival_fold = folding()
        against = f"{took / rival_fold:.2f}x of dshbak -c (bar 0.1)" if rival_fold else "dshbak is not installed"
        print(f"folding 50 hosts x 20,000 lines   {took:7.2f} s  {against}")
        print(f"{arguments.tree} hosts through 10 gateways: {asyncio.run(tree(folder, port, arguments.tree))}")


if __name__ == "__main__":
    main()
