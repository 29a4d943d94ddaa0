"""Numbers and times in words that fit a column."""

from __future__ import annotations

import time


def duration(seconds: float | None) -> str:
    """Seconds as ``0.8 s``, ``48 s``, ``2:31`` or ``1:02:31``; empty for None."""
    if seconds is None:
        return ""
    seconds = max(0.0, seconds)
    if seconds < 0.095:
        return f"{round(seconds * 1000)} ms"
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    return clock(seconds)


def clock(seconds: float) -> str:
    """Seconds as ``02:31`` or ``1:02:31``."""
    minutes, rest = divmod(int(max(0.0, seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes:02}:{rest:02}"


def age(seconds: float) -> str:
    """How long ago: ``now``, ``4 s ago``, ``3 min ago``, ``2 h ago``, ``5 d ago``."""
    if seconds < 1:
        return "now"
    for size, name in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{int(seconds // size)} {name} ago"
    return f"{int(seconds)} s ago"


def time_of_day(at: float) -> str:
    """A moment as ``14:02:31`` in the local time zone."""
    return time.strftime("%H:%M:%S", time.localtime(at))


def count(number: int, noun: str, plural: str = "") -> str:
    """``1 step``, ``3 steps``."""
    return f"{number} {noun if number == 1 else plural or noun + 's'}"


def short_type(full: str) -> str:
    """A resource type without its ``Microsoft.``: ``Network/virtualNetworks``."""
    return full.removeprefix("Microsoft.").removeprefix("microsoft.")
