"""How long a command on a hundred loopback hosts takes, as a ratio to ``ssh`` under ``xargs -P50`` in the same run.

A plain program: it prints, and never fails for slowness. The baseline is ``ssh`` with the same key exchange: the
default one of newer versions costs it 50 ms a connection.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
import textwrap
import time
from pathlib import Path

from azops_tui.ssh import HostKeys, Target, ensure_keypair
from azops_tui.ssh.fleet import Fleet

HOSTS = 100
_SERVERS = """
    import asyncio, sys, asyncssh
    async def answer(process):
        process.exit(0)
    async def main(folder, count):
        keys = asyncssh.import_authorized_keys(open(folder + "/id.pub").read())
        host = asyncssh.read_private_key(folder + "/host")
        made = [await asyncssh.listen("127.0.0.1", 0, server_host_keys=[host], authorized_client_keys=keys,
                                      process_factory=answer) for _ in range(count)]
        print(*[one.get_port() for one in made], flush=True)
        await asyncio.to_thread(sys.stdin.read)
    asyncio.run(main(sys.argv[1], int(sys.argv[2])))
"""


async def ours(folder: Path, ports: list[int]) -> tuple[float, float, float]:
    """Seconds of the first run, of a second one over the same connections, and the longest wait of the loop."""
    fleet = Fleet(HostKeys(folder / "known_hosts"))
    targets = [Target(f"host-{port}", "127.0.0.1", port, "tester", str(folder / "id")) for port in ports]
    worst = 0.0

    async def watch() -> None:
        nonlocal worst
        while True:
            at = time.perf_counter()
            await asyncio.sleep(0.001)
            worst = max(worst, time.perf_counter() - at - 0.001)

    watcher = asyncio.ensure_future(watch())
    times = []
    for _ in range(2):
        began = time.perf_counter()
        results = await fleet.run(targets, "true")
        times.append(time.perf_counter() - began)
        assert all(result.ok for result in results), [result.problem for result in results if not result.ok][:3]
    watcher.cancel()
    await fleet.close()
    return times[0], times[1], worst


def theirs(folder: Path, ports: list[int]) -> float | None:
    """Seconds of ``ssh`` under ``xargs``; None where it is not installed."""
    ssh = shutil.which("ssh")
    if ssh is None or shutil.which("xargs") is None:
        return None
    options = ["BatchMode=yes", "StrictHostKeyChecking=no", f"UserKnownHostsFile={folder}/ssh_known"]
    options += ["KexAlgorithms=curve25519-sha256", "LogLevel=ERROR", "IdentitiesOnly=yes"]
    words = [ssh, "-F", "/dev/null", "-i", str(folder / "id"), *[word for one in options for word in ("-o", one)]]
    began = time.perf_counter()
    subprocess.run(
        ["xargs", "-P50", "-I{}", *words, "-p", "{}", "tester@127.0.0.1", "true"],
        input="\n".join(map(str, ports)),
        text=True,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return time.perf_counter() - began


def main() -> None:
    """Runs both three times and prints the best of each."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        ensure_keypair(folder / "id")
        ensure_keypair(folder / "host")
        command = [sys.executable, "-c", textwrap.dedent(_SERVERS), name, str(HOSTS)]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as servers:
            assert servers.stdout is not None
            ports = [int(word) for word in servers.stdout.readline().split()]
            runs = []
            baselines = []
            for _ in range(3):
                (folder / "known_hosts").unlink(missing_ok=True)
                runs.append(asyncio.run(ours(folder, ports)))
                (folder / "ssh_known").unlink(missing_ok=True)
                baselines.append(theirs(folder, ports))
            servers.terminate()
    cold, warm, lag = min(run[0] for run in runs), min(run[1] for run in runs), min(run[2] for run in runs)
    known = [one for one in baselines if one is not None]
    print(f"{HOSTS} hosts, {os.cpu_count()} processors")
    if not known:
        print(f"cold {cold:.2f} s, warm {warm:.2f} s, loop held up {lag * 1000:.0f} ms; no ssh to compare with")
        return
    base = min(known)
    print(f"ssh under xargs -P50   {base:6.2f} s   1.00x")
    print(f"azops, first run       {cold:6.2f} s   {cold / base:.2f}x   longest wait of the loop {lag * 1000:.0f} ms")
    print(f"azops, connections kept{warm:6.2f} s   {warm / base:.2f}x")


if __name__ == "__main__":
    main()
