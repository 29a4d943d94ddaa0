"""Commands on many hosts: fan-out, batches, tolerated failures, time limits, cancellation."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple, Protocol

import asyncssh
import msgspec

from azops_tui.ssh.afterwards import Afterwards, follow
from azops_tui.ssh.challenges import AskAnswers
from azops_tui.ssh.connections import AskHostKeys, Connections, Route
from azops_tui.ssh.host_keys import HostKeys
from azops_tui.ssh.output import OutputRing, TextFilter
from azops_tui.ssh.problems import HostProblem
from azops_tui.ssh.remote import Remote, Stream
from azops_tui.ssh.rolling import plan
from azops_tui.ssh.targets import Target
from azops_tui.ssh.transfer import FileCopy, Transfer

_NOT_RUN = "Not run: the step was stopped."
FAN_OUT = 50
"""Number of hosts that run a command at the same time."""


Reason = Literal["", "unreachable", "timed out", "lost", "stopped", "not run"]
"""Why a host has no exit status."""


class HostResult(msgspec.Struct, frozen=True, kw_only=True):
    """Result of a command on one host."""

    host: str
    status: int | None = None
    """Exit status; None if the host was not reached or not tried, or the command was stopped, timed out or lost."""
    duration: float = 0.0
    """Seconds, including the time to connect."""
    problem: str = ""
    """Why there is no status, as a sentence."""
    reason: Reason = ""
    """The same as a word, to count hosts by."""
    stdout: str = ""
    """End of the output, safe to show; all of it if ``stdout_file`` is empty and ``cut`` is 0."""
    stderr: str = ""
    stdout_file: str = ""
    """Path of the file with the whole output, if it is long."""
    stderr_file: str = ""
    digest: str = ""
    """Digest of the whole output, however long; empty if it was not computed."""
    cut: int = 0
    """Number of characters missing at the beginning of ``stdout`` and ``stderr``."""
    started: bool = True
    """False for a host that was not tried because others failed or the step was stopped."""

    @property
    def ok(self) -> bool:
        """True if the command exited with status 0."""
        return self.status == 0


class HostEnd(NamedTuple):
    """How the work on one host ended."""

    status: int | None
    problem: str = ""
    reason: Reason = ""


class Carrier(Protocol):
    """Another way than SSH for a command to reach a machine."""

    async def execute(self, target: Target, command: str, write: Callable[[str, Stream], object]) -> HostEnd:
        """Run a command and write its output; if cancelled, end the command."""
        ...


class Fleet:
    """Runs commands on hosts and keeps the connections open for the next command."""

    def __init__(
        self,
        host_keys: HostKeys,
        route: Route | None = None,
        *,
        routed_host_keys: HostKeys | None = None,
        ask_host_keys: AskHostKeys | None = None,
        ask_answers: AskAnswers | None = None,
        connect_timeout: float = 15,
        keepalive: float = 5,
        keepalive_misses: int = 3,
        spill: Path | None = None,
        hide: Callable[[], TextFilter] | None = None,
        keep: int = 256 * 1024,
        fan_out: int = FAN_OUT,
    ) -> None:
        """Open no connection yet. Needs a running event loop.

        Args:
            host_keys: keys of the known hosts.
            route: returns the endpoint behind an address, for the local cloud.
            routed_host_keys: keys of the hosts behind a route, which are trusted at first sight.
            ask_host_keys: called before unknown hosts are trusted; without it, they are trusted.
            ask_answers: called for passphrases, and for what hosts ask while they sign in the user.
            connect_timeout: seconds allowed for connecting.
            keepalive: seconds of silence before a keep-alive message is sent.
            keepalive_misses: unanswered keep-alive messages after which the connection counts as lost.
            spill: folder for output longer than ``keep``; without it, only the end is kept.
            hide: makes the filter that output passes on its way to that folder.
            keep: characters kept in memory for each stream of each host.
            fan_out: number of hosts that run a command at the same time.
        """
        self._connections = Connections(
            host_keys,
            route=route,
            routed_host_keys=routed_host_keys,
            ask_host_keys=ask_host_keys,
            ask_answers=ask_answers,
            connect_timeout=connect_timeout,
            keepalive=keepalive,
            keepalive_misses=keepalive_misses,
        )
        self._spill = spill
        self._hide = hide
        self._keep = keep
        self._gate = asyncio.Semaphore(fan_out)
        self._stop = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._active = 0
        self._runs = 0

    async def run(
        self,
        targets: Sequence[Target],
        command: str | FileCopy,
        *,
        serial: str = "",
        max_fail: str = "",
        timeout: float | None = None,  # noqa: ASYNC109 - it ends the command on the host, not this task
        then: Afterwards | None = None,
        carrier: Carrier | None = None,
        on_start: Callable[[str, str], object] | None = None,
        on_output: Callable[[str, str, Stream], object] | None = None,
        on_finish: Callable[[HostResult], object] | None = None,
    ) -> list[HostResult]:
        """Run a command on hosts; see :func:`azops_tui.ssh.rolling.plan` for batches and failures.

        Args:
            targets: the hosts, with unique names.
            command: command line for the user's shell on the host, or files to copy.
            serial: hosts in a batch; a batch starts when all hosts of the previous one have finished.
            max_fail: number of failures tolerated.
            timeout: seconds allowed for the command on each host, without connecting; then it is ended.
            then: what follows the command on each host on which it succeeded: a reboot, and what is waited for.
            carrier: carries the command in place of SSH.
            on_start: called with ``(host, address)`` before a host is contacted.
            on_output: called with ``(host, text, stream)``; the text is safe to show.
            on_finish: called with each result, including those of hosts that were not tried.

        Returns:
            A result for each target, in the order of the targets.

        Raises:
            ValueError: there are no targets, two have the same name, or ``serial`` or ``max_fail`` is not valid.
        """
        if len({target.name for target in targets}) < len(targets):
            raise ValueError("two hosts have the same name")
        rolling = plan(len(targets), serial, max_fail)
        if not self._active:
            self._stop.clear()
            self._idle.clear()
        self._active += 1
        self._runs += 1
        results: dict[str, HostResult] = {}
        failed = 0

        async def run_target(target: Target) -> None:
            nonlocal failed
            async with self._gate:
                if self._stop.is_set():
                    result = HostResult(host=target.name, problem=_NOT_RUN, reason="not run", started=False)
                elif failed > rolling.allowed:
                    problem = f"Not run: {failed} host{'s' * (failed != 1)} failed."
                    result = HostResult(host=target.name, problem=problem, reason="not run", started=False)
                else:
                    if on_start is not None:
                        on_start(target.name, target.address)
                    result = await self._host(target, command, timeout, then, carrier, on_output)
                    failed += not result.ok
            results[target.name] = result
            if on_finish is not None:
                on_finish(result)

        try:
            if carrier is None:
                await self._connections.introduce(targets)
            waiting = list(targets)
            for size in rolling.batches:
                batch, waiting = waiting[:size], waiting[size:]
                async with asyncio.TaskGroup() as tasks:
                    for target in batch:
                        tasks.create_task(run_target(target))
        finally:
            self._active -= 1
            if not self._active:
                self._idle.set()
        return [results[target.name] for target in targets]

    async def connect(self, target: Target) -> asyncssh.SSHClientConnection:
        """Open a connection to one host, for a terminal.

        Raises:
            HostProblem: the host cannot be reached, is not trusted, or refuses the user.
        """
        return await self._connections.connect(target)

    async def stop(self) -> None:
        """End the running commands on every host and start no more; :meth:`run` then returns."""
        if self._active:
            self._stop.set()
            await self._idle.wait()

    async def close(self) -> None:
        """End the running commands and close all connections."""
        await self.stop()
        await self._connections.close()

    async def _host(
        self,
        target: Target,
        command: str | FileCopy,
        limit: float | None,
        then: Afterwards | None,
        carrier: Carrier | None,
        on_output: Callable[[str, str, Stream], object] | None,
    ) -> HostResult:
        started = time.monotonic()
        rings: dict[Stream, OutputRing] = {
            name: OutputRing(self._keep, self._file(target, name), self._hide() if self._hide is not None else None)
            for name in ("stdout", "stderr")
        }

        def write(text: str, stream: Stream) -> None:
            rings[stream].write(text)
            if on_output is not None:
                on_output(target.name, text, stream)

        try:
            if carrier is not None and isinstance(command, str):
                end = await self._carried(carrier, target, command, limit, write)
            else:
                end = await self._attempt(target, command, limit, write)
            if end.status == 0 and then is not None:
                end = await self._follow(target, then, write)
        except OSError as error:
            end = HostEnd(None, f"The output of {target.name} cannot be written: {error.strerror or error}.", "lost")
        finally:
            for ring in rings.values():
                ring.close()
        return HostResult(
            host=target.name,
            status=end.status,
            duration=time.monotonic() - started,
            problem=end.problem,
            reason=end.reason,
            stdout=rings["stdout"].text,
            stderr=rings["stderr"].text,
            stdout_file=rings["stdout"].spilled,
            stderr_file=rings["stderr"].spilled,
            digest=f"{rings['stdout'].digest}{rings['stderr'].digest}",
            cut=sum(ring.dropped for ring in rings.values()),
        )

    async def _attempt(
        self, target: Target, command: str | FileCopy, limit: float | None, write: Callable[[str, Stream], object]
    ) -> HostEnd:
        """Run the command. A kept connection that has died is reopened once."""
        for attempt in (1, 2):
            connecting = asyncio.ensure_future(self._connections.connect(target))
            if not await self._first(connecting, None):
                return HostEnd(None, _NOT_RUN, "not run")
            try:
                connection = connecting.result()
            except HostProblem as problem:
                return HostEnd(None, str(problem), "unreachable")
            try:
                if isinstance(command, FileCopy):
                    transfer = Transfer(connection, write, target.name)
                    return await self._limited(transfer, transfer.run(command), target, limit)
                remote = Remote(connection, write)
                return await self._limited(remote, remote.run(command), target, limit)
            except (asyncssh.ChannelOpenError, asyncssh.ConnectionLost, BrokenPipeError) as error:
                if attempt == 1 and (connection.is_closed() or not isinstance(error, asyncssh.ChannelOpenError)):
                    self._connections.drop(target)
                    continue
                return HostEnd(None, f"{target.name} refused another session: {error}.", "unreachable")
            except asyncssh.Error as error:
                return HostEnd(None, f"The command could not be started on {target.name}: {error}.", "unreachable")
        raise AssertionError("the second attempt returns")

    async def _limited(
        self, remote: Remote | Transfer, running: Awaitable[int | None], target: Target, limit: float | None
    ) -> HostEnd:
        """Run the command under its time limit. A stop or cancellation ends it on the host too."""
        work = asyncio.ensure_future(running)
        try:
            if await self._first(work, limit):
                status = work.result()
                lost = f"The connection to {target.name} was lost; the result of the command is unknown."
                return HostEnd(status) if status is not None else HostEnd(None, lost, "lost")
            stopped = self._stop.is_set()
            ended = await remote.end()
            if not ended.reached:
                lost = f"The connection to {target.name} was lost; the command may still be running."
                return HostEnd(None, lost, "lost")
            left = f" Still running there: {ended.left}." if ended.left else ""
            if stopped:
                return HostEnd(None, f"Stopped; the command was ended on the host.{left}", "stopped")
            return HostEnd(None, f"The command exceeded {limit:g} s and was ended on the host.{left}", "timed out")
        except asyncio.CancelledError:
            await asyncio.shield(remote.end())
            raise
        finally:
            work.cancel()

    async def _carried(
        self,
        carrier: Carrier,
        target: Target,
        command: str,
        limit: float | None,
        write: Callable[[str, Stream], object],
    ) -> HostEnd:
        """Run the command without SSH, under its time limit."""
        work = asyncio.ensure_future(carrier.execute(target, command, write))
        try:
            if await self._first(work, limit):
                return work.result()
            work.cancel()
            await asyncio.wait([work])
            if self._stop.is_set():
                return HostEnd(None, "Stopped; the command was ended.", "stopped")
            return HostEnd(None, f"The command exceeded {limit:g} s and was ended.", "timed out")
        finally:
            work.cancel()

    async def _follow(self, target: Target, then: Afterwards, write: Callable[[str, Stream], object]) -> HostEnd:
        """Reboot the host and wait for what the step waits for."""
        work = asyncio.ensure_future(follow(self._connections, target, then, write))
        try:
            if not await self._first(work, then.limit):
                if self._stop.is_set():
                    return HostEnd(None, f"Stopped while azops waited for {target.name}.", "stopped")
                return HostEnd(None, f"{target.name} was not ready within {then.limit:g} s.", "timed out")
            work.result()
        except HostProblem as problem:
            return HostEnd(None, str(problem), "lost")
        finally:
            work.cancel()
        return HostEnd(0)

    async def _first(self, work: asyncio.Future[Any], limit: float | None) -> bool:
        """Wait for the work, a stop or the time limit; return True if the work is done."""
        stop = asyncio.ensure_future(self._stop.wait())
        try:
            await asyncio.wait([work, stop], timeout=limit, return_when=asyncio.FIRST_COMPLETED)
        finally:
            stop.cancel()
        return work.done()

    def _file(self, target: Target, stream: Stream) -> Path | None:
        """File for long output, one for each command, host and stream."""
        if self._spill is None:
            return None
        return self._spill / f"{self._runs}-{re.sub(r'[^A-Za-z0-9_.-]', '_', target.name)[:100]}.{stream}"
