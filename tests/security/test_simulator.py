"""The simulator serves one user: who may ask it, and what a client can make it do."""

from __future__ import annotations

import asyncio
import contextlib
import os
import ssl
from pathlib import Path

from azops_tui.json_types import Json
from azops_tui.simulator.connections import LARGEST_BODY, HttpLimits
from azops_tui.simulator.endpoint import start, stop
from azops_tui.simulator.server import SimulatorServer, serve
from tests.simulator.clients import Clients
from tests.simulator.conftest import clients, server

__all__ = ["clients", "server"]


def _context(server: SimulatorServer) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=server.endpoint.ca)


async def _raw(server: SimulatorServer, text: str) -> str:
    """The beginning of what the server sends back; empty if it ends the connection instead."""
    port = int(server.endpoint.url.rpartition(":")[2])
    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=_context(server))
    try:
        writer.write(text.encode())
        return (await asyncio.wait_for(reader.read(65536), 20)).decode()
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


def _request(server: SimulatorServer, path: str, **headers: str) -> str:
    host = server.endpoint.url.removeprefix("https://")
    shown = {"Host": host, "Connection": "close"} | {k.replace("_", "-"): v for k, v in headers.items()}
    return f"GET {path} HTTP/1.1\r\n" + "".join(f"{k}: {v}\r\n" for k, v in shown.items()) + "\r\n"


async def test_only_tokens_of_this_simulator_are_accepted(server: SimulatorServer) -> None:
    for path in ("/simulator/status", "/simulator/hosts", "/v1.0/users", "/subscriptions?api-version=1"):
        for token in ("", "Bearer x", "Bearer é", "Bearer a.b.c", "Basic eDp5"):
            answer = await _raw(server, _request(server, path, **({"Authorization": token} if token else {})))
            assert answer.startswith("HTTP/1.1 401 "), (path, token, answer)


async def test_host_and_origin_are_checked(server: SimulatorServer) -> None:
    token = f"Bearer {server.endpoint.client_secret}"
    path = "/simulator/status"
    assert (await _raw(server, _request(server, path, Authorization=token))).startswith("HTTP/1.1 200 ")
    rebound = _request(server, path, Authorization=token, Host="evil.example")
    assert (await _raw(server, rebound)).startswith("HTTP/1.1 421 ")
    page = _request(server, path, Authorization=token, Origin="https://evil.example")
    assert (await _raw(server, page)).startswith("HTTP/1.1 403 ")


async def test_a_password_of_an_application_signs_in_until_it_is_removed(clients: Clients) -> None:
    _, _, application = await clients.raw("POST", "/v1.0/applications", {"displayName": "ci"})
    await clients.raw("POST", "/v1.0/servicePrincipals", {"appId": application["appId"]})
    where = f"/v1.0/applications/{application['id']}"
    _, _, password = await clients.raw("POST", f"{where}/addPassword", {})

    async def sign_in(secret: str) -> tuple[int, Json]:
        form = f"grant_type=client_credentials&client_id={application['appId']}&client_secret={secret}"
        status, _, body = await clients.raw("POST", f"/{clients.endpoint.tenant}/oauth2/v2.0/token", form)
        return status, body

    status, body = await sign_in(password["secretText"])
    assert (status, body["token_type"]) == (200, "Bearer")
    assert (await sign_in("wrong"))[1]["error"] == "invalid_client"
    await clients.raw("POST", f"{where}/removePassword", {"keyId": password["keyId"]})
    assert (await sign_in(password["secretText"]))[0] == 401


async def test_a_connection_without_a_request_ends() -> None:
    async with serve(speed=1000, limits=HttpLimits(handshake_s=0.3, header_s=0.3, body_s=0.3)) as server:
        assert await _raw(server, "") == ""
        assert await _raw(server, "GET / HTTP/1.1\r\nHost: a\r\nX-") == ""
        slow = _request(server, "/simulator/status", Content_Length="9")
        assert (await _raw(server, slow)).startswith("HTTP/1.1 408 ")
        reader, writer = await asyncio.open_connection("127.0.0.1", int(server.endpoint.url.rpartition(":")[2]))
        assert await asyncio.wait_for(reader.read(), 20) == b""
        writer.close()


async def test_a_large_body_is_refused(server: SimulatorServer) -> None:
    answer = await _raw(server, _request(server, "/simulator/status", Content_Length=str(LARGEST_BODY + 1)))
    assert answer.startswith("HTTP/1.1 413 ")


async def test_half_a_surrogate_pair_is_refused_and_lists_still_work(clients: Clients) -> None:
    await clients.group()
    where = f"/subscriptions/{clients.endpoint.subscription}/resourceGroups"
    status, _, body = await clients.raw("PUT", f"{where}/h", '{"location": "japanwest", "tags": {"a": "\\ud800"}}')
    assert (status, body["error"]["code"]) == (400, "InvalidRequestContent")
    assert [g["name"] for g in (await clients.raw("GET", where))[2]["value"]] == ["g"]
    pair = '{"location": "japanwest", "tags": {"a": "\\ud83d\\ude00"}}'
    assert (await clients.raw("PUT", f"{where}/h", pair))[2]["tags"] == {"a": "😀"}


def test_the_files_of_a_simulator_that_keeps_running_are_for_the_user_alone(tmp_path: Path) -> None:
    before = os.umask(0o022)
    (tmp_path / "log").touch()
    try:
        _, child = start(keep=tmp_path, speed=1000)
    finally:
        os.umask(before)
    try:
        modes = {path.name: path.stat().st_mode & 0o077 for path in tmp_path.rglob("*") if path.is_file()}
        assert {"log", "endpoint.json", "azureProfile.json"} <= modes.keys()
        assert not any(modes.values()), modes
    finally:
        child.terminate()
        child.wait()
        stop(child)
