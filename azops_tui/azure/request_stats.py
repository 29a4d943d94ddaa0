"""What is asked of Azure: every attempt counted, retries and throttling seen, limits read from the answers."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import msgspec
from azure.core.pipeline import PipelineRequest, PipelineResponse
from azure.core.pipeline.policies import AsyncHTTPPolicy

_LIMIT = "x-ms-ratelimit-remaining-"


class RequestSeen(msgspec.Struct, frozen=True, kw_only=True):
    """One attempt at one request."""

    at: float
    """When it was sent, seconds since the epoch."""
    method: str
    path: str
    """Path of the URL, without query: queries of polls carry signatures."""
    status: int | None
    """HTTP status; None where there was no answer."""
    duration: float
    """Seconds."""
    attempt: int
    """1 for the first, 2 for the first retry."""
    retry_after: float = 0.0
    """Seconds that the service asked to wait."""
    correlation_id: str = ""
    remaining: dict[str, int] = {}
    """What the service said is left of its limits, as ``{"subscription-reads": 11999}``."""
    problem: str = ""
    """Name of the error where there was no answer."""

    @property
    def throttled(self) -> bool:
        """Whether the service refused because it was asked too often."""
        return self.status == 429


class Meter:
    """Counts of one cloud, kept up by :class:`MeterPolicy`."""

    def __init__(self, on_request: Callable[[RequestSeen], object] | None = None) -> None:
        self.on_request = on_request
        self.requests = 0
        """Attempts, retries among them."""
        self.retries = 0
        self.throttled = 0
        self.failures = 0
        """Attempts without an answer."""
        self.remaining: dict[str, int] = {}
        """The newest word of the service on each of its limits."""

    def see(self, seen: RequestSeen) -> None:
        """Counts one attempt and passes it on."""
        self.requests += 1
        self.retries += seen.attempt > 1
        self.throttled += seen.throttled
        self.failures += seen.status is None
        self.remaining.update(seen.remaining)
        if self.on_request is not None:
            self.on_request(seen)


class MeterPolicy(AsyncHTTPPolicy[Any, Any]):
    """Stands after the retry policy, so that it sees every attempt."""

    def __init__(self, meter: Meter) -> None:
        super().__init__()
        self.meter = meter

    async def send(self, request: PipelineRequest[Any]) -> PipelineResponse[Any, Any]:
        """Sends the request on and reports what came of it."""
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
        self.meter.see(
            RequestSeen(
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
