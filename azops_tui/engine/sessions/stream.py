"""Reads what a step writes, without ever holding much of it or keeping the event loop from other work."""

from __future__ import annotations

import array
import asyncio
import contextlib
import fcntl
import os
import termios
from collections.abc import Callable

from azops_tui.sanitise import Sanitiser
from azops_tui.secrets.replace import Replacer

_READ = 64 * 1024
_PIECE = 64 * 1024
"""Characters at which a piece is handed on at once."""
_INTERVAL = 0.04
"""Seconds after which what has come is handed on, however little."""
_PIPE_SIZE = 256 * 1024
_F_SETPIPE_SZ = getattr(fcntl, "F_SETPIPE_SZ", None)


class StepStream:
    """One FIFO of a session. Text goes to the running step's callback, or nowhere when no step runs.

    What is written between steps (by jobs in the background) is given to the next step.
    """

    def __init__(self, path: str, loop: asyncio.AbstractEventLoop, replacer: Replacer) -> None:
        """``replacer`` changes what the shell itself says of files that no user has heard of."""
        os.mkfifo(path, 0o600)
        # Open for writing too: a FIFO without a writer would be readable (at its end) all the time.
        self._fd = os.open(path, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
        if _F_SETPIPE_SZ is not None:
            with contextlib.suppress(OSError):
                fcntl.fcntl(self._fd, _F_SETPIPE_SZ, _PIPE_SIZE)
        self._loop = loop
        self._replacer = replacer
        self._callback: Callable[[str], None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._pending: list[str] = []
        self._size = 0
        self._raw: bytearray | None = None
        self._raw_limit = 0
        self._fresh()

    def _fresh(self) -> None:
        self._sanitiser = Sanitiser(colours=False)
        self._replacing = self._replacer.stream()

    def begin(self, callback: Callable[[str], None], raw_limit: int = 0) -> None:
        """From now on text goes to ``callback``; up to ``raw_limit`` bytes are also kept as they are."""
        self._callback = callback
        self._raw, self._raw_limit = bytearray(), raw_limit
        self._loop.add_reader(self._fd, self._readable)

    def end(self) -> bytes:
        """Hands on what has been written up to now and stops; returns the bytes kept as they are."""
        self._drain()
        self._take(self._sanitiser.flush())
        self._queue(self._replacing.flush())
        self.flush()
        self._loop.remove_reader(self._fd)
        self._callback = None
        self._fresh()
        raw, self._raw = bytes(self._raw or b""), None
        return raw

    def close(self) -> None:
        """Closes the FIFO."""
        if self._timer is not None:
            self._timer.cancel()
        self._loop.remove_reader(self._fd)
        os.close(self._fd)

    def _drain(self) -> None:
        """Reads what is in the pipe at this moment, and not what a job in the background goes on to write."""
        waiting = array.array("i", [0])
        fcntl.ioctl(self._fd, termios.FIONREAD, waiting)
        left = waiting[0]
        while left > 0:
            left -= self._read(min(left, _READ))

    def _readable(self) -> None:
        self._read(_READ)

    def _read(self, size: int) -> int:
        try:
            data = os.read(self._fd, size)
        except BlockingIOError:
            return size
        if self._raw is not None and len(self._raw) < self._raw_limit:
            self._raw += data[: self._raw_limit - len(self._raw)]
        self._take(self._sanitiser.feed(data))
        return len(data)

    def _take(self, text: str) -> None:
        self._queue(self._replacing.feed(text))

    def _queue(self, text: str) -> None:
        if not text:
            return
        self._pending.append(text)
        self._size += len(text)
        if self._size >= _PIECE:
            self.flush()
        elif self._timer is None:
            self._timer = self._loop.call_later(_INTERVAL, self.flush)

    def flush(self) -> None:
        """Hands on what has come."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        text = "".join(self._pending)
        self._pending.clear()
        self._size = 0
        if text and self._callback is not None:
            for start in range(0, len(text), _PIECE):
                self._callback(text[start : start + _PIECE])
