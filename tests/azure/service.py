"""A service that answers what a test tells it: for faults, and for what the real Azure was recorded to say."""

from __future__ import annotations

import datetime
import ipaddress
import json
import ssl
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec
from aiohttp import web

SUBSCRIPTION = "00000000-0000-0000-0000-000000000001"


class Where(msgspec.Struct, frozen=True, kw_only=True):
    """An endpoint as the local cloud's own record has it."""

    url: str
    ca: str
    bundle: str = "/nowhere/bundle.pem"
    subscription: str = SUBSCRIPTION
    subscription_name: str = "Recorded"
    tenant: str = "tenant"
    client_id: str = "client"
    client_secret: str = "secret"
    az_config: str = "/nowhere/az"
    known_hosts: str = "/nowhere/known_hosts"
    ssh_config: str = "/nowhere/ssh"
    programs: str = "/nowhere/bin"


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A request that came."""

    method: str
    path: str
    query: dict[str, str]
    body: Any


Answer = tuple[int, dict[str, str], Any]
Respond = Callable[[Asked], Answer | Awaitable[Answer]]


class Service:
    """An HTTPS server. ``respond`` answers all but tokens; ``asked`` has what came, without tokens."""

    def __init__(self, folder: Path) -> None:
        self.respond: Respond = lambda asked: (404, {}, {"error": {"code": "NotFound", "message": asked.path}})
        self.asked: list[Asked] = []
        self.tokens = 0
        self.refuses_tokens = False
        self.where = Where(url="", ca=str(folder / "ca.pem"))
        self._folder = folder
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        """Begins to listen on a port of its own."""
        context = _context(self._folder)
        application = web.Application()
        application.router.add_route("*", "/{path:.*}", self._answer)
        self._runner = web.AppRunner(application)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0, ssl_context=context)
        await site.start()
        port = self._runner.addresses[0][1]
        self.where = msgspec.structs.replace(self.where, url=f"https://127.0.0.1:{port}")

    async def close(self) -> None:
        """Ends it."""
        if self._runner is not None:
            await self._runner.cleanup()

    def count(self, method: str) -> int:
        """How many requests of this method came."""
        return sum(one.method == method for one in self.asked)

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        if request.path.endswith("/oauth2/v2.0/token"):
            self.tokens += 1
            if self.refuses_tokens:
                refusal = {"error": "invalid_client", "error_description": "AADSTS7000215: Invalid client secret."}
                return web.json_response(refusal, status=401)
            return web.json_response({"access_token": "t", "expires_in": 3600, "token_type": "Bearer"})
        text = await request.text()
        query = {name.lower(): value for name, value in request.query.items()}
        asked = Asked(method=request.method, path=request.path, query=query, body=json.loads(text) if text else None)
        self.asked.append(asked)
        if request.path == f"/subscriptions/{self.where.subscription}":
            named = {"subscriptionId": self.where.subscription, "displayName": self.where.subscription_name}
            return web.json_response({**named, "state": "Enabled"})
        answer = self.respond(asked)
        status, headers, body = answer if isinstance(answer, tuple) else await answer
        if status == 0:  # hang up without a word
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        if isinstance(body, str):
            return web.Response(status=status, headers=headers, text=body)
        return (
            web.json_response(body, status=status, headers=headers)
            if body is not None
            else web.Response(status=status, headers=headers)
        )


class Recording:
    """Requests and answers of a real subscription, by path without case and api-version."""

    def __init__(self, path: Path) -> None:
        import yaml

        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        self._known: dict[str, Answer] = {}
        for one in yaml.load(path.read_text(), Loader=loader)["interactions"]:
            where = urlsplit(one["request"]["uri"])
            body = one["response"]["body"]["string"]
            self._known.setdefault(
                f"{one['request']['method']} {where.path.lower()}",
                (one["response"]["status"]["code"], {}, json.loads(body) if body else None),
            )

    def __call__(self, asked: Asked) -> Answer:
        """The recorded answer; 404 where there is none."""
        path = asked.path.lower()
        missing: Answer = (
            404,
            {},
            {"error": {"code": "ResourceNotFound", "message": f"{asked.path} was not recorded."}},
        )
        return self._known.get(f"{asked.method} {path}", missing)


def _context(folder: Path) -> ssl.SSLContext:
    """A certificate of its own authority, for the loopback address."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "ca.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "key.pem").write_bytes(private)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "ca.pem", folder / "key.pem")
    return context
