"""Functions on objects, and the merging of keys without case."""

from __future__ import annotations

from typing import Any

import pytest

from tests.arm.functions.support import call, refusal

CASES: list[tuple[str, tuple[Any, ...], Any]] = [
    ("createObject", (), {}),
    ("createObject", ("a", 1, "b", [2]), {"a": 1, "b": [2]}),
    ("createObject", ("Name", 1, "NAME", 2), {"Name": 2}),
    (
        "items",
        ({"b": 1, "A": 2, "c": 3},),
        [{"key": "A", "value": 2}, {"key": "b", "value": 1}, {"key": "c", "value": 3}],
    ),
    ("items", ({},), []),
    ("objectKeys", ({"b": 1, "A": 2},), ["A", "b"]),
    ("shallowMerge", ([{"a": {"x": 1}}, {"a": {"y": 2}}],), {"a": {"y": 2}}),
    ("shallowMerge", ([{"ABC": 1}, {"abc": None}],), {"ABC": None}),
    ("shallowMerge", ([],), {}),
    ("shallowMerge", ([None, {"a": 1}],), {"a": 1}),
    (
        "union",
        ({"a": {"x": 1, "y": 1}, "l": [1]}, {"A": {"Y": 2, "z": 3}, "l": [2]}),
        {"a": {"x": 1, "y": 2, "z": 3}, "l": [2]},
    ),
    ("union", ({"a": 1}, {"a": {"b": 1}}, {"a": 2}), {"a": 2}),
    ("union", ({"a": 1}, {"a": None}), {"a": None}),
    ("union", (None, {"a": 1}), {"a": 1}),
    ("intersection", ({"a": 1, "b": 2, "c": [3]}, {"A": 1, "b": 3, "c": [3]}), {"a": 1, "c": [3]}),
    ("tryGet", ({"a": {"B": [1, 2]}}, "A", "b", 1), 2),
    ("tryGet", ({"a": 1}, "b"), None),
    ("tryGet", ({"a": 1}, "a", "b"), None),
    ("tryGet", (None, "a"), None),
    ("tryGet", ([1, 2], 5), None),
    ("tryGet", ([1, 2], -1), None),
    ("tryGet", ([1, 2], "a"), None),
    ("json", ('{"a": [1, 2.5, true, null]}',), {"a": [1, 2.5, True, None]}),
    ("json", ("{'a': 'it\\'s', b: 1, /* c */ \"d\": [1,],} // end",), {"a": "it's", "b": 1, "d": [1]}),
    ("json", ("null",), None),
    ("json", ('"text"',), "text"),
    ("json", ("[]",), []),
    ("json", ('"2020-01-01T00:00:00Z"',), "2020-01-01T00:00:00Z"),
    ("json", ('"\\ud83d\\ude00"',), "😀"),
    ("json", ("'\\ud83d\\ude00'",), "😀"),
]


@pytest.mark.parametrize(("name", "arguments", "value"), CASES)
def test_value(name: str, arguments: tuple[Any, ...], value: Any) -> None:
    found = call(name, *arguments)
    assert found == value
    if isinstance(value, dict):
        assert list(found) == list(value)


@pytest.mark.parametrize(
    ("name", "arguments", "message"),
    [
        ("createObject", ("a",), "has to be even"),
        ("createObject", (1, 2), "expects its keys to be strings"),
        ("items", ([],), "The provided value is of type 'Array'."),
        ("objectKeys", ("a",), "The provided value is of type 'String'."),
        ("shallowMerge", ({},), "to be an array"),
        ("shallowMerge", ([1],), "an array of objects"),
        ("tryGet", ({}, None), "The provided value is of type 'Null'."),
        ("json", (1,), "to be a string"),
        ("json", ("",), "parameter is not valid"),
        ("json", ("{",), "parameter is not valid"),
        ("json", ("{} {}",), "Additional text encountered"),
        ("json", ("[1, NaN]",), "parameter is not valid"),
        ("json", ("'open",), "Unterminated string"),
        ("json", ("'\\x'",), "Bad JSON escape sequence"),
        ("json", ("[" * 5000,), "MaxDepth"),
        ("json", ("[" * 150 + "]" * 150,), "MaxDepth"),
        ("json", ("1" * 5000,), "too long"),
    ],
)
def test_refusal(name: str, arguments: tuple[Any, ...], message: str) -> None:
    assert message in refusal(name, *arguments)


def test_arguments_are_never_changed() -> None:
    first: dict[str, Any] = {"a": {"x": 1}}
    second: dict[str, Any] = {"a": {"y": 2}}
    call("union", first, second)
    call("shallowMerge", [first, second])
    assert first == {"a": {"x": 1}}
    assert second == {"a": {"y": 2}}


def doubled(times: int) -> dict[str, Any]:
    value: dict[str, Any] = {"x": 1}
    for _ in range(times):
        value = {"l": value, "r": value}
    return value


def test_values_that_share_parts_take_no_longer_than_their_parts() -> None:
    one, other = doubled(60), doubled(60)
    assert call("equals", one, other) is True
    merged = call("union", one, other)
    assert call("equals", merged, one) is True
    assert call("intersection", [one], [other]) == [one]
