"""Messages of HTTP/1.1: read a head strictly, pass a body on piece by piece, never hold it whole."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from azops_tui.errors import AzopsError

PIECE = 65_536
"""Number of bytes that are read at once."""
HEAD_LIMIT = 65_536
"""Largest head in bytes."""
_TOKEN = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_HOP_BY_HOP = frozenset({"proxy-authorization", "proxy-connection"})

_LAST_WORDS_S = 2.0
"""Seconds that a client may take to receive what is left when its connection ends."""

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]
Framing = Literal["none", "length", "chunked", "until-close"]


class HttpMessageError(AzopsError):
    """A message is not valid HTTP/1.1, or ended too early."""


@dataclass(slots=True)
class Head:
    """First line and headers of a message; names keep their spelling."""

    first: tuple[str, str, str]
    """Method, target and version of a request; version, status and reason of a response."""
    headers: list[tuple[str, str]] = field(default_factory=list)

    def get(self, name: str) -> str:
        """Value of a header by its name in lower case, several joined by commas; empty if it is missing."""
        return ", ".join(value for known, value in self.headers if known.lower() == name)

    def tokens(self, name: str) -> set[str]:
        """The comma-separated words of a header, in lower case."""
        return {word.strip().lower() for word in self.get(name).split(",") if word.strip()}

    def without(self, names: Iterable[str]) -> Head:
        """The head without some headers."""
        dropped = frozenset(names)
        return Head(self.first, [(name, value) for name, value in self.headers if name.lower() not in dropped])

    def encode(self) -> bytes:
        lines = [" ".join(self.first).rstrip() if self.first[0].startswith("HTTP/") else " ".join(self.first)]
        lines += [f"{name}: {value}" for name, value in self.headers]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")

    @property
    def status(self) -> int:
        return int(self.first[1])

    @property
    def keeps_alive(self) -> bool:
        version = self.first[0] if self.first[0].startswith("HTTP/") else self.first[2]
        words = self.tokens("connection")
        return "close" not in words and (version == "HTTP/1.1" or "keep-alive" in words)

    def upgrades(self) -> bool:
        return "upgrade" in self.tokens("connection") and bool(self.get("upgrade"))

    def by_name(self) -> dict[str, str]:
        return {name.lower(): value for name, value in self.headers}


def parse_head(data: bytes) -> Head:
    """Parse a head that ends with an empty line.

    Raises:
        HttpMessageError: it is not valid; whatever two programs could read in two ways is not.
    """
    first, *lines = data[:-4].split(b"\r\n")
    parts = first.split(b" ", 2)
    if len(parts) == 2 and parts[0].startswith(b"HTTP/"):
        parts.append(b"")
    if len(parts) != 3 or not all(parts[:2]):
        raise HttpMessageError("The first line is not one of HTTP/1.1.")
    if b"\n" in data[:-4].replace(b"\r\n", b"") or b"\r" in data[:-4].replace(b"\r\n", b"") or b"\0" in data:
        raise HttpMessageError("The head has a line break or a NUL character in the middle of a line.")
    headers = []
    for line in lines:
        name, colon, value = line.partition(b":")
        if not colon or not _TOKEN.fullmatch(name):
            raise HttpMessageError("A header is not valid.")
        headers.append((name.decode("latin-1"), value.strip(b" \t").decode("latin-1")))
    text = [part.decode("latin-1") for part in parts]
    return Head((text[0], text[1], text[2]), headers)


async def read_head(reader: asyncio.StreamReader) -> Head | None:
    """Read a head; None at the end of the connection.

    Raises:
        HttpMessageError: it is not valid, or larger than :data:`HEAD_LIMIT`.
    """
    try:
        data = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError as error:
        if not error.partial.strip():
            return None
        raise HttpMessageError("The connection ended in the middle of a head.") from None
    except asyncio.LimitOverrunError:
        raise HttpMessageError(f"The head is larger than {HEAD_LIMIT} bytes.") from None
    return parse_head(data.lstrip(b"\r\n"))


def request_framing(head: Head) -> tuple[Framing, int]:
    """How a request's body ends, and its length.

    Raises:
        HttpMessageError: the headers allow two readings.
    """
    coding, length = head.get("transfer-encoding").lower(), head.get("content-length")
    if coding:
        if length or coding != "chunked":
            raise HttpMessageError("The length of the body can be read in two ways.")
        return "chunked", 0
    if not length:
        return "none", 0
    if not re.fullmatch(r"[0-9]{1,18}", length):
        raise HttpMessageError("Content-Length is not a number.")
    return ("length", int(length)) if int(length) else ("none", 0)


def response_framing(head: Head, method: str) -> tuple[Framing, int]:
    """How a response's body ends, and its length."""
    if method == "HEAD" or head.status in (204, 304) or head.status < 200:
        return "none", 0
    if "chunked" in head.get("transfer-encoding").lower():
        return "chunked", 0
    length = head.get("content-length").split(",")[0].strip()
    if length.isdigit():
        return ("length", int(length)) if int(length) else ("none", 0)
    return "until-close", 0


async def relay_body(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, framing: Framing, length: int) -> None:
    """Pass a body on as it comes, waiting for a slow reader.

    Raises:
        HttpMessageError: the body ends too early or its chunks are not valid.
    """
    match framing:
        case "length":
            await _relay(reader, writer, length)
        case "chunked":
            await _relay_chunks(reader, writer)
        case "until-close":
            while data := await reader.read(PIECE):
                writer.write(data)
                await writer.drain()


async def _relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, length: int) -> None:
    while length:
        data = await reader.read(min(PIECE, length))
        if not data:
            raise HttpMessageError("The connection ended in the middle of a body.")
        length -= len(data)
        writer.write(data)
        await writer.drain()


async def _relay_chunks(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while True:
        line = await _line(reader)
        size = _chunk_size(line)
        writer.write(line)
        if not size:
            break
        await _relay(reader, writer, size + 2)
    while True:
        line = await _line(reader)
        writer.write(line)
        if line == b"\r\n":
            await writer.drain()
            return


async def read_body(reader: asyncio.StreamReader, framing: Framing, length: int, limit: int) -> bytes | None:
    """Read a body whole; None if it is larger than ``limit`` bytes.

    Raises:
        HttpMessageError: as :func:`relay_body`.
    """
    try:
        if framing == "length":
            return await reader.readexactly(length) if length <= limit else None
        if framing != "chunked":
            return b""
        body = bytearray()
        while size := _chunk_size(await _line(reader)):
            if len(body) + size > limit:
                return None
            body += (await reader.readexactly(size + 2))[:-2]
        while await _line(reader) != b"\r\n":
            pass
        return bytes(body)
    except asyncio.IncompleteReadError:
        raise HttpMessageError("The connection ended in the middle of a body.") from None


async def _line(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.readuntil(b"\r\n")
    except (asyncio.IncompleteReadError, asyncio.LimitOverrunError):
        raise HttpMessageError("A chunk of the body is not valid.") from None


def _chunk_size(line: bytes) -> int:
    digits = line[:-2].partition(b";")[0].strip()
    if not re.fullmatch(rb"[0-9a-fA-F]{1,15}", digits):
        raise HttpMessageError("The size of a chunk is not a number.")
    return int(digits, 16)


def forwarded(head: Head) -> Head:
    """A request's head as the service gets it: without what was for the proxy."""
    return head.without(_HOP_BY_HOP)


async def end_connection(writer: asyncio.StreamWriter) -> None:
    """Send what is left and close; a client that does not take it is not waited for."""
    try:
        writer.close()
        async with asyncio.timeout(_LAST_WORDS_S):
            await writer.wait_closed()
    except (OSError, TimeoutError):
        pass
    finally:
        writer.transport.abort()


async def relay_both(one: Streams, other: Streams) -> None:
    """Pass bytes on in both directions until one side has ended and the other has got all."""

    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(PIECE):
                writer.write(data)
                await writer.drain()
            if writer.can_write_eof():
                writer.write_eof()
            else:
                writer.close()

    await asyncio.gather(pump(one[0], other[1]), pump(other[0], one[1]))


_REASONS = {
    400: "Bad Request",
    403: "Forbidden",
    407: "Proxy Authentication Required",
    413: "Content Too Large",
    421: "Misdirected Request",
    501: "Not Implemented",
    502: "Bad Gateway",
    505: "HTTP Version Not Supported",
}


def error_response(status: int, code: str, message: str, *, headers: str = "", close: bool = True) -> bytes:
    """A response of the gate itself, in the form in which Azure reports errors."""
    body = json.dumps({"error": {"code": code, "message": message}}).encode()
    lines = [
        f"HTTP/1.1 {status} {_REASONS[status]}",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
        f"x-ms-error-code: {code}",
        *filter(None, [headers, "Connection: close" if close else ""]),
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


def proxy_challenge(message: str) -> bytes:
    """The answer to a client of a proxy that did not send its password."""
    challenge = 'Proxy-Authenticate: Basic realm="azops"'
    return error_response(407, "ProxyAuthenticationRequired", message, headers=challenge, close=False)


def proxy_password(head: Head) -> str:
    """The password that a client sends to a proxy; empty if it sends none."""
    scheme, _, value = head.get("proxy-authorization").partition(" ")
    if scheme.lower() != "basic":
        return ""
    try:
        return base64.b64decode(value).decode().partition(":")[2]
    except (ValueError, UnicodeDecodeError):
        return ""


def proxy_authority(head: Head) -> tuple[str, int]:
    """Host, as it is compared, and port of a CONNECT.

    Raises:
        HttpMessageError: it is another request, or names no host and port.
    """
    method, authority, _ = head.first
    if method != "CONNECT":
        raise HttpMessageError("The proxy passes on HTTPS only; use an https:// address.")
    name, _, port = authority.rpartition(":")
    host = name.strip().strip("[]").rstrip(".").lower()
    if not host or not port.isdigit() or not 0 < int(port) < 65536:
        raise HttpMessageError(f"'{authority}' is not HOST:PORT.")
    return host, int(port)
