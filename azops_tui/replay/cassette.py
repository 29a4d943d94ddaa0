"""A cassette in memory: an index of tracks; what they hold is in a buffer that goes to disk once it is large."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Callable, Iterator

import msgspec

from azops_tui.replay import matching
from azops_tui.replay.tracks import CassetteHeader, HttpExchange, Payload, Track

_IN_MEMORY = 16 * 1024 * 1024
"""Bytes of payloads that are held in memory."""
_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(Payload)


class Cassette:
    """Tracks in order. May be used from several threads."""

    def __init__(self, header: CassetteHeader | None = None) -> None:
        self.header = header or CassetteHeader()
        self.tracks: list[Track] = []
        self._payloads = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - close() closes it
        self._end = 0
        self._lock = threading.Lock()

    def add(
        self,
        payload: Payload,
        *,
        step: str = "",
        at: float = 0.0,
        seconds: float = 0.0,
        order: int = 0,
        is_new: bool = False,
        known_as: Callable[[Payload], Payload] | None = None,
    ) -> Track:
        """Add a track at the end.

        Args:
            payload: what it holds.
            step: name of its step.
            at: seconds since the start of the run.
            seconds: how long it took.
            order: its place; 0 for the next.
            is_new: true if this process recorded it.
            known_as: returns the payload by which the track is found; by default the payload itself.
        """
        shown = known_as(payload) if known_as is not None else payload
        group, key = matching.keys(shown)
        data = _ENCODER.encode(payload)
        with self._lock:
            track = Track(
                order=order or (self.tracks[-1].order + 1 if self.tracks else 1),
                step=step,
                at=round(at, 3),
                seconds=round(seconds, 3),
                kind=payload.__struct_config__.tag,  # type: ignore[arg-type]  # all payloads have a text as their tag
                label=matching.label(shown),
                group=group,
                key=key,
                version=matching.api_version(payload.uri) if isinstance(payload, HttpExchange) else "",
                offset=self._end,
                size=len(data),
                is_new=is_new,
            )
            self._payloads.seek(self._end)
            self._payloads.write(data)
            self._end += len(data)
            self.tracks.append(track)
        return track

    def load(self, track: Track) -> Payload:
        """What a track holds."""
        with self._lock:
            self._payloads.seek(track.offset)
            data = self._payloads.read(track.size)
        payload: Payload = _DECODER.decode(data)
        return payload

    def payloads(self) -> Iterator[tuple[Track, Payload]]:
        """All tracks in order, each with what it holds."""
        for track in list(self.tracks):
            yield track, self.load(track)

    def sort(self) -> None:
        """Put the tracks in order, after a file listed requests and other tracks apart."""
        self.tracks.sort(key=lambda track: track.order)

    def close(self) -> None:
        """Release the buffer."""
        self._payloads.close()
