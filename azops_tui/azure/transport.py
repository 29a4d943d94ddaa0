"""The transport of all clients of a cloud: one connection pool, one TLS context."""

from __future__ import annotations

import logging
import os
import ssl
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
from azure.core.pipeline.transport import AioHttpTransport

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


class Transport:
    """The connection pool; close it after all its clients."""

    def __init__(self, *, ca: str = "") -> None:
        """Open the pool; needs a running event loop.

        Args:
            ca: path of a certificate authority's PEM file, the only one trusted then. Otherwise the system's are, and
                those of the file that ``REQUESTS_CA_BUNDLE`` names, which the transport alone would ignore.
        """
        context = ssl.create_default_context(cafile=ca or None)
        extra = os.environ.get("REQUESTS_CA_BUNDLE", "")
        if not ca and os.path.isfile(extra):
            context.load_verify_locations(cafile=extra)
        self.session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(ssl=context, limit_per_host=CONNECTIONS, keepalive_timeout=30),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            trust_env=not ca,
        )
        self.sdk = GatedTransport(session=self.session, session_owner=False)
        """The ``transport`` of the SDK's clients."""

    async def close(self) -> None:
        """Close every connection."""
        await self.session.close()
