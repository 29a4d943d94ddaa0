"""A command on a host: it can be ended, and its output is drained continuously."""

from __future__ import annotations

import asyncio
import re
import secrets
import shlex
from collections.abc import Callable
from typing import Literal

import asyncssh

from azops_tui.sanitise import Sanitiser

Stream = Literal["stdout", "stderr"]

# With a wide window and a slow reader, asyncssh buffers gigabytes; this size is as fast in constant memory.
_WINDOW = 32 * 1024
_SIGNALS = {"ABRT": 6, "ALRM": 14, "FPE": 8, "HUP": 1, "ILL": 4, "INT": 2, "KILL": 9, "PIPE": 13, "QUIT": 3, "SEGV": 11}
_SIGNALS |= {"TERM": 15, "USR1": 10, "USR2": 12, "BUS": 7, "TRAP": 5, "SYS": 31, "XCPU": 24, "XFSZ": 25}
_GRACE = 2.0
"""Seconds between TERM and KILL."""


class Remote:
    """A running command on a host."""

    def __init__(self, connection: asyncssh.SSHClientConnection, on_text: Callable[[str, Stream], object]) -> None:
        self._connection = connection
        self._on_text = on_text
        self._process: asyncssh.SSHClientProcess[bytes] | None = None
        self._token = ""
        self._pid = 0
        self._over = False

    async def run(self, command: str) -> int | None:
        """Run the command with an empty standard input and wait for its end.

        Unix hosts get it through their standard input, so that no secret in it stands among the arguments of a process.

        Returns:
            The exit status; 128 plus the signal's number if a signal ended it; None if the connection was lost.

        Raises:
            asyncssh.Error: the command cannot be started.
        """
        is_unix = self._is_unix()
        self._process = await self._connection.create_process(
            self._launcher() if is_unix else command,
            stdin=asyncssh.PIPE if is_unix else asyncssh.DEVNULL,
            encoding=None,
            window=_WINDOW,
            max_pktsize=_WINDOW,
        )
        if is_unix:
            self._process.stdin.write(command.encode("utf-8", "surrogateescape"))
            self._process.stdin.write_eof()
        await asyncio.gather(self._drain(self._process.stdout, "stdout"), self._drain(self._process.stderr, "stderr"))
        await self._process.wait_closed()
        self._over = True
        if self._process.exit_signal:
            return 128 + _SIGNALS.get(self._process.exit_signal[0], 0)
        return self._process.exit_status

    async def end(self) -> bool:
        """End the command and all its child processes: with TERM, and after two seconds with KILL.

        Returns:
            True if the host received the signal; False if the connection is lost.
        """
        process = self._process
        if process is None or self._over:
            return True
        try:
            async with asyncio.timeout(_GRACE + 5):
                if self._pid:
                    await self._kill(self._pid)
                else:
                    process.send_signal("TERM")
                    try:
                        await asyncio.wait_for(process.wait_closed(), _GRACE)
                    except TimeoutError:
                        process.send_signal("KILL")
        except (OSError, asyncssh.Error, TimeoutError):
            return False
        finally:
            process.close()
        return True

    async def _kill(self, pid: int) -> None:
        """Signal the process group from a second session, until no process is left."""
        checks = "; ".join([f"kill -s 0 -- -{pid} 2>/dev/null || exit 0; sleep 0.1"] * int(_GRACE * 10))
        script = f"kill -s TERM -- -{pid} 2>/dev/null; {checks}; kill -s KILL -- -{pid} 2>/dev/null; true"
        await self._connection.run(f"/bin/sh -c {shlex.quote(script)}", stdin=asyncssh.DEVNULL, timeout=_GRACE + 4)

    def _is_unix(self) -> bool:
        version = str(self._connection.get_extra_info("server_version", "")).lower()
        return "openssh" in version and "windows" not in version

    def _launcher(self) -> str:
        """A command line that reads a command from standard input and runs it in the user's shell, in one process.

        Before that it prints a line on stderr with the id of its process group: without a terminal, closing the
        connection leaves a command running, and only a signal to its group ends it. A shell that is not of the
        Bourne family gets the command as an argument, since it reads ``eval`` in its own way.
        """
        self._token = f"azops-{secrets.token_hex(4)}"
        script = (
            f"echo {self._token}:$$ >&2\n"
            'case "${SHELL:-/bin/sh}" in\n'
            '*/sh|*/bash|*/dash|*/ash|*/zsh|*/ksh) exec "${SHELL:-/bin/sh}" -c \'eval "$(cat)"\' ;;\n'
            '*) exec "$SHELL" -c "$(cat)" ;;\n'
            "esac"
        )
        return f"exec /bin/sh -c {shlex.quote(script)} azops"

    async def _drain(self, reader: asyncssh.SSHReader[bytes], stream: Stream) -> None:
        sanitiser = Sanitiser()
        waiting = b"" if stream == "stderr" and self._token else None
        while True:
            try:
                data = await reader.read(_WINDOW)
            except (OSError, asyncssh.Error):
                break  # the connection is lost; the missing exit status reports it
            if not data:
                break
            if waiting is not None:
                waiting += data
                # A profile's output may precede the line.
                match = re.search(rb"%b:(\d+)\n" % self._token.encode(), waiting)
                if match:
                    self._pid = int(match[1])
                    data, waiting = waiting[: match.start()] + waiting[match.end() :], None
                elif len(waiting) > 64 * 1024:
                    data, waiting = waiting, None
                else:
                    continue
            self._emit(sanitiser.feed(data), stream)
        if waiting:
            self._emit(sanitiser.feed(waiting), stream)
        self._emit(sanitiser.flush(), stream)

    def _emit(self, text: str, stream: Stream) -> None:
        if text:
            self._on_text(text, stream)
