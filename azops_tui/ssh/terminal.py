"""A terminal on a host: keys go there and its output comes here as they are, as with ``ssh``."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import sys
import termios
import tty

import asyncssh


async def open_terminal(connection: asyncssh.SSHClientConnection) -> int:
    """Open the user's shell on a host, on this terminal; return its exit status, 255 if the connection was lost.

    Raises:
        HostProblem: standard input is not a terminal.
        asyncssh.Error: the host refuses a terminal.
    """
    from azops_tui.ssh.problems import HostProblem

    if not sys.stdin.isatty():
        raise HostProblem("A terminal opens only on a terminal. Give a command to run.")
    loop = asyncio.get_running_loop()
    here = sys.stdin.fileno()
    columns, lines = shutil.get_terminal_size()
    process = await connection.create_process(
        term_type=os.environ.get("TERM", "xterm"), term_size=(columns, lines), encoding=None, stderr=asyncssh.STDOUT
    )

    def resized() -> None:
        process.change_terminal_size(*shutil.get_terminal_size())

    def typed() -> None:
        data = os.read(here, 4096)
        if data:
            process.stdin.write(data)
        else:
            loop.remove_reader(here)
            process.stdin.write_eof()

    before = termios.tcgetattr(here)
    tty.setraw(here)
    loop.add_reader(here, typed)
    loop.add_signal_handler(signal.SIGWINCH, resized)
    try:
        while data := await process.stdout.read(65536):
            await asyncio.to_thread(_write_all, sys.stdout.fileno(), data)
        await process.wait_closed()
    finally:
        loop.remove_reader(here)
        loop.remove_signal_handler(signal.SIGWINCH)
        termios.tcsetattr(here, termios.TCSADRAIN, before)
    return 255 if process.exit_status is None else process.exit_status


def _write_all(descriptor: int, data: bytes) -> None:
    while data:
        data = data[os.write(descriptor, data) :]
