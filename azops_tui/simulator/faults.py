"""Injected faults: throttling, refusals, failures and latency, to test the handling of them.

Faults are set by ``POST /simulator/faults`` (a list of the records below; ``[]`` clears them) or by a test.
"""

from __future__ import annotations

import random
import re

import msgspec

from azops_tui.simulator.errors import REASONS, ArmError


class Fault(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """One fault.

    Attributes:
        path: regular expression, searched in the path, ignoring case.
        method: HTTP method; empty for any.
        status: refuse the request with this status; 0 lets it pass.
        code, message: the error; empty for those of the status.
        retry_after: seconds for the Retry-After header of a refusal.
        latency: seconds to wait before answering.
        fail: do not refuse the request; let its operation fail at the end with ``code`` and ``message``.
        probability: share of the matching requests that are hit.
        times: maximum number of requests to hit; 0 for no limit.
    """

    path: str = ""
    method: str = ""
    status: int = 0
    code: str = ""
    message: str = ""
    retry_after: float = 0.0
    latency: float = 0.0
    fail: bool = False
    probability: float = 1.0
    times: int = 0


class FaultInjector:
    """The faults in effect."""

    def __init__(self, randomness: random.Random) -> None:
        self._random = randomness
        self._set: list[tuple[Fault, re.Pattern[str]]] = []
        self._left: list[int] = []

    def replace(self, faults: list[Fault]) -> None:
        """Replace all faults.

        Raises:
            ValueError: a path is not a regular expression.
        """
        try:
            compiled = [(f, re.compile(f.path, re.I)) for f in faults]
        except re.error as problem:
            raise ValueError(f"a fault's path is not a regular expression: {problem}") from None
        self._set, self._left = compiled, [f.times for f in faults]

    def hit(self, method: str, path: str, *, work: bool = False) -> Fault | None:
        """The first fault that hits this request, or None. ``work`` selects faults that fail operations."""
        for i, (fault, pattern) in enumerate(self._set):
            if fault.fail != work or (fault.method and fault.method.upper() != method) or not pattern.search(path):
                continue
            if fault.times and not self._left[i]:
                continue
            if fault.probability < 1 and self._random.random() >= fault.probability:
                continue
            if fault.times:
                self._left[i] -= 1
            return fault
        return None


def refusal(fault: Fault) -> ArmError:
    status = fault.status if fault.status >= 400 else 500
    code = fault.code or REASONS.get(status, "InternalServerError")
    return ArmError(status, code, fault.message or f"The simulator was told to answer with {code}.")
