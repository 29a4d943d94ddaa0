"""Counts of a run's requests by service, and what the responses say of throttling."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

_LIMIT = "x-ms-ratelimit-remaining-"


class Meter:
    """Counts; written by the gate's thread, read by others."""

    def __init__(self) -> None:
        self.calls: Counter[str] = Counter()
        """Requests by service, as ``{"manager": 12}``."""
        self.writes: Counter[str] = Counter()
        self.throttled = 0
        self.waited = 0.0
        """Seconds that the service asked to wait, added up."""
        self.remaining: dict[str, int] = {}
        """Requests left before throttling, by limit."""

    def count(self, service: str, effect: str, status: int, headers: Mapping[str, str]) -> None:
        """Count a response.

        Args:
            service: as :func:`azops_tui.net.azure_hosts.service` names it.
            effect: ``R``, ``M`` or ``D``.
            status: HTTP status.
            headers: with names in lower case.
        """
        self.calls[service] += 1
        self.writes[service] += effect != "R"
        if status == 429:
            self.throttled += 1
            wait = headers.get("retry-after", "")
            self.waited += float(wait) if wait.isdigit() else 0.0
        for name, value in headers.items():
            if name.startswith(_LIMIT) and value.isdigit():
                self.remaining[name.removeprefix(_LIMIT)] = int(value)

    def lines(self) -> list[str]:
        """What ``--meter`` prints."""
        lines = [
            f"{service}: requests {calls}, writes {self.writes[service]}"
            for service, calls in sorted(self.calls.items())
        ]
        if self.throttled:
            lines.append(f"throttled {self.throttled} times, asked to wait {self.waited:.0f} s in all")
        lines += [f"left before throttling: {name} {left}" for name, left in sorted(self.remaining.items())]
        return lines
