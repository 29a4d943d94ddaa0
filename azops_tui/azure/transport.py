"""The transport of all clients of a cloud: one connection pool, one TLS context."""

from __future__ import annotations

import logging
import os
import ssl
import time
import zlib
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
from azure.core.pipeline.transport import AioHttpTransport, AsyncHttpTransport
from multidict import CIMultiDict

from azops_tui.http_edge import HttpAnswer, HttpCall, HttpEdge, current_step

for _name in ("azure", "msal"):
    # Without a handler their warnings would be written over the screen; what matters in them is in the exception.
    logging.getLogger(_name).addHandler(logging.NullHandler())

CONNECTIONS = 16
"""Number of connections to one host; the rate limits of the service leave no use for more."""


Gate = Callable[[Any, Callable[..., Awaitable[Any]], dict[str, Any]], Awaitable[Any]]
"""Receives a request, the function that sends it, and options for that function; returns the response."""


class GatedTransport(AioHttpTransport):  # type: ignore[misc]  # the SDK loads it lazily, without a type
    """The SDK's transport with a place for the gate of a run."""

    gate: Gate | None = None
    """Every request passes it; None outside of a run."""

    async def send(self, request: Any, **config: Any) -> Any:
        if self.gate is None:
            return await super().send(request, **config)
        return await self.gate(request, super().send, config)


class BorrowedTransport(AsyncHttpTransport[Any, Any]):
    """A transport for a client that closes its transport: what it borrows stays open."""

    def __init__(self, lender: GatedTransport) -> None:
        self._lender = lender

    async def send(self, request: Any, **options: Any) -> Any:
        return await self._lender.send(request, **options)

    async def open(self) -> None:
        """It is open as long as its lender is."""

    async def close(self) -> None:
        """It closes with its lender."""

    async def __aexit__(self, *unused: object) -> None:
        return None


class AnsweredResponse:
    """A recorded response, with what the SDK uses of a response of aiohttp."""

    def __init__(self, answer: HttpAnswer) -> None:
        self.status = answer.status
        self.reason = answer.reason
        self.headers = CIMultiDict(answer.headers)
        self.content = self
        self._body = answer.body
        self._read = 0

    async def read(self, size: int = -1) -> bytes:
        """The whole body, or its next bytes."""
        if size < 0:
            return self._body
        piece = self._body[self._read : self._read + size]
        self._read += len(piece)
        return piece

    def close(self) -> None:
        """A recorded response has nothing to close."""


class EdgeSession:
    """Requests of the SDK on their way to aiohttp, recorded or answered by the edge."""

    auto_decompress = False

    def __init__(self, session: aiohttp.ClientSession | None, edge: HttpEdge) -> None:
        self._session = session
        self._edge = edge

    async def __aenter__(self) -> EdgeSession:
        return self

    async def request(self, method: str, url: str, *, headers: Any, data: Any = None, **options: Any) -> Any:
        """Send a request, unless it was recorded."""
        body = data.encode() if isinstance(data, str) else bytes(data) if isinstance(data, bytes | bytearray) else b""
        kept = tuple((str(name), str(value)) for name, value in headers.items())
        call = HttpCall(method, str(url), kept, body, current_step.get())
        recorded = await self._edge.answer(call)
        if recorded is not None:
            return AnsweredResponse(recorded)
        assert self._session is not None, "an edge without a session answers everything"
        began = time.monotonic()
        response = await self._session.request(method, url, headers=headers, data=data, **options)
        content = await response.read()
        coding = response.headers.get("Content-Encoding", "").lower()
        if coding in ("gzip", "deflate") and content:
            content = zlib.decompress(content, wbits=47 if coding == "gzip" else 15)
        kept = tuple((name, value) for name, value in response.headers.items() if name.lower() != "content-encoding")
        answer = HttpAnswer(response.status, response.reason or "", kept, content)
        self._edge.keep(call, answer, time.monotonic() - began)
        return response


class Transport:
    """The connection pool; close it after all its clients."""

    def __init__(self, *, ca: str = "", edge: HttpEdge | None = None) -> None:
        """Open the pool; needs a running event loop.

        Args:
            edge: records or answers the requests; an edge that is offline needs no pool.
            ca: path of a certificate authority's PEM file, the only one trusted then. Otherwise the system's are, and
                those of the file that ``REQUESTS_CA_BUNDLE`` names, which the transport alone would ignore.
        """
        self.session: aiohttp.ClientSession | None = None
        if edge is None or not edge.is_offline:
            self.session = self._open(ca)
        through: Any = EdgeSession(self.session, edge) if edge is not None else self.session
        self.sdk = GatedTransport(session=through, session_owner=False)
        """The ``transport`` of the SDK's clients."""

    @staticmethod
    def _open(ca: str) -> aiohttp.ClientSession:
        context = ssl.create_default_context(cafile=ca or None)
        extra = os.environ.get("REQUESTS_CA_BUNDLE", "")
        if not ca and os.path.isfile(extra):
            context.load_verify_locations(cafile=extra)
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(ssl=context, limit_per_host=CONNECTIONS, keepalive_timeout=30),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            trust_env=not ca,
        )

    async def close(self) -> None:
        """Close every connection."""
        if self.session is not None:
            await self.session.close()
