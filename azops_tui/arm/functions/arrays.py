"""Functions that make arrays, look into them, or take them apart; several also take strings."""

from __future__ import annotations

from azops_tui.arm.errors import Unknown
from azops_tui.arm.functions.errors import FunctionError
from azops_tui.arm.functions.registry import function
from azops_tui.arm.functions.values import (
    array_argument,
    bounded_array,
    cut,
    find_key,
    fold,
    integer_argument,
    length,
    mistyped,
    same,
    two_strings,
    type_name,
    usage,
)
from azops_tui.arm.limits import RANGE_COUNT
from azops_tui.json_types import Json

_RANGE_END = 2**31 - 1


@function("array(convertToArray): array", "Wraps a value in an array; an array stays unchanged.", partial=True)
def array(value: Json) -> list[Json]:
    return value if isinstance(value, list) else [value]


@function("createArray([arg1, …]): array", "Creates an array from its arguments.", partial=True)
def create_array(*values: Json) -> list[Json]:
    return list(values)


@function(
    "contains(container, itemToFind): bool",
    "True if an array has a value, an object a key (ignoring case) or a string a substring.",
    compares=True,
)
def contains(container: Json, item: Json) -> bool:
    if isinstance(container, str):
        if isinstance(item, str):
            return item in container
        raise mistyped("contains", 1, "a string", item)
    if isinstance(container, dict):
        if isinstance(item, str):
            return find_key(container, item) is not None
        raise mistyped("contains", 1, "a string", item)
    if isinstance(container, list):
        return _position(container, item) >= 0
    raise FunctionError(
        "The template language function 'contains' expects its first argument 'collection' to be a dictionary "
        f"(object), an array or a string. The provided value is of type '{type_name(container)}'. {usage('contains')}"
    )


@function("empty(itemToTest): bool", "True for an empty array, object or string, and for null.", partial=True)
def empty(value: Json) -> bool:
    if value is None:
        return True
    if isinstance(value, (str, list, dict)):
        return not value
    raise FunctionError(
        "The template function 'empty' expects its parameter to be an object, an array, or a string. "
        f"The provided value is of type '{type_name(value)}'. {usage('empty')}"
    )


@function(
    "first(arg): any",
    "The first element of an array (null if it is empty) or the first character of a string.",
    partial=True,
)
def first(value: Json) -> Json:
    if isinstance(value, list):
        return value[0] if value else None
    if isinstance(value, str):
        return cut(value, 0, 1)
    raise _no_sequence("first", value)


@function(
    "last(arg): any",
    "The last element of an array (null if it is empty) or the last character of a string.",
    partial=True,
)
def last(value: Json) -> Json:
    if isinstance(value, list):
        return value[-1] if value else None
    if isinstance(value, str):
        size = length(value)
        return cut(value, max(size - 1, 0), size)
    raise _no_sequence("last", value)


def _no_sequence(name: str, value: Json) -> FunctionError:
    return FunctionError(
        f"The template language function '{name}' expects its parameter be an array or a string. "
        f"The provided value is of type '{type_name(value)}'. {usage(name)}"
    )


@function(
    "flatten(arrayToFlatten): array",
    "Flattens an array of arrays by one level.",
    partial=True,
)
def flatten(value: Json) -> list[Json]:
    items: list[Json] = []
    for item in array_argument("flatten", value):
        if not isinstance(item, list):
            raise FunctionError(
                "The template language function 'flatten' expects its parameter to be an array of arrays. "
                f"The provided array has an element of type '{type_name(item)}'. {usage('flatten')}"
            )
        items.extend(item)
        bounded_array("flatten", len(items))
    return items


@function(
    "indexFromEnd(sourceArray, reverseIndex): any",
    "The element at a position counted from the end of an array, from 1.",
    partial=True,
)
def index_from_end(source: Json, position: Json) -> Json:
    elements = array_argument("indexFromEnd", source, 0, 2)
    place = integer_argument("indexFromEnd", position, 1)
    if 1 <= place <= len(elements):
        return elements[-place]
    raise FunctionError(
        f"The language expression property array index '{place}' from end is out of bounds. {usage('indexFromEnd')}"
    )


@function(
    "tryIndexFromEnd(sourceArray, reverseIndex): any",
    "Like indexFromEnd, but null if the position does not exist or the value is not an array.",
    partial=True,
)
def try_index_from_end(source: Json, position: Json) -> Json:
    if type_name(position) != "Integer" or type_name(source) != "Array":
        return None
    return source[-position] if 1 <= position <= len(source) else None


@function(
    "indexOf(stringOrArray, itemToFind): int",
    "The first position (from 0) of a text in a string, ignoring case, or of a value in an array; or -1.",
    compares=True,
)
def index_of(source: Json, item: Json) -> int:
    if isinstance(source, list):
        return _position(source, item)
    text, searched = two_strings("indexOf", source, item)
    return _units_before(text, fold(text).find(fold(searched)))


@function(
    "lastIndexOf(stringOrArray, itemToFind): int",
    "The last position (from 0) of a text in a string, ignoring case, or of a value in an array; or -1.",
    compares=True,
)
def last_index_of(source: Json, item: Json) -> int:
    if isinstance(source, list):
        return next((place for place in range(len(source) - 1, -1, -1) if same(source[place], item)), -1)
    text, searched = two_strings("lastIndexOf", source, item)
    return _units_before(text, fold(text).rfind(fold(searched)))


def _units_before(text: str, at: int) -> int:
    return at if at < 0 else length(text[:at])


def _position(elements: list[Json], item: Json) -> int:
    open_question = False
    for place, element in enumerate(elements):
        try:
            if same(element, item):
                return place if not open_question else _undecided()
        except Unknown:
            open_question = True
    return -1 if not open_question else _undecided()


def _undecided() -> int:
    raise Unknown


@function(
    "length(arg): int",
    "The number of elements in an array, characters in a string, or keys in an object.",
    partial=True,
)
def length_of(value: Json) -> int:
    if isinstance(value, str):
        return length(value)
    if isinstance(value, (list, dict)):
        return len(value)
    raise FunctionError(
        "The template language function 'length' expects its parameter to be an array, object, or a string. "
        f"The provided value is of type '{type_name(value)}'. {usage('length')}"
    )


@function("max(arrayOfIntegers | arg1, …): int", "The largest integer of an array or of the arguments.")
def largest(*values: Json) -> int:
    return max(_integers("max", values))


@function("min(arrayOfIntegers | arg1, …): int", "The smallest integer of an array or of the arguments.")
def smallest(*values: Json) -> int:
    return min(_integers("min", values))


def _integers(name: str, values: tuple[Json, ...]) -> list[int]:
    items: list[int] = []
    for value in values:
        for item in value if isinstance(value, list) else (value,):
            if type(item) is not int:
                raise FunctionError(
                    f"The template language function '{name}' expects its parameters to be integers or an array of "
                    f"integers. The provided value is of type '{type_name(item)}'. {usage(name)}"
                )
            items.append(item)
    if not items:
        raise FunctionError(f"The template language function '{name}' expects at least one integer. {usage(name)}")
    return items


@function("range(startIndex, count): array", "An array of consecutive integers (at most 10,000) from a start value.")
def integer_range(start: Json, count: Json) -> list[int]:
    begin = integer_argument("range", start, 0)
    size = integer_argument("range", count, 1)
    if not 0 <= size <= RANGE_COUNT:
        raise FunctionError(
            "Unable to evaluate template language function 'range'. The parameter 'count' has to be a non-negative "
            f"integer not greater than '{RANGE_COUNT}'. The provided value is '{size}'. {usage('range')}"
        )
    if begin + size > _RANGE_END or begin < -_RANGE_END - 1:
        raise FunctionError(
            "Unable to evaluate template language function 'range'. The sum of the parameters 'startIndex' and 'count' "
            f"cannot be greater than '{_RANGE_END}'. The provided values are '{begin}' and '{size}'. {usage('range')}"
        )
    return list(range(begin, begin + size))


@function(
    "skip(originalValue, numberToSkip): array | string",
    "An array or string without its first elements or characters.",
    partial=True,
)
def skip(value: Json, count: Json) -> Json:
    number = max(_count("skip", value, count), 0)
    return value[number:] if isinstance(value, list) else cut(value, number, length(value))


@function(
    "take(originalValue, numberToTake): array | string",
    "The first elements of an array or characters of a string.",
    partial=True,
)
def take(value: Json, count: Json) -> Json:
    number = max(_count("take", value, count), 0)
    return value[:number] if isinstance(value, list) else cut(value, 0, number)


def _count(name: str, value: Json, count: Json) -> int:
    if not isinstance(value, (list, str)):
        raise FunctionError(
            f"The template language function '{name}' expects its first parameter 'collection' to be an array or a "
            f"string. The provided value is of type '{type_name(value)}'. {usage(name)}"
        )
    if type(count) is not int:
        raise FunctionError(
            f"The template language function '{name}' expects its second parameter 'count' to be an integer. "
            f"The provided value is of type '{type_name(count)}'. {usage(name)}"
        )
    return count
