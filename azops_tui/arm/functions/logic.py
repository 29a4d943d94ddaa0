"""Booleans and comparison. `and`, `or`, `coalesce` and `if` are in `lazy`, as they skip arguments."""

from __future__ import annotations

from azops_tui.arm.functions.collation import compare
from azops_tui.arm.functions.errors import FunctionError
from azops_tui.arm.functions.registry import function
from azops_tui.arm.functions.values import mistyped, same, type_name, usage
from azops_tui.json_types import Json


@function("true(): bool", "True.")
def true() -> bool:
    return True


@function("false(): bool", "False.")
def false() -> bool:
    return False


@function("null(): null", "Null.")
def null() -> None:
    return


@function("bool(arg1): bool", "A string ('true' or 'false') or an integer (0 is false) as a boolean.")
def boolean(value: Json) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, (int, float)):
        return value != 0
    if isinstance(value, str):
        word = value.strip().lower()
        if word in ("true", "false"):
            return word == "true"
        raise FunctionError(
            f"The template language function 'bool' cannot convert provided value '{value[:200]}' to boolean value. "
            f"{usage('bool')}"
        )
    raise mistyped("bool", 0, "a string, an integer or a boolean", value, 1)


@function("not(arg1): bool", "True for false and false for true.")
def negation(value: Json) -> bool:
    if isinstance(value, bool):
        return not value
    raise mistyped("not", 0, "a boolean", value, 1)


@function("equals(arg1, arg2): bool", "True if two values are equal; compares case and type.")
def equals(first: Json, second: Json) -> bool:
    return same(first, second)


def _compared(name: str, first: Json, second: Json) -> int:
    """Negative, 0 or positive as the first value is less than, equal to or greater than the second."""
    if isinstance(first, str) and isinstance(second, str):
        return compare(first, second)
    if type(first) in (int, float) and type(second) in (int, float):
        return -1 if first < second else int(first > second)
    raise FunctionError(
        f"The template language function '{name}' expects two parameters of matching types, either integers or "
        f"strings. The function was invoked with values of type '{type_name(first)}' and '{type_name(second)}' that do "
        f"not match. {usage(name)}"
    )


@function("less(arg1, arg2): bool", "True if the first of two integers or strings is less than the second.")
def less(first: Json, second: Json) -> bool:
    return _compared("less", first, second) < 0


@function(
    "lessOrEquals(arg1, arg2): bool",
    "True if the first of two integers or strings is less than or equal to the second.",
)
def less_or_equals(first: Json, second: Json) -> bool:
    return _compared("lessOrEquals", first, second) <= 0


@function("greater(arg1, arg2): bool", "True if the first of two integers or strings is greater than the second.")
def greater(first: Json, second: Json) -> bool:
    return _compared("greater", first, second) > 0


@function(
    "greaterOrEquals(arg1, arg2): bool",
    "True if the first of two integers or strings is greater than or equal to the second.",
)
def greater_or_equals(first: Json, second: Json) -> bool:
    return _compared("greaterOrEquals", first, second) >= 0
