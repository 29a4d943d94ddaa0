"""When two requests, or two scripts, count as the same; and how two that do not count as the same differ."""

from __future__ import annotations

import difflib
import hashlib
import json
import re
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from azops_tui.arm import TemplateError
from azops_tui.arm.reader import read as read_json
from azops_tui.json_types import Json
from azops_tui.replay.fakes import GUID
from azops_tui.replay.tracks import HostsRun, HttpExchange, Payload, SessionRun
from azops_tui.secrets.redact import MASK

_MANAGER = re.compile(
    r"(?:[\w-]+\.)?management\.(?:core\.)?(?:azure\.com|windows\.net|usgovcloudapi\.net|chinacloudapi\.cn)|127\.0\.0\.1"
    r"|localhost",
    re.IGNORECASE,
)
_SIGN_IN = re.compile(
    r"/(?:oauth2(?:/v2\.0)?/(?:token|authorize|devicecode)|\.well-known/openid-configuration|discovery/instance"
    r"|userrealm/[^/]*)/?$",
    re.IGNORECASE,
)
_READING = ("GET", "HEAD", "OPTIONS")
_RANDOM = re.compile(rf"(?P<before>(?:[A-Za-z][A-Za-z0-9.]*[_-])*)(?:[A-Za-z0-9]{{16,64}}|{GUID})")
"""A name that a client made up, such as the deployment of ``az vm create``."""
_LONGEST_DIFFERENCE = 6


def place(url: str) -> tuple[str, str, str]:
    """Host, path and query of a URL as they are compared, without the API version.

    All hosts of the resource manager count as the same.
    """
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    pairs = sorted((name.lower(), value) for name, value in parse_qsl(parts.query, keep_blank_values=True))
    query = "&".join(f"{name}={value}" for name, value in pairs if name != "api-version")
    return "" if _MANAGER.fullmatch(host) else host, unquote(parts.path).rstrip("/").lower() or "/", query


def api_version(url: str) -> str:
    """The API version that a URL asks for; empty if it has none."""
    return next((value for name, value in parse_qsl(urlsplit(url).query) if name.lower() == "api-version"), "")


def is_sign_in(url: str) -> bool:
    """True for a request for a token, or about where to get one: these are never recorded."""
    return bool(_SIGN_IN.search(urlsplit(url).path))


def is_reading(method: str) -> bool:
    """True for a method that may be answered again when its recorded answers are used up."""
    return method.upper() in _READING


def meaning(body: bytes) -> Any:
    """The body as JSON, with comments or without; as text or bytes if it is not JSON."""
    if not body.strip():
        return None
    try:
        return json.loads(body)
    except ValueError:
        pass
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return body
    if text.lstrip()[:1] in ("{", "[", "/"):
        try:
            return read_json(text).value
        except TemplateError:
            return text
    return text


def keys(payload: Payload) -> tuple[str, str]:
    """Group and key of a payload; only equal keys match."""
    match payload:
        case HttpExchange():
            host, path, query = place(payload.uri)
            group = f"{payload.method.upper()} {host}{path}"
            body = None if payload.method.upper() in _READING else meaning(payload.sent)
            return group, _digest(group, query, body)
        case SessionRun():
            return payload.session, _digest(payload.session, payload.interpreter, payload.code.strip())
        case HostsRun():
            return "hosts", _digest("hosts", payload.hosts, payload.command)
    return "value", _digest("value", payload.name, "")


def label(payload: Payload) -> str:
    """One line for people."""
    match payload:
        case HttpExchange():
            host, _, query = place(payload.uri)
            return f"{payload.method} {host}{urlsplit(payload.uri).path}" + (f"?{query}" if query else "")
        case SessionRun():
            return f"{payload.session}: {_first_line(payload.code)}"
        case HostsRun():
            return f"{len(payload.hosts)} host{'s' * (len(payload.hosts) != 1)}: {_first_line(payload.command)}"
    return f"value: {payload.name}"


def made_up_names(known: HttpExchange, new: HttpExchange) -> dict[str, str] | None:
    """Names that clients made up, recorded to new, if nothing else in the paths of two requests differs; else None."""
    before, after = urlsplit(known.uri).path.split("/"), urlsplit(new.uri).path.split("/")
    if len(before) != len(after) or known.method.upper() != new.method.upper():
        return None
    names: dict[str, str] = {}
    for old, fresh in zip(before, after, strict=True):
        if old.lower() == fresh.lower():
            continue
        first, second = _RANDOM.fullmatch(old), _RANDOM.fullmatch(fresh)
        if first is None or second is None or first["before"] != second["before"] or len(old) != len(fresh):
            return None
        names[old] = fresh
    return names


def same_but_masked(known: Payload, new: Payload) -> bool:
    """True if a track is the same but for the secrets that are masked in it, which the run may not know yet."""
    first, second = _whole(known), _whole(new)
    start, *parts = first.split(MASK)
    if not parts or not second.startswith(start):
        return False
    at = len(start)
    for part in parts[:-1]:
        at = second.find(part, at)
        if at < 0:
            return False
        at += len(part)
    return second.endswith(parts[-1]) and len(second) - len(parts[-1]) >= at


def difference(known: Payload, new: Payload) -> list[str]:
    """How a recorded request or script differs from another, in a few lines; recorded values stand before ``→``."""
    if isinstance(known, HttpExchange) and isinstance(new, HttpExchange):
        lines = []
        if known.method.upper() != new.method.upper():
            lines.append(f"method: {known.method} → {new.method}")
        for name, old, fresh in zip(("host", "path", "query"), place(known.uri), place(new.uri), strict=True):
            if old != fresh:
                lines.append(f"{name}: {old or 'none'} → {fresh or 'none'}")
        if not lines or known.method == new.method:
            lines += json_difference(meaning(known.sent), meaning(new.sent), "body")
        return lines[:_LONGEST_DIFFERENCE]
    if isinstance(known, HostsRun) and isinstance(new, HostsRun) and known.hosts != new.hosts:
        return [f"hosts: {', '.join(known.hosts)} → {', '.join(new.hosts)}"]
    before, after = (_text(known).splitlines(), _text(new).splitlines())
    changed = [line for line in difflib.unified_diff(before, after, n=0, lineterm="") if line[:3] not in ("---", "+++")]
    return [line for line in changed if not line.startswith("@@")][:_LONGEST_DIFFERENCE]


def json_difference(old: Json, new: Json, path: str) -> list[str]:
    """What differs between two JSON values, one line for each place."""
    if isinstance(old, dict) and isinstance(new, dict):
        names = list(dict.fromkeys((*old, *new)))
        return [line for name in names for line in json_difference(old.get(name), new.get(name), f"{path}.{name}")]
    if isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        pairs = enumerate(zip(old, new, strict=True))
        return [line for number, (a, b) in pairs for line in json_difference(a, b, f"{path}[{number}]")]
    return [] if old == new else [f"{path}: {_short(old)} → {_short(new)}"]


def similarity(first: str, second: str) -> float:
    """How much two labels have in common, 0 to 1."""
    return difflib.SequenceMatcher(None, first[-400:], second[-400:], autojunk=False).ratio()


def _digest(*parts: Any) -> str:
    text = json.dumps(_plain(parts), sort_keys=True, ensure_ascii=False, default=repr)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:24]


def _whole(payload: Payload) -> str:
    """Everything that is compared, as one text."""
    match payload:
        case HttpExchange():
            body = json.dumps(_plain(meaning(payload.sent)), sort_keys=True, ensure_ascii=False, default=repr)
            return "\n".join((payload.method.upper(), *place(payload.uri), body))
        case SessionRun():
            return f"{payload.session} {payload.interpreter}\n{payload.code.strip()}"
        case HostsRun():
            return "\n".join((*payload.hosts, payload.command))
    return payload.name


def _plain(value: Any) -> Any:
    """The value with 1 for 1.0, which JSON does not tell apart."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list | tuple) else value


def _text(payload: Payload) -> str:
    return payload.code if isinstance(payload, SessionRun) else payload.command if isinstance(payload, HostsRun) else ""


def _first_line(text: str) -> str:
    line = next((line.strip() for line in text.splitlines() if line.strip()), "")
    return line if len(line) <= 80 else line[:79] + "…"


def _short(value: Json) -> str:
    text = "none" if value is None else json.dumps(value, ensure_ascii=False, default=repr)
    return text if len(text) <= 60 else text[:59] + "…"
