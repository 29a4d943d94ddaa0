"""Read a cassette: azops' own, or a plain recording of vcrpy, or of Ruby's VCR, whose format is much the same."""

from __future__ import annotations

import json
import os
import re
import stat
import zlib
from collections import Counter
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import msgspec

from azops_tui.json_types import Json
from azops_tui.replay.cassette import Cassette
from azops_tui.replay.cleaning import compared
from azops_tui.replay.fakes import GUID, Fakes
from azops_tui.replay.tracks import FORMAT, CassetteError, CassetteHeader, HostsRun, HttpExchange, Reading, SessionRun
from azops_tui.replay.yaml_events import LARGEST_ENTRY, EventReader
from azops_tui.secrets.redact import Redactor

LARGEST_FILE = 2 << 30
"""Bytes of the largest cassette."""
_TRACKS: dict[str, type[SessionRun | HostsRun | Reading]] = {
    "session": SessionRun,
    "hosts": HostsRun,
    "value": Reading,
}
_LOOKED_AT = 200
"""Requests of a plain recording that tell its cloud."""
_SUBSCRIPTION = re.compile(rf"/subscriptions/({GUID})", re.IGNORECASE)
T = TypeVar("T")


def read_cassette(path: Path) -> Cassette:
    """Read a cassette; close it after use.

    Raises:
        CassetteError: it does not exist, is not a cassette, or exceeds a limit.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        raise CassetteError(f"the cassette {path} does not exist; --record {path} makes it") from None
    except OSError as error:
        raise CassetteError(f"the cassette {path} cannot be read: {error.strerror}") from None
    with os.fdopen(descriptor, "rb") as file:
        mode = os.fstat(descriptor)
        if not stat.S_ISREG(mode.st_mode):
            raise CassetteError(f"{path} is not a regular file")
        if mode.st_size > LARGEST_FILE:
            raise CassetteError(f"{path} is larger than {LARGEST_FILE >> 30} GB, too large for a cassette")
        cassette = Cassette()
        try:
            _read(EventReader(path, file), cassette, Fakes(Redactor().redact))
        except BaseException:
            cassette.close()
            raise
    return cassette


def _read(reader: EventReader, cassette: Cassette, fakes: Fakes) -> None:
    reader.open()
    is_cassette = False
    for name in reader.names():
        if name == "azops":
            _read_own(reader, cassette, fakes)
        elif name in ("interactions", "http_interactions"):
            is_cassette = True
            for number, item in enumerate(reader.items("interactions"), 1):
                _add_interaction(reader, cassette, fakes, number, item)
        else:
            reader.value()
    if not is_cassette and not cassette.header.version:
        raise reader.problem("the file has no “interactions”; it is not a cassette of vcrpy or azops")
    # A file that was cut off ends within its last value.
    reader.take()
    expected = cassette.header.entries
    if expected is not None and expected != len(cassette.tracks):
        raise reader.problem(f"the file has {len(cassette.tracks)} of {expected} entries; it was cut off or edited")
    cassette.sort()
    if not cassette.header.version:
        cassette.header = _described(cassette)


def _read_own(reader: EventReader, cassette: Cassette, fakes: Fakes) -> None:
    import yaml

    reader.take(yaml.MappingStartEvent, "a mapping below “azops”")
    fields: dict[str, Json] = {}
    for name in reader.names():
        if name != "tracks":
            fields[name] = reader.value()
            continue
        cassette.header = _converted(reader, fields, CassetteHeader)
        fakes.remember(cassette.header.ids)
        for item in reader.items("tracks"):
            if not isinstance(item, dict):
                raise reader.problem("a track is not a mapping")
            kind = next((kind for kind in _TRACKS if kind in item), "")
            if not kind:
                raise reader.problem(f"a track has none of the keys {', '.join(_TRACKS)}")
            place = {name: item.pop(name) for name in ("order", "step", "at", "seconds") if name in item}
            if kind == "value":
                item["name"] = item.pop("value")
                item["value"] = item.pop("is", None)
            _add(reader, cassette, fakes, _converted(reader, item, _TRACKS[kind]), place)
    cassette.header = _converted(reader, fields, CassetteHeader)
    if cassette.header.format > FORMAT:
        raise reader.problem("the cassette was recorded by a newer azops; update azops, or record it again")


def _add_interaction(reader: EventReader, cassette: Cassette, fakes: Fakes, number: int, item: Any) -> None:
    request, response = (item.get("request"), item.get("response")) if isinstance(item, dict) else (None, None)
    if not isinstance(request, dict) or not isinstance(response, dict):
        raise reader.problem(f"interaction {number} has no request or no response")
    url, method = request.get("uri") or request.get("url"), request.get("method")
    if not isinstance(url, str) or not isinstance(method, str):
        raise reader.problem(f"the request of interaction {number} has no method or no uri")
    try:
        urlsplit(url).port  # noqa: B018 - it fails for what is not a URL
    except ValueError:
        raise reader.problem(f"the uri of interaction {number} is not a URL") from None
    status = response.get("status", response.get("status_code"))
    code = status.get("code") if isinstance(status, dict) else status
    if not isinstance(code, int) or not 100 <= code <= 599:
        raise reader.problem(f"the response of interaction {number} has no status code")
    own = item.get("azops") if isinstance(item.get("azops"), dict) else {}
    form = str(own.pop("body", ""))
    headers = _headers(response.get("headers"))
    received = _body(response.get("body", response.get("content")))
    try:
        received = _plain(headers, received)
    except zlib.error:
        raise reader.problem(f"the compressed body of interaction {number} is damaged") from None
    except OverflowError:
        raise reader.problem(f"the body of interaction {number} is larger than {LARGEST_ENTRY >> 20} MB") from None
    exchange = HttpExchange(
        method=method.upper(),
        uri=url,
        sent_headers=_headers(request.get("headers")),
        sent=_body(request.get("body")),
        status=code,
        reason=str((status.get("message") if isinstance(status, dict) else "") or ""),
        headers=headers,
        received=restored(received, form),
    )
    _add(reader, cassette, fakes, exchange, own)


def _add(reader: EventReader, cassette: Cassette, fakes: Fakes, payload: Any, place: dict[str, Json]) -> None:
    order, at, seconds = place.get("order", 0), place.get("at", 0.0), place.get("seconds", 0.0)
    numbers = isinstance(order, int) and isinstance(at, int | float) and isinstance(seconds, int | float)
    if not numbers or not isinstance(place.get("step", ""), str | int):
        raise reader.problem("the place of a track is not valid")
    cassette.add(
        payload,
        step=str(place.get("step", "")),
        at=at,
        seconds=seconds,
        order=order,
        known_as=lambda known: compared(known, fakes),
    )


def _converted(reader: EventReader, value: Json, kind: type[T]) -> T:
    """A value as a record.

    Raises:
        CassetteError: a field is missing or of another type.
    """
    try:
        return msgspec.convert(value, kind, strict=False)
    except msgspec.ValidationError as error:
        raise reader.problem(f"an entry below “azops” is not valid: {error}") from None


def _headers(value: Any) -> dict[str, list[str]]:
    headers = value if isinstance(value, dict) else {}
    return {
        str(name): [str(item) for item in (values if isinstance(values, list) else [values]) if item is not None]
        for name, values in headers.items()
    }


def _body(value: Any) -> bytes:
    """A body in any of the forms of vcrpy: text, bytes, ``{string: …}``, ``{base64_string: …}``, or none."""
    if isinstance(value, dict):
        if isinstance(value.get("base64_string"), str):
            import base64

            return base64.b64decode(value["base64_string"])
        value = value.get("string")
    if isinstance(value, bytes):
        return value
    return b"" if value is None else str(value).encode("utf-8", "surrogatepass")


def _plain(headers: dict[str, list[str]], body: bytes) -> bytes:
    """The body without its compression, of which the headers then say nothing.

    Raises:
        zlib.error: it is damaged.
        OverflowError: it is larger than an entry may be.
    """
    coding = next((name for name in headers if name.lower() == "content-encoding"), "")
    words = ",".join(headers.pop(coding)).lower() if coding else ""
    if not body or not ("gzip" in words or "deflate" in words):
        return body
    if "gzip" in words and body[:2] != b"\x1f\x8b":
        return body  # vcrpy's decode_compressed_response leaves the header
    decoder = zlib.decompressobj(wbits=31 if "gzip" in words else 15 if body[:1] == b"\x78" else -15)
    plain = decoder.decompress(body, LARGEST_ENTRY)
    if decoder.unconsumed_tail:
        raise OverflowError
    if not decoder.eof:
        raise zlib.error("it ends too early")
    return plain


COMPACT = {"compact": (",", ":"), "spaced": (", ", ": ")}
"""Forms of JSON on one line, which a cassette shows on several."""


def restored(body: bytes, form: str) -> bytes:
    """A body as it was sent; JSON on one line stands on several in the file."""
    if form not in COMPACT:
        return body
    try:
        value = json.loads(body)
    except ValueError:
        return body
    return json.dumps(value, separators=COMPACT[form], ensure_ascii=False).encode("utf-8", "surrogatepass")


def _described(cassette: Cassette) -> CassetteHeader:
    """A header for a plain recording: the cloud and the subscription that most of its requests name."""
    hosts: Counter[str] = Counter()
    subscriptions: Counter[str] = Counter()
    for track in cassette.tracks[:_LOOKED_AT]:
        payload = cassette.load(track)
        if isinstance(payload, HttpExchange):
            hosts[(urlsplit(payload.uri).hostname or "").lower()] += 1
            if match := _SUBSCRIPTION.search(payload.uri):
                subscriptions[match[1]] += 1
    names = " ".join(name for name, _ in hosts.most_common(3))
    cloud = "china" if "chinacloudapi" in names else "usgov" if "usgovcloudapi" in names else "public"
    subscription = subscriptions.most_common(1)[0][0] if subscriptions else ""
    return CassetteHeader(cloud=cloud, subscription=subscription, subscription_name=_name_of(cassette, subscription))


def _name_of(cassette: Cassette, subscription: str) -> str:
    """The name that a recorded answer gives a subscription; empty if none does."""
    for track in cassette.tracks:
        if track.kind != "http" or not _lists_subscriptions(track.group, subscription):
            continue
        payload = cassette.load(track)
        try:
            body = json.loads(payload.received) if isinstance(payload, HttpExchange) else None
        except ValueError:
            continue
        rows = body.get("value", [body]) if isinstance(body, dict) else []
        for row in rows if isinstance(rows, list) else []:
            if isinstance(row, dict) and row.get("subscriptionId") == subscription:
                return str(row.get("displayName") or "")
    return ""


def _lists_subscriptions(group: str, subscription: str) -> bool:
    """True for the group of a request for all subscriptions, or for one of them."""
    return group in ("GET /subscriptions", f"GET /subscriptions/{subscription.lower()}")
