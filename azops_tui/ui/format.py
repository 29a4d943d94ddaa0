"""Numbers and times as short texts."""

from __future__ import annotations

import time


def age(seconds: float) -> str:
    """Age as ``now``, ``4 s ago``, ``3 min ago``, ``2 h ago`` or ``5 d ago``."""
    if seconds < 1:
        return "now"
    for size, name in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{int(seconds // size)} {name} ago"
    return f"{int(seconds)} s ago"


def time_of_day(at: float) -> str:
    """Time of day as ``14:02:31`` in the local time zone."""
    return time.strftime("%H:%M:%S", time.localtime(at))


def count(number: int, noun: str, plural: str = "") -> str:
    """Number and noun: ``1 step``, ``3 steps``."""
    return f"{number} {noun if number == 1 else plural or noun + 's'}"


def short_type(full: str) -> str:
    """Resource type without ``Microsoft.``: ``Network/virtualNetworks``."""
    return full.removeprefix("Microsoft.").removeprefix("microsoft.")
