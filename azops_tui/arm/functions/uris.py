"""Functions that escape, build and take apart URIs, as .NET does."""

from __future__ import annotations

import re
from urllib.parse import quote, urljoin, urlsplit

from azops_tui.arm.functions.errors import FunctionError
from azops_tui.arm.functions.jsontext import text
from azops_tui.arm.functions.registry import function
from azops_tui.arm.functions.values import (
    bounded_text,
    find_key,
    object_argument,
    string_argument,
    two_strings,
    type_name,
    usage,
    utf8,
)
from azops_tui.json_types import Json

_ESCAPED = re.compile("(?:%[0-9a-fA-F]{2})+")
_UNDECODED = re.compile("[\udc80-\udcff]")
"""Bytes that are not UTF-8, as Python's surrogateescape gives them."""
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^/?#\s]+")
_PORTS = {"http": 80, "https": 443, "ftp": 21}
_ALLOWED = "%/:=&?~#+!$,;'@()*[]"
"""What stays as it is in a URI that is put together; everything else outside of ASCII letters and digits is escaped."""


@function("uriComponent(stringToEncode): string", "Percent-encodes a string for use in a URI.")
def uri_component(value: Json) -> str:
    source = string_argument("uriComponent", value)
    bounded_text("uriComponent", len(source))
    escaped = quote(utf8(source), safe="")
    bounded_text("uriComponent", len(escaped))
    return escaped


@function("uriComponentToString(uriEncodedString): string", "Decodes a percent-encoded string.")
def uri_component_to_string(value: Json) -> str:
    """Escapes that are not UTF-8 stay."""
    return _ESCAPED.sub(_unescaped, string_argument("uriComponentToString", value))


def _unescaped(match: re.Match[str]) -> str:
    decoded = bytes.fromhex(match.group().replace("%", "")).decode(errors="surrogateescape")
    return _UNDECODED.sub(lambda byte: f"%{ord(byte.group()) - 0xDC00:02X}", decoded)


def unescape_bytes(escaped: str) -> bytes:
    """The bytes of a text with its %XX escapes undone; anything else is UTF-8."""
    return b"".join(
        bytes.fromhex(part.replace("%", "")) if place % 2 else utf8(part)
        for place, part in enumerate(re.split("((?:%[0-9a-fA-F]{2})+)", escaped))
    )


@function(
    "uri(baseUri, relativeUri): string",
    "Combines a base URI and a relative one; a slash at the end of the base keeps its last segment.",
)
def uri(base: Json, relative: Json) -> str:
    start, end = two_strings("uri", base, relative)
    if _ABSOLUTE.match(start) is None:
        raise FunctionError(
            "The template language function 'uri' expects its first argument to be a uri string. "
            f"The provided value is '{start[:200]}'. Please see https://aka.ms/arm-function-datauri for usage details."
        )
    scheme, _, relative = start.partition(":")
    try:
        # Of schemes that it does not know, urljoin assumes that they cannot be joined.
        joined = urljoin(f"https:{relative}", end)
        if joined.startswith("https:") and not end.lower().startswith("https:"):
            joined = scheme.lower() + joined[5:]
        return _canonical(joined)
    except ValueError:
        raise FunctionError(
            "The template language function 'uri' cannot combine its arguments: "
            f"'{start[:200]}' and '{end[:200]}' do not make a URI. {usage('uri')}"
        ) from None


def _canonical(address: str) -> str:
    """Scheme and host in lower case, no default port, a path of at least a slash, odd characters escaped."""
    parts = urlsplit(address)
    host = (parts.hostname or "").lower()
    if ":" in host:
        host = f"[{host}]"
    user, mark, _ = parts.netloc.rpartition("@")
    port = "" if parts.port in (None, _PORTS.get(parts.scheme)) else f":{parts.port}"
    path = parts.path or "/"
    if parts.query or "?" in address.partition("#")[0]:
        path += f"?{parts.query}"
    if parts.fragment:
        path += f"#{parts.fragment}"
    return f"{parts.scheme}://{user}{mark}{host}{port}{quote(utf8(path), safe=_ALLOWED)}"


@function("buildUri({scheme, host, [port], [path], [query]}): string", "Builds a URI from its parts.")
def build_uri(value: Json) -> str:
    parts = object_argument("buildUri", value)
    scheme = _part(parts, "scheme", needed=True).lower()
    host = _part(parts, "host", needed=True)
    if re.fullmatch("[a-z][a-z0-9+.-]*", scheme) is None or re.search(r"[/?#@\s\\]", host):
        raise FunctionError(
            f"The template language function 'buildUri' cannot make a URI of scheme '{scheme[:100]}' and host "
            f"'{host[:200]}'. {usage('buildUri')}"
        )
    port = _port(parts)
    path = _part(parts, "path")
    query = _part(parts, "query")
    if not path.startswith("/"):
        path = f"/{path}"
    if query and not query.startswith("?"):
        query = f"?{query}"
    shown = "" if port in (None, _PORTS.get(scheme)) else f":{port}"
    return f"{scheme}://{host}{shown}{quote(utf8(path), safe=_ALLOWED.replace('?', '').replace('#', ''))}" + quote(
        utf8(query), safe=_ALLOWED.replace("#", "")
    )


def _part(parts: dict[str, Json], name: str, needed: bool = False) -> str:
    key = find_key(parts, name)
    value = None if key is None else parts[key]
    if isinstance(value, str) and (value or not needed):
        return value
    if value is None and not needed:
        return ""
    raise FunctionError(
        f"The template language function 'buildUri' expects the property '{name}' of its parameter to be a string. "
        f"The provided value is of type '{type_name(value)}'. {usage('buildUri')}"
    )


def _port(parts: dict[str, Json]) -> int | None:
    key = find_key(parts, "port")
    value = None if key is None else parts[key]
    if value is None or (type(value) is int and 0 <= value <= 65535):
        return value
    raise FunctionError(
        "The template language function 'buildUri' expects the property 'port' of its parameter to be an integer "
        f"between 0 and 65535. The provided value is '{text(value)[:100]}'. {usage('buildUri')}"
    )


@function("parseUri(uri): object", "The scheme, host, and any port, path and query of a URI.")
def parse_uri(value: Json) -> dict[str, Json]:
    source = string_argument("parseUri", value)
    try:
        parts = urlsplit(source.strip())
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    if not parts.scheme or not parts.hostname:
        raise FunctionError(
            "The template language function 'parseUri' expects its parameter to be a uri string. "
            f"The provided value is '{source[:200]}'. {usage('parseUri')}"
        )
    result: dict[str, Json] = {"scheme": parts.scheme.lower(), "host": parts.hostname}
    if port is not None and port != _PORTS.get(parts.scheme):
        result["port"] = port
    if parts.path not in ("", "/"):
        result["path"] = parts.path
    if parts.query:
        result["query"] = f"?{parts.query}"
    return result
