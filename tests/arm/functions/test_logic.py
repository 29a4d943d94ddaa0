"""Comparison."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.arm.functions.support import call, refusal, relaxed


@pytest.mark.parametrize(
    ("first", "second", "equal"),
    [
        (1, 1, True),
        (1, 1.0, False),
        (1, True, False),
        (0, False, False),
        (1, "1", False),
        ("a", "A", False),
        ("", None, False),
        (None, None, True),
        ([1, 2], [1, 2], True),
        ([1, 2], [2, 1], False),
        ([1], [1, 2], False),
        ({"a": 1, "b": [True]}, {"b": [True], "a": 1}, True),
        ({"a": 1}, {"A": 1}, False),
        ({"a": 1}, {"a": True}, False),
    ],
)
def test_equals(first: Any, second: Any, equal: bool) -> None:
    assert call("equals", first, second) is equal
    assert call("equals", second, first) is equal


@pytest.mark.parametrize(
    ("less", "greater"),
    [
        (1, 2),
        (-5, 0),
        (1, 1.5),
        ("a", "A"),
        ("A", "b"),
        ("a", "b"),
        ("ab", "abc"),
        ("a1", "aa"),
        ("Test1", "Test2"),
        ("e", "é"),
        ("é", "f"),
        ("resume", "Resume"),
        ("_x", "1"),
        (" a", "a"),
        ("", "a"),
        ("B", "c"),
    ],
)
def test_order(less: Any, greater: Any) -> None:
    assert call("less", less, greater) is True
    assert call("lessOrEquals", less, greater) is True
    assert call("greater", less, greater) is False
    assert call("greaterOrEquals", less, greater) is False
    assert call("greater", greater, less) is True
    assert call("lessOrEquals", greater, greater) is True
    assert call("greaterOrEquals", less, less) is True


@pytest.mark.parametrize(("first", "second"), [(1, "1"), (True, False), (None, None), ([], []), ({}, {})])
def test_what_has_no_order(first: Any, second: Any) -> None:
    for name in ("less", "lessOrEquals", "greater", "greaterOrEquals"):
        assert "expects two parameters of matching types, either integers or strings." in refusal(name, first, second)


@relaxed
@given(st.text(max_size=6), st.text(max_size=6), st.text(max_size=6))
def test_strings_are_in_one_order(first: str, second: str, third: str) -> None:
    assert call("less", first, second) != call("greaterOrEquals", first, second)
    if call("lessOrEquals", first, second) and call("lessOrEquals", second, third):
        assert call("lessOrEquals", first, third)
