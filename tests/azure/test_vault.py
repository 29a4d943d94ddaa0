"""Secrets of a key vault over HTTPS: with a token for vaults, and failures with a sentence."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from azure.core.credentials import AccessTokenInfo

from azops_tui.azure.client import Clients
from azops_tui.azure.credentials import Credential
from azops_tui.azure.errors import AzureFailure
from azops_tui.azure.profiles import CLOUDS, Profile
from azops_tui.azure.request_stats import RequestStats
from azops_tui.azure.transport import Transport

SECRETS = {"/secrets/token": "v4lue", "/secrets/token/0a1b": "older"}


class Vault(BaseHTTPRequestHandler):
    """The data plane of a key vault, as far as reading goes."""

    def do_GET(self) -> None:
        path, _, query = self.path.partition("?")
        known = self.headers["Authorization"] == "Bearer for https://vault.azure.net/.default"
        body: dict[str, Any] = {"error": {"code": "SecretNotFound", "message": f"A secret {path} was not found."}}
        status = 404
        if not known or query != "api-version=7.4":
            status, body = 401, {"error": {"code": "Unauthorized", "message": "AKV10000: no token."}}
        elif path in SECRETS:
            status, body = 200, {"value": SECRETS[path], "id": f"https://vault{path}"}
        elif path == "/secrets/odd":
            status, body = 200, {"kid": "no value"}
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *words: object) -> None:
        """Print nothing."""


@pytest.fixture
def vault(tmp_path: Path) -> Iterator[tuple[str, str]]:
    """URL of a vault, and the file of its authority."""
    from azops_tui.simulator.certificates import make

    authority, context = make(tmp_path)
    with ThreadingHTTPServer(("127.0.0.1", 0), Vault) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"https://127.0.0.1:{server.server_port}", str(authority)
        server.shutdown()


async def test_a_secret_is_read_with_a_token_for_vaults(vault: tuple[str, str]) -> None:
    async def fetch(scopes: tuple[str, ...], _: Mapping[str, Any]) -> AccessTokenInfo:
        return AccessTokenInfo(f"for {' '.join(scopes)}", 2**33)

    url, authority = vault
    public = CLOUDS["public"]
    clients = Clients(
        Profile(name="work", cloud="public"),
        Credential("cli", fetch),
        Transport(ca=authority),
        RequestStats(None),
        manager=public.manager,
        scope=public.scope,
        subscription="",
        poll=1,
    )
    scope = f"https://{public.vaults}/.default"
    try:
        assert await clients.vault_secret(url, scope, "token") == "v4lue"
        assert await clients.vault_secret(url, scope, "token", "0a1b") == "older"
        with pytest.raises(AzureFailure, match="was not found"):
            await clients.vault_secret(url, scope, "none")
        with pytest.raises(AzureFailure, match="not the JSON of its API"):
            await clients.vault_secret(url, scope, "odd")
    finally:
        await clients.close()
