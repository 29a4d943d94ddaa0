"""Durations and times: as people write them, as a screen shows them, and as Azure writes them (ISO 8601)."""

from __future__ import annotations

import re
from datetime import UTC, datetime

_WRITTEN = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)?")
_SECONDS = {"ms": 0.001, "s": 1.0, "": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_ISO = re.compile(
    r"(-)?P(?:(\d+(?:\.\d+)?)W)?(?:(\d+(?:\.\d+)?)D)?(?:T(?:(\d+(?:\.\d+)?)H)?(?:(\d+(?:\.\d+)?)M)?(?:(\d+(?:\.\d+)?)S)?)?"
)


def parse_duration(text: str) -> float:
    """Seconds of ``30s``, ``10m``, ``1h30m``, ``500ms``, ``2d`` or a bare number of seconds.

    Raises:
        ValueError: the text is not a duration; the message names what it should be.
    """
    total, at = 0.0, 0
    for match in _WRITTEN.finditer(text):
        if match.start() != at or (not match[2] and match.span() != (0, len(text))):
            break
        total += float(match[1]) * _SECONDS[match[2] or ""]
        at = match.end()
    if not text or at != len(text):
        raise ValueError("a duration such as 30s, 10m or 1h30m")
    return total


def format_duration(seconds: float | None) -> str:
    """Seconds as ``12 ms``, ``0.8 s``, ``48 s``, ``02:31`` or ``1:02:31``; empty for None."""
    if seconds is None:
        return ""
    seconds = max(0.0, seconds)
    if seconds < 0.095:
        return f"{round(seconds * 1000)} ms"
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    return f"{round(seconds)} s" if round(seconds) < 60 else format_clock(seconds)


def format_clock(seconds: float) -> str:
    """Seconds as ``02:31`` or ``1:02:31``."""
    minutes, seconds = divmod(int(max(0.0, seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes:02}:{seconds:02}"


def parse_iso_duration(text: str | None) -> float:
    """Seconds of an ISO 8601 duration such as ``PT1M0.19S``; 0 for any other text."""
    match = _ISO.fullmatch(text or "")
    if not match:
        return 0.0
    weeks, days, hours, minutes, seconds = (float(part or 0) for part in match.groups()[1:])
    total = ((weeks * 7 + days) * 24 + hours) * 3600 + minutes * 60 + seconds
    return -total if match[1] else total


def format_iso_duration(seconds: float) -> str:
    """Seconds as Resource Manager writes a duration: ``PT1M2.5S``."""
    minutes, remainder = divmod(max(0.0, seconds), 60)
    hours, minutes = divmod(int(minutes), 60)
    text = "PT" + (f"{hours}H" if hours else "") + (f"{minutes}M" if minutes else "")
    part = f"{remainder:.7f}".rstrip("0").rstrip(".")
    return f"{text}{part}S" if part != "0" or text == "PT" else text


def parse_timestamp(text: str | None) -> float | None:
    """Seconds since the epoch of an ISO 8601 time, UTC by default; None for any other text."""
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", text))
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def start_time(timestamp: str | None, duration: str | None) -> float | None:
    """Start of what last changed at ``timestamp``, ``duration`` after it began; None without a timestamp."""
    end = parse_timestamp(timestamp)
    return None if end is None else round(end - parse_iso_duration(duration), 3)
