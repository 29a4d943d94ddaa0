"""Functions that create, merge and list objects. Keys ignore case."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

from azops_tui.arm.functions.errors import FunctionError
from azops_tui.arm.functions.registry import function
from azops_tui.arm.functions.values import (
    array_argument,
    by_name,
    find_key,
    fold,
    mistyped,
    object_argument,
    put,
    same,
    type_name,
    usage,
)
from azops_tui.json_types import Json


@function(
    "createObject([key1, value1, …]): object", "Creates an object from alternating keys and values.", partial=True
)
def create_object(*pairs: Json) -> dict[str, Json]:
    if len(pairs) % 2:
        raise FunctionError(
            "Unable to evaluate template language function 'createObject': the number of arguments has to be even, "
            f"keys and values by turns, while {len(pairs)} were provided. {usage('createObject')}"
        )
    result: dict[str, Json] = {}
    names: dict[str, str] = {}
    for key, value in zip(islice(pairs, 0, None, 2), islice(pairs, 1, None, 2), strict=True):
        if not isinstance(key, str):
            raise FunctionError(
                "The template language function 'createObject' expects its keys to be strings. "
                f"The provided value is of type '{type_name(key)}'. {usage('createObject')}"
            )
        put(result, names, key, value)
    return result


@function(
    "items(object): array",
    "An array of {key, value} for each key of an object, in alphabetical order without case.",
    partial=True,
)
def items(value: Json) -> list[dict[str, Json]]:
    source = object_argument("items", value)
    return [{"key": key, "value": source[key]} for key in by_name(source)]


@function("objectKeys(object): array", "The keys of an object, in alphabetical order without case.", partial=True)
def object_keys(value: Json) -> list[str]:
    return by_name(object_argument("objectKeys", value))


@function(
    "shallowMerge(arrayOfObjects): object",
    "Merges objects at the top level; later values replace earlier ones.",
    partial=True,
)
def shallow_merge(value: Json) -> dict[str, Json]:
    result: dict[str, Json] = {}
    names: dict[str, str] = {}
    for entry in array_argument("shallowMerge", value):
        if entry is None:
            continue
        if not isinstance(entry, dict):
            raise FunctionError(
                "The template language function 'shallowMerge' expects its parameter to be an array of objects. "
                f"The provided array has an element of type '{type_name(entry)}'. {usage('shallowMerge')}"
            )
        for key, item in entry.items():
            put(result, names, key, item)
    return result


@function(
    "tryGet(itemToTest, keyOrIndex, …): any",
    "The value at a path of keys and indexes; null if the path does not exist.",
    partial=True,
)
def try_get(container: Json, *path: Json) -> Json:
    result = container
    for position, step in enumerate(path, 1):
        if type_name(step) not in ("String", "Integer"):
            raise mistyped("tryGet", position, "a string or an integer", step)
        result = _step(result, step)
    return result


def _step(container: Json, step: str | int) -> Json:
    if isinstance(container, dict) and isinstance(step, str):
        key = find_key(container, step)
        return None if key is None else container[key]
    if isinstance(container, list) and isinstance(step, int):
        return container[step] if 0 <= step < len(container) else None
    type_name(container)
    return None


def merge_objects(values: Iterable[dict[str, Json]]) -> dict[str, Json]:
    """Objects merged deeply: objects inside are merged too, anything else of a later one replaces what was there."""
    result: dict[str, Json] = {}
    try:
        for value in values:
            result = _merged(result, value, {})
    except RecursionError:
        raise FunctionError("The objects to merge are nested too deeply.") from None
    return result


def _merged(
    old: dict[str, Json], new: dict[str, Json], done: dict[tuple[int, int], dict[str, Json]]
) -> dict[str, Json]:
    """The two merged; `done` has what was merged before, for the same object may stand in many places."""
    pair = (id(old), id(new))
    if pair in done:
        return done[pair]
    result = dict(old)
    names = {fold(key): key for key in result}
    for key, value in new.items():
        before = result.get(names.get(fold(key), key))
        if isinstance(before, dict) and isinstance(value, dict):
            value = _merged(before, value, done)
        put(result, names, key, value)
    done[pair] = result
    return result


def intersect_objects(values: tuple[dict[str, Json], ...]) -> dict[str, Json]:
    """The keys of the first object that all others have with the same value."""
    result = values[0]
    for other in values[1:]:
        names = {fold(key): key for key in other}
        result = {
            key: value
            for key, value in result.items()
            if (there := names.get(fold(key))) is not None and same(other[there], value)
        }
    return dict(result)
