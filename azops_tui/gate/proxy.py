"""The gate's listener: an HTTPS proxy on the loopback interface, in a thread of its own.

The screen cannot starve it, and it cannot block the screen. A client says with its password which step it acts for.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import threading
from collections.abc import Mapping

from azops_tui.gate.exchange import Channel, ServiceRoute
from azops_tui.gate.policy import Actor, GatePolicy
from azops_tui.http_edge import HttpEdge
from azops_tui.net import azure_hosts
from azops_tui.net.certificates import CertificateAuthority
from azops_tui.net.http1 import (
    HEAD_LIMIT,
    Head,
    HttpMessageError,
    Streams,
    end_connection,
    error_response,
    parse_head,
    proxy_authority,
    proxy_challenge,
    proxy_password,
    relay_both,
)
from azops_tui.net.upstream import LocalEndpoint, Upstream, UpstreamError, allow_many_connections

_HANDSHAKE = 0x16
"""First byte of a TLS connection."""
_FIRST_BYTE = 60.0
"""Seconds that a client may take between CONNECT and its first byte."""
USER = "azops"


class GateProxy:
    """The proxy; start it once, close it with the run.

    Args:
        policy: decides on requests.
        local: the simulator, where the run's cloud is the local one.
        environment: the user's own, for what is behind the gate.
        edge: records the requests to Azure and their responses, or answers them.
    """

    def __init__(
        self,
        policy: GatePolicy,
        local: LocalEndpoint | None,
        environment: Mapping[str, str],
        edge: HttpEdge | None = None,
    ) -> None:
        self.policy = policy
        self._edge = edge
        self.authority = CertificateAuthority(f"azops run {os.getpid()}")
        self._upstream = Upstream(local, environment)
        allow_many_connections()
        self._loop = asyncio.new_event_loop()
        self._socket = socket.socket()
        self._socket.bind(("127.0.0.1", 0))
        self._socket.listen(1024)
        self._socket.setblocking(False)
        self.port: int = self._socket.getsockname()[1]
        self._tasks: set[asyncio.Task[None]] = set()
        self._thread = threading.Thread(target=self._work, name="azops gate", daemon=True)
        self._thread.start()

    def url(self, actor: Actor) -> str:
        """The value of ``HTTPS_PROXY`` for what a step starts."""
        return f"http://{USER}:{actor.password}@127.0.0.1:{self.port}"

    async def close(self) -> None:
        """Close every connection and end the thread."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stop)
            await asyncio.to_thread(self._thread.join)
        self._socket.close()

    def _work(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._accepting = self._loop.create_task(self._accept())
        with contextlib.suppress(asyncio.CancelledError):
            self._loop.run_until_complete(self._accepting)
        for task in self._tasks:
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*self._tasks, return_exceptions=True))
        # What was aborted is closed in the next turns of the loop.
        self._loop.run_until_complete(asyncio.sleep(0.01))
        self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        self._loop.close()

    def _stop(self) -> None:
        self._accepting.cancel()

    async def _accept(self) -> None:
        while True:
            try:
                client, _ = await self._loop.sock_accept(self._socket)
            except OSError:
                # No more file descriptors: those who are connected go on, the others wait.
                await asyncio.sleep(0.05)
                continue
            client.setblocking(False)
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            task = self._loop.create_task(self._serve(client))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _serve(self, client: socket.socket) -> None:
        """Serve one connection; whatever a client sends ends only its own."""
        try:
            with contextlib.suppress(OSError, HttpMessageError, asyncio.IncompleteReadError, EOFError):
                await self._greet(client)
        finally:
            client.close()

    async def _greet(self, client: socket.socket) -> None:
        while True:
            try:
                head = await self._read_head(client)
            except HttpMessageError as error:
                await self._answer(client, error_response(400, "BadRequest", str(error)))
                return
            if head is None:
                return
            actor = self.policy.actor(proxy_password(head))
            if actor is not None:
                break
            message = "This proxy serves the steps of one run of azops; its password is in their environment."
            await self._answer(client, proxy_challenge(message))
            if not head.keeps_alive or head.get("content-length") or head.get("transfer-encoding"):
                return
        if head.first[0] != "CONNECT":
            message = "The gate passes on HTTPS only; use an https:// address."
            await self._answer(client, error_response(501, "HttpsRequired", message))
            return
        try:
            host, port = proxy_authority(head)
        except HttpMessageError as error:
            await self._answer(client, error_response(400, "BadRequest", str(error)))
            return
        await self._connect(client, host, port, actor)

    async def _connect(self, client: socket.socket, host: str, port: int, actor: Actor) -> None:
        route = self.route(host, port)
        hosts = self.policy.hosts
        if hosts is not None and route.service == "other" and (host, port) not in hosts:
            message = f"A connection to {host}:{port} was refused: the run is in a sandbox. --allow-host allows it."
            await self.policy.refuse_connection(actor, host, message)
            await self._answer(client, error_response(403, "NotInSandbox", message))
            return
        streams: Streams | None = None
        try:
            if self._is_answered(route):
                pass
            elif route.opens:
                streams = await self._upstream.open(route.host, route.port, to_local=route.to_local)
            else:
                streams = await self._upstream.open(route.host, route.port, tls=False)
        except UpstreamError as error:
            await self._answer(client, error_response(502, "Unreachable", str(error)))
            return
        try:
            await self._loop.sock_sendall(client, b"HTTP/1.1 200 Connection established\r\n\r\n")
            first = await self._peek(client, 1)
            if route.opens:
                await self._open(client, first, route, actor, streams)
            elif first and streams is not None:
                await self._tunnel(client, streams)
        finally:
            if streams is not None:
                streams[1].transport.abort()

    def _is_answered(self, route: ServiceRoute) -> bool:
        """True if the edge answers everything that goes this way."""
        return self._edge is not None and self._edge.is_offline and route.service != "other"

    def route(self, host: str, port: int) -> ServiceRoute:
        """Where a host leads, and whether TLS is ended for it."""
        service = azure_hosts.service(host)
        local = self._upstream.local
        if local is not None and (service is not None or (azure_hosts.is_loopback(host) and port == local.port)):
            kind = service if service not in (None, "sign-in") else "manager"
            return ServiceRoute(host, port, str(kind), opens=True, to_local=True, cloud="local")
        if service == "sign-in":
            is_answered = self._edge is not None and self._edge.is_offline
            return ServiceRoute(host, port, service, opens=is_answered, cloud=azure_hosts.cloud(host))
        if service is not None:
            return ServiceRoute(host, port, service, opens=True, cloud=azure_hosts.cloud(host))
        # What cannot be read could change something, on Azure or elsewhere: a read-only run reads all of it.
        return ServiceRoute(host, port, "other", opens=self.policy.read_only)

    async def _open(
        self, client: socket.socket, first: bytes, route: ServiceRoute, actor: Actor, streams: Streams | None
    ) -> None:
        """End TLS and pass requests on."""
        if first and first[0] != _HANDSHAKE:
            message = f"A connection to {route.host} without TLS was refused: the gate could not read what it sends."
            await self.policy.refuse_connection(actor, route.host, message)
            await self._answer(client, error_response(400, "TlsRequired", message))
            return
        if not first:
            return
        reader = asyncio.StreamReader(limit=HEAD_LIMIT, loop=self._loop)
        protocol = asyncio.StreamReaderProtocol(reader, loop=self._loop)
        try:
            transport, _ = await self._loop.connect_accepted_socket(
                lambda: protocol, client.dup(), ssl=self.authority.context(route.host)
            )
        except OSError as error:
            if self.policy.read_only:
                message = (
                    f"A connection to {route.host} was refused: its client does not trust the certificates of a "
                    "read-only run, so what it sends cannot be read."
                )
                await self.policy.refuse_connection(actor, route.host, message)
            raise error
        writer = asyncio.StreamWriter(transport, protocol, reader, self._loop)
        try:
            edge = self._edge if route.service != "other" else None
            await Channel(self.policy, self._upstream, actor, (reader, writer), streams, route, edge).serve()
        finally:
            await end_connection(writer)

    async def _tunnel(self, client: socket.socket, streams: Streams) -> None:
        """Pass bytes on in both directions, unread."""
        reader, writer = await asyncio.open_connection(sock=client.dup(), limit=HEAD_LIMIT)
        try:
            await relay_both((reader, writer), streams)
        finally:
            await end_connection(writer)

    async def _answer(self, client: socket.socket, response: bytes) -> None:
        await self._loop.sock_sendall(client, response)

    async def _read_head(self, client: socket.socket) -> Head | None:
        """Read a head and not one byte more, for TLS may begin behind it."""
        data = b""
        while True:
            piece = await self._peek(client, HEAD_LIMIT)
            if not piece:
                return None
            end = (data + piece).find(b"\r\n\r\n")
            size = len(piece) if end < 0 else end + 4 - len(data)
            data += client.recv(size)
            if end >= 0:
                return parse_head(data)
            if len(data) > HEAD_LIMIT:
                raise HttpMessageError(f"The head is larger than {HEAD_LIMIT} bytes.")
            if data.startswith(b"\x16"):
                raise HttpMessageError("This is a proxy for HTTP; it does not speak TLS before CONNECT.")

    async def _peek(self, client: socket.socket, size: int) -> bytes:
        """What has arrived, without taking it; waits for the first byte. Empty at the end."""
        while True:
            try:
                return client.recv(size, socket.MSG_PEEK)
            except BlockingIOError:
                ready = asyncio.Event()
                self._loop.add_reader(client, ready.set)
                try:
                    async with asyncio.timeout(_FIRST_BYTE):
                        await ready.wait()
                except TimeoutError:
                    return b""
                finally:
                    self._loop.remove_reader(client)
