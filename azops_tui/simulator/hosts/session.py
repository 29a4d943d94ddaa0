"""SSH session on a simulated machine: a command, a script on standard input, or an interactive shell."""

from __future__ import annotations

import asyncio
import contextlib

import asyncssh

from azops_tui.simulator.hosts.command import StepBudget
from azops_tui.simulator.hosts.commands import COMMANDS
from azops_tui.simulator.hosts.control import ShellExit
from azops_tui.simulator.hosts.machine import Machine
from azops_tui.simulator.hosts.parser import parse
from azops_tui.simulator.hosts.shell import Shell
from azops_tui.simulator.hosts.streams import Streams
from azops_tui.simulator.hosts.syntax import ShellSyntaxError

_BATCH = 32 * 1024
_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

Process = asyncssh.SSHServerProcess[str]


class Session:
    """A client's session, run as a process of the machine."""

    def __init__(self, machine: Machine, process: Process) -> None:
        self._machine = machine
        self._process = process
        self._out: list[str] = []
        self._size = 0
        self._lines: asyncio.Queue[str | None] = asyncio.Queue()
        """Lines of standard input; None for Ctrl+C."""

    async def run(self) -> None:
        """Run the session and send its exit status to the client."""
        task = asyncio.current_task()
        assert task is not None
        pid = self._machine.processes.add("sshd", task)
        entry = self._machine.processes.get(pid)
        shell = self._shell(pid)
        try:
            status = await self._work(shell)
            self._flush()
            self._process.exit(status & 255)
        except asyncio.CancelledError:
            self._flush()
            with contextlib.suppress(OSError, asyncssh.Error):
                self._process.exit_with_signal(entry.signal if entry is not None and entry.signal else "HUP")
        except (OSError, asyncssh.Error):
            # The client is gone; nobody is left to tell.
            return

    def _shell(self, pid: int) -> Shell:
        machine, process = self._machine, self._process
        peer = process.get_extra_info("peername") or ("127.0.0.1", 0)
        variables = {
            "USER": machine.spec.user,
            "LOGNAME": machine.spec.user,
            "HOME": machine.home,
            "SHELL": "/bin/bash",
            "PATH": _PATH,
            "LANG": "C.UTF-8",
            "SSH_CONNECTION": f"{peer[0]} {peer[1]} {machine.spec.private_address} 22",
            **({"TERM": process.term_type} if process.term_type else {}),
            **{name: value for name, value in process.env.items() if isinstance(name, str) and isinstance(value, str)},
        }
        return Shell(machine, pid, {**variables, "IFS": " \t\n"}, set(variables), machine.home, COMMANDS)

    async def _work(self, shell: Shell) -> int:
        process = self._process
        if process.command is not None:
            return await shell.run(process.command, Streams(self._read, self._write, self._error))
        if process.term_type is None:
            text = await process.stdin.read()
            return await shell.run(text, Streams(Streams.of(""), self._write, self._error))
        return await self._converse(shell)

    async def _converse(self, shell: Shell) -> int:
        """Run an interactive shell until ``exit`` or the end of the input."""
        shell.interactive = True
        machine = self._machine
        self._write(f"Welcome to {machine.system.pretty} (GNU/Linux {machine.system.kernel} x86_64)\n\n")
        pump = asyncio.get_running_loop().create_task(self._pump())
        streams = Streams(self._typed, self._write, self._error)
        try:
            while True:
                place = "~" if shell.cwd == machine.home else shell.cwd
                self._write(f"{machine.spec.user}@{machine.spec.name}:{place}$ ")
                self._flush()
                line = await self._lines.get()
                if line is None:
                    self._write("^C\n")
                elif not line:
                    return shell.status
                else:
                    try:
                        await self._typed_command(shell, line, streams)
                    except ShellExit as leave:
                        self._write("logout\n")
                        return leave.status
        finally:
            pump.cancel()

    async def _typed_command(self, shell: Shell, line: str, streams: Streams) -> None:
        """Run a line until it ends or Ctrl+C is pressed."""
        try:
            shell.budget = StepBudget()
            work = asyncio.get_running_loop().create_task(shell.script(parse(line), streams))
        except ShellSyntaxError as error:
            self._error(f"bash: syntax error {error}\n")
            shell.status = 2
            return
        try:
            while not work.done():
                await asyncio.wait([work], timeout=0.05)
                self._flush()
                if self._interrupted():
                    work.cancel()
                    await asyncio.wait([work])
                    self._write("^C\n")
                    shell.status = 130
                    return
        finally:
            work.cancel()
        work.result()

    def _interrupted(self) -> bool:
        """True if Ctrl+C was pressed; keeps lines typed ahead."""
        waiting: list[str | None] = []
        while not self._lines.empty():
            waiting.append(self._lines.get_nowait())
        if None in waiting:
            return True
        for line in waiting:
            self._lines.put_nowait(line)
        return False

    async def _pump(self) -> None:
        while True:
            try:
                line = await self._process.stdin.readline()
            except asyncssh.BreakReceived:
                self._lines.put_nowait(None)
                continue
            except (asyncssh.SignalReceived, asyncssh.TerminalSizeChanged):
                continue
            except (OSError, asyncssh.Error):
                line = ""
            self._lines.put_nowait(line)
            if not line:
                return

    async def _typed(self) -> str:
        return await self._lines.get() or ""

    async def _read(self) -> str:
        self._flush()
        while True:
            try:
                return await self._process.stdin.readline()
            except asyncssh.TerminalSizeChanged:
                continue
            except (asyncssh.BreakReceived, asyncssh.SignalReceived):
                return ""

    def _write(self, text: str) -> None:
        self._out.append(text)
        self._size += len(text)
        if self._size >= _BATCH:
            self._flush()
        elif len(self._out) == 1:
            # Small pieces that come together go out together.
            asyncio.get_running_loop().call_later(0.002, self._flush)

    def _error(self, text: str) -> None:
        self._flush()
        with contextlib.suppress(OSError):
            self._process.stderr.write(text)

    def _flush(self) -> None:
        text = "".join(self._out)
        self._out.clear()
        self._size = 0
        if text:
            with contextlib.suppress(OSError):
                self._process.stdout.write(text)
