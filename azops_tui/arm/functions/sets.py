"""Functions that treat arrays and objects as sets: what several have together, and what they have in common."""

from __future__ import annotations

from collections.abc import Iterable

from azops_tui.arm.functions.errors import FunctionError
from azops_tui.arm.functions.objects import intersect_objects, merge_objects
from azops_tui.arm.functions.registry import function
from azops_tui.arm.functions.values import Json, bounded_array, distinct_key, same, type_name, usage


@function(
    "union",
    minimum=2,
    maximum=None,
    signature="union(arg1, arg2, …): array | object",
    help="All elements of some arrays, each once, or all keys of some objects merged deeply; the last value wins.",
)
def union(*values: Json) -> Json:
    """Distinct elements of all arrays, or all objects merged; null adds nothing."""
    values = tuple(value for value in values if value is not None) or values
    if _all_of_a_kind("union", values) is dict:
        return merge_objects(values)
    total = [item for value in values for item in value]
    bounded_array("union", len(total))
    return _distinct(total)


@function(
    "intersection",
    minimum=2,
    maximum=None,
    signature="intersection(arg1, arg2, …): array | object",
    help="The elements that all arrays have, or the keys with the same value in all objects.",
)
def intersection(*values: Json) -> Json:
    """What all arrays or all objects have in common, in the order of the first."""
    if _all_of_a_kind("intersection", values) is dict:
        return intersect_objects(values)
    common = _distinct(values[0])
    for value in values[1:]:
        seen, others = _index(value)
        common = [item for item in common if _among(item, seen, others)]
    return common


def _all_of_a_kind(name: str, values: tuple[Json, ...]) -> type:
    kinds = {type_name(value) for value in values}
    if len(kinds) > 1:
        raise FunctionError(
            f"Template language function '{name}' expects parameters of the same type, but found multiple types. "
            f"{usage(name)}"
        )
    if kinds in ({"Array"}, {"Object"}):
        return type(values[0])
    raise FunctionError(
        f"The template language function '{name}' expects either a comma separated list of arrays or a comma separated "
        f"list of objects as its parameters. {usage(name)}"
    )


def _index(elements: Iterable[Json]) -> tuple[set[object], list[Json]]:
    """Scalars as a set, for speed, and the rest as a list."""
    seen: set[object] = set()
    others: list[Json] = []
    for element in elements:
        key = distinct_key(element)
        if key is None:
            others.append(element)
        else:
            seen.add(key)
    return seen, others


def _among(item: Json, seen: set[object], others: list[Json]) -> bool:
    key = distinct_key(item)
    return key in seen if key is not None else any(same(item, other) for other in others)


def _distinct(elements: list[Json]) -> list[Json]:
    seen: set[object] = set()
    others: list[Json] = []
    found: list[Json] = []
    for element in elements:
        if _among(element, seen, others):
            continue
        key = distinct_key(element)
        if key is None:
            others.append(element)
        else:
            seen.add(key)
        found.append(element)
    return found
