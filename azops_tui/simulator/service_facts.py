"""What the services' own clients know about Azure: types, API versions, statuses, actions, spellings.

``service_facts.json`` is made from the Azure SDK and az by ``tests/bench/make_service_facts.py``.
"""

from __future__ import annotations

import copy
import functools
from pathlib import Path
from typing import NamedTuple

import msgspec

from azops_tui.json_types import Json


class ClientWrite(NamedTuple):
    """A write as clients know it."""

    statuses: list[int]
    """Statuses that clients accept."""
    is_slow: bool
    """Whether clients poll for the end of the work."""


class ClientAction(NamedTuple):
    """A POST action as clients know it."""

    statuses: list[int]
    is_slow: bool
    has_result: bool


class MeasuredWrite(NamedTuple):
    """How a service was measured to answer a write."""

    first: int
    """Status for a new resource, or of any PATCH and DELETE."""
    later: int
    """Status for an existing resource; 0 if none was measured."""
    headers: str
    """``a`` for Azure-AsyncOperation, ``l`` for Location."""
    state: str
    """The usual provisioning state in the answer; empty for none."""


class TypeFacts(msgspec.Struct, frozen=True):
    """What clients know about one resource type.

    Attributes:
        lists: lists below a resource, each with a ``value`` member.
        reads: other documents below a resource.
    """

    put: ClientWrite | None = msgspec.field(default=None, name="PUT")
    patch: ClientWrite | None = msgspec.field(default=None, name="PATCH")
    delete: ClientWrite | None = msgspec.field(default=None, name="DELETE")
    get: bool = msgspec.field(default=False, name="GET")
    lists: list[str] = []
    reads: list[str] = []
    actions: dict[str, ClientAction] = {}
    versions: list[str] = []
    measured: dict[str, MeasuredWrite] = {}


class NamespaceFacts(msgspec.Struct):
    """What clients know about a namespace.

    Attributes:
        names: property names that have one spelling.
        flags: names of boolean properties.
        maps: names of objects with keys of the user's choice.
        enums: values by property name, or by ``parent.property`` for names that are free text elsewhere.
    """

    name: str
    versions: list[str]
    types: dict[str, TypeFacts]
    names: list[str]
    flags: list[str]
    maps: list[str]
    enums: dict[str, list[str]]

    def type(self, kind: str) -> TypeFacts | None:
        """Facts about a type without its namespace, in any case; None if clients do not know it."""
        return _types(self.name).get(kind.lower())

    def has_child(self, kind: str, child: str) -> bool:
        """Whether resources of a type have the child type or list ``child``."""
        facts, lower = self.type(kind), child.lower()
        lists = (*facts.lists, *facts.reads) if facts is not None else ()
        return self.type(f"{kind}/{child}") is not None or lower in (name.lower() for name in lists)

    def respell(self, document: dict[str, Json]) -> dict[str, Json]:
        """A copy of a request's body as the service reads it.

        Property names and enumeration values get the service's spelling, ``"true"`` becomes a boolean where one
        belongs. Free text (tags, settings, maps) is copied unchanged.
        """
        copied = _respell(document, "", "", _spelling(self.name))
        assert isinstance(copied, dict)
        return copied


class _Spelling(NamedTuple):
    names: dict[str, str]
    exact: frozenset[str]
    flags: frozenset[str]
    maps: frozenset[str]
    enums: dict[str, dict[str, str]]


_FREE = frozenset(("tags", "settings", "template", "parameters", "metadata", "data", "value", "protectedsettings"))
_COMMON = ("location", "name", "properties", "tags", "sku", "zones", "identity", "kind", "plan", "id", "type")
_BOOLEANS = {"true": True, "false": False}


def _respell(value: Json, key: str, holder: str, spelling: _Spelling) -> Json:
    if isinstance(value, dict):
        if key.lower() in _FREE or (key in spelling.maps and key != "properties"):
            return copy.deepcopy(value)
        respelled: dict[str, Json] = {}
        for sent, inner in value.items():
            name: str = sent if sent in spelling.exact else spelling.names.get(str(sent).lower(), str(sent))
            respelled[name] = _respell(inner, name, key, spelling)
        return respelled
    if isinstance(value, list):
        return [_respell(v, key, holder, spelling) for v in value]
    if not isinstance(value, str):
        return value
    if key in spelling.flags:
        return _BOOLEANS.get(value.lower(), value)
    values = spelling.enums.get(f"{holder}.{key}") or spelling.enums.get(key)
    return values.get(value.lower(), value) if values else value


@functools.cache
def _all() -> dict[str, NamespaceFacts]:
    path = Path(__file__).with_suffix(".json")
    return msgspec.json.decode(path.read_bytes(), type=dict[str, NamespaceFacts])


@functools.cache
def _types(namespace: str) -> dict[str, TypeFacts]:
    return {kind.lower(): facts for kind, facts in _all()[namespace.lower()].types.items()}


@functools.cache
def _spelling(namespace: str) -> _Spelling:
    facts = _all()[namespace.lower()]
    enums = {}
    for key, values in facts.enums.items():
        lower: dict[str, list[str]] = {}
        for value in values:
            lower.setdefault(value.lower(), []).append(value)
        enums[key] = {k: v[0] for k, v in lower.items() if len(v) == 1}
    names = {name.lower(): name for name in (*facts.names, *_COMMON)}
    return _Spelling(names, frozenset(facts.names), frozenset(facts.flags), frozenset(facts.maps), enums)


def namespace_facts(name: str) -> NamespaceFacts | None:
    """Facts about a namespace, in any case; None if clients do not know it."""
    return _all().get(name.lower())


def all_namespaces() -> list[NamespaceFacts]:
    """Facts about all namespaces, in order of their names."""
    return list(_all().values())
