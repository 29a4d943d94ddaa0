"""How a command goes over many hosts: how many at a time, and how many may fail."""

from __future__ import annotations

import math
import re
from typing import NamedTuple


class Plan(NamedTuple):
    """Batches and the failures that are put up with, worked out before anything starts."""

    total: int
    batches: tuple[int, ...]
    """Sizes of the batches; they add up to the total."""
    allowed: int
    """Failures that are put up with; one more, and no further host starts."""

    @property
    def sentence(self) -> str:
        """The plan as one sentence, to be shown before launch."""
        hosts = f"{self.total} host{'s' * (self.total != 1)}"
        if len(self.batches) > 1:
            sizes = sorted(set(self.batches), key=self.batches.index)
            how = f"{hosts} in {len(self.batches)} batches of {', '.join(map(str, sizes))}"
        else:
            how = f"{hosts} at once"
        if self.allowed >= self.total:
            return f"{how}; failures stop nothing."
        if self.allowed == 0:
            return f"{how}; no further host starts after the first failure."
        return f"{how}; no further host starts after more than {self.allowed} failed."


def plan(total: int, serial: str = "", max_fail: str = "") -> Plan:
    """The plan for so many hosts.

    Args:
        total: number of hosts.
        serial: hosts in a batch, as ``5``, ``25%`` of the total, or several of these with commas, of which the last one
            goes on: ``1,5,25%``. Empty: all at once.
        max_fail: failures that are put up with, as ``1`` or ``10%`` of the total. Empty: none with batches, any number
            without. Unreachable, timed-out and lost hosts are failures too.

    Raises:
        ValueError: one of them is neither a number nor a percentage; the text is for people.
    """
    steps = (
        [_amount(part, total, "serial", least=1) for part in serial.split(",")] if serial.strip() else [max(total, 1)]
    )
    batches: list[int] = []
    left = total
    while left > 0:
        size = min(steps[min(len(batches), len(steps) - 1)], left)
        batches.append(size)
        left -= size
    if max_fail.strip():
        allowed = _amount(max_fail, total, "max-fail", least=0)
    else:
        allowed = 0 if len(batches) > 1 else total
    return Plan(total, tuple(batches), allowed)


def _amount(text: str, total: int, what: str, *, least: int) -> int:
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*(%?)\s*", text)
    if not match or (not match[2] and "." in match[1]) or (match[2] and float(match[1]) > 100):
        raise ValueError(f"{what} must be a number of hosts or a percentage, as 5 or 25%, not “{text.strip()}”")
    amount = math.floor(total * float(match[1]) / 100) if match[2] else int(match[1])
    if not match[2] and amount < least:
        raise ValueError(f"{what} must be {least} at least, not {amount}")
    return max(amount, least)
