"""Entries that a cassette can do without."""

from __future__ import annotations

from azops_tui.replay.cassette import Cassette
from azops_tui.replay.matching import is_reading
from azops_tui.replay.tracks import HttpExchange


def repeated_polls(cassette: Cassette) -> set[int]:
    """Orders of reads that were answered as the same read before, in the same step."""
    last: dict[tuple[str, str], tuple[int, bytes]] = {}
    repeated: set[int] = set()
    for track, payload in cassette.payloads():
        if not isinstance(payload, HttpExchange):
            continue
        key, answer = (track.step, track.key), (payload.status, payload.received)
        if is_reading(payload.method) and last.get(key) == answer:
            repeated.add(track.order)
        last[key] = answer
    return repeated
