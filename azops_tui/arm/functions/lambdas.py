"""Functions that take a lambda: a callable whose `arity` is its number of variables."""

from __future__ import annotations

from collections.abc import Callable
from functools import cmp_to_key

from azops_tui.arm.functions.errors import FunctionError
from azops_tui.arm.functions.registry import function
from azops_tui.arm.functions.values import array_argument, boolean_result, fold, object_argument, put, type_name, usage
from azops_tui.json_types import Json

Lambda = Callable[..., Json]


def _lambda(name: str, value: Json, position: str, fewest: int, most: int) -> tuple[Lambda, int]:
    """The lambda and how many variables it has."""
    if not callable(value):
        raise FunctionError(
            f"The template language function '{name}' expects its {position} parameter to be a lambda. "
            f"The provided value is of type '{type_name(value)}'. {usage(name)}"
        )
    variables = int(getattr(value, "arity", fewest))
    if not fewest <= variables <= most:
        expected = str(fewest) if fewest == most else f"between {fewest} and {most}"
        raise FunctionError(
            f"The template language function '{name}' expects its {position} parameter to be a lambda of {expected} "
            f"variable(s) while {variables} were provided. {usage(name)}"
        )
    return value, variables


def _indexed(name: str, value: Json) -> Callable[[Json, int], Json]:
    """A lambda of an element and, if it wants, its index."""
    call, variables = _lambda(name, value, "second", 1, 2)
    return call if variables == 2 else lambda element, index: call(element)


def _key(name: str, value: Json) -> str:
    if isinstance(value, str):
        return value
    raise FunctionError(
        f"The template language function '{name}' expects its lambda for keys to return a string. "
        f"The returned value is of type '{type_name(value)}'. {usage(name)}"
    )


@function("filter(inputArray, lambda(element, [index])): array", "The elements of an array for which a lambda is true.")
def filter_array(value: Json, predicate: Json) -> list[Json]:
    elements = array_argument("filter", value, 0, 2)
    call = _indexed("filter", predicate)
    return [element for index, element in enumerate(elements) if boolean_result("filter", call(element, index))]


@function(
    "map(inputArray, lambda(element, [index])): array",
    "The results of a lambda for each element of an array.",
    partial=True,
)
def map_array(value: Json, change: Json) -> list[Json]:
    elements = array_argument("map", value, 0, 2)
    call = _indexed("map", change)
    return [call(element, index) for index, element in enumerate(elements)]


@function(
    "mapValues(inputObject, lambda(value)): object",
    "An object with the same keys and the results of a lambda for each value.",
    partial=True,
)
def map_values(value: Json, change: Json) -> dict[str, Json]:
    source = object_argument("mapValues", value, 0, 2)
    call, _ = _lambda("mapValues", change, "second", 1, 1)
    return {key: call(item) for key, item in source.items()}


@function(
    "reduce(inputArray, initialValue, lambda(accumulated, element, [index])): any",
    "Combines an array to one value: a lambda takes the value so far and the next element.",
)
def reduce_array(value: Json, initial: Json, step: Json) -> Json:
    elements = array_argument("reduce", value, 0, 3)
    call, variables = _lambda("reduce", step, "third", 2, 3)
    result = initial
    for index, element in enumerate(elements):
        result = call(result, element, index) if variables == 3 else call(result, element)
    return result


@function(
    "sort(inputArray, lambda(element1, element2)): array",
    "Sorts an array with a lambda that is true if the first element belongs before the second.",
)
def sort_array(value: Json, before: Json) -> list[Json]:
    """The sort is stable."""
    elements = array_argument("sort", value, 0, 2)
    call, _ = _lambda("sort", before, "second", 2, 2)

    def compare(first: Json, second: Json) -> int:
        if boolean_result("sort", call(first, second)):
            return -1
        return 1 if boolean_result("sort", call(second, first)) else 0

    return sorted(elements, key=cmp_to_key(compare))


@function(
    "groupBy(inputArray, lambda(element): key, [lambda(element): value]): object",
    "Groups the elements of an array in an object of arrays, by the key that a lambda returns.",
)
def group_by(value: Json, key: Json, change: Json = None) -> dict[str, list[Json]]:
    elements = array_argument("groupBy", value, 0, 3)
    key_of, _ = _lambda("groupBy", key, "second", 1, 1)
    value_of = None if change is None else _lambda("groupBy", change, "third", 1, 1)[0]
    result: dict[str, list[Json]] = {}
    names: dict[str, str] = {}
    for element in elements:
        name = _key("groupBy", key_of(element))
        item = element if value_of is None else value_of(element)
        result.setdefault(names.setdefault(fold(name), name), []).append(item)
    return result


@function(
    "toObject(inputArray, lambda(element): key, [lambda(element): value]): object",
    "Converts an array to an object, with the keys that a lambda returns.",
)
def to_object(value: Json, key: Json, change: Json = None) -> dict[str, Json]:
    """The last of several elements with the same key wins."""
    elements = array_argument("toObject", value, 0, 3)
    key_of, _ = _lambda("toObject", key, "second", 1, 1)
    value_of = None if change is None else _lambda("toObject", change, "third", 1, 1)[0]
    result: dict[str, Json] = {}
    names: dict[str, str] = {}
    for element in elements:
        name = _key("toObject", key_of(element))
        put(result, names, name, element if value_of is None else value_of(element))
    return result
