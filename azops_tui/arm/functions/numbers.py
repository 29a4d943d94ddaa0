"""Arithmetic on 64-bit integers, and conversions to numbers."""

from __future__ import annotations

import re
from math import isfinite

from azops_tui.arm.functions.errors import FunctionError
from azops_tui.arm.functions.jsontext import text
from azops_tui.arm.functions.registry import function
from azops_tui.arm.functions.values import INTEGER_MAXIMUM, INTEGER_MINIMUM, mistyped, type_name, usage
from azops_tui.json_types import Json

_INTEGER = re.compile(r"\s*[+-]?[0-9]{1,400}\s*", re.ASCII)
_FLOAT = re.compile(r"\s*[+-]?(?:[0-9][0-9,]*(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,5})?\s*", re.ASCII)


def _operands(name: str, first: Json, second: Json) -> tuple[int, int]:
    for position, operand in enumerate((first, second)):
        if type(operand) is not int:
            raise mistyped(name, position, "an integer", operand)
    return first, second


def _within(name: str, result: int) -> int:
    if INTEGER_MINIMUM <= result <= INTEGER_MAXIMUM:
        return result
    raise FunctionError(
        f"Unable to evaluate template language function '{name}': "
        f"Arithmetic operation resulted in an overflow. {usage(name)}"
    )


def _not_zero(name: str, divisor: int) -> None:
    if divisor == 0:
        raise FunctionError(
            f"Unable to evaluate template language function '{name}': Attempted to divide by zero. {usage(name)}"
        )


@function("add(operand1, operand2): int", "The sum of two integers.")
def add(first: Json, second: Json) -> int:
    left, right = _operands("add", first, second)
    return _within("add", left + right)


@function("sub(operand1, operand2): int", "The first integer minus the second.")
def subtract(first: Json, second: Json) -> int:
    left, right = _operands("sub", first, second)
    return _within("sub", left - right)


@function("mul(operand1, operand2): int", "The product of two integers.")
def multiply(first: Json, second: Json) -> int:
    left, right = _operands("mul", first, second)
    return _within("mul", left * right)


@function("div(operand1, operand2): int", "The first integer divided by the second, without the fraction.")
def divide(first: Json, second: Json) -> int:
    left, right = _operands("div", first, second)
    _not_zero("div", right)
    quotient = abs(left) // abs(right)
    return _within("div", quotient if (left < 0) == (right < 0) else -quotient)


@function(
    "mod(operand1, operand2): int",
    "The remainder of an integer division; it has the sign of the first integer.",
)
def modulo(first: Json, second: Json) -> int:
    left, right = _operands("mod", first, second)
    _not_zero("mod", right)
    remainder = abs(left) % abs(right)
    return -remainder if left < 0 else remainder


@function("int(valueToConvert): int", "A string or number as an integer.")
def integer(value: Json) -> int:
    result: int | None = None
    if type(value) is int:
        return value
    if isinstance(value, str):
        if _INTEGER.fullmatch(value):
            result = int(value)
    elif isinstance(value, float):
        result = round(value) if isfinite(value) else None
    else:
        raise mistyped("int", 0, "a string or an integer", value, 1)
    if result is not None and INTEGER_MINIMUM <= result <= INTEGER_MAXIMUM:
        return result
    raise FunctionError(
        f"The template language function 'int' cannot convert provided value '{text(value)[:200]}' to integer value. "
        "Please see https://aka.ms/arm-function-int for usage details."
    )


@function(
    "float(arg1): float", "A string or number as a floating-point number; only for values passed to an application."
)
def floating(value: Json) -> float:
    if type(value) in (int, float):
        try:
            return float(value)
        except OverflowError:
            pass
    elif not isinstance(value, str):
        type_name(value)
        raise mistyped("float", 0, "a string or a number", value, 1)
    elif _FLOAT.fullmatch(value):
        result = float(value.replace(",", ""))
        if isfinite(result):
            return result
    raise FunctionError(
        f"The template language function 'float' cannot convert provided value '{text(value)[:200]}' to float value. "
        "Please see https://aka.ms/arm-function-float for usage details."
    )
