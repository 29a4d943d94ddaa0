"""Statistics of the requests to Azure: attempts, retries, throttling, and the limits that responses report."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import msgspec
from azure.core.pipeline import PipelineRequest, PipelineResponse
from azure.core.pipeline.policies import AsyncHTTPPolicy

_LIMIT = "x-ms-ratelimit-remaining-"


class RequestAttempt(msgspec.Struct, frozen=True, kw_only=True):
    """One attempt at one request."""

    at: float
    """Time of sending, seconds since the epoch."""
    method: str
    path: str
    """Path of the URL, without query: queries of polls carry signatures."""
    status: int | None
    """HTTP status; None without a response."""
    duration: float
    """Seconds."""
    attempt: int
    """1 for the first, 2 for the first retry."""
    retry_after: float = 0.0
    """Seconds that the service asked to wait."""
    correlation_id: str = ""
    remaining: dict[str, int] = {}
    """Requests left before throttling, by limit, as ``{"subscription-reads": 11999}``."""
    problem: str = ""
    """Class of the error if there was no response."""

    @property
    def is_throttled(self) -> bool:
        """True if the service refused the request because of its rate limit."""
        return self.status == 429


class RequestStats:
    """Counts of the requests to one cloud, fed by :class:`RequestStatsPolicy`."""

    def __init__(self, on_request: Callable[[RequestAttempt], object] | None = None) -> None:
        self.on_request = on_request
        self.requests = 0
        """Attempts, including retries."""
        self.retries = 0
        self.throttled = 0
        self.failures = 0
        """Attempts without a response."""
        self.remaining: dict[str, int] = {}
        """Latest value of each limit that the service reported."""

    def add(self, attempt: RequestAttempt) -> None:
        """Count an attempt and pass it to ``on_request``."""
        self.requests += 1
        self.retries += attempt.attempt > 1
        self.throttled += attempt.is_throttled
        self.failures += attempt.status is None
        self.remaining.update(attempt.remaining)
        if self.on_request is not None:
            self.on_request(attempt)


class RequestStatsPolicy(AsyncHTTPPolicy[Any, Any]):
    """Pipeline policy that reports every attempt; it stands after the retry policy."""

    def __init__(self, stats: RequestStats) -> None:
        super().__init__()
        self.stats = stats

    async def send(self, request: PipelineRequest[Any]) -> PipelineResponse[Any, Any]:
        at = time.time()
        clock = time.perf_counter()
        try:
            response = await self.next.send(request)
        except BaseException as error:
            self._report(request, at, clock, problem=type(error).__name__)
            raise
        self._report(request, at, clock, response=response.http_response)
        return response

    def _report(
        self, request: PipelineRequest[Any], at: float, clock: float, response: Any = None, problem: str = ""
    ) -> None:
        headers = response.headers if response is not None else {}
        self.stats.add(
            RequestAttempt(
                at=at,
                method=request.http_request.method,
                path=request.http_request.url.partition("?")[0].partition("://")[2].partition("/")[2],
                status=response.status_code if response is not None else None,
                duration=time.perf_counter() - clock,
                attempt=int(request.context.get("retry_count") or 0) + 1,
                retry_after=_number(headers.get("Retry-After", "")),
                correlation_id=headers.get("x-ms-correlation-request-id", ""),
                remaining={
                    name.lower()[len(_LIMIT) :]: int(value)
                    for name, value in headers.items()
                    if name.lower().startswith(_LIMIT) and value.isdigit()
                },
                problem=problem,
            )
        )


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0
