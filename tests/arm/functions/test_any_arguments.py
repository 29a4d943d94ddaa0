"""Whatever a function is given, it answers or refuses: nothing but its documented error comes out."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from azops_tui.arm.functions import FUNCTIONS, FunctionError
from azops_tui.arm.functions.hashing import arm_guid, murmur64, unique_string
from tests.arm.functions.support import call, relaxed

texts = st.text(max_size=8) | st.sampled_from(
    [
        "{0:X}",
        "2020-04-07T14:53:14Z",
        "P1D",
        "10.0.0.0/24",
        "https://h/",
        "data:,x",
        "YQ==",
        "[1]",
        "true",
        "12",
        "\ud800",
        "é😀",
    ]
)
numbers = st.integers(-(2**63), 2**63 - 1) | st.integers(-3, 30) | st.floats()
values = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)


class Lambda:
    """A lambda that returns one value whatever it is given."""

    def __init__(self, arity: int, value: Any) -> None:
        self.arity = arity
        self.value = value

    def __call__(self, *arguments: Any) -> Any:
        return self.value


lambdas = st.builds(Lambda, st.integers(0, 4), values)
ordinary = sorted(name for name, function in FUNCTIONS.items() if function.takes == "values")


@pytest.mark.parametrize("name", ordinary)
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_nothing_but_the_documented_error(name: str, data: st.DataObject) -> None:
    function = FUNCTIONS[name]
    most = function.maximum if function.maximum is not None else function.minimum + 3
    arguments = data.draw(st.lists(values | lambdas, min_size=function.minimum, max_size=most))
    before = repr(arguments)
    try:
        found = call(name, *arguments)
    except FunctionError:
        found = None
    if not any(isinstance(argument, Lambda) for argument in arguments):
        json.dumps(found)
    assert repr(arguments) == before


def test_known_hashes() -> None:
    assert unique_string(["snap", "crackle", "pop"]) == "byghxckddilkc"
    template = (
        '{"$schema":"http://schema.management.azure.com/schemas/2015-01-01/deploymentTemplate.json#",'
        '"contentVersion":"1.0.0.0","resources":[]}'
    )
    assert murmur64(template.upper()) == 9698913895792634932


@relaxed
@given(st.lists(st.text(), min_size=1))
def test_hashes_of_anything(parts: list[str]) -> None:
    name = unique_string(parts)
    assert len(name) == 13
    assert set(name) <= set("abcdefghijklmnopqrstuvwxyz234567")
    assert len(arm_guid(parts)) == 36
    assert 0 <= murmur64(parts[0]) < 2**64
