"""Measure which properties services add to resources: ``azops_tui/simulator/type_defaults.json``.

    python -m tests.bench.make_type_defaults --sessions SESSIONS --out azops_tui/simulator/type_defaults.json

SESSIONS is a folder of recorded conversations: JSON files with ``requests``, each with method, url, body and response.

A property is a default of a type if a client did not send it, most answers show it, and all that show it agree on its
value. Guids, times and the resource's own name, scope and region are replaced by placeholders. Values that name another
resource or hold an address are left out, since they depend on other requests.
"""

from __future__ import annotations

import argparse
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

SHARE_PRESENT, SHARE_EQUAL, LONGEST = 0.7, 0.8, 1500
IDENTIFYING = {"id", "name", "type", "etag", "location", "tags", "identity", "systemdata", "zones", "plan"}
STATES = {"provisioningstate", "resourceguid", "vmid", "uniqueid", "managedby", "timecreated"}
GUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.I)
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)")
ADDRESS = re.compile(r"(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.])")
MISSING: Any = object()


@dataclass
class Observation:
    """What a client sent for a resource, and what the service then showed."""

    version: str
    sent: dict[str, Any]
    shown: dict[str, Any]
    words: list[tuple[str, str]]
    session: str


def observations(folder: Path) -> Iterator[tuple[str, Observation]]:
    for path in sorted(folder.glob("*/*.json")):
        session = json.loads(path.read_text(encoding="utf-8"))
        sent: dict[str, dict[str, Any]] = {}
        for request in session["requests"]:
            parts = urlsplit(request["url"])
            key, method = unquote(parts.path).rstrip("/").lower(), request["method"]
            version = re.search(r"api-version=([\w.-]+)", parts.query)
            body, shown = request.get("body"), request.get("response")
            if method == "DELETE":
                for known in [k for k in sent if k == key or k.startswith(f"{key}/")]:
                    del sent[known]
            elif method == "PUT" and isinstance(body, dict) and request.get("status", 200) < 300:
                sent[key] = body
            elif method == "PATCH" and isinstance(body, dict) and key in sent:
                sent[key] = merged(sent[key], body)
            is_read = method in ("PUT", "PATCH", "GET") and "$expand" not in parts.query.lower()
            if (
                not is_read
                or key not in sent
                or not isinstance(shown, dict)
                or request.get("status", 0) not in (200, 201)
            ):
                continue
            kind = type_of(unquote(parts.path))
            if kind and "id" in {k.lower() for k in shown}:
                words = words_of(unquote(parts.path), shown)
                yield kind, Observation(version[1] if version else "", sent[key], shown, words, session["name"])


def merged(old: Any, new: Any) -> Any:
    if not isinstance(old, dict) or not isinstance(new, dict):
        return new
    return {**old, **{k: merged(old.get(k), v) for k, v in new.items()}}


def type_of(path: str) -> str:
    _, mark, tail = path.rpartition("/providers/")
    parts = tail.strip("/").split("/")
    return "/".join([parts[0], *parts[1::2]]) if mark and len(parts) % 2 and len(parts) > 1 else ""


def words_of(path: str, shown: dict[str, Any]) -> list[tuple[str, str]]:
    """Texts to replace by placeholders, longest first."""
    segments = path.strip("/").split("/")
    scope = path.rpartition("/providers/")[0]
    pairs = [(path.rstrip("/"), "{id}"), (scope, "{scope}"), (segments[-1], "{name}")]
    if segments[0].lower() == "subscriptions":
        pairs.append((segments[1], "{subscription}"))
    if isinstance(shown.get("location"), str):
        pairs.append((shown["location"].replace(" ", "").lower(), "{location}"))
    return [(text, word) for text, word in pairs if len(text) > 3 or word == "{name}"]


def template(value: Any, words: list[tuple[str, str]]) -> Any:
    """The value with placeholders; MISSING if it depends on other requests."""
    if isinstance(value, dict):
        made = {k: template(v, words) for k, v in value.items() if k.lower() not in ("etag",)}
        return MISSING if any(v is MISSING for v in made.values()) else made
    if isinstance(value, list):
        items = [template(v, words) for v in value]
        return MISSING if any(v is MISSING for v in items) else items
    if not isinstance(value, str):
        return value
    text = value
    if TIME.fullmatch(text):
        return "{now}"
    for old, word in words:
        pattern = re.escape(old) if word != "{name}" else rf"(?<![A-Za-z0-9]){re.escape(old)}(?![A-Za-z0-9])"
        if word == "{location}" and text.lower() != old:
            continue
        text = re.sub(pattern, word, text, flags=re.I)
    if GUID.fullmatch(text):
        return "{guid}"
    if GUID.search(text) or TIME.search(text) or ADDRESS.search(text):
        return MISSING
    if "/subscriptions/" in text.lower() or text.startswith("{scope}") or re.search(r"[0-9a-f]{16,}", text):
        return MISSING
    return text


def get(value: Any, name: str) -> Any:
    if not isinstance(value, dict):
        return MISSING
    return next((v for k, v in value.items() if k.lower() == name.lower()), MISSING)


def missing_members(sent: Any, shown: dict[str, Any], path: str, top: bool = False) -> Iterator[tuple[str, bool, Any]]:
    """Path, whether the client sent the parent, and value of what the service added. ``[]`` stands for all elements."""
    for name, value in shown.items():
        if (top and name.lower() in IDENTIFYING) or name.lower() in STATES or "." in name:
            continue
        if not top and path.endswith("[].") and name.lower() in ("id", "etag", "type", "name"):
            continue
        there = get(sent, name)
        here = f"{path}{name}"
        if there is None:
            there = MISSING
        if isinstance(value, dict) and value:
            yield from missing_members(there, value, f"{here}.")
        elif isinstance(value, list) and isinstance(there, list) and there:
            for index, element in enumerate(value):
                mine = matching(there, element, index)
                if isinstance(element, dict) and isinstance(mine, dict):
                    yield from missing_members(mine, element, f"{here}[].")
        elif there is MISSING:
            yield here, sent is not MISSING, value


def matching(elements: list[Any], element: Any, index: int) -> Any:
    for key in ("name", "id", "lun"):
        wanted = get(element, key)
        if wanted is not MISSING and wanted is not None:
            named = next((e for e in elements if str(get(e, key)).lower() == str(wanted).lower()), None)
            if named is not None:
                return named
    return elements[index] if index < len(elements) else MISSING


def has_parent(sent: Any, path: str) -> Iterator[bool]:
    """For each place of a path's parent in a sent body: whether it was sent."""
    first, mark, remaining = path.partition(".")
    if not mark:
        yield isinstance(sent, dict)
        return
    if first.endswith("[]"):
        values = get(sent, first[:-2])
        for element in values if isinstance(values, list) else ():
            yield from has_parent(element, remaining)
        return
    yield from has_parent(get(sent, first), remaining)


def learn(seen: list[Observation]) -> list[list[Any]]:
    """Rows ``[path, value, with the parent, without the parent, since]``."""
    values: dict[tuple[str, bool], list[tuple[str, str]]] = defaultdict(list)
    for each in seen:
        for path, parent_sent, value in missing_members(each.sent, each.shown, "", True):
            made = template(value, each.words)
            text = json.dumps(made, sort_keys=True) if made is not MISSING else ""
            values[path, parent_sent].append((text, each.version))
    rows: dict[str, list[Any]] = {}
    for (path, parent_sent), shown in sorted(values.items()):
        texts = Counter(text for text, _ in shown)
        text, count = texts.most_common(1)[0]
        if not text or count < SHARE_EQUAL * len(shown) or len(text) > LONGEST:
            continue
        places = [e.version for e in seen for sent in has_parent(e.sent, path) if sent == parent_sent]
        since = first_version(places, [version for _, version in shown])
        if since is None:
            continue
        row = rows.setdefault(path, [path, json.loads(text), False, False, since])
        if row[1] == json.loads(text):
            row[2 if parent_sent else 3] = True
    return list(rows.values())


def first_version(places: list[str], shown: list[str]) -> str | None:
    """The API version from which a property is shown; empty for all, None for too few."""
    if len(shown) >= SHARE_PRESENT * len(places):
        return ""
    for version in sorted(set(shown)):
        newer = [v for v in places if v >= version]
        if len(newer) < len(places) and len([v for v in shown if v >= version]) >= SHARE_PRESENT * len(newer):
            return version
    return None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sessions", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--without", default="", help="leave out sessions whose number in this many is 0, to test")
    options = parser.parse_args()
    seen: dict[str, list[Observation]] = defaultdict(list)
    spelled: dict[str, str] = {}
    for kind, each in observations(options.sessions):
        if options.without and sum(each.session.encode()) % int(options.without) == 0:
            continue
        spelled.setdefault(kind.lower(), kind)
        seen[kind.lower()].append(each)
    rows = [(spelled[kind], learn(each)) for kind, each in sorted(seen.items())]
    lines = [f"{json.dumps(k)}: {json.dumps(v, separators=(',', ':'))}" for k, v in rows if v]
    options.out.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
