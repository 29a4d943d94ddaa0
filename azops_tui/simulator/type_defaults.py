"""Properties that services add to resources, measured on recorded conversations.

``type_defaults.json`` is made by ``tests/bench/make_type_defaults.py``. Rows hold a path, in which ``[]`` stands for
all elements of a list, the value with placeholders, and when the property is added.
"""

from __future__ import annotations

import copy
import functools
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import msgspec

from azops_tui.json_types import Json
from azops_tui.simulator.providers.documents import get, replace_words


class TypeDefault(NamedTuple):
    """One property that the service adds."""

    path: str
    value: Json
    with_parent: bool
    """Whether it is added to a parent object that the client sent."""
    without_parent: bool
    """Whether it is added with its parent."""
    since: str
    """The first API version that shows it; empty for all."""


def add_measured_defaults(
    type_: str,
    body: dict[str, Json],
    sent: dict[str, Json],
    before: dict[str, Json],
    api_version: str,
    words: Mapping[str, str],
) -> None:
    """Add the missing defaults of a type to a document.

    Args:
        sent: the request's body.
        before: the document before the write, whose generated values are kept.
        api_version: the API version of the request; empty for any.
        words: values of the placeholders.
    """
    for default in _rows().get(type_.lower(), ()):
        if not api_version or api_version >= default.since:
            _add(body, sent, before, default.path.split("."), default, words)


def add_nested_defaults(body: dict[str, Json], defaults: Mapping[str, Json]) -> None:
    """Add properties to the objects and elements that are there. Paths begin below the document's ``properties``."""
    for path, value in defaults.items():
        row = TypeDefault(path, value, True, False, "")
        _add(body.get("properties"), body.get("properties"), None, path.split("."), row, {})


def _add(body: Json, sent: Json, before: Json, path: list[str], default: TypeDefault, words: Mapping[str, str]) -> None:
    if not isinstance(body, dict):
        return
    name = path[0]
    if len(path) == 1:
        applies = default.with_parent if isinstance(sent, dict) else default.without_parent
        if applies and get(body, name) is None and not any(k.lower() == name.lower() for k in body):
            kept = get(before, name)
            body[name] = replace_words(copy.deepcopy(default.value if kept is None else kept), words)
        return
    if name.endswith("[]"):
        elements, originals = get(body, name[:-2]), get(sent, name[:-2])
        if isinstance(elements, list) and isinstance(originals, list):
            older = get(before, name[:-2])
            for i, (element, original) in enumerate(zip(elements, originals, strict=False)):
                old = older[i] if isinstance(older, list) and i < len(older) else None
                _add(element, original, old, path[1:], default, words)
        return
    inner = get(body, name)
    if inner is None and default.without_parent and not isinstance(get(sent, name), dict):
        inner = body[name] = {}
    _add(inner, get(sent, name), get(before, name), path[1:], default, words)


@functools.cache
def _rows() -> dict[str, list[TypeDefault]]:
    content = Path(__file__).with_suffix(".json").read_bytes()
    return {k.lower(): v for k, v in msgspec.json.decode(content, type=dict[str, list[TypeDefault]]).items()}


def measured_types() -> frozenset[str]:
    """Full types with measured defaults, in lower case."""
    return frozenset(_rows())
