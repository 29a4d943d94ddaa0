"""From HTTP to a handler of the route table, and back."""

from __future__ import annotations

import asyncio
import inspect
import json
import logging
import uuid

from aiohttp import web

from azops_tui.json_types import Json
from azops_tui.simulator.arm_reply import ArmReply
from azops_tui.simulator.arm_request import ArmRequest
from azops_tui.simulator.cloud import SimulatedCloud
from azops_tui.simulator.errors import ArmError
from azops_tui.simulator.faults import refusal
from azops_tui.simulator.lro_profiles import ASYNC, LOCATION
from azops_tui.simulator.routing import Route
from azops_tui.simulator.services import ArmServices
from azops_tui.simulator.urls import route_table

LOG = logging.getLogger(__name__)


class ArmService:
    """The simulated Resource Manager behind one aiohttp handler."""

    def __init__(self, cloud: SimulatedCloud) -> None:
        self.cloud = cloud
        self.services = ArmServices(cloud)
        self._routes = route_table()

    async def handle(self, http_request: web.Request) -> web.StreamResponse:
        """Answer any request."""
        content = await http_request.read()
        headers = http_request.headers
        request = ArmRequest(http_request.method, http_request.rel_url.raw_path, http_request.query, content, headers)
        correlation = headers.get("x-ms-correlation-request-id") or str(uuid.uuid4())
        try:
            route = self._routes.match(request)
            if route is None or not route.is_public:
                await self._admit(request)
            return self._response(await self._reply(route, request), request.api_version, correlation)
        except ArmError as error:
            LOG.info("%s %s: %s %s", request.method, request.path, error.status, error)
            return self._error_response(error, correlation)
        except asyncio.CancelledError:
            raise
        except Exception:
            LOG.exception("%s %s failed because of a bug in the simulator", request.method, request.path)
            bug = ArmError(500, "InternalServerError", "Encountered internal server error.")
            return self._error_response(bug, correlation)

    async def _admit(self, request: ArmRequest) -> None:
        """Apply injected faults, check the token and the API version, and record the subscription.

        Raises:
            ArmError: the request is refused.
        """
        fault = self.cloud.faults.hit(request.method, request.path)
        if fault is not None and fault.latency:
            await asyncio.sleep(fault.latency)
        if fault is not None and fault.status:
            error = refusal(fault)
            if fault.retry_after:
                error.headers["Retry-After"] = f"{fault.retry_after:g}"
            raise error
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise ArmError(401, "AuthenticationFailed", "Authentication failed. The 'Authorization' header is missing.")
        if not request.api_version:
            raise ArmError(
                400,
                "MissingApiVersionParameter",
                "The api-version query parameter (?api-version=) is required for all requests.",
            )
        subscription = request.address.subscription
        if subscription:
            self.cloud.store.subscriptions.setdefault(subscription.lower(), f"Subscription {subscription[:8]}")

    async def _reply(self, route: Route | None, request: ArmRequest) -> ArmReply:
        if route is None:
            raise ArmError(
                404,
                "InvalidResourceType" if "/providers/" in request.path.lower() else "NotFound",
                f"No HTTP resource was found that matches the request '{request.method} {request.path}'.",
            )
        reply = route.handler(self.services, request)
        return await reply if inspect.isawaitable(reply) else reply

    def _headers(self, correlation: str) -> dict[str, str]:
        return {
            "x-ms-request-id": str(uuid.uuid4()),
            "x-ms-correlation-request-id": correlation,
            "x-ms-ratelimit-remaining-subscription-reads": "11999",
            "Cache-Control": "no-cache",
            "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
            "X-Content-Type-Options": "nosniff",
        }

    def _error_response(self, error: ArmError, correlation: str) -> web.Response:
        headers = self._headers(correlation) | error.headers
        return web.json_response(error.body(), status=error.status, headers=headers, dumps=_dumps)

    def _response(self, reply: ArmReply, api_version: str, correlation: str) -> web.Response:
        headers = self._headers(correlation) | reply.headers
        operation = reply.operation
        if operation is not None and reply.operation_headers:
            urls = operation.urls(self.cloud.base, api_version or "2022-09-01")
            if ASYNC in reply.operation_headers:
                headers["Azure-AsyncOperation"] = urls[ASYNC]
            if LOCATION in reply.operation_headers:
                headers["Location"] = urls[LOCATION]
            headers |= self.cloud.clock.retry_after(operation.interval)
        if reply.body is None:
            return web.Response(status=reply.status, headers=headers)
        etag = reply.body.get("etag") if isinstance(reply.body, dict) else None
        if isinstance(etag, str):
            headers["ETag"] = etag
        return web.json_response(reply.body, status=reply.status, headers=headers, dumps=_dumps)


def _dumps(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
