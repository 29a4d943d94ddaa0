"""A proxy on the loopback interface that leads the hosts of Azure to the local cloud, and passes on all others.

It is for programs outside a run: with the variables of ``azops sim env``, a script that names management.azure.com
reaches the local cloud unchanged. In a run, the gate does this.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections.abc import Mapping

from azops_tui.net import azure_hosts
from azops_tui.net.http1 import (
    HEAD_LIMIT,
    HttpMessageError,
    Streams,
    end_connection,
    error_response,
    proxy_authority,
    proxy_challenge,
    proxy_password,
    read_head,
    relay_both,
)
from azops_tui.net.upstream import SIMULATOR_USER, Upstream, UpstreamError

_GREETING_S = 60.0
"""Seconds that a client may take to say where it connects to."""


class SimulatorProxy:
    """The listener.

    Args:
        port: port of the local cloud.
        environment: the user's own; its proxy and ``NO_PROXY`` hold for hosts that are not Azure's.
    """

    def __init__(self, port: int, environment: Mapping[str, str]) -> None:
        self._port = port
        self._password = secrets.token_urlsafe(24)
        self._upstream = Upstream(None, environment)
        self._listener: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self.url = ""
        """The value of ``HTTPS_PROXY``."""

    async def start(self) -> None:
        """Listen on a free port."""
        self._listener = await asyncio.start_server(self._connected, "127.0.0.1", 0, limit=HEAD_LIMIT)
        port = self._listener.sockets[0].getsockname()[1]
        self.url = f"http://{SIMULATOR_USER}:{self._password}@127.0.0.1:{port}"

    async def close(self) -> None:
        """Stop listening and end every connection."""
        if self._listener is not None:
            self._listener.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(self._serve((reader, writer)))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, client: Streams) -> None:
        try:
            with contextlib.suppress(OSError, HttpMessageError):
                await self._greet(client)
        finally:
            await end_connection(client[1])

    async def _greet(self, client: Streams) -> None:
        reader, writer = client
        while True:
            try:
                async with asyncio.timeout(_GREETING_S):
                    head = await read_head(reader)
            except TimeoutError:
                return
            if head is None:
                return
            if secrets.compare_digest(proxy_password(head).encode(), self._password.encode()):
                break
            writer.write(
                proxy_challenge("This proxy serves the local cloud of one user; `azops sim env` prints its address.")
            )
            await writer.drain()
        try:
            host, port = proxy_authority(head)
        except HttpMessageError as error:
            writer.write(error_response(400, "BadRequest", str(error)))
            return
        try:
            service = await self._open(host, port)
        except UpstreamError as error:
            writer.write(error_response(502, "Unreachable", str(error)))
            return
        try:
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            await relay_both(client, service)
        finally:
            service[1].transport.abort()

    async def _open(self, host: str, port: int) -> Streams:
        """Connect to the local cloud for a host of Azure, and to the host itself otherwise; TLS is the client's."""
        if azure_hosts.service(host) is not None:
            return await asyncio.open_connection("127.0.0.1", self._port, limit=HEAD_LIMIT)
        return await self._upstream.open(host, port, tls=False)
