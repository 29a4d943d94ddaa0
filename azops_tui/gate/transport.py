"""The gate for the clients of the SDK: stands between a client and its transport."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

from azops_tui.errors import AzopsError
from azops_tui.gate.classes import RequestClass, classify
from azops_tui.gate.operations import operation_url
from azops_tui.gate.policy import GatePolicy, GateRefusal, GateRequest, current_actor
from azops_tui.net import azure_hosts

Send = Callable[..., Awaitable[Any]]


class SdkGate:
    """Passes requests of ``azops`` itself to a policy, then to the transport.

    Args:
        policy: decides.
        cloud: name of the cloud that the clients belong to.
    """

    def __init__(self, policy: GatePolicy, cloud: str) -> None:
        self._policy = policy
        self._cloud = cloud

    async def __call__(self, request: Any, send: Send, options: dict[str, Any]) -> Any:
        """Send a request of ``azure.core``.

        Raises:
            GateRefusal: the run may not send it.
        """
        actor = current_actor.get() or self._policy.person
        described = self._describe(request)
        refusal = await self._policy.decide(actor, described)
        if refusal is not None:
            raise GateRefusal(refusal)
        number = await self._policy.begin(actor, described) if described.kind > RequestClass.READS else 0
        began = time.monotonic()
        status, operation, problem = None, "", ""
        try:
            async with self._policy.unanswered(actor, described):
                response = await send(request, **options)
            headers = {str(name).lower(): str(value) for name, value in response.headers.items()}
            status = response.status_code
            operation = operation_url(status, headers)
            await self._policy.observe(actor, described, response.status_code, headers)
            asked = self._policy.operation_of(described)
            if asked:
                await self._policy.operation_seen(actor, asked, status, _content(response))
            elif not number:
                await self._policy.follow(actor, described, operation)
            return response
        except BaseException as error:
            problem = type(error).__name__
            if isinstance(error, Exception) and not isinstance(error, AzopsError):
                await self._policy.lost(actor, described, problem)
            raise
        finally:
            if number:
                seconds = time.monotonic() - began
                await self._policy.end(actor, number, status, operation=operation, problem=problem, seconds=seconds)

    def _describe(self, request: Any) -> GateRequest:
        parts = urlsplit(request.url)
        host = parts.hostname or ""
        url = parts.path + (f"?{parts.query}" if parts.query else "")
        service = "manager" if self._cloud == "local" else azure_hosts.service(host) or "manager"
        headers = {str(name).lower(): str(value) for name, value in request.headers.items()}
        kind = classify(service, request.method, url, headers, _body(request))
        return GateRequest(request.method, host, url, kind, service, self._cloud)


def _content(response: Any) -> bytes:
    """The body of a response; empty where the client reads it itself, piece by piece."""
    try:
        content = response.body() if callable(getattr(response, "body", None)) else response.content
    except Exception:  # of the two generations of the SDK's responses, each has an error of its own for this
        return b""
    return content if isinstance(content, bytes) else b""


def _body(request: Any) -> bytes | None:
    data = getattr(request, "content", None) or getattr(request, "data", None)
    return data.encode() if isinstance(data, str) else data if isinstance(data, bytes) else None
