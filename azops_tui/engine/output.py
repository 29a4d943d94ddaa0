"""What a step writes, on its way to the journal: coalesced, bounded, and free of secrets.

Text comes in pieces of any size, already sanitised. It leaves as :class:`OutputWritten` at most twenty times a second
or 64 kB at a time. The journal gets the first and the last megabyte of a step; where there was more, the whole is in a
file of the user alone, and a line says so. Memory stays bounded whatever a step writes.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Literal

from azops_tui.events.records import OutputWritten
from azops_tui.paths import private
from azops_tui.secrets.redact import RedactorStream

Stream = Literal["stdout", "stderr", "system"]

HEAD = 1_000_000
"""Characters of a step's output that are journalled as they come."""
TAIL = 1_000_000
"""Characters that are journalled from the end of a longer output."""
RAW_LIMIT = 8_000_000
"""Characters of standard output kept for a capture or an expectation."""
_ERRORS = 4_096
_PIECE = 64 * 1024
_INTERVAL = 0.05


class Output:
    """The output of one step. ``emit`` gets the events; ``spill`` is the file for what is too long."""

    def __init__(
        self,
        step: str,
        emit: Callable[[OutputWritten], None],
        redacting: Callable[[], RedactorStream],
        spill: Path,
        *,
        keep_raw: bool = False,
    ) -> None:
        self._step = step
        self._emit = emit
        self._redacting = redacting
        self._spill_path = spill
        self._spill: IO[str] | None = None
        self._spill_problem = ""
        self._streams: dict[tuple[Stream, str], RedactorStream] = {}
        self._source: tuple[Stream, str] = ("stdout", "")
        self._pending: list[str] = []
        self._pending_size = 0
        self._timer: asyncio.TimerHandle | None = None
        self._journalled = 0
        self._head: list[str] = []
        self._tail: deque[tuple[tuple[Stream, str], str]] = deque()
        self._tail_size = 0
        self._left_out = 0
        self._keep_raw = keep_raw
        self._raw: dict[Stream, list[str]] = {"stdout": [], "stderr": [], "system": []}
        self._raw_size = 0
        self.errors = ""
        """The end of what was written to standard error."""
        self.raw_complete = True
        """Whether :meth:`raw` has all that was written."""

    def write(self, text: str, stream: Stream = "stdout", host: str = "") -> None:
        """Take a piece of text in."""
        if not text:
            return
        if stream == "stderr":
            self.errors = (self.errors + text[-_ERRORS:])[-_ERRORS:]
        if self._keep_raw:
            self._keep(text, stream)
        source = (stream, host)
        redacting = self._streams.get(source)
        if redacting is None:
            redacting = self._streams[source] = self._redacting()
        self._queue(source, redacting.feed(text))

    def say(self, text: str) -> None:
        """A line of azops itself, such as the progress of a native step."""
        self.write(text + "\n", "system")

    def raw(self, *streams: Stream) -> str:
        """What was written to these streams, secrets included, up to ``RAW_LIMIT`` characters."""
        return "".join("".join(self._raw[stream]) for stream in streams)

    def forget_raw(self) -> None:
        """Begin anew for another attempt."""
        self.errors = ""
        for pieces in self._raw.values():
            pieces.clear()
        self._raw_size, self.raw_complete = 0, True

    def settle(self) -> None:
        """Emit all that was written so far, so that what is told next comes after it."""
        for source, redacting in self._streams.items():
            self._queue(source, redacting.flush())
        self.flush()

    def finish(self) -> None:
        """Emit what is held back. Nothing may be written afterwards."""
        self.settle()
        if self._left_out or self._tail:
            self._emit_tail()
        if self._spill is not None:
            self._spill.close()
            self._spill = None

    def _keep(self, text: str, stream: Stream) -> None:
        room = RAW_LIMIT - self._raw_size
        if len(text) > room:
            self.raw_complete = False
        if room > 0:
            self._raw[stream].append(text[:room])
            self._raw_size += min(len(text), room)

    def _queue(self, source: tuple[Stream, str], text: str) -> None:
        if not text:
            return
        if source != self._source:
            self.flush()
            self._source = source
        for piece in _pieces(text):
            self._pending.append(piece)
            self._pending_size += len(piece)
            if self._pending_size >= _PIECE:
                self.flush()
        if self._pending and self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(_INTERVAL, self.flush)

    def flush(self) -> None:
        """Emit what waits to be coalesced."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if not self._pending:
            return
        text = "".join(self._pending)
        self._pending.clear()
        self._pending_size = 0
        room = HEAD - self._journalled
        if room > 0:
            self._send(self._source, text[:room])
            text = text[room:]
        if text:
            self._hold(self._source, text)

    def _send(self, source: tuple[Stream, str], text: str) -> None:
        self._journalled += len(text)
        self._head.append(text)
        self._emit(OutputWritten(at=time.time(), step=self._step, text=text, stream=source[0], host=source[1]))

    def _hold(self, source: tuple[Stream, str], text: str) -> None:
        """Keep text for the end, when the journal has had its share."""
        if not self._tail and not self._left_out:
            self._open_spill()
            self._head.clear()
            self._say_direct(
                "\n… more than 1 MB: " + (self._spill_problem or f"the whole of it goes to {self._spill_path}") + "\n"
            )
        self._write_spill(text)
        self._tail.append((source, text))
        self._tail_size += len(text)
        while self._tail_size - len(self._tail[0][1]) >= TAIL:
            _, gone = self._tail.popleft()
            self._tail_size -= len(gone)
            self._left_out += len(gone)

    def _emit_tail(self) -> None:
        if self._left_out:
            self._say_direct(f"\n… {self._left_out:,} characters are left out here …\n")
        while self._tail:
            source, text = self._tail.popleft()
            self._emit(OutputWritten(at=time.time(), step=self._step, text=text, stream=source[0], host=source[1]))
        self._tail_size = self._left_out = 0

    def _say_direct(self, text: str) -> None:
        self._emit(OutputWritten(at=time.time(), step=self._step, text=text, stream="system"))

    def _open_spill(self) -> None:
        try:
            private(self._spill_path.parent)
            self._spill_path.touch(mode=0o600, exist_ok=True)
            self._spill_path.chmod(0o600)
            self._spill = self._spill_path.open("w", encoding="utf-8", errors="replace")
            self._spill.writelines(self._head)
        except OSError as error:
            self._spill_problem = f"only the end of it is kept, {self._spill_path} cannot be written: {error.strerror}"

    def _write_spill(self, text: str) -> None:
        if self._spill is None:
            return
        try:
            self._spill.write(text)
        except OSError:
            self._spill.close()
            self._spill = None


def _pieces(text: str) -> Iterator[str]:
    for start in range(0, len(text), _PIECE):
        yield text[start : start + _PIECE]
