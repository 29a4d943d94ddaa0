"""Injected faults: throttling, refusals, failures, latency and broken connections, to test the handling of them.

Faults are set by ``azops sim up --fault SPEC``, by ``azops sim fault add SPEC``, by ``POST /simulator/faults`` (a list
of the records below; ``[]`` clears them) or by a test.
"""

from __future__ import annotations

import random
import re

import msgspec

from azops_tui.simulator.errors import REASONS, ArmError
from azops_tui.simulator.fault_specs import Fault


class FaultInjector:
    """The faults in effect."""

    def __init__(self, randomness: random.Random) -> None:
        self._random = randomness
        self._set: list[tuple[Fault, re.Pattern[str]]] = []
        self._left: list[int] = []
        self.hits: list[int] = []
        """How often each fault has hit."""

    @property
    def current(self) -> list[Fault]:
        """The faults in effect, in the order in which they are tried."""
        return [fault for fault, _ in self._set]

    def replace(self, faults: list[Fault]) -> None:
        """Replace all faults.

        Raises:
            ValueError: a path is not a regular expression.
        """
        try:
            compiled = [(f, re.compile(f.path, re.I)) for f in faults]
        except re.error as problem:
            raise ValueError(f"a fault's path is not a regular expression: {problem}") from None
        self._set, self._left, self.hits = compiled, [f.times for f in faults], [0] * len(faults)

    def add(self, faults: list[Fault]) -> None:
        """Add faults to those in effect.

        Raises:
            ValueError: a path is not a regular expression.
        """
        left, hits = list(self._left), list(self.hits)
        self.replace([*self.current, *faults])
        self._left[: len(left)], self.hits[: len(hits)] = left, hits

    def hit(self, method: str, path: str, *, work: bool = False) -> Fault | None:
        """The first fault that hits this request, or None. ``work`` selects faults that concern operations."""
        for i, (fault, pattern) in enumerate(self._set):
            if (fault.fail or fault.never_ends) != work or not _names(fault.method, method) or not pattern.search(path):
                continue
            if fault.times and not self._left[i]:
                continue
            if fault.probability < 1 and self._random.random() >= fault.probability:
                continue
            if fault.times:
                self._left[i] -= 1
            self.hits[i] += 1
            return fault
        return None


def _names(methods: str, method: str) -> bool:
    return not methods or method in methods.upper().split(",")


def refusal(fault: Fault) -> ArmError:
    """The error of a fault."""
    status = fault.status if fault.status >= 400 else 500
    code = fault.code or REASONS.get(status, "InternalServerError")
    return ArmError(status, code, fault.message or f"The simulator was told to answer with {code}.")


def decode_faults(content: bytes) -> list[Fault]:
    """The faults of a request's body.

    Raises:
        ValueError: the body is not a list of faults.
    """
    try:
        return msgspec.json.decode(content, type=list[Fault])
    except msgspec.DecodeError as problem:
        raise ValueError(str(problem)) from None
