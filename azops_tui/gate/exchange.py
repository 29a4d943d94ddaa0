"""Requests and responses of one client to one host, once TLS is ended: classify, decide, pass on, record.

This is the one place where a request and its response pass the proxy.

Long because what happens to a request, from its first byte to the last of its response, is read in one place.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
import zlib
from dataclasses import dataclass
from typing import Any

from azops_tui.errors import AzopsError
from azops_tui.events.azure_views import FailureView
from azops_tui.gate.classes import BODY_LIMIT, RequestClass, capacity, classify, has_capacity, needs_body
from azops_tui.gate.operations import operation_url
from azops_tui.gate.policy import Actor, GatePolicy, GateRequest
from azops_tui.http_edge import HttpAnswer, HttpCall, HttpEdge
from azops_tui.net import azure_hosts
from azops_tui.net.http1 import (
    Framing,
    Head,
    HttpMessageError,
    Streams,
    error_response,
    forwarded,
    read_body,
    read_head,
    relay_body,
    relay_both,
    request_framing,
    response_framing,
)
from azops_tui.net.upstream import Upstream, UpstreamError

_DRAIN = 2.0
"""Seconds for which the body of a refused request is still read, so that its client can read the answer."""
_ABOUT_THE_BODY = frozenset({"content-length", "content-type", "accept-encoding", "expect", "if-match", "connection"})


@dataclass(frozen=True, slots=True)
class ServiceRoute:
    """Where a CONNECT leads."""

    host: str
    port: int
    service: str
    opens: bool
    """True if TLS is ended at the gate."""
    to_local: bool = False
    cloud: str = ""


class Channel:
    """A client's connection to one host."""

    def __init__(
        self,
        policy: GatePolicy,
        upstream: Upstream,
        actor: Actor,
        client: Streams,
        service: Streams | None,
        route: ServiceRoute,
        edge: HttpEdge | None = None,
    ) -> None:
        self._policy = policy
        self._upstream = upstream
        self._actor = actor
        self._client = client
        self._connection = service
        self._route = route
        self._edge = edge

    @property
    def _service(self) -> Streams:
        assert self._connection is not None, "an edge that is offline answers every request"
        return self._connection

    async def serve(self) -> None:
        """Pass on requests until one side ends the connection."""
        try:
            while True:
                try:
                    head = await read_head(self._client[0])
                    if head is None or not await self._request(head):
                        return
                except HttpMessageError as error:
                    await self._refuse(400, "BadRequest", str(error))
                    return
        finally:
            if self._connection is not None:
                self._connection[1].transport.abort()

    async def _request(self, head: Head) -> bool:
        """Serve one request. Returns whether the connection goes on."""
        method, target, version = head.first
        if version not in ("HTTP/1.1", "HTTP/1.0"):
            message = f"The gate speaks HTTP/1.1, not {version}."
            await self._refuse(505, "HttpVersionNotSupported", message)
            return False
        if not target.startswith("/") and target != "*":
            raise HttpMessageError("The target of the request is not a path.")
        named = azure_hosts.normal(
            head.get("host").rsplit(":", 1)[0] if "]" not in head.get("host") else self._route.host
        )
        if named and named != self._route.host:
            await self._refuse(421, "MisdirectedRequest", f"A connection to {self._route.host} asks for {named}.")
            return False
        framing, length = request_framing(head)
        body: bytes | None = None
        if framing != "none" and (self._edge is not None or needs_body(self._route.service, method, target)):
            if head.get("expect").lower() == "100-continue":
                self._client[1].write(b"HTTP/1.1 100 Continue\r\n\r\n")
                head = head.without({"expect"})
            body = await read_body(self._client[0], framing, length, BODY_LIMIT)
            if body is None:
                await self._refuse(413, "RequestTooLarge", f"The body is larger than {BODY_LIMIT} bytes.")
                return False
            head = head.without({"transfer-encoding", "content-length"})
            head.headers.append(("Content-Length", str(len(body))))
            framing, length = "none", 0
        request = await self._described(head, body)
        refusal = await self._held(request)
        if refusal is not None:
            return await self._answer_refusal(head, framing, length, refusal.code, refusal.message)
        if self._edge is not None and not head.upgrades():
            try:
                recorded = await self._edge.answer(self._call(head, body))
            except AzopsError as error:
                await self._refuse(400, "NotRecorded", str(error), close=not head.keeps_alive)
                return head.keeps_alive
            if recorded is not None:
                return await self._pass_recorded(head, recorded, request)
        return await self._pass_on(head, framing, length, body, request)

    async def _described(self, head: Head, body: bytes | None) -> GateRequest:
        method, target, _ = head.first
        route = self._route
        kind = classify(route.service, method, target, head.by_name(), body)
        note = ""
        if head.upgrades():
            # A WebSocket carries what nobody can read.
            kind = max(kind, RequestClass.CHANGES)
        if kind is RequestClass.CHANGES and body and has_capacity(target) and method in ("PUT", "PATCH"):
            kind, note = await self._scaled(head, body, kind)
        return GateRequest(
            method, route.host, target, kind, route.service, route.cloud, head.get("authorization"), note
        )

    async def _scaled(self, head: Head, body: bytes, kind: RequestClass) -> tuple[RequestClass, str]:
        """Read how many instances there are: fewer of them is a deletion."""
        try:
            wanted = capacity(json.loads(body))
        except ValueError:
            return kind, ""
        if wanted is None:
            return kind, ""
        question = head.without(_ABOUT_THE_BODY)
        question = Head(("GET", head.first[1], "HTTP/1.1"), question.headers)
        content = await self._content(question)
        with contextlib.suppress(ValueError):
            present = capacity(json.loads(content or b"null"))
            if present is not None and wanted < present:
                return RequestClass.DELETES, f"from {present} to {wanted} instances"
        return kind, ""

    async def _content(self, question: Head) -> bytes | None:
        """The body of the response to a request of the gate itself, which the edge records as it does any other."""
        call = self._call(question, None)
        if self._edge is not None:
            with contextlib.suppress(AzopsError):
                recorded = await self._edge.answer(call)
                if recorded is not None:
                    return recorded.body
            if self._edge.is_offline:
                return None
        began = time.monotonic()
        await self._connect()
        self._service[1].write(forwarded(question).encode())
        answer = await read_head(self._service[0])
        if answer is None:
            raise HttpMessageError("The service ended the connection.")
        content = await read_body(self._service[0], *response_framing(answer, "GET"), BODY_LIMIT)
        if self._edge is not None and content is not None:
            self._edge.keep(call, _recorded(answer, content), time.monotonic() - began)
        return content

    def _call(self, head: Head, body: bytes | None) -> HttpCall:
        """A request as the edge sees it."""
        url = f"https://{self._route.host}{'' if self._route.port == 443 else f':{self._route.port}'}{head.first[1]}"
        return HttpCall(head.first[0], url, tuple(head.headers), body or b"", self._actor.step)

    async def _pass_recorded(self, head: Head, recorded: HttpAnswer, request: GateRequest) -> bool:
        """Return a recorded response; the run records the request as if it had been sent."""
        headers = [(name, value) for name, value in recorded.headers if name.lower() != "content-encoding"]
        answer = Head(("HTTP/1.1", str(recorded.status), recorded.reason or "OK"), headers)
        began = time.monotonic()
        number = await self._policy.begin(self._actor, request) if request.kind > RequestClass.READS else 0
        if number:
            await self._ended(number, answer, began)
        await self._policy.observe(self._actor, request, answer.status, answer.by_name())
        asked = self._policy.operation_of(request)
        if asked:
            await self._policy.operation_seen(self._actor, asked, answer.status, recorded.body)
        body = b"" if head.first[0] == "HEAD" or recorded.status in (204, 304) else recorded.body
        if recorded.status not in (204, 304):
            answer.headers.append(("Content-Length", str(len(recorded.body))))
        self._client[1].write(answer.encode() + body)
        await self._client[1].drain()
        return head.keeps_alive

    async def _held(self, request: GateRequest) -> FailureView | None:
        """Let the policy decide, as long as the client waits."""
        decision = asyncio.ensure_future(self._policy.decide(self._actor, request))
        try:
            while not (await asyncio.wait([decision], timeout=0.5))[0]:
                if self._client[0].at_eof() or self._client[1].is_closing():
                    raise HttpMessageError("The client ended the connection.")
            return decision.result()
        finally:
            decision.cancel()

    async def _pass_on(
        self, head: Head, framing: Framing, length: int, body: bytes | None, request: GateRequest
    ) -> bool:
        """Send a request and return its response. Returns whether the connection goes on."""
        number = await self._policy.begin(self._actor, request) if request.kind > RequestClass.READS else 0
        began = time.monotonic()
        answer: Head | None = None
        problem = ""
        try:
            await self._connect()
            writer = self._service[1]
            writer.write(forwarded(head).encode() + (body or b""))
            uploading = asyncio.ensure_future(relay_body(self._client[0], writer, framing, length))
            try:
                async with self._policy.unanswered(self._actor, request):
                    answer = await self._answer_head(uploading)
                if number:
                    await self._ended(number, answer, began)
                    number = 0
                else:
                    began_operation = operation_url(answer.status, answer.by_name())
                    await self._policy.follow(self._actor, request, began_operation)
                await self._policy.observe(self._actor, request, answer.status, answer.by_name())
                return await self._pass_back(head, answer, uploading, request, body, began)
            finally:
                uploading.cancel()
                await asyncio.gather(uploading, return_exceptions=True)
        except (OSError, HttpMessageError, UpstreamError) as error:
            problem = str(error) or type(error).__name__
            if answer is None and not self._client[0].at_eof():
                await self._policy.lost(self._actor, request, problem)
            return False
        finally:
            if number:
                await self._policy.end(
                    self._actor, number, None, problem=problem or "stopped", seconds=time.monotonic() - began
                )

    async def _answer_head(self, uploading: asyncio.Future[None]) -> Head:
        """Wait for the head of the final response, and pass on those before it."""
        while True:
            reading = asyncio.ensure_future(read_head(self._service[0]))
            try:
                tasks: list[asyncio.Future[Any]] = [reading, uploading]
                await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
                if not reading.done() and isinstance(uploading.exception(), HttpMessageError):
                    raise HttpMessageError("The client ended the connection.")
                answer = await reading
            finally:
                reading.cancel()
            if answer is None:
                raise HttpMessageError("The service ended the connection without an answer.")
            if answer.status >= 200 or answer.status == 101:
                return answer
            self._client[1].write(answer.encode())
            await self._client[1].drain()

    async def _pass_back(
        self,
        head: Head,
        answer: Head,
        uploading: asyncio.Future[None],
        request: GateRequest,
        sent: bytes | None,
        began: float,
    ) -> bool:
        """Pass on the final response with its body. Returns whether the connection goes on."""
        client = self._client[1]
        framing, length = response_framing(answer, head.first[0])
        asked = self._policy.operation_of(request)
        is_kept = self._edge is not None and answer.status != 101
        if (asked or is_kept) and framing != "until-close" and length <= BODY_LIMIT:
            body = await read_body(self._service[0], framing, length, BODY_LIMIT)
            if body is None:
                raise HttpMessageError(f"The answer is larger than {BODY_LIMIT} bytes.")
            plain = _plain(answer, body)
            if asked:
                await self._policy.operation_seen(self._actor, asked, answer.status, plain)
            if self._edge is not None:
                self._edge.keep(self._call(head, sent), _recorded(answer, plain), time.monotonic() - began)
            answer = answer.without({"transfer-encoding", "content-length"})
            if answer.status != 204 and head.first[0] != "HEAD":
                answer.headers.append(("Content-Length", str(len(body))))
            client.write(answer.encode() + body)
            await client.drain()
            return head.keeps_alive and answer.keeps_alive and uploading.done() and uploading.exception() is None
        client.write(answer.encode())
        if answer.status == 101:
            await client.drain()
            await relay_both(self._client, self._service)
            return False
        await relay_body(self._service[0], client, framing, length)
        await client.drain()
        goes_on = head.keeps_alive and answer.keeps_alive and framing != "until-close"
        return goes_on and uploading.done() and uploading.exception() is None

    async def _ended(self, number: int, answer: Head, began: float) -> None:
        operation = operation_url(answer.status, answer.by_name())
        await self._policy.end(
            self._actor, number, answer.status, operation=operation, seconds=time.monotonic() - began
        )

    async def _connect(self) -> None:
        """Connect again if the service ended the connection since the last request."""
        reader, writer = self._service
        if reader.at_eof() or writer.is_closing():
            writer.close()
            route = self._route
            self._connection = await self._upstream.open(route.host, route.port, to_local=route.to_local)

    async def _answer_refusal(self, head: Head, framing: Framing, length: int, code: str, message: str) -> bool:
        """Answer a request that is not sent on. Returns whether the connection goes on."""
        waits = head.get("expect").lower() == "100-continue"
        read: bytes | None = b""
        if framing != "none" and not waits:
            with contextlib.suppress(TimeoutError):
                read = None
                async with asyncio.timeout(_DRAIN):
                    read = await read_body(self._client[0], framing, length, BODY_LIMIT)
        goes_on = head.keeps_alive and read is not None and not waits
        await self._refuse(403, code, message, close=not goes_on)
        return goes_on

    async def _refuse(self, status: int, code: str, message: str, *, close: bool = True) -> None:
        with contextlib.suppress(OSError):
            self._client[1].write(error_response(status, code, message, close=close))
            await self._client[1].drain()


def _recorded(answer: Head, body: bytes) -> HttpAnswer:
    """A response as the edge records it, without its compression."""
    headers = tuple((name, value) for name, value in answer.headers if name.lower() != "content-encoding")
    return HttpAnswer(answer.status, answer.first[2], headers, body)


def _plain(answer: Head, body: bytes) -> bytes:
    """The body of an answer without its compression; empty if it cannot be read."""
    if answer.get("content-encoding").lower() != "gzip":
        return body
    try:
        return zlib.decompressobj(wbits=31).decompress(body, BODY_LIMIT)
    except zlib.error:
        return b"?"
