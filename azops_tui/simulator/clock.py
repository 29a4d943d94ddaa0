"""Time in the simulator: waits are shortened by a factor; timestamps are not.

A machine that takes 48 s in Azure takes 4 s at speed 12. The service *reports* real time (timestamps, durations,
uptimes) of this computer, so that it agrees with the reader's watch, until ``azops sim clock`` advances or freezes it.
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
    """Waits in Azure's time, and tells the time."""

    def __init__(self, speed: float = DEFAULT_SPEED) -> None:
        self.speed = speed
        """Seconds in Azure for each second on this computer."""
        self.offset = 0.0
        """Seconds that the reported time is ahead of this computer's."""
        self.frozen_at: float | None = None
        """The reported time while the clock is frozen."""
        self._jumped = 0.0
        self._changed: asyncio.Event | None = None

    def now(self) -> float:
        """Seconds since the epoch."""
        return self.frozen_at if self.frozen_at is not None else time.time() + self.offset

    async def sleep(self, seconds: float) -> None:
        """Wait for ``seconds`` of Azure's time; a jump of the clock shortens the wait, a frozen clock holds it."""
        remaining, jumped = max(0.0, seconds), self._jumped
        while True:
            started = time.monotonic()
            await self._wait(remaining / self.speed)
            if self.frozen_at is None:
                remaining -= (time.monotonic() - started) * self.speed
            remaining -= self._jumped - jumped
            jumped = self._jumped
            if remaining <= 1e-6:
                return

    async def _wait(self, seconds: float) -> None:
        """Wait until the time is over or the clock is changed."""
        if self._changed is None:
            self._changed = asyncio.Event()
        try:
            async with asyncio.timeout(None if self.frozen_at is not None else seconds):
                await self._changed.wait()
        except TimeoutError:
            return

    def advance(self, seconds: float) -> None:
        """Let time pass at once: work that would have ended by then ends now."""
        if self.frozen_at is not None:
            self.frozen_at += seconds
        self.offset += seconds
        self._jumped += seconds
        self._wake()

    def freeze(self) -> None:
        """Stop the time. Work in progress does not go on."""
        if self.frozen_at is None:
            self.frozen_at = self.now()
            self._wake()

    def resume(self) -> None:
        """Let the time go on from where it was frozen."""
        if self.frozen_at is not None:
            self.offset = self.frozen_at - time.time()
            self.frozen_at = None
            self._wake()

    def _wake(self) -> None:
        changed, self._changed = self._changed, None
        if changed is not None:
            changed.set()

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
