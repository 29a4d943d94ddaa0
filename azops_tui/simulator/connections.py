"""Limits of the HTTP server: connections, the time to send a request, and the size of a body."""

from __future__ import annotations

import asyncio
from typing import Any

from aiohttp import web
from aiohttp.web_protocol import RequestHandler

LARGEST_BODY = 16 * 1024 * 1024
"""Bytes of a request's body; Resource Manager itself refuses templates of more than 4 MB."""

MOST_CONNECTIONS = 2048
"""Open connections; the next ones are closed at once."""


class HttpLimits:
    """Seconds that a client may take.

    Attributes:
        handshake_s: for the TLS handshake.
        header_s: from the first byte of a request, or the beginning of a connection, to the end of its header.
        body_s: for the body after that.
    """

    def __init__(self, handshake_s: float = 5.0, header_s: float = 10.0, body_s: float = 30.0) -> None:
        self.handshake_s = handshake_s
        self.header_s = header_s
        self.body_s = body_s


class TimedConnection(RequestHandler):
    """A connection that is closed unless the header of a request arrives in time."""

    __slots__ = ("_deadline", "_header_s", "_in_request")

    def __init__(self, server: LimitedServer, **settings: Any) -> None:
        super().__init__(server, **settings)
        self._deadline: asyncio.TimerHandle | None = None
        self._header_s = server.limits.header_s
        self._in_request = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._start_clock()

    def connection_lost(self, exc: BaseException | None) -> None:
        self._stop_clock()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if not self._in_request:
            self._start_clock()
        super().data_received(data)

    def begin_request(self) -> None:
        """The header of a request is complete."""
        self._in_request = True
        self._stop_clock()

    def end_request(self) -> None:
        self._in_request = False

    def _start_clock(self) -> None:
        if self._deadline is None:
            self._deadline = asyncio.get_running_loop().call_later(self._header_s, self.force_close)

    def _stop_clock(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None


class LimitedServer(web.Server):
    """An HTTP server with limits."""

    def __init__(self, handler: Any, limits: HttpLimits) -> None:
        super().__init__(handler, request_factory=self._request, keepalive_timeout=75.0, access_log=None)
        self.limits = limits

    def __call__(self) -> RequestHandler:
        return TimedConnection(self, loop=asyncio.get_running_loop(), **self._kwargs)

    def connection_made(self, handler: RequestHandler, transport: asyncio.Transport) -> None:
        super().connection_made(handler, transport)
        if len(self.connections) > MOST_CONNECTIONS:
            transport.abort()

    def _request(self, message: Any, payload: Any, protocol: Any, writer: Any, task: Any) -> web.BaseRequest:
        return web.BaseRequest(
            message, payload, protocol, writer, task, asyncio.get_running_loop(), client_max_size=LARGEST_BODY
        )
