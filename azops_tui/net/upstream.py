"""Connections to services: directly, or through the proxy of the user's environment."""

from __future__ import annotations

import asyncio
import base64
import os
import resource
import ssl
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from azops_tui.errors import AzopsError
from azops_tui.net.http1 import HEAD_LIMIT, HttpMessageError, Streams, read_head

BUNDLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS")
"""Variables that name a file of certificate authorities."""
_DESCRIPTORS = 8192
_PATIENCE = 20.0
"""Seconds until a connection must be open."""

_bypasses: Callable[[str, Mapping[str, str]], bool] = urllib.request.proxy_bypass_environment  # type: ignore[attr-defined]  # not in the stubs

SIMULATOR_USER = "azops-sim"
"""User name in the address of the local cloud's own proxy."""


def is_simulator_proxy(url: str) -> bool:
    """True for the address of the local cloud's own proxy, as ``azops sim env`` sets it."""
    return urlsplit(url).username == SIMULATOR_USER


class UpstreamError(AzopsError):
    """A service cannot be reached; the text says why."""


@dataclass(frozen=True, slots=True)
class LocalEndpoint:
    """The simulator, which answers for every host of Azure on the local cloud."""

    host: str
    port: int
    ca: str
    """Path of its certificate authority; empty for one that was recorded, to which nothing connects."""


class Upstream:
    """Opens connections.

    Args:
        local: the simulator; None on a real cloud.
        environment: the user's own, with proxies, ``NO_PROXY`` and bundles of certificate authorities.
    """

    def __init__(self, local: LocalEndpoint | None, environment: Mapping[str, str]) -> None:
        self.local = local
        known = {name.lower(): value for name, value in environment.items() if name.lower().endswith("_proxy")}
        self._proxies = {
            name.removesuffix("_proxy"): value
            for name, value in known.items()
            if value and not is_simulator_proxy(value)
        }
        self._bundles = [environment[name] for name in BUNDLES if os.path.isfile(environment.get(name, ""))]
        self._context: ssl.SSLContext | None = None
        self._local_context = ssl.create_default_context(cafile=local.ca) if local is not None and local.ca else None

    async def open(self, host: str, port: int, *, tls: bool = True, to_local: bool = False) -> Streams:
        """Open a connection.

        Raises:
            UpstreamError: the service or the proxy cannot be reached, or its certificate is not valid.
        """
        try:
            async with asyncio.timeout(_PATIENCE):
                if to_local and self.local is not None:
                    place = self.local
                    return await asyncio.open_connection(
                        place.host, place.port, ssl=self._local_context, limit=HEAD_LIMIT
                    )
                return await self._open(host, port, tls)
        except TimeoutError:
            raise UpstreamError(f"{host} did not answer within {_PATIENCE:.0f} s.") from None
        except ssl.SSLCertVerificationError as error:
            raise UpstreamError(f"The certificate of {host} is not trusted: {error.verify_message}.") from None
        except (OSError, HttpMessageError) as error:
            reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
            raise UpstreamError(f"{host}:{port} cannot be reached: {reason}.") from None

    async def _open(self, host: str, port: int, tls: bool) -> Streams:
        context = self._tls() if tls else None
        proxy = self._proxy(host, port, "https")
        if not proxy:
            return await asyncio.open_connection(host, port, ssl=context, limit=HEAD_LIMIT)
        parts = urlsplit(proxy if "://" in proxy else f"http://{proxy}")
        if parts.scheme not in ("http", "https"):
            raise UpstreamError(f"The proxy {parts.scheme}://{parts.hostname} of the environment is not one of HTTP.")
        secure = parts.scheme == "https"
        reader, writer = await asyncio.open_connection(
            parts.hostname, parts.port or (443 if secure else 80), ssl=self._tls() if secure else None, limit=HEAD_LIMIT
        )
        try:
            authority = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
            lines = [f"CONNECT {authority} HTTP/1.1", f"Host: {authority}"]
            if parts.username:
                pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}".encode()
                lines.append(f"Proxy-Authorization: Basic {base64.b64encode(pair).decode()}")
            writer.write(("\r\n".join(lines) + "\r\n\r\n").encode())
            head = await read_head(reader)
            if head is None or head.status != 200:
                status = " ".join(head.first[1:]) if head is not None else "nothing"
                raise UpstreamError(f"The proxy {parts.hostname} answered {status} for {host}.")
            if context is not None:
                await writer.start_tls(context, server_hostname=host)
        except BaseException:
            writer.close()
            raise
        return reader, writer

    def _proxy(self, host: str, port: int, scheme: str) -> str:
        if not self._proxies or _bypasses(f"{host}:{port}", self._proxies):
            return ""
        return self._proxies.get(scheme) or self._proxies.get("all", "")

    def _tls(self) -> ssl.SSLContext:
        if self._context is None:
            self._context = ssl.create_default_context()
            for bundle in self._bundles:
                self._context.load_verify_locations(cafile=bundle)
        return self._context


def allow_many_connections() -> None:
    """Raise this process's limit of open files, of which each connection takes several; often it is 1,024."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _DESCRIPTORS if hard == resource.RLIM_INFINITY else min(_DESCRIPTORS, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def led_through(url: str, bundle: str, *, direct: str = "") -> dict[str, str]:
    """The variables that lead the clients of a process through a proxy whose certificates are in a bundle.

    Args:
        url: address of the proxy, with its password.
        bundle: path of a file of certificate authorities.
        direct: hosts that are not led through it, separated by commas.
    """
    return {
        "HTTPS_PROXY": url,
        "https_proxy": url,
        "NO_PROXY": direct,
        "no_proxy": direct,
        **dict.fromkeys(BUNDLES, bundle),
        "GIT_SSL_CAINFO": bundle,
        "NODE_USE_ENV_PROXY": "1",
    }
