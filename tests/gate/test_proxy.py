"""The proxy as a client meets it: bodies of any size, many clients at once, and clients that it must turn away."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
import os
import resource
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from azops_tui.events import records as ev
from azops_tui.gate import waiting
from azops_tui.gate.classes import RequestClass
from azops_tui.gate.policy import Actor, GatePolicy, GateRequest
from azops_tui.gate.proxy import GateProxy
from azops_tui.net.certificates import CertificateAuthority
from azops_tui.net.http1 import read_head
from azops_tui.net.upstream import LocalEndpoint, Upstream

pytestmark = pytest.mark.asyncio
HOST = "management.azure.com"


@dataclass
class Bench:
    """A gate before a service of the test's own, which stands where the simulator would."""

    proxy: GateProxy
    actor: Actor
    events: list[ev.Event]
    context: ssl.SSLContext
    session: aiohttp.ClientSession
    folder: Path

    def options(self) -> dict[str, Any]:
        return {"proxy": self.proxy.url(self.actor), "ssl": self.context}


async def service(request: web.Request) -> web.StreamResponse:
    if request.path == "/upload":
        digest, size = hashlib.sha256(), 0
        async for piece in request.content.iter_any():
            digest.update(piece)
            size += len(piece)
        return web.json_response({"size": size, "sha256": digest.hexdigest()})
    if request.path == "/hangup" and request.transport is not None:
        request.transport.abort()
    if request.path == "/late":
        await asyncio.sleep(0.5)
    if request.path == "/socket":
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        async for message in socket:
            await socket.send_str(message.data.upper())
        return socket
    if request.path == "/download":
        response = web.StreamResponse()
        await response.prepare(request)
        for _ in range(256):
            await response.write(b"x" * 65_536)
        return response
    return web.json_response({"method": request.method, "body": await request.text()})


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    authority = CertificateAuthority()
    (tmp_path / "service.pem").write_bytes(authority.pem)
    app = web.Application(client_max_size=1 << 32)
    app.router.add_route("*", "/{path:.*}", service)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=authority.context("127.0.0.1"), backlog=2048).start()
    port = runner.addresses[0][1]

    async def nobody(actor: Actor, request: GateRequest, reasons: tuple[str, ...]) -> str:
        return "nobody agreed to it."

    events: list[ev.Event] = []
    policy = GatePolicy(run=lambda: 7, read_only=lambda: False, ask=nobody, record=events.append)
    proxy = GateProxy(policy, LocalEndpoint("127.0.0.1", port, str(tmp_path / "service.pem")), {})
    context = ssl.create_default_context(cadata=proxy.authority.pem.decode())
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        yield Bench(proxy, policy.admit("step", RequestClass.DELETES), events, context, session, tmp_path)
    await proxy.close()
    await runner.cleanup()


async def pieces(count: int, size: int) -> AsyncIterator[bytes]:
    for _ in range(count):
        yield b"a" * size


async def test_a_large_upload_is_streamed_in_bounded_memory(bench: Bench) -> None:
    megabytes = int(os.environ.get("AZOPS_TEST_UPLOAD_MB", "64"))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    url = f"https://{HOST}/upload"
    async with bench.session.put(url, data=pieces(megabytes, 1 << 20), **bench.options()) as reply:
        assert (await reply.json())["size"] == megabytes << 20
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 48 * 1024
    headers = {"Expect": "100-continue"}
    async with bench.session.put(url, data=b"b" * 100_000, headers=headers, **bench.options()) as reply:
        assert (await reply.json())["sha256"] == hashlib.sha256(b"b" * 100_000).hexdigest()


async def test_many_requests_at_once(bench: Bench) -> None:
    async def ask(number: int) -> int:
        async with bench.session.get(f"https://{HOST}/{number}", **bench.options()) as reply:
            await reply.read()
            return reply.status

    many = int(os.environ.get("AZOPS_TEST_REQUESTS", "100"))
    assert set(await asyncio.gather(*(ask(number) for number in range(many)))) == {200}


async def test_a_web_socket_is_passed_on(bench: Bench) -> None:
    async with bench.session.ws_connect(f"https://{HOST}/socket", **bench.options()) as socket:
        await socket.send_str("hello")
        assert (await socket.receive()).data == "HELLO"


async def test_a_slow_reader_gets_all(bench: Bench) -> None:
    async with bench.session.get(f"https://{HOST}/download", **bench.options()) as reply:
        await asyncio.sleep(0.1)
        assert len(await reply.read()) == 256 * 65_536


async def _raw(bench: Bench, *messages: bytes) -> list[bytes]:
    """Send messages to the proxy's port and read an answer to each."""
    reader, writer = await asyncio.open_connection("127.0.0.1", bench.proxy.port)
    answers = []
    for message in messages:
        writer.write(message)
        answers.append(await asyncio.wait_for(reader.read(65_536), 10))
    writer.close()
    return answers


async def test_a_client_without_the_password_is_refused(bench: Bench) -> None:
    (answer,) = await _raw(bench, f"CONNECT {HOST}:443 HTTP/1.1\r\n\r\n".encode())
    assert answer.startswith(b"HTTP/1.1 407")
    assert b"Proxy-Authenticate: Basic" in answer


async def test_a_client_without_tls_is_refused_clearly(bench: Bench) -> None:
    greeting = f"CONNECT {HOST}:443 HTTP/1.1\r\nProxy-Authorization: {_basic(bench)}\r\n\r\n".encode()
    first, second = await _raw(bench, greeting, b"DELETE / HTTP/1.1\r\nHost: x\r\n\r\n")
    assert first.startswith(b"HTTP/1.1 200")
    assert b"TlsRequired" in second
    assert [type(event) for event in bench.events] == [ev.RequestRefused]


async def test_plain_http_is_refused_clearly(bench: Bench) -> None:
    request = f"DELETE http://{HOST}/subscriptions/s HTTP/1.1\r\nProxy-Authorization: {_basic(bench)}\r\n\r\n"
    (answer,) = await _raw(bench, request.encode())
    assert answer.startswith(b"HTTP/1.1 501")
    assert b"HttpsRequired" in answer


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"HttpVersionNotSupported"),
        (b"GET / HTTP/1.1\r\nHost: graph.microsoft.com\r\n\r\n", b"MisdirectedRequest"),
        (b"PUT / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", b"BadRequest"),
        (b"GET / HTTP/1.1\r\nHost : management.azure.com\r\n\r\n", b"BadRequest"),
        (b"GET /\n HTTP/1.1\r\n\r\n", b"BadRequest"),
    ],
)  # fmt: skip
async def test_what_can_be_read_in_two_ways_is_refused(bench: Bench, message: bytes, code: bytes) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", bench.proxy.port)
    writer.write(f"CONNECT {HOST}:443 HTTP/1.1\r\nProxy-Authorization: {_basic(bench)}\r\n\r\n".encode())
    await reader.readuntil(b"\r\n\r\n")
    await writer.start_tls(bench.context, server_hostname=HOST)
    writer.write(message)
    assert code in await asyncio.wait_for(reader.read(65_536), 10)
    writer.transport.abort()
    await asyncio.sleep(0)


async def test_a_client_that_names_no_server_and_offers_http2_alone_gets_an_answer(bench: Bench) -> None:
    context = ssl.create_default_context(cadata=bench.proxy.authority.pem.decode())
    context.check_hostname = False
    context.set_alpn_protocols(["h2"])
    reader, writer = await asyncio.open_connection("127.0.0.1", bench.proxy.port)
    writer.write(f"CONNECT {HOST}:443 HTTP/1.1\r\nProxy-Authorization: {_basic(bench)}\r\n\r\n".encode())
    await reader.readuntil(b"\r\n\r\n")
    await writer.start_tls(context, server_hostname="")
    assert writer.get_extra_info("ssl_object").selected_alpn_protocol() is None
    writer.write(f"GET / HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n".encode())
    assert b" 200 OK" in await asyncio.wait_for(reader.read(65_536), 10)
    writer.transport.abort()


async def test_an_answer_that_does_not_come_is_told(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "FIRST_S", 0.05)
    async with bench.session.get(f"https://{HOST}/late", **bench.options()) as reply:
        await reply.read()
    (first, *_) = [event.text for event in bench.events if isinstance(event, ev.Notice)]
    assert first.startswith(f"No answer from {HOST} for ")
    assert first.endswith(": GET /late")


async def test_a_service_that_hangs_up_is_told(bench: Bench) -> None:
    with pytest.raises(aiohttp.ClientError):
        async with bench.session.put(f"https://{HOST}/hangup", data=b"x", **bench.options()):
            pass
    assert [event.text for event in bench.events if isinstance(event, ev.Notice) and "was lost" in event.text]
    assert [event.problem for event in bench.events if isinstance(event, ev.RequestAnswered) and event.problem]


@asynccontextmanager
async def company_proxy(folder: Path) -> AsyncIterator[tuple[dict[str, str], list[str]]]:
    """A proxy with a password between the gate and Azure, as the user's environment names it, and the heads it got."""
    heads: list[str] = []
    company = CertificateAuthority("company")
    (folder / "company.pem").write_bytes(company.pem)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append((await reader.readuntil(b"\r\n\r\n")).decode())
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        with contextlib.suppress(OSError):
            await writer.start_tls(company.context(HOST))
            head = await read_head(reader)
            body = head.first[1].encode() if head is not None else b""
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body))
            await writer.drain()
        writer.transport.abort()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        url = f"http://me:secret@127.0.0.1:{server.sockets[0].getsockname()[1]}"
        yield {"HTTPS_PROXY": url, "REQUESTS_CA_BUNDLE": str(folder / "company.pem")}, heads


@pytest.mark.parametrize("bundle", [True, False])
async def test_proxy_and_bundle_of_the_user_hold_behind_the_gate(bench: Bench, bundle: bool) -> None:
    async with company_proxy(bench.folder) as (environment, heads):
        if not bundle:
            del environment["REQUESTS_CA_BUNDLE"]
        proxy = GateProxy(bench.proxy.policy, None, environment)
        context = ssl.create_default_context(cadata=proxy.authority.pem.decode())
        url = f"https://{HOST}/there"
        options: dict[str, Any] = {"proxy": proxy.url(bench.actor), "ssl": context}
        if bundle:
            async with bench.session.get(url, **options) as reply:
                assert await reply.text() == "/there"
        else:
            with pytest.raises(aiohttp.ClientHttpProxyError, match="502"):
                await bench.session.get(url, **options)
        await proxy.close()
    assert heads[0].startswith(f"CONNECT {HOST}:443 ")
    assert "Proxy-Authorization: Basic bWU6c2VjcmV0" in heads[0]


async def test_no_proxy_of_the_user_holds_behind_the_gate(bench: Bench) -> None:
    async with company_proxy(bench.folder) as (environment, heads):
        upstream = Upstream(None, {**environment, "NO_PROXY": "127.0.0.1"})
        _, writer = await upstream.open("127.0.0.1", bench.proxy.port, tls=False)
        writer.close()
        await writer.wait_closed()
    assert heads == []


def _basic(bench: Bench) -> str:
    return "Basic " + base64.b64encode(f"azops:{bench.actor.password}".encode()).decode()
