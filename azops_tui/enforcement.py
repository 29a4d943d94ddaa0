"""What holds a run besides its questions: the words that the top line, the console and a replay share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

FenceKind = Literal["", "kernel", "sandbox", "missing"]
"""The fence around scripts: none is needed, that of a read-only run, that of a sandbox, or the kernel has none."""
_FENCES: dict[FenceKind, str] = {"": "", "kernel": "fenced", "sandbox": "sandbox", "missing": "no fence"}


@dataclass(frozen=True, slots=True)
class Sandbox:
    """What scripts may do inside the fence of a run that is not read-only."""

    allow_write: tuple[str, ...] = ()
    """Files and folders that may be written to, as absolute paths."""
    allow_hosts: tuple[tuple[str, int], ...] = ()
    """Hosts and ports that may be connected to besides the run's cloud."""


def parse_host(text: str) -> tuple[str, int]:
    """Host and port of ``HOST:PORT``, in lower case.

    Raises:
        ValueError: the text has another form.
    """
    host, _, port = text.rpartition(":")
    host = host.strip("[]").lower()
    if not host or not port.isdigit() or not 0 < int(port) < 65536:
        raise ValueError(f"'{text}' is not HOST:PORT")
    return host, int(port)


def enforcement(*, gate: bool, fence: FenceKind, read_only: bool, brief: bool = False) -> list[str]:
    """What is enforced, such as ``gate on``, ``fenced``, ``read-only``.

    Args:
        gate: whether requests pass the gate.
        fence: what scripts are inside of.
        read_only: whether the run may only read.
        brief: leave out what goes without saying.
    """
    gate_state = ("" if brief else "gate on") if gate else "gate off"
    mode = "read-only" if read_only else "read-write"
    return [word for word in (gate_state, _FENCES[fence], mode) if word]
