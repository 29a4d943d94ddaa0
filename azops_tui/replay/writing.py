"""Write a cassette as YAML that can be reviewed: secrets and ids replaced, JSON on several lines, one entry a time."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from textwrap import indent
from typing import Any

import msgspec
import yaml

from azops_tui.files import replacing
from azops_tui.replay.cassette import Cassette
from azops_tui.replay.cleaning import cleaned, texts
from azops_tui.replay.fakes import Fakes
from azops_tui.replay.reading import COMPACT
from azops_tui.replay.tracks import CassetteError, HttpExchange, Payload, Reading, Track

_COMMENT = (
    "# Recorded by azops. `azops cassette show` lists it, `azops cassette check` finds what must not be shared.\n"
)


class _Dumper(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):  # type: ignore[misc]  # the base depends on libyaml
    """Writes texts of several lines as blocks, and nothing as an alias."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: Any, text: str) -> Any:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _text)


def write_cassette(path: Path, cassette: Cassette, fakes: Fakes) -> None:
    """Write a cassette, whole or not at all.

    Args:
        path: the file; it is replaced.
        cassette: what to write.
        fakes: hides what a cassette must not hold.

    Raises:
        CassetteError: the file cannot be written.
    """
    for track, payload in cassette.payloads():
        for text in (track.step, *texts(payload)):
            fakes.look(text)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as file:
            os.fchmod(file.fileno(), path.stat().st_mode & 0o777 if path.exists() else 0o644)
            file.writelines(line.encode() for line in _lines(cassette, fakes))
    except OSError as error:
        raise CassetteError(f"the cassette {path} cannot be written: {error.strerror or error}") from None


def check_writable(path: Path) -> None:
    """Check before a run that its cassette can be written after it.

    Raises:
        CassetteError: it cannot.
    """
    folder = path.parent
    while not folder.exists():
        folder = folder.parent
    if path.is_dir() or not folder.is_dir() or not os.access(folder, os.W_OK):
        reason = "it is a folder" if path.is_dir() else f"{folder} is not a folder that you may write to"
        raise CassetteError(f"the cassette {path} cannot be written: {reason}")


def _lines(cassette: Cassette, fakes: Fakes) -> Iterator[str]:
    header = msgspec.to_builtins(cassette.header)
    header = {"format": cassette.header.format} | {
        name: fakes.hide(text) if isinstance(text, str) else text for name, text in header.items()
    }
    header |= {"entries": len(cassette.tracks), **({"ids": fakes.ids} if fakes.ids else {})}
    yield _COMMENT
    yield "version: 1\nazops:\n" + indent(_dumped(header), "  ")
    yield from _section(
        "  tracks:", "  ", (track for track in cassette.tracks if track.kind != "http"), cassette, fakes
    )
    yield from _section(
        "interactions:", "", (track for track in cassette.tracks if track.kind == "http"), cassette, fakes
    )


def _section(title: str, margin: str, tracks: Iterable[Track], cassette: Cassette, fakes: Fakes) -> Iterator[str]:
    is_empty = True
    for track in tracks:
        if is_empty:
            yield f"{title}\n"
        is_empty = False
        yield indent(_dumped([entry(track, cleaned(cassette.load(track), fakes))]), margin)
    if is_empty:
        yield f"{title} []\n"


def entry(track: Track, payload: Payload) -> dict[str, Any]:
    """A track as it stands in the file."""
    place = {"order": track.order, **({"step": track.step} if track.step else {}), "at": track.at}
    place |= {"seconds": track.seconds} if track.seconds else {}
    if isinstance(payload, HttpExchange):
        form, received = _shown(payload.received)
        request = {
            "method": payload.method,
            "uri": payload.uri,
            "body": _shown(payload.sent, "")[1] if payload.sent else None,
        }
        response = {
            "status": {"code": payload.status, "message": payload.reason},
            "headers": payload.headers,
            "body": {"string": received},
        }
        own = {"azops": {**place, **({"body": form} if form else {})}}
        return {"request": {**request, "headers": payload.sent_headers}, "response": response, **own}
    if isinstance(payload, Reading):
        return {"value": payload.name, **place, "is": payload.value}
    fields = msgspec.to_builtins(payload)
    fields.pop("type", None)
    empty: tuple[Any, ...] = ("", None, [], {})
    kept = {name: value for name, value in fields.items() if value is not False and value not in empty}
    first = payload.__struct_config__.tag
    head = {first: kept.pop(first)} if first in kept else {}
    return {**head, **place, **kept}


def entry_text(track: Track, payload: Payload) -> str:
    """A track as text, for people."""
    return _dumped(entry(track, payload))


def _shown(body: bytes, form: str | None = None) -> tuple[str, str | bytes]:
    """How the body was written, and the body as it stands in the file: JSON on one line is spread over several."""
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return "", body
    if text[:1] not in ("{", "[") or len(text) < 60:
        return "", text
    try:
        value = json.loads(text)
    except ValueError:
        return "", text
    if form is not None:
        # The meaning of a request's body is compared, so its form need not be kept.
        return "", json.dumps(value, indent=1, ensure_ascii=False)
    for name, separators in COMPACT.items():
        if json.dumps(value, separators=separators, ensure_ascii=False) == text:
            return name, json.dumps(value, indent=1, ensure_ascii=False)
    return "", text


def _dumped(value: Any) -> str:
    text: str = yaml.dump(value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=1_000_000)
    # After a text that ends with several line ends, an end of the document is written.
    return text.removesuffix("...\n")
