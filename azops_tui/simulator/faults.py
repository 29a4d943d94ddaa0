"""Faults on purpose: throttling, refusals, failures and slowness, so that what handles them can be tried.

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
        path: regular expression that must be found in the path, without regard to case.
        method: HTTP method; empty for any.
        status: refuse the request with this status; 0 lets it pass.
        code, message: the error, made from the status where empty.
        retry_after: seconds for the Retry-After header of a refusal.
        latency: seconds to wait before answering.
        fail: instead of refusing, let the resource's operation fail at its end with ``code`` and ``message``.
        probability: share of the matching requests that it hits.
        times: how many requests it hits at most; 0 for no limit.
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
    """The faults that are set."""

    def __init__(self, randomness: random.Random) -> None:
        self._random = randomness
        self._set: list[tuple[Fault, re.Pattern[str]]] = []
        self._left: list[int] = []

    def replace(self, faults: list[Fault]) -> None:
        """Sets these faults and no others.

        Raises:
            ValueError: a path is not a regular expression.
        """
        try:
            compiled = [(f, re.compile(f.path, re.I)) for f in faults]
        except re.error as problem:
            raise ValueError(f"a fault's path is not a regular expression: {problem}") from None
        self._set, self._left = compiled, [f.times for f in faults]

    def hit(self, method: str, path: str, *, work: bool = False) -> Fault | None:
        """The first fault that strikes this request, and counts it; ``work`` asks for those that fail operations."""
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
    """The error of a fault."""
    status = fault.status if fault.status >= 400 else 500
    code = fault.code or REASONS.get(status, "InternalServerError")
    return ArmError(status, code, fault.message or f"The simulator was told to answer with {code}.")
