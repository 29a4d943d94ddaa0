"""Arithmetic and conversions to numbers."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azops_tui.arm.functions import FunctionError
from tests.arm.functions.support import call, refusal, relaxed

LARGEST = 2**63 - 1


@pytest.mark.parametrize(
    ("name", "arguments", "value"),
    [
        ("add", (5, -3), 2),
        ("sub", (5, 7), -2),
        ("mul", (-4, 6), -24),
        ("div", (7, 2), 3),
        ("div", (-7, 2), -3),
        ("div", (7, -2), -3),
        ("mod", (7, 3), 1),
        ("mod", (-7, 3), -1),
        ("mod", (7, -3), 1),
        ("int", (4,), 4),
        ("int", ("42",), 42),
        ("int", (" -42 ",), -42),
        ("int", ("+7",), 7),
        ("int", (2.5,), 2),
        ("float", (3,), 3.0),
        ("float", ("1.5",), 1.5),
        ("float", ("-2e3",), -2000.0),
        ("bool", ("TRUE",), True),
        ("bool", ("false",), False),
        ("bool", (7,), True),
        ("bool", (0,), False),
        ("bool", (True,), True),
        ("not", (False,), True),
        ("true", (), True),
        ("false", (), False),
        ("null", (), None),
    ],
)
def test_value(name: str, arguments: tuple[Any, ...], value: Any) -> None:
    found = call(name, *arguments)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("name", "arguments", "message"),
    [
        ("add", ("1", 2), "expects its first parameter to be an integer. The provided value is of type 'String'."),
        ("add", (1, True), "expects its second parameter to be an integer. The provided value is of type 'Boolean'."),
        ("add", (1, 1.5), "The provided value is of type 'Float'."),
        ("add", (LARGEST, 1), "Arithmetic operation resulted in an overflow."),
        ("sub", (-LARGEST, 2), "Arithmetic operation resulted in an overflow."),
        ("mul", (LARGEST, 2), "Arithmetic operation resulted in an overflow."),
        ("div", (-(2**63), -1), "Arithmetic operation resulted in an overflow."),
        ("div", (1, 0), "Attempted to divide by zero."),
        ("mod", (1, 0), "Attempted to divide by zero."),
        (
            "int",
            ("asdf",),
            "The template language function 'int' cannot convert provided value 'asdf' to integer value.",
        ),
        ("int", ("1.5",), "cannot convert provided value '1.5' to integer value."),
        ("int", ("9" * 30,), "to integer value."),
        ("int", ("٣",), "to integer value."),
        ("int", (None,), "The provided value is of type 'Null'."),
        ("int", (True,), "The provided value is of type 'Boolean'."),
        ("float", ("one",), "cannot convert provided value 'one' to float value."),
        ("float", ("1e999",), "to float value."),
        ("float", (10**400,), "to float value."),
        ("float", (True,), "The provided value is of type 'Boolean'."),
        ("bool", ("yes",), "cannot convert provided value 'yes' to boolean value."),
        ("bool", (None,), "The provided value is of type 'Null'."),
        ("not", (1,), "to be a boolean."),
    ],
)
def test_refusal(name: str, arguments: tuple[Any, ...], message: str) -> None:
    assert message in refusal(name, *arguments)


integers = st.integers(-(2**63), LARGEST)


@relaxed
@given(integers, integers)
def test_quotient_and_remainder_make_the_dividend(dividend: int, divisor: int) -> None:
    try:
        quotient, remainder = call("div", dividend, divisor), call("mod", dividend, divisor)
    except FunctionError:
        assert divisor in (0, -1)
        return
    assert quotient * divisor + remainder == dividend
    assert abs(remainder) < abs(divisor)


@relaxed
@given(integers, integers)
def test_results_are_64_bit(first: int, second: int) -> None:
    for name in ("add", "sub", "mul"):
        exact = {"add": first + second, "sub": first - second, "mul": first * second}[name]
        if -(2**63) <= exact <= LARGEST:
            assert call(name, first, second) == exact
        else:
            assert "overflow" in refusal(name, first, second)


@relaxed
@given(integers)
def test_int_undoes_string(value: int) -> None:
    assert call("int", call("string", value)) == value
