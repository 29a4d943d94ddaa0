"""From HTTP to a handler of the route table, and back."""

from __future__ import annotations

import asyncio
import inspect
import json
import logging
import re
import uuid
from collections.abc import Mapping
from urllib.parse import unquote, urlsplit

from aiohttp import web
from aiohttp.web_protocol import RequestPayloadError

from azops_tui.json_types import Json
from azops_tui.net import azure_hosts
from azops_tui.simulator.arm_reply import ArmReply
from azops_tui.simulator.arm_request import ArmRequest
from azops_tui.simulator.cloud import TENANT, SimulatedCloud
from azops_tui.simulator.connections import LARGEST_BODY, HttpLimits, TimedConnection
from azops_tui.simulator.errors import ArmError, bad_content
from azops_tui.simulator.fault_specs import Fault
from azops_tui.simulator.faults import refusal
from azops_tui.simulator.lro_profiles import ASYNC, LOCATION
from azops_tui.simulator.routing import Route
from azops_tui.simulator.services import ArmServices
from azops_tui.simulator.urls import route_table, vault_routes

LOG = logging.getLogger(__name__)

_VERSION = re.compile(r"[A-Za-z0-9._-]{1,64}")

_SHAPE_ERRORS = (TypeError, AttributeError, LookupError, ValueError, OverflowError)
"""What a handler raises that reads a text as an object, or a list as a number.

Azure refuses such a body while it deserializes it, so that the handlers of its services never see one.
"""


class ArmService:
    """The simulated Resource Manager behind one aiohttp handler."""

    def __init__(self, cloud: SimulatedCloud, limits: HttpLimits | None = None) -> None:
        self.cloud = cloud
        self._body_s = (limits or HttpLimits()).body_s
        self.services = ArmServices(cloud)
        self._routes = route_table()
        self._vaults = vault_routes()

    async def handle(self, http_request: web.BaseRequest) -> web.StreamResponse:
        """Answer any request."""
        connection = http_request.protocol
        if not isinstance(connection, TimedConnection):
            return await self._answer(http_request)
        connection.begin_request()
        try:
            return await self._answer(http_request)
        finally:
            connection.end_request()

    async def _answer(self, http_request: web.BaseRequest) -> web.StreamResponse:
        headers = http_request.headers
        correlation = _plain(headers.get("x-ms-correlation-request-id", "")) or str(uuid.uuid4())
        try:
            self._check_caller(headers)
            request = await self._received(http_request)
            route = (self._vaults if _is_for_vault(headers) else self._routes).match(request)
            fault: Fault | None = None
            if route is None or not route.is_public:
                fault = await self._admit(request, has_versions=route is None or route.has_versions)
            if fault is not None and fault.reset:
                return await _break_off(http_request, web.Response(), whole=False)
            response = self._response(await self._reply(route, request), request.api_version, correlation)
            if request.method not in ("GET", "HEAD"):
                self.cloud.changes.set()
            if fault is not None and fault.truncate:
                return await _break_off(http_request, response, whole=True)
            return response
        except ArmError as error:
            LOG.info("%s %r: %s %s", http_request.method, http_request.path, error.status, error)
            return self._error_response(error, correlation)
        except asyncio.CancelledError:
            raise
        except Exception as problem:
            if http_request.body_exists and isinstance(problem, _SHAPE_ERRORS):
                LOG.info("%s %r: a value of the wrong type", http_request.method, http_request.path, exc_info=True)
                return self._error_response(bad_content("a value has the wrong type"), correlation)
            LOG.exception("%s %r failed because of a bug in the simulator", http_request.method, http_request.path)
            bug = ArmError(500, "InternalServerError", "Encountered internal server error.")
            return self._error_response(bug, correlation)

    def _check_caller(self, headers: Mapping[str, str]) -> None:
        """Refuse requests for another host, which a rebound domain name sends, and those of web pages.

        Raises:
            ArmError: the request is refused.
        """
        own, host = urlsplit(self.cloud.base), headers.get("Host", "").lower()
        if host not in (own.netloc, f"localhost:{own.port}") and azure_hosts.service(host.partition(":")[0]) is None:
            raise ArmError(421, "MisdirectedRequest", "The 'Host' header names another server.")
        if "Origin" in headers and headers["Origin"] != self.cloud.base:
            raise ArmError(403, "OriginNotAllowed", "Requests of web pages are not allowed.")

    async def _received(self, http_request: web.BaseRequest) -> ArmRequest:
        """The request with its body.

        Raises:
            ArmError: the body is too large or does not arrive.
        """
        too_large = ArmError(413, "RequestContentTooLarge", f"The body is larger than {LARGEST_BODY} bytes.")
        if (http_request.content_length or 0) > LARGEST_BODY:
            raise too_large
        try:
            async with asyncio.timeout(self._body_s):
                content = await http_request.read()
        except TimeoutError:
            raise ArmError(408, "RequestTimeout", "The body of the request did not arrive in time.") from None
        except web.HTTPRequestEntityTooLarge:
            raise too_large from None
        except (RequestPayloadError, ValueError, OSError) as problem:
            raise bad_content(f"the body cannot be read: {problem}") from None
        url = http_request.rel_url
        if any(ord(c) < 32 or ord(c) == 127 for c in unquote(url.raw_path)):
            raise ArmError(400, "BadRequest", "The path has control characters.")
        return ArmRequest(http_request.method, url.raw_path, url.query, content, http_request.headers)

    async def _admit(self, request: ArmRequest, *, has_versions: bool) -> Fault | None:
        """Apply injected faults, check the token and the API version, and record the subscription.

        The simulator's own paths and Microsoft Graph have no API versions; faults do not reach them.

        Returns:
            The injected fault that hits the request, if it breaks the connection.

        Raises:
            ArmError: the request is refused.
        """
        if not has_versions:
            self._check_token(request)
            return None
        fault = self.cloud.faults.hit(request.method, request.path)
        if fault is not None and fault.latency:
            await asyncio.sleep(fault.latency)
        if fault is not None and fault.status:
            error = refusal(fault)
            if fault.retry_after:
                error.headers["Retry-After"] = f"{fault.retry_after:g}"
            raise error
        self._check_token(request)
        if not request.api_version:
            raise ArmError(
                400,
                "MissingApiVersionParameter",
                "The api-version query parameter (?api-version=) is required for all requests.",
            )
        if not _VERSION.fullmatch(request.api_version):
            message = f"The api-version '{request.api_version}' is invalid."
            raise ArmError(400, "InvalidApiVersionParameter", message)
        subscription = request.address.subscription
        if subscription:
            self.cloud.store.subscriptions.setdefault(subscription.lower(), f"Subscription {subscription[:8]}")
        return fault

    def _check_token(self, request: ArmRequest) -> None:
        authorization = request.headers.get("Authorization", "")
        if authorization and self.cloud.tokens.accepts(authorization):
            return
        error = ArmError(401, "InvalidAuthenticationToken", "The access token is invalid.")
        if not authorization:
            message = "Authentication failed. The 'Authorization' header is missing."
            error = ArmError(401, "AuthenticationFailed", message)
        if _is_for_vault(request.headers):
            # Clients of vaults send no token before they are told for whom it must be.
            authority = f"https://login.windows.net/{TENANT}"
            error.headers["WWW-Authenticate"] = (
                f'Bearer authorization="{authority}", resource="https://vault.azure.net"'
            )
        raise error

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
        if isinstance(etag, str) and _plain(etag):
            headers["ETag"] = etag
        return web.json_response(reply.body, status=reply.status, headers=headers, dumps=_dumps)


def _is_for_vault(headers: Mapping[str, str]) -> bool:
    return azure_hosts.service(headers.get("Host", "").partition(":")[0]) == "vault"


async def _break_off(http_request: web.BaseRequest, response: web.Response, *, whole: bool) -> web.StreamResponse:
    """Close the connection: at once, or with ``whole`` after half of the response's body."""
    stream = web.StreamResponse(status=response.status, headers=response.headers)
    body = response.body if isinstance(response.body, bytes) else b""
    if whole and len(body) > 1:
        stream.content_length = len(body)
        await stream.prepare(http_request)
        await stream.write(body[: len(body) // 2])
    if http_request.transport is not None:
        http_request.transport.abort()
    return stream


def _plain(text: str) -> str:
    """The text if it can stand in a header, else an empty one."""
    return text if text.isascii() and text.isprintable() else ""


def _dumps(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
