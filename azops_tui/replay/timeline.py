"""Timeline of a run: the next record, the wait before it, and the share already shown.

>>> timeline = Timeline([])
>>> timeline.ended, timeline.fraction
(True, 1.0)
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import structs

from azops_tui.events.records import OutputWritten, Record, RunStarted, StepStarted

SPEEDS = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0)
"""Replay speeds: seconds of the run per second on the screen."""
LONGEST_WAIT = 3.0
"""Longest pause in a replay, in seconds on the screen."""


class Timeline:
    """A run's records, and the position of a replay among them."""

    def __init__(self, records: Iterable[Record]) -> None:
        self._records = list(records)
        self._position = 0

    @property
    def start(self) -> RunStarted | None:
        """The run's first event; None if the records lack it."""
        event = self._records[0].event if self._records else None
        return event if isinstance(event, RunStarted) else None

    @property
    def length(self) -> float:
        """Duration of the run in seconds."""
        return max(0.0, self._records[-1].event.at - self._records[0].event.at) if self._records else 0.0

    @property
    def now(self) -> float:
        """Time of the last record taken, or of the first record before that."""
        return self._records[max(0, self._position - 1)].event.at if self._records else 0.0

    @property
    def elapsed(self) -> float:
        """Seconds of the run shown so far."""
        return max(0.0, self.now - self._records[0].event.at) if self._records else 0.0

    @property
    def fraction(self) -> float:
        """Share of the run shown so far, 0 to 1."""
        return min(1.0, self.elapsed / self.length) if self.length else 1.0

    @property
    def ended(self) -> bool:
        """True if every record has been taken."""
        return self._position >= len(self._records)

    def wait(self, speed: float) -> float:
        """Seconds on the screen before the next record; 0 for the first record and at the end."""
        if self.ended or not self._position:
            return 0.0
        return min(max(0.0, self._records[self._position].event.at - self.now) / speed, LONGEST_WAIT)

    def take(self) -> Record:
        """Take the next record.

        Raises:
            IndexError: every record has been taken.
        """
        record = self._records[self._position]
        self._position += 1
        return record

    def take_step(self) -> list[Record]:
        """Take the records up to and including the start of the next step."""
        taken: list[Record] = []
        while not self.ended:
            taken.append(self.take())
            if isinstance(taken[-1].event, StepStarted):
                break
        return taken

    def go_to(self, seq: int) -> list[Record]:
        """Move to just after record ``seq``; return all records up to it, from the first."""
        self._position = 0
        taken: list[Record] = []
        while not self.ended and self._records[self._position].seq <= seq:
            taken.append(self.take())
        return taken

    def seq_at(self, fraction: float) -> int:
        """Number of the last record in this share (0 to 1) of the run."""
        if not self._records:
            return 0
        first = self._records[0]
        at = first.event.at + max(0.0, min(1.0, fraction)) * self.length
        return max((record.seq for record in self._records if record.event.at <= at), default=first.seq)


def joined_output(records: Iterable[Record]) -> list[Record]:
    """The records with output that follows on other output of the same stream joined to it, which shows the same."""
    joined: list[Record] = []
    pieces: list[str] = []
    source: tuple[str, str, str] | None = None

    def flush() -> None:
        if len(pieces) > 1:
            last = joined[-1]
            joined[-1] = structs.replace(last, event=structs.replace(last.event, text="".join(pieces)))
        pieces.clear()

    for record in records:
        event = record.event
        if not isinstance(event, OutputWritten):
            flush()
            source = None
            joined.append(record)
            continue
        key = (event.step, event.stream, event.host)
        if key == source:
            joined[-1] = record
        else:
            flush()
            joined.append(record)
        source = key
        pieces.append(event.text)
    flush()
    return joined


def other_speed(speed: float, by: int) -> float:
    """The speed ``by`` steps faster in :data:`SPEEDS`; slower for a negative number."""
    nearest = min(range(len(SPEEDS)), key=lambda place: abs(SPEEDS[place] - speed))
    return SPEEDS[max(0, min(len(SPEEDS) - 1, nearest + by))]
