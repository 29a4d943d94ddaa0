"""A filter of system calls for what Landlock does not see: other sockets than TCP, terminals, and modes of files.

TCP connects without ``connect`` where a process sends with ``MSG_FASTOPEN``, which Landlock did not see (tried with
Linux 6.18 in November 2026); the filter denies that flag.

Landlock holds TCP connections, but neither multipath TCP nor UDP nor unix sockets with a path (``docker.sock``, agents,
``systemd``). The filter leaves a process ordinary TCP and netlink sockets. The layout of filters is in
<https://docs.kernel.org/userspace-api/seccomp_filter.html> (read in November 2026).
"""

from __future__ import annotations

import ctypes
import os
import platform
import struct
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class _Machine:
    """Numbers of a processor's system calls."""

    architecture: int
    socket: int
    socketpair: int
    ioctl: int
    sends: tuple[int, int, int]
    """``sendto``, ``sendmsg`` and ``sendmmsg``."""
    modes: tuple[int, ...]
    """Calls that change modes, owners and extended attributes."""


_MACHINES = {
    "x86_64": _Machine(
        architecture=0xC000003E,
        socket=41,
        socketpair=53,
        ioctl=16,
        sends=(44, 46, 307),
        modes=(90, 91, 92, 93, 94, 188, 189, 190, 197, 198, 199, 260, 268, 452, 463, 466, 469),
    ),
    "aarch64": _Machine(
        architecture=0xC00000B7,
        socket=198,
        socketpair=199,
        ioctl=29,
        sends=(206, 211, 269),
        modes=(5, 6, 7, 14, 15, 16, 52, 53, 54, 55, 452, 463, 466, 469),
    ),
}
_FLAGS_AT = (40, 32, 40)
"""Where the flags of the three calls that send stand among the arguments."""
_FAST_OPEN = 0x20000000
_REQUESTS = (0x5412, 0x541C, 0x40086602, 0x401C5820)
"""Denied requests of ``ioctl``: ``TIOCSTI`` and ``TIOCLINUX``, which type into the user's own terminal, and
``FS_IOC_SETFLAGS`` and ``FS_IOC_FSSETXATTR``, which change what may be done with a file."""
_IO_URING_SETUP = 425
"""With io_uring a process opens sockets without a system call for each."""
_X32 = 0x40000000
_LOAD, _AND, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x54, 0x15, 0x35, 0x45, 0x06
_ALLOW, _DENY = 0x7FFF0000, 0x00050000 | 13
"""The call is made; it fails with EACCES."""
_INET, _NETLINK, _INET6 = 2, 16, 10
_STREAM, _DATAGRAM, _PACKETS, _TCP = 1, 2, 5, 6


class SyscallFilter:
    """The filter of a fence. Make it before a fork; :meth:`enter` only makes a system call.

    Args:
        keeps_modes: deny changes to modes, owners and extended attributes of files too.
        datagrams: allow UDP, with which names of hosts are resolved.
    """

    def __init__(self, *, keeps_modes: bool, datagrams: bool) -> None:
        machine = _MACHINES.get(platform.machine())
        self._system = ctypes.CDLL(None, use_errno=True)
        self._program = b""
        if machine is None:
            return
        denied = (_IO_URING_SETUP, *(machine.modes if keeps_modes else ()))
        code = b"".join(_instructions(machine, denied, _ALLOW if datagrams else _DENY))
        self._code = ctypes.create_string_buffer(code, len(code))
        self._program = struct.pack("@HxxxxxxP", len(code) // 8, ctypes.addressof(self._code))

    def enter(self) -> None:
        """Filter the calls of this process and its descendants from now on; needs ``no_new_privs``.

        Raises:
            OSError: the kernel refuses the filter.
        """
        if self._program and self._system.prctl(22, 2, self._program, 0, 0) < 0:
            raise OSError(ctypes.get_errno(), f"seccomp: {os.strerror(ctypes.get_errno())}")


def _instructions(machine: _Machine, denied: Iterable[int], datagram: int) -> list[bytes]:
    """The filter's instructions: code, jump if true, jump if false, value."""

    def one(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
        return struct.pack("=HBBI", code, if_true, if_false, value)

    return [
        one(_LOAD, 4),
        one(_EQUAL, machine.architecture, 1, 0),
        one(_RETURN, _DENY),
        one(_LOAD, 0),
        *(part for number in denied for part in (one(_EQUAL, number, 0, 1), one(_RETURN, _DENY))),
        one(_AT_LEAST, _X32, 0, 1),
        one(_RETURN, _DENY),
        *(
            part
            for number, flags_at in zip(machine.sends, _FLAGS_AT, strict=True)
            for part in (
                one(_EQUAL, number, 0, 4),
                one(_LOAD, flags_at),
                one(_ANY_BIT, _FAST_OPEN, 0, 1),
                one(_RETURN, _DENY),
                one(_RETURN, _ALLOW),
            )
        ),
        one(_EQUAL, machine.ioctl, 0, 2 * len(_REQUESTS) + 2),
        one(_LOAD, 24),
        *(part for request in _REQUESTS for part in (one(_EQUAL, request, 0, 1), one(_RETURN, _DENY))),
        one(_RETURN, _ALLOW),
        # A pair of datagram sockets can send to any unix socket with a path.
        one(_EQUAL, machine.socketpair, 0, 6),
        one(_LOAD, 24),
        one(_AND, 0xF),
        one(_EQUAL, _STREAM, 2, 0),
        one(_EQUAL, _PACKETS, 1, 0),
        one(_RETURN, _DENY),
        one(_RETURN, _ALLOW),
        one(_EQUAL, machine.socket, 1, 0),
        one(_RETURN, _ALLOW),
        one(_LOAD, 16),
        one(_EQUAL, _NETLINK, 0, 1),
        one(_RETURN, _ALLOW),
        one(_EQUAL, _INET, 2, 0),
        one(_EQUAL, _INET6, 1, 0),
        one(_RETURN, _DENY),
        one(_LOAD, 24),
        one(_AND, 0xF),
        one(_EQUAL, _DATAGRAM, 0, 1),
        one(_RETURN, datagram),
        one(_EQUAL, _STREAM, 1, 0),
        one(_RETURN, _DENY),
        one(_LOAD, 32),
        one(_EQUAL, 0, 1, 0),
        one(_EQUAL, _TCP, 0, 1),
        one(_RETURN, _ALLOW),
        one(_RETURN, _DENY),
    ]
