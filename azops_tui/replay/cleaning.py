"""What must not stand in a cassette, and what need not: secrets, ids, tokens, headers of the connection."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from azops_tui.replay.fakes import Fakes
from azops_tui.replay.tracks import HostsRun, HttpExchange, OutputPiece, Payload, SessionRun
from azops_tui.secrets.redact import MASK

_NUMBERED = re.compile(rf"{MASK}\([a-z A-Z]+ \d+\)")
"""The mask of a secret that was recognised by its shape; its number depends on what was seen before."""
_KEPT_OF_REQUESTS = frozenset({"accept", "content-type", "if-match", "if-none-match", "x-ms-version", "range"})
_LEFT_OUT_OF_RESPONSES = frozenset(
    {"authorization", "set-cookie", "cookie", "www-authenticate", "authentication-info", "proxy-authenticate", "date"}
    | {"server", "connection", "keep-alive", "transfer-encoding", "content-length", "content-encoding", "vary"}
    | {"cache-control", "pragma", "expires", "strict-transport-security", "x-content-type-options", "x-cache"}
    | {
        "x-api-key",
        "api-key",
        "x-functions-key",
        "ocp-apim-subscription-key",
        "x-msedge-ref",
        "x-ms-routing-request-id",
        "via",
        "alt-svc",
        "p3p",
        "nel",
        "report-to",
        "ocp-aad-session-key",
    }
)


def kept_request_headers(headers: dict[str, list[str]]) -> dict[str, list[str]]:
    """The headers of a request that say what it means."""
    return {name: values for name, values in headers.items() if name.lower() in _KEPT_OF_REQUESTS}


def kept_response_headers(headers: dict[str, list[str]]) -> dict[str, list[str]]:
    """The headers of a response that a client may use."""
    return {name: values for name, values in headers.items() if name.lower() not in _LEFT_OUT_OF_RESPONSES}


def cleaned(payload: Payload, fakes: Fakes) -> Payload:
    """The payload as it may be written."""
    hide = fakes.hide
    match payload:
        case HttpExchange():
            return msgspec.structs.replace(
                payload,
                uri=hide(payload.uri),
                sent_headers=_hidden_headers(kept_request_headers(payload.sent_headers), hide),
                sent=_hidden_bytes(payload.sent, hide),
                reason=hide(payload.reason),
                headers=_hidden_headers(kept_response_headers(payload.headers), hide),
                received=_hidden_bytes(payload.received, hide),
            )
        case SessionRun():
            payload = msgspec.structs.replace(payload, output=_hidden_pieces(payload.output, hide))
        case HostsRun():
            payload = msgspec.structs.replace(payload, events=_hidden_pieces(payload.events, hide))
    fields = {name: _hidden(getattr(payload, name), hide) for name in payload.__struct_fields__}
    return msgspec.structs.replace(payload, **fields)


def shown(payload: Payload, fakes: Fakes) -> Payload:
    """The payload with the values of the run in place of their fakes."""
    if isinstance(payload, HttpExchange):
        return msgspec.structs.replace(
            payload,
            headers=_hidden_headers(payload.headers, fakes.show),
            received=_hidden_bytes(payload.received, fakes.show),
        )
    fields = {name: _hidden(getattr(payload, name), fakes.show) for name in payload.__struct_fields__}
    return msgspec.structs.replace(payload, **fields)


def compared(payload: Payload, fakes: Fakes) -> Payload:
    """The payload without what two recordings of the same differ in, and without the response."""

    def hide(text: str) -> str:
        return _NUMBERED.sub(MASK, fakes.hide(text))

    if isinstance(payload, HttpExchange):
        return HttpExchange(method=payload.method, uri=hide(payload.uri), sent=_hidden_bytes(payload.sent, hide))
    if isinstance(payload, SessionRun):
        return SessionRun(session=payload.session, interpreter=payload.interpreter, code=hide(payload.code))
    if isinstance(payload, HostsRun):
        return HostsRun(hosts=[hide(host) for host in payload.hosts], command=hide(payload.command))
    return payload


def texts(payload: Payload) -> Iterator[str]:
    """All texts of a payload; bytes that are not text are read as Latin-1, so that a token in them is seen."""
    if isinstance(payload, HttpExchange):
        yield payload.uri
        yield payload.reason
        for headers in (payload.sent_headers, payload.headers):
            for name, values in headers.items():
                yield from (f"{name}: {value}" for value in values)
        for body in (payload.sent, payload.received):
            yield body.decode("utf-8", "replace") if _is_text(body) else body.decode("latin-1")
        return
    yield from _walk([getattr(payload, name) for name in payload.__struct_fields__])


def _walk(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, item in value.items():
            yield f"{name}={item}" if isinstance(item, str) else str(name)
            yield from _walk(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _walk(item)
    elif isinstance(value, msgspec.Struct):
        yield from _walk([getattr(value, name) for name in value.__struct_fields__])


def _hidden_pieces(pieces: list[OutputPiece], hide: Callable[[str], str]) -> list[OutputPiece]:
    """Pieces of output without secrets, also those that came in several pieces.

    A stream in which something is hidden over the border of two pieces becomes one piece.
    """
    streams: dict[tuple[str, str], list[int]] = {}
    for number, piece in enumerate(pieces):
        if piece.stream in ("stdout", "stderr"):
            streams.setdefault((piece.host, piece.stream), []).append(number)
    texts = [piece.text for piece in pieces]
    for numbers in streams.values():
        whole = hide("".join(texts[number] for number in numbers))
        apart = [hide(texts[number]) for number in numbers]
        if "".join(apart) != whole:
            apart = [whole, *[""] * (len(numbers) - 1)]
        for number, text in zip(numbers, apart, strict=True):
            texts[number] = text
    return [msgspec.structs.replace(piece, text=text) for piece, text in zip(pieces, texts, strict=True)]


def _hidden_headers(headers: dict[str, list[str]], hide: Callable[[str], str]) -> dict[str, list[str]]:
    # With its name before it, a value that is secret by its name is seen as such.
    return {
        name: [hide(f"{name}: {value}").removeprefix(f"{name}: ") for value in values]
        for name, values in headers.items()
    }


def _hidden_bytes(data: bytes, hide: Callable[[str], str]) -> bytes:
    if not data:
        return data
    text = data.decode() if _is_text(data) else data.decode("latin-1")
    hidden = hide(text)
    if hidden == text:
        return data
    return hidden.encode("utf-8", "surrogatepass") if _is_text(data) else hidden.encode("latin-1", "replace")


def _hidden(value: Any, hide: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return hide(value)
    if isinstance(value, dict):
        return {name: _hidden_field(str(name), item, hide) for name, item in value.items()}
    if isinstance(value, list):
        return [_hidden(item, hide) for item in value]
    if isinstance(value, msgspec.Struct):
        return msgspec.structs.replace(
            value, **{name: _hidden(getattr(value, name), hide) for name in value.__struct_fields__}
        )
    return value


def _hidden_field(name: str, value: Any, hide: Callable[[str], str]) -> Any:
    """The value of a field, which may be secret by its name."""
    if not isinstance(value, str):
        return _hidden(value, hide)
    text = hide(f"{name}={value}")
    return text.removeprefix(f"{name}=") if text.startswith(f"{name}=") else hide(value)


def _is_text(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True
