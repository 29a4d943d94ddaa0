"""A server in front of the simulator that answers some requests as a troubled service, or a proxy, would."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from azops_tui.net.certificates import CertificateAuthority
from azops_tui.net.http1 import Head, Streams, read_body, read_head, relay_body, request_framing, response_framing
from azops_tui.net.upstream import LocalEndpoint, Upstream
from azops_tui.simulator.endpoint import SimulatorEndpoint


def answer(status: int, body: str, *headers: str, length: int | None = None) -> bytes:
    """A whole response; ``length`` is announced instead of the body's."""
    size = len(body.encode()) if length is None else length
    lines = [f"HTTP/1.1 {status} Fault", f"Content-Length: {size}", "Content-Type: application/json", *headers]
    return ("\r\n".join([*lines, "Connection: close"]) + "\r\n\r\n" + body).encode()


@dataclass
class FaultServer:
    """Serves an endpoint; ``faults`` has the responses by a pattern of method and path, empty for a reset."""

    endpoint: SimulatorEndpoint
    faults: list[tuple[str, bytes, int]] = field(default_factory=list)
    """Pattern, response, and how many more times it is used."""
    seen: list[str] = field(default_factory=list)
    """Requests that met a fault."""

    def fail(self, pattern: str, response: bytes = b"", times: int = 1_000) -> None:
        """Answer requests whose method and path match with a response."""
        self.faults.append((pattern, response, times))

    def _fault(self, line: str) -> bytes | None:
        for number, (pattern, response, times) in enumerate(self.faults):
            if times and re.search(pattern, line, re.IGNORECASE):
                self.faults[number] = (pattern, response, times - 1)
                self.seen.append(line)
                return response
        return None


async def _serve(server: FaultServer, upstream: Upstream, client: Streams) -> None:
    reader, writer = client
    with contextlib.suppress(OSError):
        try:
            head = await read_head(reader)
            if head is None:
                return
            body = await read_body(reader, *request_framing(head), 1 << 24) or b""
            fault = server._fault(" ".join(head.first[:2]))
            if fault is not None:
                writer.write(fault)
                return
            kept = head.without({"transfer-encoding", "content-length", "connection", "host"})
            assert upstream.local is not None
            kept.headers += [("Host", f"{upstream.local.host}:{upstream.local.port}"), ("Connection", "close")]
            kept.headers.append(("Content-Length", str(len(body))))
            service = await upstream.open("", 0, to_local=True)
            service[1].write(Head(kept.first, kept.headers).encode() + body)
            reply = await read_head(service[0])
            assert reply is not None
            writer.write(reply.encode())
            await relay_body(service[0], writer, *response_framing(reply, head.first[0]))
            service[1].close()
        finally:
            writer.close()


@contextlib.asynccontextmanager
async def troubled(endpoint: SimulatorEndpoint, folder: Path) -> AsyncIterator[FaultServer]:
    """A fault server before a simulator; its ``endpoint`` is for clients."""
    address, authority = urlsplit(endpoint.url), CertificateAuthority()
    upstream = Upstream(LocalEndpoint(address.hostname or "", address.port or 0, endpoint.ca), {})
    tasks: set[asyncio.Task[None]] = set()
    server = FaultServer(endpoint)

    def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(_serve(server, upstream, (reader, writer)))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    listener = await asyncio.start_server(connected, "127.0.0.1", 0, ssl=authority.context("127.0.0.1"))
    ca = folder / "fault-ca.pem"
    ca.write_bytes(authority.pem)
    port = listener.sockets[0].getsockname()[1]
    server.endpoint = msgspec.structs.replace(endpoint, url=f"https://127.0.0.1:{port}", ca=str(ca), bundle=str(ca))
    try:
        yield server
    finally:
        listener.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
