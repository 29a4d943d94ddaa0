"""Rolling execution: batches of hosts, and the number of failures tolerated."""

from __future__ import annotations

import math
import re
from typing import NamedTuple


class RollingPlan(NamedTuple):
    """Batches and tolerated failures, computed before anything starts."""

    total: int
    batches: tuple[int, ...]
    """Sizes of the batches; they add up to the total."""
    allowed: int
    """Failures after which further hosts still start; one more, and no further host starts."""
    tolerated: int
    """Failures with which the whole still counts as a success."""

    def succeeded(self, failed: int) -> bool:
        """True if the command succeeded on at least one host and no more than the tolerated number failed."""
        return failed <= self.tolerated and failed < self.total

    @property
    def sentence(self) -> str:
        """The plan as one sentence, shown before launch."""
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


def plan(total: int, serial: str = "", max_fail: str = "") -> RollingPlan:
    """Compute batches and tolerated failures.

    Args:
        total: number of hosts, at least 1.
        serial: hosts in a batch, as ``5``, ``25%`` of the total, or several of these separated by commas, of which the
            last one repeats: ``1,5,25%``. Empty: all at once.
        max_fail: number of failures tolerated, as ``1`` or ``10%`` of the total. Empty: none. Without batches, a
            failure then stops no other host. Unreachable, timed-out and lost hosts are failures too.

    Raises:
        ValueError: there are no hosts, or an argument is neither a number nor a percentage; the text is for people.
    """
    if not total:
        raise ValueError("there is no host to run the command on")
    steps = [_amount(part, total, "serial", least=1) for part in serial.split(",")] if serial.strip() else [total]
    batches: list[int] = []
    left = total
    while left > 0:
        size = min(steps[min(len(batches), len(steps) - 1)], left)
        batches.append(size)
        left -= size
    tolerated = _amount(max_fail, total, "max-fail", least=0) if max_fail.strip() else 0
    allowed = tolerated if max_fail.strip() or len(batches) > 1 else total
    return RollingPlan(total, tuple(batches), allowed, tolerated)


def _amount(text: str, total: int, what: str, *, least: int) -> int:
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*(%?)\s*", text)
    if not match or (not match[2] and "." in match[1]) or (match[2] and float(match[1]) > 100):
        raise ValueError(
            f"{what} must be a number of hosts or a percentage, for example 5 or 25%, not '{text.strip()}'"
        )
    amount = math.floor(total * float(match[1]) / 100) if match[2] else int(match[1])
    if not match[2] and amount < least:
        raise ValueError(f"{what} must be at least {least}, not {amount}")
    return max(amount, least)
