"""The simulated shell: runs parsed scripts against a machine."""

from __future__ import annotations

import asyncio
import posixpath
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from azops_tui.simulator.hosts.expansion import Expander, ExpansionError, matches
from azops_tui.simulator.hosts.options import UsageError
from azops_tui.simulator.hosts.parser import parse
from azops_tui.simulator.hosts.syntax import (
    AndOr,
    Case,
    Command,
    For,
    Function,
    Group,
    If,
    Pipeline,
    Redirect,
    Script,
    ShellSyntaxError,
    Simple,
    While,
)

if TYPE_CHECKING:
    from azops_tui.simulator.hosts.machine import Machine

_DEEPEST = 40
"""Calls of functions and scripts within each other."""
_LONGEST = 16 * 1024 * 1024
"""Characters that one stage of a pipeline may hand to the next."""


class Leave(Exception):  # noqa: N818 - a way out, no error
    """The shell ends with this status (``exit``)."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class Return(Leave):
    """The function or sourced script ends (``return``)."""


class Loop(Exception):  # noqa: N818 - a way out, no error
    """``break`` and ``continue``, out of ``levels`` loops."""

    def __init__(self, levels: int, again: bool) -> None:
        super().__init__(levels)
        self.levels, self.again = levels, again


async def no_input() -> str:
    """Standard input that is at its end."""
    return ""


@dataclass(frozen=True, slots=True)
class Streams:
    """Where a command reads and writes. ``read`` gives the next line with its end, empty at the end of the input."""

    read: Callable[[], Awaitable[str]]
    out: Callable[[str], None]
    err: Callable[[str], None]

    @staticmethod
    def of(text: str) -> Callable[[], Awaitable[str]]:
        """Input that is this text."""
        lines = iter(text.splitlines(keepends=True))

        async def line() -> str:
            return next(lines, "")

        return line


@dataclass(slots=True)
class Call:
    """A command that is called: its words and its streams."""

    shell: Shell
    name: str
    args: list[str]
    streams: Streams
    elevated: bool = False
    """Under ``sudo``."""

    @property
    def host(self) -> Machine:
        """The machine."""
        return self.shell.host

    def out(self, text: str) -> None:
        """Writes to standard output."""
        self.streams.out(text)

    def fail(self, text: str, status: int = 1) -> int:
        """Says what is wrong, after the command's name; returns the status."""
        self.streams.err(f"{self.name}: {text}\n")
        return status

    async def lines(self) -> list[str]:
        """Standard input up to its end, as lines with their ends."""
        found: list[str] = []
        while line := await self.streams.read():
            found.append(line)
        return found

    def path(self, name: str) -> str:
        """A path as an absolute one."""
        return self.shell.path(name)

    @property
    def user(self) -> str:
        """Who runs it."""
        return "root" if self.elevated else self.shell.variables.get("USER", "root")


@dataclass(slots=True)
class Shell:
    """A shell process on a machine."""

    host: Machine
    pid: int
    variables: dict[str, str]
    exported: set[str]
    cwd: str
    arguments: list[str] = field(default_factory=list)
    name: str = "bash"
    """What ``$0`` is."""
    status: int = 0
    options: set[str] = field(default_factory=set)
    functions: dict[str, Command] = field(default_factory=dict)
    background: list[asyncio.Task[int]] = field(default_factory=list)
    last_job: int = 0
    elevated: bool = False
    interactive: bool = False
    depth: int = 0
    tested: int = 0
    """Inside of conditions, where ``set -e`` does not act."""
    started: float = field(default_factory=time.time)

    async def run(self, text: str, streams: Streams) -> int:
        """Runs a script to its end; returns its status, also where it cannot be read."""
        try:
            return await self.script(parse(text), streams)
        except ShellSyntaxError as error:
            streams.err(f"bash: -c: line 1: syntax error {error}\n")
            self.status = 2
        except Leave as leave:
            self.status = leave.status
        except Loop:
            pass
        except RecursionError:
            streams.err("bash: too many commands within commands\n")
            self.status = 2
        return self.status

    async def script(self, script: Script, streams: Streams) -> int:
        """Runs commands one after another; their last status."""
        for item in script.items:
            # A loop without any wait in it must not keep the machine from its other work.
            await asyncio.sleep(0)
            if item.background:
                self._start(item, streams)
                self.status = 0
            else:
                self.status = await self._and_or(item, streams)
        return self.status

    def _start(self, item: AndOr, streams: Streams) -> None:
        child = self.child()

        async def work() -> int:
            try:
                return await child._and_or(item, replace(streams, read=no_input))
            except Leave as leave:
                return leave.status

        task = asyncio.get_running_loop().create_task(work())
        child.pid = self.last_job = self.host.processes.add("bash", task, group=self.pid)
        self.background.append(task)

    async def _and_or(self, item: AndOr, streams: Streams) -> int:
        status = await self._pipeline(item.first, streams, tested=bool(item.rest))
        for index, (operator, pipeline) in enumerate(item.rest):
            self.status = status
            if (operator == "&&") == (status == 0):
                status = await self._pipeline(pipeline, streams, tested=index < len(item.rest) - 1)
        return status

    async def _pipeline(self, pipeline: Pipeline, streams: Streams, *, tested: bool) -> int:
        self.tested += tested or pipeline.negated
        try:
            status = await self._stages(pipeline, streams)
        finally:
            self.tested -= tested or pipeline.negated
        if pipeline.negated:
            return int(status == 0)
        if status and "errexit" in self.options and not (self.tested or tested):
            raise Leave(status)
        return status

    async def _stages(self, pipeline: Pipeline, streams: Streams) -> int:
        if len(pipeline.commands) == 1:
            return await self._command(pipeline.commands[0], streams)
        statuses: list[int] = []
        read = streams.read
        for index, command in enumerate(pipeline.commands):
            last = index == len(pipeline.commands) - 1
            collected = Collector()
            stage = replace(streams, read=read, out=streams.out if last else collected)
            statuses.append(await self.child().guarded(command, stage))
            read = Streams.of(collected.text())
        failed = [status for status in statuses if status]
        return failed[-1] if failed and "pipefail" in self.options else statuses[-1]

    async def guarded(self, command: Command, streams: Streams) -> int:
        """Runs a command of a shell of its own: ``exit`` in it ends only that."""
        try:
            return await self._command(command, streams)
        except Leave as leave:
            return leave.status

    async def _command(self, command: Command, streams: Streams) -> int:
        if isinstance(command, Function):
            self.functions[command.name] = command.body
            return 0
        try:
            streams, finish = await self._redirected(command.redirects, streams)
        except (OSError, ExpansionError) as error:
            streams.err(f"bash: {describe(error)}\n")
            return 1
        try:
            return await self._compound(command, streams)
        except ExpansionError as error:
            streams.err(f"bash: {error}\n")
            if error.fatal and not self.interactive:
                raise Leave(error.status) from None
            return error.status
        finally:
            finish()

    async def _compound(self, command: Command, streams: Streams) -> int:
        match command:
            case Simple():
                return await self._simple(command, streams)
            case Group(body=body, subshell=True):
                child = self.child()
                try:
                    return await child.script(body, streams)
                except Leave as leave:
                    return leave.status
            case Group(body=body):
                return await self.script(body, streams)
            case If():
                for condition, body in command.clauses:
                    if await self._test(condition, streams) == 0:
                        return await self.script(body, streams)
                return await self.script(command.otherwise, streams) if command.otherwise else 0
            case For():
                return await self._for(command, streams)
            case While():
                return await self._while(command, streams)
            case Case():
                return await self._case(command, streams)
            case Function():
                return 0

    async def _test(self, condition: Script, streams: Streams) -> int:
        self.tested += 1
        try:
            return await self.script(condition, streams)
        finally:
            self.tested -= 1

    async def _for(self, command: For, streams: Streams) -> int:
        words = self.arguments if command.words is None else await self.expander(streams).fields(command.words)
        status = 0
        for word in words:
            self.variables[command.name] = word
            try:
                status = await self.script(command.body, streams)
            except Loop as loop:
                if _leaves(loop):
                    break
        return status

    async def _while(self, command: While, streams: Streams) -> int:
        status = 0
        while True:
            try:
                if (await self._test(command.condition, streams) == 0) is command.until:
                    return status
                status = await self.script(command.body, streams)
            except Loop as loop:
                if _leaves(loop):
                    return status

    async def _case(self, command: Case, streams: Streams) -> int:
        expander = self.expander(streams)
        value = await expander.one(command.word)
        for patterns, body in command.branches:
            for pattern in patterns:
                if matches(await expander.pattern(pattern), value):
                    return await self.script(body, streams)
        return 0

    async def _simple(self, command: Simple, streams: Streams) -> int:
        expander = self.expander(streams)
        words = await expander.fields(command.words)
        assigned = {name: await expander.one(word) for name, word in command.assignments}
        if not words:
            self.variables.update(assigned)
            return expander.status
        before = {name: self.variables.get(name) for name in assigned}
        exported = {name for name in assigned if name not in self.exported}
        self.variables.update(assigned)
        self.exported |= exported
        try:
            return await self.call(words, streams)
        finally:
            self.exported -= exported
            for name, value in before.items():
                if value is None:
                    self.variables.pop(name, None)
                else:
                    self.variables[name] = value

    async def call(self, words: list[str], streams: Streams, *, elevated: bool = False) -> int:
        """Runs a function or a command by its words."""
        from azops_tui.simulator.hosts.commands import find

        name = words[0]
        if name in self.functions:
            return await self._function(name, words[1:], streams)
        command = find(name)
        call = Call(self, name.rpartition("/")[2] or name, words[1:], streams, elevated or self.elevated)
        if command is None:
            return await self._file(call, name)
        if name in ("test", "[", "[["):
            call.name = f"bash: {name}"
        try:
            return await command(call)
        except UsageError as error:
            return call.fail(str(error), 2)
        except OSError as error:
            return call.fail(describe(error))

    async def _file(self, call: Call, name: str) -> int:
        """A script of the machine's, or nothing."""
        if "/" not in name:
            call.streams.err(f"bash: {name}: command not found\n")
            return 127
        path = self.path(name)
        if not self.host.files.exists(path):
            call.streams.err(f"bash: {name}: No such file or directory\n")
            return 127
        if self.host.files.is_folder(path) or not self.host.files.local(path).stat().st_mode & 0o100:
            what = "Is a directory" if self.host.files.is_folder(path) else "Permission denied"
            call.streams.err(f"bash: {name}: {what}\n")
            return 126
        child = self.child()
        child.arguments, child.name = call.args, name
        return await child.run(self.host.files.read(path), call.streams)

    async def _function(self, name: str, arguments: list[str], streams: Streams) -> int:
        if self.depth >= _DEEPEST:
            streams.err(f"bash: {name}: maximum function nesting level exceeded ({_DEEPEST})\n")
            return 1
        before, self.arguments = self.arguments, arguments
        self.depth += 1
        try:
            return await self._command(self.functions[name], streams)
        except Return as leave:
            return leave.status
        finally:
            self.arguments = before
            self.depth -= 1

    async def _redirected(self, redirects: Iterable[Redirect], streams: Streams) -> tuple[Streams, Callable[[], None]]:
        """The streams as redirected, and what writes the files at the end."""
        finishers: list[Callable[[], None]] = []
        for redirect in redirects:
            expander = self.expander(streams)
            if redirect.operator in ("<<", "<<<"):
                text = await expander.one(redirect.word)
                streams = replace(streams, read=Streams.of(text + "\n" * (redirect.operator == "<<<")))
                continue
            target = await expander.one(redirect.word)
            if redirect.operator in (">&", "<&") and target in ("1", "2", "0", "-"):
                if redirect.fd == 2:
                    streams = replace(streams, err=streams.out if target == "1" else streams.err)
                elif redirect.fd == 1:
                    streams = replace(streams, out=streams.err if target == "2" else streams.out)
                continue
            if redirect.operator == "<":
                text = "" if target == "/dev/null" else self.host.files.read(self.path(target))
                streams = replace(streams, read=Streams.of(text))
                continue
            sink = self._sink(target, streams, append=redirect.operator in (">>", "&>>"))
            finishers.append(sink.finish)
            if redirect.operator in ("&>", "&>>", ">&"):
                streams = replace(streams, out=sink, err=sink)
            else:
                streams = replace(streams, err=sink) if redirect.fd == 2 else replace(streams, out=sink)

        def finish() -> None:
            for each in finishers:
                each()

        return streams, finish

    def _sink(self, target: str, streams: Streams, *, append: bool) -> Collector:
        match target:
            case "/dev/null":
                return Collector(limit=0)
            case "/dev/stdout" | "/dev/tty":
                return Collector(streams.out)
            case "/dev/stderr":
                return Collector(streams.err)
        files, path = self.host.files, self.path(target)
        if not self.elevated and not self.host.may_write(path, self.variables.get("USER", "")):
            raise PermissionError(13, "Permission denied", target)
        files.write(path, "", append=append)
        return Collector(lambda text: files.write(path, text, append=True))

    def child(self) -> Shell:
        """A subshell."""
        return replace(
            self,
            variables=dict(self.variables),
            exported=set(self.exported),
            functions=dict(self.functions),
            options=set(self.options),
            background=[],
            arguments=list(self.arguments),
        )

    def expander(self, streams: Streams) -> Expander:
        """What expands words in this shell."""
        return Expander(self, streams)

    def path(self, name: str) -> str:
        """A path as an absolute one."""
        return posixpath.normpath(posixpath.join(self.cwd, name))

    def environment(self) -> dict[str, str]:
        """The exported variables that have a value."""
        return {name: self.variables[name] for name in sorted(self.exported) if name in self.variables}


class Collector:
    """Takes text, and gives it on in one piece."""

    def __init__(self, target: Callable[[str], None] | None = None, limit: int = _LONGEST) -> None:
        self._target = target
        self._pieces: list[str] = []
        self._left = limit

    def __call__(self, text: str) -> None:
        piece = text[: self._left]
        self._left -= len(piece)
        if piece:
            self._pieces.append(piece)

    def text(self) -> str:
        """What has been taken."""
        return "".join(self._pieces)

    def finish(self) -> None:
        """Gives it on."""
        if self._target is not None and self._pieces:
            self._target(self.text())


def describe(error: Exception) -> str:
    """An error as commands say it: ``PATH: No such file or directory``."""
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    return str(error)


def _leaves(loop: Loop) -> bool:
    """Whether this loop ends; passes on what is meant for outer ones."""
    if loop.levels > 1:
        raise Loop(loop.levels - 1, loop.again)
    return not loop.again
