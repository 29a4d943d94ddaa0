"""Headers between a client, which may send a name several times, and a cassette, which has a list for each name."""

from __future__ import annotations

from collections.abc import Iterable

from azops_tui.http_edge import RECORDED_WAIT
from azops_tui.replay.tracks import HttpExchange

_NOT_SENT = frozenset(
    {"content-length", "transfer-encoding", "connection", "retry-after", "retry-after-ms", "x-ms-retry-after-ms"}
)
"""Headers that are those of the replay."""


def header_lists(headers: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Headers as a cassette has them: a list of values for each name."""
    known: dict[str, str] = {}
    lists: dict[str, list[str]] = {}
    for name, value in headers:
        lists.setdefault(known.setdefault(name.lower(), name), []).append(value)
    return lists


def replayed_headers(recorded: HttpExchange) -> Iterable[tuple[str, str]]:
    """Headers as they were sent, but nobody waits: clients that see no delay, or 0, wait for a default of 30 s."""
    wait = ""
    for name, values in recorded.headers.items():
        if name.lower() == "retry-after" and values:
            wait = values[0]
        if name.lower() not in _NOT_SENT:
            yield from ((name, value) for value in values)
    if recorded.status not in (429, 503):
        yield "retry-after-ms", "1"
        return
    yield "Retry-After", "0"
    if wait:
        yield RECORDED_WAIT, wait
