"""Interface between the simulated shell and its commands: the call, the shell process, the table of commands."""

from __future__ import annotations

import asyncio
import posixpath
import time
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Self

from azops_tui.simulator.hosts.machine import Machine
from azops_tui.simulator.hosts.streams import Streams
from azops_tui.simulator.hosts.syntax import CommandNode, ScriptNode

_FOLDERS = ("/bin", "/usr/bin", "/sbin", "/usr/sbin", "/usr/local/bin")
_PROTECTED = ("/etc/shadow", "/etc/sudoers", "/var/log/auth.log")


@dataclass(slots=True)
class StepBudget:
    """Commands that a script and its children may still execute."""

    left: int = 300_000


@dataclass(slots=True)
class ShellProcess(ABC):
    """A shell process on a machine, as commands see it."""

    host: Machine
    pid: int
    variables: dict[str, str]
    exported: set[str]
    cwd: str
    commands: CommandTable
    arguments: list[str] = field(default_factory=list)
    name: str = "bash"
    """Value of ``$0``."""
    status: int = 0
    options: set[str] = field(default_factory=set)
    functions: dict[str, CommandNode] = field(default_factory=dict)
    background: list[asyncio.Task[int]] = field(default_factory=list)
    last_job: int = 0
    elevated: bool = False
    interactive: bool = False
    budget: StepBudget = field(default_factory=StepBudget)
    depth: int = 0
    """Number of nested function calls."""
    tested: int = 0
    """Number of nested conditions, in which ``set -e`` does not act."""
    started: float = field(default_factory=time.time)

    @abstractmethod
    async def run(self, text: str, streams: Streams) -> int:
        """Run a script to its end and return its status; 2 if it has a syntax error."""

    @abstractmethod
    async def script(self, script: ScriptNode, streams: Streams) -> int:
        """Run commands one after another and return the status of the last one."""

    @abstractmethod
    async def call(self, words: list[str], streams: Streams, *, elevated: bool = False) -> int:
        """Run a function, a command or a script file by its words."""

    def child(self) -> Self:
        return replace(
            self,
            variables=dict(self.variables),
            exported=set(self.exported),
            functions=dict(self.functions),
            options=set(self.options),
            background=[],
            arguments=list(self.arguments),
        )

    def path(self, name: str) -> str:
        return posixpath.normpath(posixpath.join(self.cwd, name))

    def environment(self) -> dict[str, str]:
        """The exported variables that have a value."""
        return {name: self.variables[name] for name in sorted(self.exported) if name in self.variables}


@dataclass(slots=True)
class CommandCall:
    """A call of a command: its words and its streams."""

    shell: ShellProcess
    name: str
    args: list[str]
    streams: Streams
    elevated: bool = False
    """True under ``sudo``."""

    @property
    def host(self) -> Machine:
        return self.shell.host

    def out(self, text: str) -> None:
        """Write to standard output."""
        self.streams.out(text)

    def fail(self, text: str, status: int = 1) -> int:
        """Write the command's name and a message to standard error; return the status."""
        self.streams.err(f"{self.name}: {text}\n")
        return status

    async def lines(self) -> list[str]:
        """All lines of standard input, with their ends."""
        lines: list[str] = []
        while line := await self.streams.read():
            lines.append(line)
        return lines

    async def text(self, name: str) -> str:
        """The text of a file, or of standard input for ``-``.

        Raises:
            OSError: the user may not read the file, or it does not exist.
        """
        return "".join(await self.lines()) if name == "-" else self.host.files.read(self.readable_path(name))

    def path(self, name: str) -> str:
        return self.shell.path(name)

    def readable_path(self, name: str) -> str:
        """The absolute path of an existing file that the user may read.

        Raises:
            OSError: the user may not read the file, or it does not exist.
        """
        path = self.path(name)
        if self.user != "root" and path in _PROTECTED:
            raise PermissionError(13, "Permission denied", name)
        if not self.host.files.exists(path):
            raise FileNotFoundError(2, "No such file or directory", name)
        return path

    def writable_path(self, name: str) -> str:
        """The absolute path of a file that the user may write.

        Raises:
            PermissionError: the user may not.
        """
        path = self.path(name)
        if self.user != "root" and not self.host.may_write(path + "/", self.user):
            raise PermissionError(13, "Permission denied", name)
        return path

    @property
    def user(self) -> str:
        """Name of the user who runs the command."""
        return "root" if self.elevated else self.shell.variables.get("USER", "root")


CommandFunction = Callable[[CommandCall], Awaitable[int]]
"""Body of a command; returns its exit status."""


class CommandTable(dict[str, CommandFunction]):
    """Commands by name."""

    def register(self, *names: str) -> Callable[[CommandFunction], CommandFunction]:
        """Decorator that declares a command under these names."""

        def declare(function: CommandFunction) -> CommandFunction:
            self.update(dict.fromkeys(names, function))
            return function

        return declare

    def find(self, name: str) -> CommandFunction | None:
        """The command of this name, with or without its folder; None if there is none."""
        folder, _, base = name.rpartition("/")
        return self.get(base if folder in _FOLDERS else name)
