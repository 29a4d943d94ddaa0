"""What Azure's list of resource providers says and no client library knows.

``provider_facts.json`` is made by ``tests/bench/make_provider_facts.py``: the applications that act for a service, its
types without a client, and the capabilities, zones and edge zones of types.
"""

from __future__ import annotations

import functools
from pathlib import Path

import msgspec

from azops_tui.json_types import Json


class ListedType(msgspec.Struct, array_like=True):
    """A type of a provider; versions and capabilities are rows of the file's texts."""

    name: str
    versions: int
    capabilities: int
    flags: str
    """``g`` for types without regions, ``z`` for those with zones, ``e`` for those in edge zones."""


class ListedProvider(msgspec.Struct, rename="camel"):
    """A resource provider."""

    name: str
    types: list[ListedType]
    authorization: dict[str, Json] | None = None
    authorizations: list[dict[str, Json]] = []
    profiles: dict[str, str] = {}
    """API versions by profile."""
    is_free: bool = False
    """Whether subscriptions need not register the provider."""
    is_whole: bool = False
    """Whether the list of types is complete as recorded, so that nothing is added from the client libraries."""


class _File(msgspec.Struct):
    texts: list[str]
    namespaces: list[ListedProvider]


@functools.cache
def _file() -> _File:
    return msgspec.json.decode(Path(__file__).with_suffix(".json").read_bytes(), type=_File)


def listed_text(row: int) -> str:
    """A row of the file's texts: versions with commas between them, or capabilities."""
    return _file().texts[row]


@functools.cache
def listed_providers() -> dict[str, ListedProvider]:
    """The providers by namespace in lower case."""
    return {provider.name.lower(): provider for provider in _file().namespaces}
