"""One command on one host: started so that it can be ended, and its output drained without end."""

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

# A slow reader of a wide window lets the library hold gigabytes; this much is as fast and stays flat.
_WINDOW = 32 * 1024
_SIGNALS = {"ABRT": 6, "ALRM": 14, "FPE": 8, "HUP": 1, "ILL": 4, "INT": 2, "KILL": 9, "PIPE": 13, "QUIT": 3, "SEGV": 11}
_SIGNALS |= {"TERM": 15, "USR1": 10, "USR2": 12, "BUS": 7, "TRAP": 5, "SYS": 31, "XCPU": 24, "XFSZ": 25}
_GRACE = 2.0
"""Seconds between asking a process to end and ending it."""


class Remote:
    """A command that runs on a host."""

    def __init__(self, connection: asyncssh.SSHClientConnection, on_text: Callable[[str, Stream], object]) -> None:
        self._connection = connection
        self._on_text = on_text
        self._process: asyncssh.SSHClientProcess[bytes] | None = None
        self._token = ""
        self._pid = 0
        self._over = False

    async def run(self, command: str) -> int | None:
        """Runs the command with an empty standard input and waits for its end.

        Returns:
            Its exit status, 128 and the signal's number where a signal ended it, None where contact was lost.

        Raises:
            asyncssh.Error: it could not be started.
        """
        self._process = await self._connection.create_process(
            self._wrapped(command),
            stdin=asyncssh.DEVNULL,
            encoding=None,
            window=_WINDOW,
            max_pktsize=_WINDOW,
        )
        await asyncio.gather(self._drain(self._process.stdout, "stdout"), self._drain(self._process.stderr, "stderr"))
        await self._process.wait_closed()
        self._over = True
        if self._process.exit_signal:
            return 128 + _SIGNALS.get(self._process.exit_signal[0], 0)
        return self._process.exit_status

    async def end(self) -> bool:
        """Ends the command and all that it started: asks first, and after two seconds insists.

        Returns:
            Whether the host was told; False where contact is lost.
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
        """Signals the process group from a second session, and looks whether anything is left of it."""
        checks = "; ".join([f"kill -s 0 -- -{pid} 2>/dev/null || exit 0; sleep 0.1"] * int(_GRACE * 10))
        script = f"kill -s TERM -- -{pid} 2>/dev/null; {checks}; kill -s KILL -- -{pid} 2>/dev/null; true"
        await self._connection.run(f"/bin/sh -c {shlex.quote(script)}", stdin=asyncssh.DEVNULL, timeout=_GRACE + 4)

    def _wrapped(self, command: str) -> str:
        """The command, preceded by a line on stderr with the number of its process group, where the host is a Unix.

        Without a terminal nothing else ends a command on a host: closing the connection leaves it running. The user's
        shell runs it as ever, in the same process; ``/bin/sh`` only speaks first, whatever the user's shell is.
        """
        version = str(self._connection.get_extra_info("server_version", "")).lower()
        if "openssh" not in version or "windows" in version:
            return command
        self._token = f"azops-{secrets.token_hex(4)}"
        script = f'echo {self._token}:$$ >&2; exec "${{SHELL:-/bin/sh}}" -c "$1"'
        return f"exec /bin/sh -c {shlex.quote(script)} azops {shlex.quote(command)}"

    async def _drain(self, reader: asyncssh.SSHReader[bytes], stream: Stream) -> None:
        sanitiser = Sanitiser()
        waiting = b"" if stream == "stderr" and self._token else None
        while True:
            try:
                data = await reader.read(_WINDOW)
            except (OSError, asyncssh.Error):
                break  # contact is lost; that there is no exit status says so
            if not data:
                break
            if waiting is not None:
                waiting += data
                # What a profile writes may come before our line.
                match = re.search(rb"%b:(\d+)\n" % self._token.encode(), waiting)
                if match:
                    self._pid = int(match[1])
                    data, waiting = waiting[: match.start()] + waiting[match.end() :], None
                elif len(waiting) > 64 * 1024:
                    data, waiting = waiting, None
                else:
                    continue
            self._say(sanitiser.feed(data), stream)
        if waiting:
            self._say(sanitiser.feed(waiting), stream)
        self._say(sanitiser.flush(), stream)

    def _say(self, text: str, stream: Stream) -> None:
        if text:
            self._on_text(text, stream)
