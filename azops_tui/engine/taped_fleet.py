"""Commands on hosts, recorded on a tape or answered from it."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any, cast

from azops_tui.replay.tape import Tape
from azops_tui.replay.tracks import HostsRun, OutputPiece
from azops_tui.ssh.fleet import Fleet, HostResult
from azops_tui.ssh.remote import Stream
from azops_tui.ssh.targets import Target
from azops_tui.ssh.transfer import FileCopy

if TYPE_CHECKING:
    from azops_tui.ssh.fleet import Reason

AskHosts = Callable[[str, tuple[str, ...]], Awaitable[bool]]
"""Asks about the keys of hosts: title and lines."""


class TapedFleet:
    """A fleet that connects only for what the tape does not answer.

    Args:
        tape: records or answers.
        start: returns the fleet that connects.
        ask: asks again what was asked about the keys of hosts.
    """

    def __init__(self, tape: Tape, start: Callable[[], Awaitable[Fleet]], ask: AskHosts) -> None:
        self._tape = tape
        self._start = start
        self._ask = ask
        self._fleet: Fleet | None = None
        self.asked: list[list[str]] = []
        """Questions about the keys of hosts during the run in progress."""

    async def run(
        self,
        targets: Sequence[Target],
        command: str | FileCopy,
        *,
        on_start: Callable[[str, str], object] | None = None,
        on_output: Callable[[str, str, Stream], object] | None = None,
        on_finish: Callable[[HostResult], object] | None = None,
        **options: Any,
    ) -> list[HostResult]:
        """As :meth:`Fleet.run`.

        Raises:
            NotRecordedError: nothing is run, and the command was not recorded for these hosts.
        """
        hosts = [target.name for target in targets]
        text = command if isinstance(command, str) else _copy_text(command)
        then = options.get("then")
        new = HostsRun(hosts=hosts, command=text if then is None else f"{text}\n# then {then}")
        recorded = self._tape.find(new)
        if recorded is not None:
            return await self._play(recorded, hosts, on_start, on_output, on_finish)
        await self._tape.catch_up()
        if self._fleet is None:
            self._fleet = await self._start()
        self.asked, began = [], time.monotonic()

        def write(host: str, text: str, stream: str, **more: Any) -> None:
            at = round(time.monotonic() - began, 3)
            new.events.append(OutputPiece(host=host, text=text, stream=stream, at=at, **more))

        def started(host: str, address: str) -> None:
            write(host, address, "started")
            if on_start is not None:
                on_start(host, address)

        def written(host: str, text: str, stream: Stream) -> None:
            last = new.events[-1]
            if (last.host, last.stream) == (host, stream):
                last.text += text
            else:
                write(host, text, stream)
            if on_output is not None:
                on_output(host, text, stream)

        def finished(result: HostResult) -> None:
            about = {"status": result.status, "seconds": round(result.duration, 3), "digest": result.digest}
            about["reason"] = result.reason
            write(result.host, result.problem, "finished", cut=result.cut, tried=result.started, **about)
            if on_finish is not None:
                on_finish(result)

        results = await self._fleet.run(
            targets, command, on_start=started, on_output=written, on_finish=finished, **options
        )
        if self._tape.records:
            new.asked = self.asked
            self._tape.add(new, seconds=time.monotonic() - began)
        return results

    async def stop(self) -> None:
        """End the running commands; what the tape answers has ended already."""
        if self._fleet is not None:
            await self._fleet.stop()

    async def close(self) -> None:
        """Close all connections."""
        if self._fleet is not None:
            await self._fleet.close()

    async def _play(
        self,
        recorded: HostsRun,
        hosts: list[str],
        on_start: Callable[[str, str], object] | None,
        on_output: Callable[[str, str, Stream], object] | None,
        on_finish: Callable[[HostResult], object] | None,
    ) -> list[HostResult]:
        for title, *lines in recorded.asked:
            await self._ask(title, tuple(lines))
        names = dict(zip(recorded.hosts, hosts, strict=True))
        written: dict[tuple[str, str], str] = {}
        results: dict[str, HostResult] = {}
        for event in recorded.events:
            host = names.get(event.host, event.host)
            match event.stream:
                case "started":
                    if on_start is not None:
                        on_start(host, event.text)
                case "stdout" | "stderr":
                    written[host, event.stream] = written.get((host, event.stream), "") + event.text
                    if on_output is not None:
                        on_output(host, event.text, event.stream)
                case "finished":
                    results[host] = result = HostResult(
                        host=host,
                        status=event.status,
                        duration=event.seconds,
                        problem=event.text,
                        stdout=written.get((host, "stdout"), ""),
                        stderr=written.get((host, "stderr"), ""),
                        digest=event.digest,
                        reason=cast("Reason", event.reason),
                        cut=event.cut,
                        started=event.tried,
                    )
                    if on_finish is not None:
                        on_finish(result)
        return [results[host] for host in hosts if host in results]


def _copy_text(copy: FileCopy) -> str:
    """A copy as text: direction, names of the files, target."""
    names = " ".join(path.rpartition("/")[2] for path in copy.paths)
    target = copy.target if copy.upload else copy.target.rpartition("/")[2]
    return f"{'upload' if copy.upload else 'download'} {names} to {target}"
