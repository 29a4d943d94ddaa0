"""Parses shell code in another process, which is kept and started again when it has died.

This is the only input and output of this room: the parser cannot be trusted with a hostile text in our own process.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import os
import select
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Mapping

from azops_tui.runbook.shell_script import ShellScript

_SECONDS = 0.8
"""Processor seconds for one text; less for the texts after one that took too long."""
_PATIENCE = 4.0
"""Seconds to wait on a busy machine."""
_MOST_FAILURES = 5
"""Texts that may fail within ``_FORGIVEN`` seconds; then texts are not tried until that time has passed."""
_FORGIVEN = 10.0
_LARGEST = 1_000_000
"""Characters of a text that is tried."""
_MOST_KNOWN = 4_096
"""Texts whose reading is remembered."""
_TOGETHER = 100
"""Texts that are sent together."""
_Key = tuple[str, tuple[tuple[str, str], ...]]
"""A text and the values of variables in it."""


class GrammarProcess:
    """The other process; safe to use from several threads."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()
        self._known: dict[_Key, ShellScript] = {}
        self._failures = 0
        self._failed_at = 0.0

    def begin_document(self) -> None:
        """Start the process, so that it is ready when a text comes; what another document did is forgiven."""
        with self._lock, contextlib.suppress(OSError):
            self._failures = 0
            self._started()

    def read(self, code: str, values: Mapping[str, str]) -> ShellScript:
        """Parse code. A text that cannot be parsed in time, or at all, is ``unknown``."""
        code = _decodable(code)
        key = (code, tuple(sorted(values.items())))
        with self._lock:
            known = self._known.get(key)
            if known is not None:
                return known
            if time.monotonic() - self._failed_at > _FORGIVEN:
                self._failures = 0
            if len(code) > _LARGEST or self._failures >= _MOST_FAILURES:
                return ShellScript(broken=True, unknown=True)
            scripts = self._parse([code], values)
            if not scripts:
                scripts = [ShellScript(broken=True, unknown=True)]
                self._failures += 1
                self._failed_at = time.monotonic()
            self._remember(key, scripts[0])
            return scripts[0]

    def read_ahead(self, codes: Iterable[str]) -> None:
        """Parse many texts at once, so that each :meth:`read` without values has its answer.

        Where one text ends the process, those sent with it are parsed one by one when they are read.
        """
        with self._lock:
            texts = list(dict.fromkeys(map(_decodable, codes)))
            unread = [text for text in texts if (text, ()) not in self._known and len(text) <= _LARGEST // _TOGETHER]
            for start in range(0, len(unread), _TOGETHER):
                batch = unread[start : start + _TOGETHER]
                scripts = self._parse(batch, {})
                if not scripts:
                    return
                for text, script in zip(batch, scripts, strict=True):
                    self._remember((text, ()), script)

    def _parse(self, texts: list[str], values: Mapping[str, str]) -> list[ShellScript]:
        """The scripts of texts; none if the process did not survive them."""
        import msgspec

        from azops_tui.runbook.shell_worker import ShellRequest

        request = ShellRequest(texts=texts, values=dict(values), seconds=_SECONDS / 4**self._failures)
        try:
            return msgspec.json.decode(self._exchange(msgspec.json.encode(request)), type=list[ShellScript])
        except msgspec.DecodeError:
            self.close()
            return []

    def _remember(self, key: _Key, script: ShellScript) -> None:
        if len(self._known) >= _MOST_KNOWN:
            self._known.pop(next(iter(self._known)))
        self._known[key] = script

    def close(self) -> None:
        """End the process."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
            for stream in (process.stdin, process.stdout):
                if stream is not None:
                    try:
                        stream.close()
                    except BrokenPipeError:
                        pass

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self.close()
            self._process = subprocess.Popen(
                [sys.executable, "-S", "-m", "azops_tui.runbook.shell_worker"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={"PYTHONPATH": os.pathsep.join(map(os.path.abspath, sys.path)), "LC_ALL": "C.UTF-8"},
                start_new_session=True,
            )
        return self._process

    def _exchange(self, message: bytes) -> bytes:
        """The reply to a message; empty if the process died or takes too long."""
        try:
            process = self._started()
        except OSError:
            return b""
        assert process.stdin is not None
        assert process.stdout is not None
        deadline = time.monotonic() + _PATIENCE
        reply = bytearray()
        try:
            process.stdin.write(len(message).to_bytes(4, "big") + message)
            process.stdin.flush()
            descriptor = process.stdout.fileno()
            while len(reply) < 4 or len(reply) < 4 + int.from_bytes(reply[:4], "big"):
                left = deadline - time.monotonic()
                if left <= 0 or not select.select([descriptor], [], [], left)[0]:
                    return b""
                piece = os.read(descriptor, 1 << 16)
                if not piece:
                    return b""
                reply += piece
        except (OSError, ValueError):
            return b""
        except BaseException:
            # An interrupt: what the process answers now would be taken for the next reply.
            self.close()
            raise
        return bytes(reply[4:])


def _decodable(code: str) -> str:
    """The code with a replacement, of as many bytes, for each lone surrogate, which is not text."""
    try:
        code.encode()
    except UnicodeEncodeError:
        return code.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
    return code


@functools.cache
def shell_process() -> GrammarProcess:
    """The process of this program."""
    process = GrammarProcess()
    atexit.register(process.close)
    return process
