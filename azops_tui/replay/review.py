"""What a cassette holds that must not be committed, and how two cassettes differ."""

from __future__ import annotations

import base64
import binascii
import difflib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from azops_tui.replay import fakes, matching
from azops_tui.replay.cassette import Cassette
from azops_tui.replay.cleaning import texts
from azops_tui.replay.tracks import HttpExchange, Payload, SessionRun, Track
from azops_tui.secrets.redact import MASK, Redactor

_CREDENTIALS = frozenset(
    {"authorization", "proxy-authorization", "x-ms-authorization-auxiliary", "cookie", "set-cookie", "x-api-key"}
    | {"api-key", "ocp-apim-subscription-key", "x-functions-key", "x-ms-cosmos-authorization"}
)
_BASE64 = re.compile(r"(?<![A-Za-z0-9+/=_-])[A-Za-z0-9+/]{32,}={0,2}(?![A-Za-z0-9+/=_-])")
_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class PrivateValue:
    """Something that must not be committed; the text never has it."""

    place: str
    """Where it is: entry and step, or the line of the file."""
    what: str

    def __str__(self) -> str:
        """``PLACE: WHAT``."""
        return f"{self.place}: {self.what}"


def review(cassette: Cassette, path: Path) -> list[PrivateValue]:
    """What must not be committed, in the order of the file, each once for its place."""
    findings: dict[PrivateValue, None] = {}
    for track, payload in cassette.payloads():
        place = f"entry {track.order}" + (f", step {track.step}" if track.step else "")
        for what in _in_payload(payload):
            findings.setdefault(PrivateValue(place, what))
    if not findings:
        # Comments, and keys that no program reads.
        for line, what in _in_file(path):
            findings.setdefault(PrivateValue(f"line {line}", what))
    return list(findings)


def _in_payload(payload: Payload) -> Iterator[str]:
    if isinstance(payload, HttpExchange):
        for headers in (payload.sent_headers, payload.headers):
            for name, values in headers.items():
                if name.lower() in _CREDENTIALS and any(value and MASK not in value for value in values):
                    yield f"the header {name}"
    for text in texts(payload):
        yield from _in_text(text)
        for match in _BASE64.finditer(text):
            inner = _decoded(match[0])
            for what in _in_text(inner) if inner else ():
                yield f"{what}, in base64"


def _in_text(text: str) -> Iterator[str]:
    redactor = Redactor()
    redactor.redact(text)
    for secret in redactor.detected:
        yield f"a secret ({secret.label})"
    if fakes.named_secrets(text):
        yield "a secret (a field, a variable or a parameter whose name says so)"
    if fakes.named_ids(text):
        yield "the id of a subscription or a tenant"
    if fakes.emails(text):
        yield "an e-mail address"


def _in_file(path: Path) -> Iterator[tuple[int, str]]:
    line = 1
    with path.open(encoding="utf-8", errors="replace") as file:
        while lines := file.readlines(_PIECE):
            for what in _in_text("".join(lines)):
                yield line, what
            line += len(lines)


def _decoded(text: str) -> str:
    """Base64 as text; empty if it is not text."""
    try:
        plain = base64.b64decode(text + "=" * (-len(text) % 4), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return ""
    return plain if plain.isprintable() or "\n" in plain else ""


def differences(old: Cassette, new: Cassette) -> Iterator[str]:
    """How two cassettes differ: ``-`` what only the first has, ``+`` only the second, ``~`` what has another result."""
    before, after = old.tracks, new.tracks
    matcher = difflib.SequenceMatcher(
        None, [(t.step, t.key) for t in before], [(t.step, t.key) for t in after], autojunk=False
    )
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind == "equal":
            for first, second in zip(before[a:b], after[c:d], strict=True):
                changed = list(_results_differ(old.load(first), new.load(second)))
                if changed:
                    yield f"~ {_titled(second)}"
                    yield from (f"    {line}" for line in changed)
        else:
            yield from (f"- {_titled(track)}" for track in before[a:b])
            yield from (f"+ {_titled(track)}" for track in after[c:d])


def _titled(track: Track) -> str:
    return f"{track.step}: {track.label}" if track.step else track.label


def _results_differ(old: Payload, new: Payload) -> Iterator[str]:
    if isinstance(old, HttpExchange) and isinstance(new, HttpExchange):
        if old.status != new.status:
            yield f"status: {old.status} → {new.status}"
        yield from matching.json_difference(matching.meaning(old.received), matching.meaning(new.received), "answer")
    elif isinstance(old, SessionRun) and isinstance(new, SessionRun):
        if old.status != new.status:
            yield f"exit status: {old.status} → {new.status}"
        for stream in ("stdout", "stderr"):
            before, after = ("".join(p.text for p in run.output if p.stream == stream) for run in (old, new))
            diff = difflib.unified_diff(before.splitlines(), after.splitlines(), n=0, lineterm="")
            yield from (line for line in diff if line[:3] not in ("---", "+++", "@@ "))
        yield from matching.json_difference(dict(old.set), dict(new.set), "variables")
    else:
        yield from matching.json_difference(_plain(old), _plain(new), "result")


def _plain(payload: Payload) -> object:
    import msgspec

    value = json.loads(msgspec.json.encode(payload))
    for event in value.get("events", ()):
        event.pop("at", None)
        event.pop("seconds", None)
    return value
