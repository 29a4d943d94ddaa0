"""JSON documents of resources: read members ignoring case, merge, fill in defaults."""

from __future__ import annotations

import copy
from collections.abc import Mapping

from azops_tui.json_types import Json


def clean(value: Json, key: str = "") -> Json:
    """A copy of a request's body without null members. Free text (tags, settings, values) is copied unchanged."""
    if isinstance(value, dict):
        if key.lower() in ("tags", "settings", "template", "parameters", "metadata", "data", "value"):
            return copy.deepcopy(value)
        return {k: clean(v, k) for k, v in value.items() if v is not None}
    if isinstance(value, list):
        return [clean(v, key) for v in value]
    return value


def merge(old: Json, new: Json) -> Json:
    """Merge a PATCH into a document: objects member by member, other values replaced, null removes a member."""
    if not isinstance(old, dict) or not isinstance(new, dict):
        return copy.deepcopy(new)
    for key, value in new.items():
        existing = next((k for k in old if k.lower() == key.lower()), key)
        if value is None:
            old.pop(existing, None)
        elif existing.lower() in ("tags", "identity") and existing in old:
            old[existing] = copy.deepcopy(value)
        else:
            old[existing] = merge(old.get(existing), value)
    return old


def contains(document: Json, sent: Json) -> bool:
    """Whether a document says all that was sent: each member, ignoring case, and lists element by element."""
    if isinstance(sent, dict):
        return isinstance(document, dict) and all(
            contains(get(document, name), value) for name, value in sent.items() if name not in _KEPT
        )
    if isinstance(sent, list):
        return (
            isinstance(document, list)
            and len(document) == len(sent)
            and all(contains(old, new) for old, new in zip(document, sent, strict=True))
        )
    if isinstance(sent, str) and isinstance(document, str):
        return document.lower() == sent.lower()
    return sent is None or bool(document == sent)


_KEPT = ("etag", "provisioningState", "resourceGuid")


def get(value: Json, *path: str) -> Json:
    """The member at a path of names, ignoring case; None if it is missing."""
    for name in path:
        if not isinstance(value, dict):
            return None
        if name in value:
            value = value[name]
        else:
            value = next((v for k, v in value.items() if k.lower() == name.lower()), None)
    return value


def reference_id(value: Json) -> str:
    """The id of ``{"id": …}``; empty if it is missing."""
    id_ = get(value, "id")
    return id_ if isinstance(id_, str) else ""


def fill(properties: dict[str, Json], defaults: Mapping[str, Json], words: Mapping[str, str]) -> None:
    """Add missing defaults at any depth. Each ``{word}`` in a text is replaced by its value in ``words``."""
    for key, value in defaults.items():
        there = properties.get(key)
        if isinstance(there, dict) and isinstance(value, dict):
            fill(there, value, words)
        elif key not in properties:
            properties[key] = replace_words(copy.deepcopy(value), words)


def replace_words(value: Json, words: Mapping[str, str]) -> Json:
    """The value with each ``{word}`` in its texts replaced."""
    if isinstance(value, str) and "{" in value:
        for name, word in words.items():
            value = value.replace("{" + name + "}", word)
        return value
    if isinstance(value, dict):
        return {k: replace_words(v, words) for k, v in value.items()}
    return [replace_words(v, words) for v in value] if isinstance(value, list) else value
