"""Functions that take a lambda, which the evaluator hands over as a callable with its arity."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.arm.functions.support import call, refusal, relaxed


class Lambda:
    """Stands for what the evaluator makes of a lambda expression."""

    def __init__(self, arity: int, body: Callable[..., Any]) -> None:
        self.arity = arity
        self.body = body

    def __call__(self, *values: Any) -> Any:
        assert len(values) == self.arity
        return self.body(*values)


DOGS = [
    {"name": "Evie", "age": 5, "kind": "A"},
    {"name": "Casper", "age": 3, "kind": "b"},
    {"name": "Indy", "age": 2, "kind": "a"},
]


def test_values() -> None:
    assert call("filter", [1, 2, 3, 4], Lambda(1, lambda x: x > 2)) == [3, 4]
    assert call("filter", ["a", "b"], Lambda(2, lambda x, i: i == 1)) == ["b"]
    assert call("map", [1, 2], Lambda(1, lambda x: x * 10)) == [10, 20]
    assert call("map", ["a", "b"], Lambda(2, lambda x, i: f"{x}{i}")) == ["a0", "b1"]
    assert call("mapValues", {"a": 1, "b": 2}, Lambda(1, lambda x: -x)) == {"a": -1, "b": -2}
    assert call("reduce", [1, 2, 3], 10, Lambda(2, lambda total, x: total + x)) == 16
    assert call("reduce", ["a", "b"], "", Lambda(3, lambda text, x, i: f"{text}{x}{i}")) == "a0b1"
    assert call("reduce", [], None, Lambda(2, lambda total, x: x)) is None
    assert call("sort", [3, 1, 2], Lambda(2, lambda a, b: a < b)) == [1, 2, 3]
    assert call("toObject", DOGS, Lambda(1, lambda dog: dog["name"]), Lambda(1, lambda dog: dog["age"])) == {
        "Evie": 5,
        "Casper": 3,
        "Indy": 2,
    }
    assert call("toObject", ["A", "b", "a"], Lambda(1, lambda x: x)) == {"A": "a", "b": "b"}
    assert call("groupBy", DOGS, Lambda(1, lambda dog: dog["kind"])) == {"A": [DOGS[0], DOGS[2]], "b": [DOGS[1]]}
    assert call("groupBy", DOGS, Lambda(1, lambda dog: dog["kind"]), Lambda(1, lambda dog: dog["age"])) == {
        "A": [5, 2],
        "b": [3],
    }


@pytest.mark.parametrize(
    ("name", "arguments", "message"),
    [
        ("filter", ({}, Lambda(1, bool)), "to be an array"),
        ("filter", ([1], "x"), "to be a lambda. The provided value is of type 'String'."),
        (
            "filter",
            ([1], Lambda(3, lambda a, b, c: True)),
            "a lambda of between 1 and 2 variable(s) while 3 were provided.",
        ),
        ("filter", ([1], Lambda(1, lambda x: 1)), "to return a boolean. The returned value is of type 'Integer'."),
        ("map", (None, Lambda(1, bool)), "The provided value is of type 'Null'."),
        ("mapValues", ([], Lambda(1, bool)), "to be an object"),
        (
            "reduce",
            ([1], 0, Lambda(1, bool)),
            "expects its third parameter to be a lambda of between 2 and 3 variable(s)",
        ),
        ("sort", ([1, 2], Lambda(1, bool)), "a lambda of 2 variable(s) while 1 were provided."),
        ("sort", ([1, 2], Lambda(2, lambda a, b: "x")), "to return a boolean"),
        ("toObject", ([1], Lambda(1, lambda x: x)), "lambda for keys to return a string"),
        ("groupBy", ([1], Lambda(1, lambda x: x)), "lambda for keys to return a string"),
        ("length", (Lambda(1, bool),), "The provided value is of type 'Lambda'."),
        ("string", ([Lambda(1, bool)],), "A value of type 'Lambda' cannot be printed as JSON."),
    ],
)
def test_refusal(name: str, arguments: tuple[Any, ...], message: str) -> None:
    assert message in refusal(name, *arguments)


@relaxed
@given(st.lists(st.tuples(st.integers(0, 3), st.integers())))
def test_sort_keeps_the_order_of_equals(pairs: list[tuple[int, int]]) -> None:
    found = call("sort", pairs, Lambda(2, lambda a, b: a[0] < b[0]))
    assert found == sorted(pairs, key=lambda pair: pair[0])
