"""What holds for any input: expressions print as they are read, errors are TemplateError, expansion repeats itself."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from azops_tui.arm import TemplateError, evaluate, expand, plain, read
from azops_tui.arm.functions import FUNCTIONS
from azops_tui.arm.parser import parse
from azops_tui.arm.syntax import FunctionCall, Index, Literal, Node, Property, unparse

SCOPE = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg"
NAMES = sorted(name for name in FUNCTIONS if "*" not in name)

identifiers = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,8}", fullmatch=True)
literals = st.one_of(st.text(max_size=8), st.integers(-(2**63), 2**63 - 1)).map(Literal)
nodes: st.SearchStrategy[Node] = st.recursive(
    literals,
    lambda inner: st.one_of(
        st.builds(FunctionCall, st.one_of(st.sampled_from(NAMES), identifiers), st.lists(inner, max_size=4).map(tuple)),
        st.builds(Property, st.builds(FunctionCall, identifiers, st.lists(inner, max_size=2).map(tuple)), identifiers),
        st.builds(Index, st.builds(FunctionCall, identifiers, st.just(())), inner),
    ),
    max_leaves=12,
)
scalars = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.text(max_size=12)
)
expressions = nodes.map(unparse)
values = st.recursive(
    st.one_of(scalars, expressions),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=6), inner, max_size=3)),
    max_leaves=8,
)
KEYS = re.findall(
    r"\w+",
    "type name apiVersion location copy count input mode batchSize condition dependsOn scope properties resources "
    "existing template templateLink uri parameters outputs value defaultValue minLength",
)
resources = st.dictionaries(st.sampled_from(KEYS), values, max_size=6).map(
    lambda extra: {"type": "My.Rp/things", "apiVersion": "2020-01-01", "name": "a", **extra}
)
templates = st.fixed_dictionaries(
    {},
    optional={
        "parameters": st.one_of(values, st.dictionaries(identifiers, st.dictionaries(st.sampled_from(KEYS), values))),
        "variables": st.one_of(values, st.dictionaries(identifiers, values, max_size=4)),
        "functions": values,
        "definitions": values,
        "resources": st.one_of(
            values, st.lists(resources, max_size=3), st.dictionaries(identifiers, resources, max_size=3)
        ),
        "outputs": st.one_of(values, st.dictionaries(identifiers, st.dictionaries(st.sampled_from(KEYS), values))),
        "asserts": values,
    },
)
patient = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])


@given(nodes)
def test_an_expression_prints_as_it_is_read(node: Node) -> None:
    text = unparse(node)
    assert parse(text) == node
    assert unparse(parse(text)) == text


def message(call: Callable[[], object]) -> str:
    """What a call is refused with, empty if it is not; any other exception passes through."""
    try:
        call()
    except TemplateError as error:
        return f"{error.code}: {error.message} ({error.line}, {error.column})"
    return ""


@patient
@given(nodes, st.booleans())
def test_evaluation_raises_nothing_but_template_errors(node: Node, plan: bool) -> None:
    text = unparse(node)
    refusal = message(lambda: evaluate(text, parameters={"a": 1}, variables={"b": [1]}, mode="plan" if plan else "now"))
    assert refusal == "" or len(refusal) > 10


@patient
@given(st.text(max_size=60))
def test_any_text_between_brackets_is_survived(text: str) -> None:
    refusal = message(lambda: evaluate(f"[{text}]"))
    assert refusal == "" or len(refusal) > 10


@patient
@given(templates)
def test_any_template_expands_or_is_refused_and_both_times_alike(template: dict[str, Any]) -> None:
    seen: list[str] = []

    def attempt() -> None:
        found = expand(template, scope=SCOPE, allow_missing=True)
        seen.append(json.dumps([found.as_deployment(), [plain(resource.body) for resource in found.resources]]))

    assert message(attempt) == message(attempt)
    assert len(set(seen)) <= 1


@patient
@given(st.text(alphabet="{}[]:,\"'ab1/*\n -.\\", max_size=40))
def test_any_text_is_json_or_is_refused_with_its_place(text: str) -> None:
    refusal = message(lambda: read(text))
    assert "(0, " not in refusal


anything = st.recursive(scalars, lambda inner: st.one_of(st.lists(inner), st.dictionaries(st.text(), inner)))


@patient
@given(anything)
def test_reading_gives_what_was_written(value: Any) -> None:
    assert read(json.dumps(value)).value == value


@pytest.mark.parametrize("indent", [None, 2])
def test_every_node_is_found_where_it_stands(indent: int | None) -> None:
    value = {"a": [1, {"b": "x"}], "c": {"d": None, "e": [[], [True]]}}
    text = json.dumps(value, indent=indent)
    document = read(text)
    rows = text.splitlines()
    ends = {("a", 0): "1", ("a", 1, "b"): '"', ("c",): "{", ("c", "e", 1): "[", ("c", "e", 1, 0): "e"}
    for path, last in ends.items():
        line, column = document.position(path)
        assert rows[line - 1][column - 1] == last
