"""A fence around the processes of a run: what they may write to, and which TCP ports they may connect to.

The fence is Linux's Landlock. It needs no root, holds for every descendant whatever it executes, and cannot be taken
off; :mod:`azops_tui.gate.syscalls` holds sockets that are not TCP. The kernel's interface is in
<https://docs.kernel.org/userspace-api/landlock.html> (read in November 2026). Not held: reading, and times of files.
"""

from __future__ import annotations

import ctypes
import os
import struct
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from azops_tui.enforcement import FenceKind
from azops_tui.gate.syscalls import SyscallFilter

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_SET_NO_NEW_PRIVILEGES = 38
_DROP_FROM_BOUNDING_SET = 24
_CAPABILITIES = (12, 13, 16, 17, 21, 22, 25, 27, 29, 30, 33, 34, 37, 38, 39, 40)
"""What root may do to the machine and not to files: its network, raw sockets, modules, ports, administration, reboot,
clock, devices, audit (29, 30, 37), security modules (33), the system log, performance counters, BPF, checkpoints.
"""
_WRITE_FILE, _TRUNCATE = 1 << 1, 1 << 14
_CHANGE_TREE = sum(1 << bit for bit in range(4, 14))
"""Remove and make entries of a folder, and move them between folders (bit 13)."""
_CONNECT_TCP = 1 << 1
_SCOPES = 0b11
"""Abstract unix sockets and signals stay inside the fence."""
_DEVICES = ("null", "zero", "full", "random", "urandom", "tty", "ptmx", "pts")
_NEEDED = 4
"""First version of Landlock that holds TCP connections (Linux 6.7)."""


class FenceError(OSError):
    """The kernel refuses to set up the fence."""


def landlock_version() -> int:
    """Version of the kernel's Landlock interface; 0 if there is none."""
    if sys.platform != "linux":
        return 0
    return max(0, int(ctypes.CDLL(None).syscall(_CREATE_RULESET, None, 0, 1)))


def can_fence() -> bool:
    """Whether the kernel can hold both files and TCP connections."""
    return landlock_version() >= _NEEDED


def fence_kind(*, read_only: bool, sandbox: bool) -> FenceKind:
    """The fence around the scripts of a run on this machine."""
    if not (read_only or sandbox):
        return ""
    if not can_fence():
        return "missing"
    return "kernel" if read_only else "sandbox"


@dataclass(frozen=True, slots=True)
class Fence:
    """What processes inside may do; they may read and execute everything that the user may."""

    writable: tuple[Path, ...] = ()
    """Files and folders that they may write to, with all that is in them. Those that do not exist are left out."""
    ports: tuple[int, ...] = ()
    """TCP ports that they may connect to, at any address."""
    keeps_modes: bool = True
    """Deny changes to modes, owners and extended attributes, also of writable files."""
    datagrams: bool = False
    """Allow UDP, with which names of hosts are resolved."""

    @contextmanager
    def prepared(self, *more: Path) -> Iterator[Callable[[], None]]:
        """Yield a function that puts the calling process inside; call it in a child before its program starts.

        Args:
            more: further paths that may be written to.

        Raises:
            FenceError: the kernel cannot hold this fence.
        """
        version = landlock_version()
        if version < _NEEDED:
            raise FenceError(f"this kernel has Landlock version {version}; a fence needs {_NEEDED} (Linux 6.7)")
        system = ctypes.CDLL(None, use_errno=True)
        handled = struct.pack("=QQQ", _WRITE_FILE | _TRUNCATE | _CHANGE_TREE, _CONNECT_TCP, _SCOPES)
        rules = _checked(system.syscall(_CREATE_RULESET, handled, 24 if version >= 6 else 16, 0))
        try:
            for path in (*self.writable, *more, *(Path("/dev") / name for name in _DEVICES)):
                with suppress(FileNotFoundError):
                    _allow_writes(system, rules, path)
            for port in self.ports:
                _checked(system.syscall(_ADD_RULE, rules, 2, struct.pack("=QQ", _CONNECT_TCP, port), 0))

            calls = SyscallFilter(keeps_modes=self.keeps_modes, datagrams=self.datagrams)

            def enter() -> None:
                _checked(system.prctl(_SET_NO_NEW_PRIVILEGES, 1, 0, 0, 0))
                _checked(system.syscall(_RESTRICT_SELF, rules, 0))
                for capability in _CAPABILITIES:
                    # Fails where the user is not root and has none to lose.
                    system.prctl(_DROP_FROM_BOUNDING_SET, capability, 0, 0, 0)
                calls.enter()

            yield enter
        finally:
            os.close(rules)


def _allow_writes(system: ctypes.CDLL, rules: int, path: Path) -> None:
    descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        allowed = _WRITE_FILE | _TRUNCATE | (_CHANGE_TREE if path.is_dir() else 0)
        _checked(system.syscall(_ADD_RULE, rules, 1, struct.pack("=Qi", allowed, descriptor), 0))
    finally:
        os.close(descriptor)


def _checked(result: int) -> int:
    if result < 0:
        raise FenceError(ctypes.get_errno(), f"Landlock: {os.strerror(ctypes.get_errno())}")
    return result
