"""Times and durations as the service writes them."""

from __future__ import annotations

import re
from datetime import UTC, datetime

_DURATION = re.compile(
    r"(-)?P(?:(\d+(?:\.\d+)?)W)?(?:(\d+(?:\.\d+)?)D)?(?:T(?:(\d+(?:\.\d+)?)H)?(?:(\d+(?:\.\d+)?)M)?(?:(\d+(?:\.\d+)?)S)?)?"
)


def seconds(duration: str | None) -> float:
    """Seconds of an ISO 8601 duration such as ``PT1M0.19S``; 0 where it is none."""
    match = _DURATION.fullmatch(duration or "")
    if not match:
        return 0.0
    weeks, days, hours, minutes, rest = (float(part or 0) for part in match.groups()[1:])
    total = ((weeks * 7 + days) * 24 + hours) * 3600 + minutes * 60 + rest
    return -total if match[1] else total


def epoch(timestamp: str | None) -> float | None:
    """Seconds since the epoch of an ISO 8601 time; the service writes seven decimals. None where it is none."""
    if not timestamp:
        return None
    try:
        moment = datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", timestamp))
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def began(timestamp: str | None, duration: str | None) -> float | None:
    """When something began whose last change was at ``timestamp``, ``duration`` after its beginning."""
    end = epoch(timestamp)
    return None if end is None else round(end - seconds(duration), 3)
