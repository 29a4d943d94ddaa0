"""Redirections of the simulated shell."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from azops_tui.simulator.hosts.command import ShellProcess
from azops_tui.simulator.hosts.expansion import Expander
from azops_tui.simulator.hosts.streams import Streams, TextSink
from azops_tui.simulator.hosts.syntax import Redirect


async def redirected(
    shell: ShellProcess, redirects: Iterable[Redirect], streams: Streams
) -> tuple[Streams, Callable[[], None]]:
    """The redirected streams, and a function that writes the files when the command ends.

    Raises:
        OSError: a file cannot be read or written.
        ExpansionError: a target cannot be expanded.
    """
    finishers: list[Callable[[], None]] = []
    for redirect in redirects:
        expander = Expander(shell, streams)
        if redirect.operator in ("<<", "<<<"):
            text = await expander.string(redirect.word)
            streams = replace(streams, read=Streams.of(text + "\n" * (redirect.operator == "<<<")))
            continue
        target = await expander.string(redirect.word)
        if redirect.operator in (">&", "<&") and target in ("1", "2", "0", "-"):
            if redirect.fd == 2:
                streams = replace(streams, err=streams.out if target == "1" else streams.err)
            elif redirect.fd == 1:
                streams = replace(streams, out=streams.err if target == "2" else streams.out)
            continue
        if redirect.operator == "<":
            text = "" if target == "/dev/null" else shell.host.files.read(shell.path(target))
            streams = replace(streams, read=Streams.of(text))
            continue
        sink = _sink(shell, target, streams, append=redirect.operator in (">>", "&>>"))
        finishers.append(sink.finish)
        if redirect.operator in ("&>", "&>>", ">&"):
            streams = replace(streams, out=sink, err=sink)
        else:
            streams = replace(streams, err=sink) if redirect.fd == 2 else replace(streams, out=sink)

    def finish() -> None:
        for finisher in finishers:
            finisher()

    return streams, finish


def _sink(shell: ShellProcess, target: str, streams: Streams, *, append: bool) -> TextSink:
    match target:
        case "/dev/null":
            return TextSink(limit=0)
        case "/dev/stdout" | "/dev/tty":
            return TextSink(streams.out)
        case "/dev/stderr":
            return TextSink(streams.err)
    files, path = shell.host.files, shell.path(target)
    if not shell.elevated and not shell.host.may_write(path, shell.variables.get("USER", "")):
        raise PermissionError(13, "Permission denied", target)
    files.write(path, "", append=append)
    return TextSink(lambda text: files.write(path, text, append=True))
