"""Compares an existing resource with its definition in a template, property by property."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from azops_tui.arm.whatif.changes import PropertyChange
from azops_tui.arm.whatif.changes import PropertyChangeType as Type
from azops_tui.json_types import Json

_IDENTITY = ("name", "key", "id", "code")
"""Members that identify an element of an array."""
_EXPRESSION = re.compile(r"^\[(?!\[).*\]$", re.DOTALL)
_WHOLE = frozenset({"tags"})
"""Top-level members that a deployment replaces entirely: what the template omits is deleted."""
_FIXED = frozenset({"id", "name", "type", "apiVersion"})
_UNREAD = frozenset(
    {
        "adminpassword",
        "administratorloginpassword",
        "createmode",
        "customdata",
        "protectedsettings",
        "publishingpassword",
        "secrets",
    }
)
"""Write-only members: the service never returns them, so their absence means nothing."""
_LISTED = re.compile(r"\blist\w*\(", re.IGNORECASE)
"""An expression with the result of an action such as ``listKeys``, which is a secret."""
MASK = "*******"
"""Stands for a secret that the live resource shows where the template has such an expression."""
_WORD = re.compile(r"[\w.\-]{1,80}")
"""Names and enumeration values, which the service compares without case; other text is compared exactly."""


def tidy(value: Json) -> Json:
    """Return the value as the service shows it: sorted keys, no nulls, no empty objects or arrays (None if empty)."""
    if isinstance(value, dict):
        kept = {str(key): tidy(value[key]) for key in sorted(value, key=str)}
        return {key: item for key, item in kept.items() if item is not None} or None
    if isinstance(value, list):
        return [tidy(item) for item in value] or None
    return value


def difference(before: Mapping[str, Json], desired: Mapping[str, Json]) -> list[PropertyChange]:
    """Return what deploying `desired` changes in `before`; paths are dotted, array elements are children.

    Properties that the template omits keep their value, except tags, which are replaced entirely.
    """
    changes: list[PropertyChange] = []
    for key in sorted({*before, *desired}):
        name, old = _member(before, key)
        _, new = _member(desired, key)
        if key in _FIXED or (key != name and key not in desired):
            continue
        if new is None and key.lower() not in _WHOLE:
            continue
        changes += _compare(key, old, new, exact=key.lower() in _WHOLE, place=key.lower() == "location")
    return changes


def masked(before: Json, desired: Json) -> Json:
    """Return the existing value with a mask wherever the template computes a value from ``listKeys`` or its like."""
    if isinstance(desired, str):
        return MASK if before is not None and _EXPRESSION.match(desired) and _LISTED.search(desired) else before
    if isinstance(before, dict) and isinstance(desired, dict):
        return {key: masked(item, _member(desired, key)[1]) for key, item in before.items()}
    if isinstance(before, list) and isinstance(desired, list):
        by_identity = {_identity(item): item for item in desired if _identity(item) is not None}
        aligned = [*desired, *[None] * len(before)]
        return [masked(item, by_identity.get(_identity(item), aligned[index])) for index, item in enumerate(before)]
    return before


def merged(before: Json, desired: Json, *, exact: bool = False) -> Json:
    """Return the state after the deployment: the template's values over the existing ones."""
    if isinstance(before, dict) and isinstance(desired, dict) and not exact:
        result = dict(before)
        for key, new in desired.items():
            name, old = _member(before, key)
            result[name] = new if old is None else merged(old, new, exact=key.lower() in _WHOLE)
        return result
    if isinstance(before, list) and isinstance(desired, list):
        old_of = {_identity(item): item for item in before if _identity(item) is not None}
        return [merged(old_of.get(_identity(item), item), item) if isinstance(item, dict) else item for item in desired]
    return before if same(before, desired) else desired


def same(before: Json, desired: Json, *, place: bool = False) -> bool:
    """Return whether two values mean the same to the service.

    Ids and enumerations are compared without case, locations without spaces, sets in any order. A run-time expression
    counts as unchanged.
    """
    if isinstance(desired, str) and _EXPRESSION.match(desired):
        return before is not None
    if isinstance(before, str) and isinstance(desired, str):
        old, new = before.casefold(), desired.casefold()
        if place:
            return old.replace(" ", "") == new.replace(" ", "")
        # Services trim some texts that a template ends with a space.
        return before.strip() == desired.strip() or (
            old == new and (bool(_WORD.fullmatch(desired)) or "/providers/" in new)
        )
    if isinstance(before, dict) and isinstance(desired, dict):
        return all(same(_member(before, key)[1], item) for key, item in desired.items())
    if isinstance(before, list) and isinstance(desired, list):
        return len(before) == len(desired) and not any(
            True for change in _elements(before, desired) if change.effective
        )
    if isinstance(before, bool) or isinstance(desired, bool):
        return before is desired or str(before).casefold() == str(desired).casefold()
    if isinstance(before, int | float) and isinstance(desired, str):
        return str(before) == desired
    if isinstance(before, str) and isinstance(desired, int | float):
        return before == str(desired)
    return bool(before == desired)


def _compare(
    path: str, before: Json, desired: Json, *, exact: bool = False, place: bool = False
) -> list[PropertyChange]:
    if isinstance(before, dict) and isinstance(desired, dict):
        changes: list[PropertyChange] = []
        for key in sorted({*desired, *(before if exact else ())}):
            name, old = _member(before, key)
            if key not in desired and _member(desired, key)[1] is not None:
                continue
            changes += _compare(f"{path}.{name}", old, desired.get(key), exact=exact)
        return changes
    if desired is None:
        if not exact or before is None:
            return []
        if isinstance(before, dict):
            return [
                change for key in sorted(before) for change in _compare(f"{path}.{key}", before[key], None, exact=True)
            ]
        return [PropertyChange(path, Type.DELETE, before)]
    if before is None:
        tidied = tidy(desired)
        if tidied is None:
            return []
        # An expression that is left over is not known before the deployment runs.
        unread = path.rpartition(".")[2].lower() in _UNREAD or (isinstance(tidied, str) and _EXPRESSION.match(tidied))
        return [PropertyChange(path, Type.NO_EFFECT if unread else Type.CREATE, after=tidied)]
    if isinstance(before, list) and isinstance(desired, list):
        children = tuple(_elements(before, desired))
        if any(child.effective for child in children):
            return [PropertyChange(path, Type.ARRAY, children=children)]
        return [] if before == desired else [PropertyChange(path, Type.NO_EFFECT, before, desired)]
    if exact and isinstance(before, str) and before != desired:
        return [PropertyChange(path, Type.MODIFY, before, desired)]
    if same(before, desired, place=place):
        return [] if before == desired else [PropertyChange(path, Type.NO_EFFECT, before, desired)]
    return [PropertyChange(path, Type.MODIFY, before, desired)]


def _elements(before: list[Json], desired: list[Json]) -> Iterable[PropertyChange]:
    """Yield the changes of array elements: deletions by their old index, the others by their new index."""
    partner = _pairs(before, desired)
    taken = set(partner.values())
    for index, item in enumerate(before):
        if index not in taken:
            yield PropertyChange(str(index), Type.DELETE, tidy(item))
    for index, item in enumerate(desired):
        if index not in partner:
            yield PropertyChange(str(index), Type.CREATE, after=tidy(item))
            continue
        old = before[partner[index]]
        if isinstance(old, dict) and isinstance(item, dict):
            children = tuple(
                change for key in sorted(item) for change in _compare(key, _member(old, key)[1], item[key])
            )
            if children:
                yield PropertyChange(str(index), Type.MODIFY, old, item, children)
        elif isinstance(old, list) and isinstance(item, list):
            children = tuple(_elements(old, item))
            if children:
                yield PropertyChange(str(index), Type.ARRAY, children=children)
        elif old != item:
            yield PropertyChange(str(index), Type.NO_EFFECT, old, item)


def _pairs(before: list[Json], desired: list[Json]) -> dict[int, int]:
    """Map new index to old index of matching elements: by identifying member if they have one, else by value."""
    free = list(range(len(before)))
    pairs: dict[int, int] = {}
    for index, item in enumerate(desired):
        identity = _identity(item)
        match = next(
            (
                place
                for place in free
                if (identity is not None and _identity(before[place]) == identity)
                or (identity is None and same(before[place], item))
            ),
            None,
        )
        if match is not None:
            pairs[index] = match
            free.remove(match)
    return pairs


def _identity(item: Json) -> tuple[str, str] | None:
    if not isinstance(item, dict):
        return None
    for key in _IDENTITY:
        value = _member(item, key)[1]
        if isinstance(value, str) and value:
            return key, value.casefold()
    return None


def _member(mapping: Mapping[str, Json], key: str) -> tuple[str, Json]:
    """Look up a member without regard to case; return its key as spelt and its value, or (`key`, None)."""
    if key in mapping:
        return key, mapping[key]
    lowered = key.lower()
    return next(((name, value) for name, value in mapping.items() if name.lower() == lowered), (key, None))
