"""A run that came in a file."""

from __future__ import annotations

from dataclasses import dataclass

from azops_tui.events.records import Record


@dataclass(frozen=True, slots=True)
class Recording:
    """Records of a run that is not in the journal here."""

    name: str
    """Name of the file that it came in."""
    records: tuple[Record, ...]
