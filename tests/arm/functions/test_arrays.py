"""Functions on arrays, and those that take arrays or strings."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azops_tui.arm.errors import Unknown
from tests.arm.functions.support import call, refusal, relaxed

CASES: list[tuple[str, tuple[Any, ...], Any]] = [
    ("array", (1,), [1]),
    ("array", ("x",), ["x"]),
    ("array", ({"a": 1},), [{"a": 1}]),
    ("array", ([1, 2],), [1, 2]),
    ("array", (None,), [None]),
    ("createArray", (), []),
    ("createArray", (1, "b", [True]), [1, "b", [True]]),
    ("contains", ("abc", "b"), True),
    ("contains", ("abc", "B"), False),
    ("contains", ("abc", ""), True),
    ("contains", ({"Key": 1}, "kEY"), True),
    ("contains", ({"Key": 1}, "keys"), False),
    ("contains", ([1, "a"], 1), True),
    ("contains", ([1, "a"], "1"), False),
    ("contains", ([1], True), False),
    ("contains", ([1], 1.0), False),
    ("contains", (["a"], "A"), False),
    ("contains", ([[1, 2]], [1, 2]), True),
    ("contains", ([{"a": 1, "b": 2}], {"b": 2, "a": 1}), True),
    ("empty", ("",), True),
    ("empty", ([],), True),
    ("empty", ({},), True),
    ("empty", (None,), True),
    ("empty", (" ",), False),
    ("empty", ([None],), False),
    ("first", (["a", "b"],), "a"),
    ("first", ("xyz",), "x"),
    ("first", ("",), ""),
    ("first", ([],), None),
    ("last", (["a", "b"],), "b"),
    ("last", ("xyz",), "z"),
    ("last", ("",), ""),
    ("last", ([],), None),
    ("flatten", ([[1, 2], [], [3, [4]]],), [1, 2, 3, [4]]),
    ("flatten", ([],), []),
    ("indexFromEnd", (["a", "b", "c"], 1), "c"),
    ("indexFromEnd", (["a", "b", "c"], 3), "a"),
    ("tryIndexFromEnd", (["a", "b"], 1), "b"),
    ("tryIndexFromEnd", (["a", "b"], 3), None),
    ("tryIndexFromEnd", (["a", "b"], 0), None),
    ("tryIndexFromEnd", (None, 1), None),
    ("indexOf", ("Hello", "L"), 2),
    ("indexOf", ("Hello", ""), 0),
    ("indexOf", ("Hello", "x"), -1),
    ("indexOf", (["a", "A", "a"], "A"), 1),
    ("indexOf", ([1, [2]], [2]), 1),
    ("lastIndexOf", ("Hello", "L"), 3),
    ("lastIndexOf", ("Hello", "x"), -1),
    ("lastIndexOf", (["a", "A", "a"], "a"), 2),
    ("length", ("four",), 4),
    ("length", ([1, 2],), 2),
    ("length", ({"a": {"b": 1}},), 1),
    ("max", (3, 9, -1), 9),
    ("max", ([3, 9, -1],), 9),
    ("min", (3, 9, -1), -1),
    ("min", ([4], 5), 4),
    ("range", (3, 4), [3, 4, 5, 6]),
    ("range", (-2, 3), [-2, -1, 0]),
    ("range", (7, 0), []),
    ("skip", ([1, 2, 3], 2), [3]),
    ("skip", ([1], -5), [1]),
    ("skip", ("abc", 1), "bc"),
    ("skip", ("abc", 99), ""),
    ("take", ([1, 2, 3], 2), [1, 2]),
    ("take", ([1], -5), []),
    ("take", ("abc", 2), "ab"),
    ("take", ("abc", 99), "abc"),
    ("union", ([1, 2, 2], [2, 3]), [1, 2, 3]),
    ("union", (["a", "A"], ["a"]), ["a", "A"]),
    ("union", ([1, True], [1.0, "1"]), [1, True, 1.0, "1"]),
    ("union", ([{"a": 1}], [{"a": 1}, {"a": 2}]), [{"a": 1}, {"a": 2}]),
    ("intersection", ([1, 2, 3, 2], [2, 3, 4]), [2, 3]),
    ("intersection", ([1, 2], [2], [1]), []),
    ("intersection", ([[1], {"a": 1}], [{"a": 1}, [1]]), [[1], {"a": 1}]),
    ("intersection", ([True], [1]), []),
]


@pytest.mark.parametrize(("name", "arguments", "value"), CASES)
def test_value(name: str, arguments: tuple[Any, ...], value: Any) -> None:
    found = call(name, *arguments)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("name", "arguments", "message"),
    [
        ("contains", (None, "a"), "expects its first argument 'collection' to be a dictionary (object), an array or a"),
        ("contains", ("a", 1), "The provided value is of type 'Integer'."),
        ("contains", ({}, 1), "The provided value is of type 'Integer'."),
        ("empty", (1,), "expects its parameter to be an object, an array, or a string. The provided value is of type"),
        ("first", (1,), "expects its parameter be an array or a string. The provided value is of type 'Integer'."),
        ("last", (True,), "The provided value is of type 'Boolean'."),
        ("length", (1,), "expects its parameter to be an array, object, or a string. The provided value is of type"),
        ("length", (None,), "The provided value is of type 'Null'."),
        ("skip", (1, 1), "expects its first parameter 'collection' to be an array or a string."),
        ("take", ("a", "1"), "expects its second parameter 'count' to be an integer."),
        ("take", ("a", True), "The provided value is of type 'Boolean'."),
        ("flatten", ([[1], 2],), "an array of arrays"),
        ("indexFromEnd", (["a"], 2), "index '2' from end is out of bounds"),
        ("indexOf", ("a", 1), "expects its parameters to be of type string and string. The provided value is of type"),
        ("max", (1, "2"), "The provided value is of type 'String'."),
        ("max", (1, True), "The provided value is of type 'Boolean'."),
        ("min", ([],), "at least one integer"),
        ("range", (0, 10_001), "not greater than '10000'"),
        ("range", (0, -1), "non-negative"),
        ("range", (2_147_483_640, 10), "cannot be greater than '2147483647'"),
        ("range", (0, 10**18), "not greater than '10000'"),
        ("union", ([1], {}), "expects parameters of the same type, but found multiple types."),
        ("union", (1, 2), "expects either a comma separated list of arrays or a comma separated list of objects"),
        ("intersection", (1, []), "expects parameters of the same type, but found multiple types."),
    ],
)
def test_refusal(name: str, arguments: tuple[Any, ...], message: str) -> None:
    assert message in refusal(name, *arguments)


def test_characters_outside_of_the_basic_plane_count_twice() -> None:
    assert call("length", "a😀b") == 4
    assert call("skip", "a😀b", 3) == "b"
    assert call("indexOf", "a😀b", "B") == 3
    assert call("last", "a😀") == "\ufffd"


def test_too_large_arrays_are_refused() -> None:
    most = [0] * 90_000
    assert "more than 100000 elements" in refusal("concat", most, most)
    assert "more than 100000 elements" in refusal("flatten", [most, most])
    assert "more than 100000 elements" in refusal("union", most, most)


json_scalars = st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.text(max_size=4)
arrays = st.lists(json_scalars | st.lists(json_scalars, max_size=2), max_size=8)


@relaxed
@given(arrays, arrays)
def test_union_and_intersection_agree_with_contains(first: list[Any], second: list[Any]) -> None:
    together = call("union", first, second)
    assert all(call("contains", together, item) for item in first + second)
    common = call("intersection", first, second)
    assert all(call("contains", first, item) and call("contains", second, item) for item in common)
    assert len(common) + len(together) == len(call("union", first, [])) + len(call("union", second, []))


@relaxed
@given(st.lists(st.integers()), st.integers(-3, 12))
def test_take_and_skip_divide_an_array(values: list[int], count: int) -> None:
    assert call("take", values, count) + call("skip", values, count) == values


def test_sets_of_many_objects_are_fast() -> None:
    first = [{"name": f"n{number}", "tags": [number]} for number in range(20_000)]
    second = [{"tags": [number], "name": f"n{number}"} for number in range(10_000, 30_000)]
    assert len(call("union", first, second)) == 30_000
    assert len(call("intersection", first, second)) == 10_000


class Placeholder:
    """Stands for the evaluator's values that are known at run time only."""


def test_placeholders_are_carried_and_never_judged() -> None:
    later = Placeholder()
    assert call("union", [later], []) == [later]
    assert call("length", [later, 1]) == 2
    assert call("first", [later]) is later
    assert call("contains", {"a": later}, "A") is True
    assert call("equals", {"a": later}, {"a": later, "b": 1}) is False
    for name, arguments in [
        ("union", ([later], [1])),
        ("union", ([later], [Placeholder()])),
        ("contains", ([later], 1)),
        ("equals", ({"a": later}, {"a": 1})),
        ("string", ([later],)),
        ("join", (["a", later], ",")),
        ("empty", (later,)),
        ("intersection", ([later], [1])),
    ]:
        with pytest.raises(Unknown):
            call(name, *arguments)
