"""What template functions share: names of types, equality, lookup of keys, and text as .NET counts it.

Values are plain JSON-like Python values. Anything else that turns up in a list or a dict (the evaluator's placeholders
for what only the deployment knows) is carried along untouched; where it would have to be known, `Unknown` is raised.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from azops_tui.arm.errors import Unknown
from azops_tui.arm.functions.errors import FunctionError
from azops_tui.json_types import Json

"""A value as JSON has it: dict, list, str, int, float, bool or None."""

INTEGER_MINIMUM = -(2**63)
INTEGER_MAXIMUM = 2**63 - 1

LARGEST_TEXT = 4 * 1024 * 1024
"""Characters in a string that a function may make: an expanded template may be 4 MB, so nothing larger is of use."""
LARGEST_ARRAY = 100_000
"""Elements in an array that a function may make, for the same reason."""
_NAMES: dict[type, str] = {
    str: "String",
    int: "Integer",
    float: "Float",
    bool: "Boolean",
    list: "Array",
    dict: "Object",
    type(None): "Null",
}
_ORDINALS = ("first", "second", "third", "fourth", "fifth")
_SURROGATES = re.compile("[\ud800-\udfff]")


def type_name(value: Json) -> str:
    """The service's name of a value's type: String, Integer, Float, Boolean, Array, Object, Null, or Lambda."""
    try:
        return _NAMES[type(value)]
    except KeyError:
        if callable(value):
            return "Lambda"
        raise Unknown from None


def usage(name: str) -> str:
    """The service's link to the documentation of a function."""
    return f"Please see https://aka.ms/arm-functions#{name} for usage details."


def mistyped(name: str, position: int, expected: str, value: Json, count: int = 2) -> FunctionError:
    """The error for an argument of the wrong type.

    `position` counts from 0 and `wanted` reads on from "to be", as ``an array``; `count` is how many arguments the
    function has, for a function of one argument does not number it.
    """
    which = f"{_ORDINALS[min(position, 4)]} parameter" if count > 1 else "parameter"
    return FunctionError(
        f"The template language function '{name}' expects its {which} to be {expected}. "
        f"The provided value is of type '{type_name(value)}'. {usage(name)}"
    )


def is_integer(value: Json) -> bool:
    """Whether a value is a JSON integer; true and false are not."""
    return type(value) is int


def string_argument(name: str, value: Json, position: int = 0, count: int = 1) -> str:
    """`value`, which has to be a string."""
    if isinstance(value, str):
        return value
    raise mistyped(name, position, "a string", value, count)


def integer_argument(name: str, value: Json, position: int = 0, count: int = 2) -> int:
    """`value`, which has to be an integer."""
    if type(value) is int:
        return value
    raise mistyped(name, position, "an integer", value, count)


def array_argument(name: str, value: Json, position: int = 0, count: int = 1) -> list[Json]:
    """`value`, which has to be an array."""
    if isinstance(value, list):
        return value
    raise mistyped(name, position, "an array", value, count)


def object_argument(name: str, value: Json, position: int = 0, count: int = 1) -> dict[str, Json]:
    """`value`, which has to be an object."""
    if isinstance(value, dict):
        return value
    raise mistyped(name, position, "an object", value, count)


def two_strings(name: str, first: Json, second: Json) -> tuple[str, str]:
    """The arguments of a function that takes two strings."""
    if isinstance(first, str) and isinstance(second, str):
        return first, second
    raise FunctionError(
        f"The template language function '{name}' expects its parameters to be of type string and string. "
        f"The provided value is of type '{type_name(first)}' and '{type_name(second)}'. {usage(name)}"
    )


def boolean_result(name: str, value: Json) -> bool:
    """What a lambda answered where only true or false will do."""
    if isinstance(value, bool):
        return value
    raise FunctionError(
        f"The template language function '{name}' expects its lambda to return a boolean. "
        f"The returned value is of type '{type_name(value)}'. {usage(name)}"
    )


def bounded_text(name: str, length: int) -> None:
    """Refuses to make a string that could be part of no template."""
    if length > LARGEST_TEXT:
        raise FunctionError(
            f"Unable to evaluate template language function '{name}': "
            f"the result would be larger than {LARGEST_TEXT} characters. {usage(name)}"
        )


def bounded_array(name: str, length: int) -> None:
    """Refuses to make an array that could be part of no template."""
    if length > LARGEST_ARRAY:
        raise FunctionError(
            f"Unable to evaluate template language function '{name}': "
            f"the result would have more than {LARGEST_ARRAY} elements. {usage(name)}"
        )


def same(first: Json, second: Json) -> bool:
    """Equal as the service compares JSON: types count (true is not 1, nor is 1.0), case counts, order of keys does not.

    Raises FunctionError for values that are nested too deeply to compare.
    """
    try:
        return _same(first, second, set())
    except RecursionError:
        raise FunctionError("The values to compare are nested too deeply.") from None


def _same(first: Json, second: Json, met: set[tuple[int, int]]) -> bool:
    if first is second:
        return True
    if type(first) is not type(second):
        return type_name(first) == type_name(second)
    if not isinstance(first, (dict, list)):
        # Two placeholders of which nothing is known are neither equal nor different.
        type_name(first)
        return bool(first == second)
    if len(first) != len(second):
        return False
    # Values are shared, not copied, when they are put into others: each pair is compared once, wherever it stands.
    pair = (id(first), id(second))
    if pair in met:
        return True
    met.add(pair)
    if isinstance(first, dict):
        return all(key in second and _same(value, second[key], met) for key, value in first.items())
    return all(_same(left, right, met) for left, right in zip(first, second, strict=True))


def fingerprint(value: Json, known: dict[int, int]) -> int:
    """A number that is the same for values that are `same`; `known` remembers those of objects and arrays by identity.

    Raises Unknown where a placeholder is part of the value, FunctionError where it is nested too deeply.
    """
    try:
        return _fingerprint(value, known)
    except RecursionError:
        raise FunctionError("The values to compare are nested too deeply.") from None


def _fingerprint(value: Json, known: dict[int, int]) -> int:
    if not isinstance(value, (dict, list)):
        return hash((type_name(value), value))
    hash_value = known.get(id(value))
    if hash_value is None:
        if isinstance(value, dict):
            hash_value = hash(frozenset((key, _fingerprint(item, known)) for key, item in value.items()))
        else:
            hash_value = hash(tuple(_fingerprint(item, known) for item in value))
        known[id(value)] = hash_value
    return hash_value


def find_key(container: dict[str, Json], key: str) -> str | None:
    """The key of `container` that is `key` but for case, preferring the one spelled the same."""
    if key in container:
        return key
    expected = fold(key)
    for candidate in container:
        if len(candidate) == len(key) and fold(candidate) == expected:
            return candidate
    return None


def put(container: dict[str, Json], names: dict[str, str], key: str, value: Json) -> None:
    """Sets `key` in an object under construction, keeping the first spelling; `names` maps folded keys to theirs."""
    container[names.setdefault(fold(key), key)] = value


def lower(text: str) -> str:
    """Lower case as .NET's invariant culture has it: no character becomes two."""
    changed = text.lower()
    # Python knows of characters that become two, and of a sigma that ends a word.
    return changed if len(changed) == len(text) and "Σ" not in text else _each(text, str.lower)


def upper(text: str) -> str:
    """Upper case as .NET's invariant culture has it: ß stays ß."""
    changed = text.upper()
    return changed if len(changed) == len(text) else _each(text, str.upper)


fold = upper
"""Text for comparison without case, one character for one, as .NET's ordinal comparison has it."""


def _each(text: str, change: Callable[[str], str]) -> str:
    return "".join(c if len(changed := change(c)) != 1 else changed for c in text)


def length(text: str) -> int:
    """Length in UTF-16 code units, as .NET counts."""
    return len(text) if text.isascii() else len(text) + sum(c > "\uffff" for c in text)


def cut(text: str, start: int, end: int) -> str:
    """The part of `text` between two positions in UTF-16 code units; half of a character becomes U+FFFD."""
    if text.isascii() or max(text, default="") <= "\uffff":
        return text[start:end]
    units = text.encode("utf-16-le", "surrogatepass")
    return units[2 * start : 2 * end].decode("utf-16-le", "replace")


def utf8(text: str) -> bytes:
    """Text as UTF-8; a lone surrogate becomes U+FFFD."""
    try:
        return text.encode()
    except UnicodeEncodeError:
        return _SURROGATES.sub("\ufffd", text).encode()


def by_name(keys: Iterable[str]) -> list[str]:
    """Keys in alphabetical order without case."""
    return sorted(keys, key=fold)
