"""Time in the simulator: waits are shortened by a factor; timestamps are not.

A machine that takes 48 s in Azure takes 4 s at speed 12. The service *reports* real time (timestamps, durations,
uptimes) of this computer, so that it agrees with the reader's watch.
"""

from __future__ import annotations

import asyncio
import os
import time
from datetime import UTC, datetime

DEFAULT_SPEED = 12.0
"""How many times faster than Azure the simulator works by default."""


def speed_from_environment() -> float:
    """The speed set by ``AZOPS_SIM_SPEED``, or the default.

    Raises:
        ValueError: the variable is not a positive number.
    """
    text = os.environ.get("AZOPS_SIM_SPEED", "").strip()
    if not text:
        return DEFAULT_SPEED
    try:
        speed = float(text)
    except ValueError:
        speed = 0.0
    if not 0 < speed < float("inf"):
        raise ValueError(f"AZOPS_SIM_SPEED must be a positive number, such as 12, not {text!r}")
    return speed


class Clock:
    """Waits in Azure's time, and tells the time of this computer."""

    def __init__(self, speed: float = DEFAULT_SPEED) -> None:
        self.speed = speed
        """Seconds in Azure for each second on this computer."""

    def now(self) -> float:
        """Seconds since the epoch."""
        return time.time()

    async def sleep(self, seconds: float) -> None:
        """Wait for ``seconds`` of Azure's time."""
        await asyncio.sleep(max(0.0, seconds) / self.speed)

    def retry_after(self, seconds: float = 5.0) -> dict[str, str]:
        """Headers that tell a client to poll again in ``seconds`` of Azure's time.

        Azure sends ``Retry-After`` in whole seconds. Less than one second is sent as ``retry-after-ms``, which the SDKs
        understand.
        """
        wait = min(seconds / self.speed, seconds)
        if wait >= 1:
            return {"Retry-After": str(round(wait))}
        return {"retry-after-ms": str(max(10, round(wait * 1000)))}


def stamp(when: float, digits: int = 7) -> str:
    """A time as Resource Manager writes it: ``2026-11-21T09:00:00.1234567Z``."""
    moment = datetime.fromtimestamp(when, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond:06d}{'0' * max(0, digits - 6)}Z"


def offset_stamp(when: float) -> str:
    """A time as the compute service writes it: ``2026-11-21T09:00:00.123456+00:00``."""
    return datetime.fromtimestamp(when, UTC).isoformat()
