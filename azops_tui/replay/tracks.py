"""What a cassette holds: one track for each thing that crossed the process's edge, in the order in which it ended."""

from __future__ import annotations

import msgspec

from azops_tui.errors import AzopsError
from azops_tui.json_types import Json

FORMAT = 1
"""Version of what a cassette has under the key ``azops``."""


class CassetteError(AzopsError):
    """A cassette cannot be read or written; the text names the file, the line and what is wrong."""


class NotRecordedError(AzopsError):
    """A run asked for something that its cassette does not hold.

    Args:
        message: what was asked for.
        nearest: what is nearest to it, how it differs, and what to do.
    """

    def __init__(self, message: str, nearest: str) -> None:
        super().__init__(f"{message} {nearest}")
        self.message = message
        self.nearest = nearest


class CassetteHeader(msgspec.Struct, kw_only=True, omit_defaults=True):
    """About the run that was recorded."""

    format: int = FORMAT
    version: str = ""
    """Version of azops; empty for a plain recording of another program."""
    runbook: str = ""
    """Name of the document's file."""
    cloud: str = ""
    profile: str = ""
    subscription_name: str = ""
    subscription: str = ""
    tenant: str = ""
    entries: int | None = None
    """Number of tracks, which tells whether the file is complete."""
    ids: list[str] = []
    """Fakes of ids that nothing around them may name."""


class HttpExchange(msgspec.Struct, kw_only=True, tag="http"):
    """A request to Azure and its response."""

    method: str
    uri: str
    sent_headers: dict[str, list[str]] = {}
    sent: bytes = b""
    status: int = 200
    reason: str = ""
    headers: dict[str, list[str]] = {}
    received: bytes = b""


class OutputPiece(msgspec.Struct, kw_only=True, omit_defaults=True):
    """Output of a session or a host, or what else a host tells."""

    text: str = ""
    stream: str = "stdout"
    """``stdout``, ``stderr``, or for hosts ``started`` and ``finished``."""
    at: float = 0.0
    """Seconds since the start of the track."""
    host: str = ""
    status: int | None = None
    seconds: float = 0.0
    cut: int = 0
    digest: str = ""
    reason: str = ""
    tried: bool = True
    """False for a host that was not tried."""


class SessionRun(msgspec.Struct, kw_only=True, tag="session"):
    """Code that a session ran, with its output and the variables that it changed."""

    session: str
    """``shell``, ``python``, ``background``, or ``kernel`` with the name of a Jupyter kernel."""
    code: str
    interpreter: str = "bash"
    output: list[OutputPiece] = []
    status: int | None = 0
    stopped: bool = False
    timed_out: bool = False
    died: bool = False
    line: int | None = None
    stdout: str | None = None
    """The bytes that the caller kept, where they are not the output itself."""
    set: dict[str, str] = {}
    unset: list[str] = []
    pictures: list[bytes] = []
    """Figures, as PNG."""


class HostsRun(msgspec.Struct, kw_only=True, tag="hosts"):
    """A command, or a copy, on hosts."""

    hosts: list[str]
    command: str
    asked: list[list[str]] = []
    """Questions about the keys of hosts: title, then lines."""
    events: list[OutputPiece] = []


class Reading(msgspec.Struct, kw_only=True, tag="value"):
    """A value of this machine: a key pair's public half, a reading of the clock, variables of the environment."""

    name: str
    value: Json


Payload = HttpExchange | SessionRun | HostsRun | Reading


class Track(msgspec.Struct, kw_only=True):
    """Place and time of a payload, and what finds it."""

    order: int
    step: str = ""
    at: float = 0.0
    """Seconds since the start of the run."""
    seconds: float = 0.0
    kind: str = "http"
    label: str = ""
    """Short description for people."""
    group: str = ""
    """What the nearest tracks have in common: method and path, or kind of session."""
    key: str = ""
    """Equal for what counts as the same."""
    version: str = ""
    """API version of a request."""
    offset: int = 0
    size: int = 0
    is_new: bool = False
    """True if this process recorded it."""
