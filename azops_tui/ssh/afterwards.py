"""What follows a command on a host: a reboot, a port that listens, a command that succeeds."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Literal

import asyncssh
import msgspec

from azops_tui.sanitise import clean
from azops_tui.ssh.connections import Connections
from azops_tui.ssh.problems import HostProblem
from azops_tui.ssh.remote import Stream
from azops_tui.ssh.targets import Target
from azops_tui.text import last_line

_BOOT_ID = "cat /proc/sys/kernel/random/boot_id"
# Debian writes a file; the tool of Red Hat exits with 1 where a reboot is required.
_REQUIRED = (
    "[ -e /run/reboot-required ] || [ -e /var/run/reboot-required ]"
    " || { needs-restarting -r >/dev/null 2>&1; [ $? = 1 ]; }"
)
_REBOOT = 'if [ "$(id -u)" = 0 ]; then reboot; else sudo -n reboot; fi'
_PAUSE, _LONGEST_PAUSE = 0.2, 3.0
"""Seconds between two tries."""

Write = Callable[[str, Stream], object]


class Afterwards(msgspec.Struct, frozen=True, kw_only=True):
    """What a host does after its command."""

    reboot: Literal["", "wait", "if-required"] = ""
    """``wait`` reboots it and waits until it runs again; ``if-required`` only if its packages require that."""
    port: int = 0
    """TCP port to wait for, connected to over the same way as SSH; 0 for none."""
    until: str = ""
    """Command that is repeated until it succeeds."""
    limit: float = 600.0
    """Seconds allowed for all of that."""


async def follow(connections: Connections, target: Target, then: Afterwards, write: Write) -> None:
    """Do what follows a command; the caller limits the time.

    A reboot is over when the host tells another boot id than before, so the next command never reaches the machine as
    it was.

    Raises:
        HostProblem: the host refuses to reboot, or does not tell its boot id.
    """
    if then.reboot == "wait" or (then.reboot and await _is_required(connections, target, write)):
        await _reboot(connections, target, write)
    if then.port:
        write(f"waiting for port {then.port}\n", "stdout")
        await _repeat(lambda: _is_open(connections, target, then.port))
    if then.until:
        await _repeat(lambda: _succeeds(connections, target, then.until))


async def _is_required(connections: Connections, target: Target, write: Write) -> bool:
    is_required = await _succeeds(connections, target, _REQUIRED)
    if not is_required:
        write("no reboot is required\n", "stdout")
    return is_required


async def _reboot(connections: Connections, target: Target, write: Write) -> None:
    before = await _boot_id(connections, target)
    if not before:
        raise HostProblem(f"{target.name} was not rebooted: it does not tell its boot id, which shows a reboot.")
    write("rebooting\n", "stdout")
    done = await _run(connections, target, _REBOOT)
    if done is not None and done.exit_status:
        reason = clean(last_line(str(done.stderr or ""), 200))
        raise HostProblem(f"{target.name} refused to reboot: {reason or f'exit status {done.exit_status}'}.")

    async def is_back() -> bool:
        connections.drop(target)
        boot = await _boot_id(connections, target)
        return bool(boot) and boot != before

    await _repeat(is_back)
    write("rebooted\n", "stdout")


async def _repeat(holds: Callable[[], Awaitable[bool]]) -> None:
    pause = _PAUSE
    while not await holds():
        await asyncio.sleep(pause)
        pause = min(1.5 * pause, _LONGEST_PAUSE)


async def _boot_id(connections: Connections, target: Target) -> str:
    """The boot id; empty while the host does not answer."""
    done = await _run(connections, target, _BOOT_ID)
    return str(done.stdout or "").strip() if done is not None and done.exit_status == 0 else ""


async def _succeeds(connections: Connections, target: Target, command: str) -> bool:
    done = await _run(connections, target, command)
    return done is not None and done.exit_status == 0


async def _run(connections: Connections, target: Target, command: str) -> asyncssh.SSHCompletedProcess | None:
    """Run a short command; None while the host does not answer."""
    try:
        connection = await connections.connect(target)
        return await connection.run(command, stdin=asyncssh.DEVNULL, errors="replace")
    except (HostProblem, asyncssh.Error, OSError):
        connections.drop(target)
        return None


async def _is_open(connections: Connections, target: Target, port: int) -> bool:
    """True if a connection to a port of the host can be opened: through its jump host, or from here."""
    try:
        writer: asyncio.StreamWriter | asyncssh.SSHWriter[bytes]
        if target.via is not None:
            tunnel = await connections.connect(target.via)
            _, writer = await tunnel.open_connection(target.host_name, port)
        elif await connections.is_routed(target):
            # A simulated machine is reached from inside its network only.
            inside = await connections.connect(target)
            _, writer = await inside.open_connection(target.address, port)
        else:
            _, writer = await asyncio.open_connection(target.host_name, port)
    except (HostProblem, asyncssh.Error, OSError):
        return False
    writer.close()
    return True
