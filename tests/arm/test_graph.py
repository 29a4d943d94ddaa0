"""Drawings of the dependencies in a template."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azops_tui.arm import TemplateError, expand, read
from azops_tui.arm.describe import describe, placeholders
from azops_tui.arm.graph import Graph, Node, graph, mermaid, text
from tests.arm import quickstarts

GROUP = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg"


def graph_of(template: dict[str, Any]) -> Graph:
    return graph(describe(expand(template, scope=GROUP)))


def thing(name: str, *after: str, **more: Any) -> dict[str, Any]:
    return {"type": "My.Rp/things", "apiVersion": "2025-01-01", "name": name, "dependsOn": list(after), **more}


def test_arrows_that_follow_from_others_are_left_out() -> None:
    found = graph_of({"resources": [thing("c", "a", "b"), thing("b", "a"), thing("a")]})
    names = [node.name for node in found.nodes]
    assert names == ["a", "b", "c"]
    assert set(found.arrows) == {(0, 1), (0, 2), (1, 2)}
    assert set(found.reduced().arrows) == {(0, 1), (1, 2)}


def test_the_tree_names_what_else_is_waited_for() -> None:
    found = graph_of({"resources": [thing("c", "a", "b"), thing("b"), thing("a"), thing("d", "c")]})
    assert text(found).split("\n") == [
        "b  My.Rp/things",
        "a  My.Rp/things",
        "└─ c  My.Rp/things  (also after b)",
        "   └─ d  My.Rp/things",
    ]
    assert text(graph_of({"resources": []})) == "no resources"


def test_loops_are_one_node_and_nested_deployments_come_before_what_is_in_them() -> None:
    nested = {
        "type": "Microsoft.Resources/deployments",
        "apiVersion": "2025-04-01",
        "name": "inner",
        "properties": {"mode": "Incremental", "template": {"resources": [thing("leaf"), thing("twig", "leaf")]}},
    }
    found = graph_of({"resources": [thing("[concat('n', copyIndex())]", copy={"name": "n", "count": 3}), nested]})
    nodes = {node.name: index for index, node in enumerate(found.nodes)}
    assert found.nodes[nodes["n{0…2}"]].title == "n{0…2} ×3"
    assert set(found.arrows) == {(nodes["inner"], nodes["leaf"]), (nodes["leaf"], nodes["twig"])}
    assert found.nodes[nodes["leaf"]].depth == 1


def test_names_cannot_break_out_of_a_drawing() -> None:
    evil = '"]; click r0 "javascript:x" <script>&`\\#\n'
    found = Graph((Node(evil, "My.Rp/things", 1), Node("b", "My.Rp/things", 2)), ((0, 1),))
    lines = mermaid(found).split("\n")
    assert len(lines) == 4
    assert lines[1].count('"') == 2
    assert "<script>" not in mermaid(found)


GRAPHS = st.integers(1, 14).flatmap(
    lambda size: st.tuples(
        st.just(size),
        st.sets(st.tuples(st.integers(0, size - 1), st.integers(0, size - 1)).filter(lambda pair: pair[0] < pair[1])),
    )
)


def made(size: int, arrows: set[tuple[int, int]]) -> Graph:
    levels = [1] * size
    for first, then in sorted(arrows, key=lambda arrow: arrow[1]):
        levels[then] = max(levels[then], levels[first] + 1)
    order = sorted(range(size), key=lambda index: levels[index])
    place = {old: new for new, old in enumerate(order)}
    nodes = tuple(Node("n" * (1 + old * 3), "T/t", levels[old]) for old in order)
    return Graph(nodes, tuple(sorted((place[first], place[then]) for first, then in arrows)))


def reach(found: Graph) -> set[tuple[int, int]]:
    pairs = set(found.arrows)
    while more := {(a, d) for a, b in pairs for c, d in pairs if b == c} - pairs:
        pairs |= more
    return pairs


@given(GRAPHS)
def test_any_order_survives_reduction(drawn: tuple[int, set[tuple[int, int]]]) -> None:
    found = made(*drawn)
    assert reach(found.reduced()) == reach(found)
    assert len(text(found).split("\n")) == len(found.nodes)


@pytest.mark.skipif(not quickstarts.folders(), reason="the quickstarts are not here")
def test_every_quickstart_can_be_drawn() -> None:
    for folder in quickstarts.folders():
        document = read((folder / "azuredeploy.json").read_bytes())
        declared = {name.lower() for name in document.value.get("parameters", {})}
        passed = {
            name: value for name, value in quickstarts.filled(folder).get("parameters", {}).items()
            if name.lower() in declared
        }  # fmt: skip
        try:
            expansion = expand(
                document,
                {**passed, **placeholders(document.value, passed)},
                scope=quickstarts.SCOPE,
                linked=quickstarts.linked(folder),
                location="westus",
                allow_missing=True,
            )
        except TemplateError as error:
            # One of them names a subnet without its network.
            if "requires '2' resource name argument(s)" in error.message:
                continue
            raise
        found = graph(describe(expansion))
        assert all(found.nodes[first].level < found.nodes[then].level for first, then in found.arrows), folder.name
        assert len(text(found).split("\n")) == len(found.nodes)
        assert len(re.findall(r"^    r\d+[(\[]", mermaid(found), re.MULTILINE)) == len(found.nodes)


def test_a_hundred_layers_of_many_are_drawn() -> None:
    size = 400
    arrows = {(index, index + step) for index in range(size) for step in (4, 7, 40) if index + step < size}
    found = made(size, arrows)
    assert len(text(found).split("\n")) == size
    assert len(found.reduced().arrows) < len(arrows)
