"""The records of a run in time: which is next, how long it waits for its turn, and how much has been shown.

>>> timeline = Timeline([])
>>> timeline.ended, timeline.fraction
(True, 1.0)
"""

from __future__ import annotations

from collections.abc import Iterable

from azops_tui.events.records import Record, RunStarted, StepStarted

SPEEDS = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0)
"""Seconds of the run for each second on the screen."""
LONGEST_WAIT = 3.0
"""Seconds of the screen's time that a pause in the run may take."""


class Timeline:
    """A run's records in order, and the place among them that a replay has come to."""

    def __init__(self, records: Iterable[Record]) -> None:
        self._records = list(records)
        self._position = 0

    @property
    def start(self) -> RunStarted | None:
        """How the run began; None where the records do not have that."""
        event = self._records[0].event if self._records else None
        return event if isinstance(event, RunStarted) else None

    @property
    def length(self) -> float:
        """Seconds the run took."""
        return max(0.0, self._records[-1].event.at - self._records[0].event.at) if self._records else 0.0

    @property
    def now(self) -> float:
        """Time of the record taken last, of the first where none was."""
        return self._records[max(0, self._position - 1)].event.at if self._records else 0.0

    @property
    def elapsed(self) -> float:
        """Seconds of the run that have been shown."""
        return max(0.0, self.now - self._records[0].event.at) if self._records else 0.0

    @property
    def fraction(self) -> float:
        """How much of the run has been shown, 0 to 1."""
        return min(1.0, self.elapsed / self.length) if self.length else 1.0

    @property
    def ended(self) -> bool:
        """Whether every record has been taken."""
        return self._position >= len(self._records)

    def wait(self, speed: float) -> float:
        """Seconds on the screen until the next record's turn; 0 for the first and at the end."""
        if self.ended or not self._position:
            return 0.0
        return min(max(0.0, self._records[self._position].event.at - self.now) / speed, LONGEST_WAIT)

    def take(self) -> Record:
        """The next record.

        Raises:
            IndexError: every one has been taken.
        """
        record = self._records[self._position]
        self._position += 1
        return record

    def take_step(self) -> list[Record]:
        """The records up to the beginning of the next step, that one included."""
        taken: list[Record] = []
        while not self.ended:
            taken.append(self.take())
            if isinstance(taken[-1].event, StepStarted):
                break
        return taken

    def go_to(self, seq: int) -> list[Record]:
        """Be where record ``seq`` has been taken; returns all records up to it, from the first."""
        self._position = 0
        taken: list[Record] = []
        while not self.ended and self._records[self._position].seq <= seq:
            taken.append(self.take())
        return taken

    def seq_at(self, fraction: float) -> int:
        """The record that was written when this part of the run (0 to 1) had passed."""
        if not self._records:
            return 0
        first = self._records[0]
        at = first.event.at + max(0.0, min(1.0, fraction)) * self.length
        return max((record.seq for record in self._records if record.event.at <= at), default=first.seq)


def other_speed(speed: float, by: int) -> float:
    """The speed that is ``by`` places faster (or slower, below 0) among :data:`SPEEDS`."""
    nearest = min(range(len(SPEEDS)), key=lambda place: abs(SPEEDS[place] - speed))
    return SPEEDS[max(0, min(len(SPEEDS) - 1, nearest + by))]
