"""The process that parses shell code: the grammar's scanner, which is C, can hang or crash on a hostile text.

Reads requests from standard input and writes replies to standard output, each with its length (4 bytes, big endian)
before it. A request is JSON: texts of code, the values of variables, and the processor seconds that each may take; when
these are over, the kernel ends this process. A reply is a list of
:class:`~azops_tui.runbook.shell_script.ShellScript` as JSON.
"""

from __future__ import annotations

import resource
import signal
import sys
from typing import BinaryIO

import msgspec

from azops_tui.runbook.shell_script import ShellScript

MEMORY = 1 << 30
"""Bytes of address space that the process may have."""


class ShellRequest(msgspec.Struct):
    """Texts to parse."""

    texts: list[str]
    values: dict[str, str]
    seconds: float


def read_message(stream: BinaryIO) -> bytes:
    """The next message; empty at the end of the stream."""
    size = int.from_bytes(stream.read(4), "big")
    return stream.read(size)


def write_message(stream: BinaryIO, message: bytes) -> None:
    """Write a message with its length."""
    stream.write(len(message).to_bytes(4, "big") + message)
    stream.flush()


def _serve() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    while message := read_message(sys.stdin.buffer):
        request = msgspec.json.decode(message, type=ShellRequest)
        write_message(sys.stdout.buffer, msgspec.json.encode([_script(text, request) for text in request.texts]))


def _script(text: str, request: ShellRequest) -> ShellScript:
    from azops_tui.runbook.shell_grammar import ShellReader

    # Its default action ends the process, also inside of C code.
    signal.setitimer(signal.ITIMER_VIRTUAL, request.seconds)
    try:
        return ShellReader(text, request.values).script()
    except (RecursionError, MemoryError):
        return ShellScript(broken=True, unknown=True)
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)


if __name__ == "__main__":
    _serve()
