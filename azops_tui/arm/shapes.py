"""Placeholders for array and object parameters, built from the members that the template reads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from azops_tui.arm.errors import ParseError
from azops_tui.arm.parser import is_expression, parse
from azops_tui.arm.sections import get, section
from azops_tui.arm.syntax import FunctionCall, Index, Literal, Node, Property
from azops_tui.json_types import Json

Shape = dict[str, Any]
"""Members by name; ``[]`` is any element."""
_ANY = "[]"
_CONTAINERS = ("array", "object", "secureobject")


def shaped(template: Mapping[str, Json]) -> dict[str, dict[str, Json]]:
    """Stand-ins for array and object parameters without a default: one element, and text ``‹name.member›`` for each
    member that an expression reads. Raises TemplateError.

    >>> shaped({"parameters": {"disks": {"type": "array"}}, "resources": ["[parameters('disks')[copyIndex()].size]"]})
    {'disks': {'value': [{'size': '‹disks.size›'}]}}
    """
    containers = {
        name.lower(): (name, str(get(body, "type", "")).lower())
        for name, body in section(template, "parameters").items()
        if isinstance(body, dict)
        and get(body, "defaultValue") is None
        and str(get(body, "type", "")).lower() in _CONTAINERS
    }
    if not containers:
        return {}
    shapes: dict[str, Shape] = {name: {} for name in containers}
    _read(template, shapes)
    placeholders = {}
    for lowered, (name, kind) in containers.items():
        shape = shapes[lowered]
        if kind == "array":
            placeholders[name] = {"value": [_value(shape.get(_ANY, {}), name)]}
        else:
            placeholders[name] = {"value": _value(shape, name) if shape else {}}
    return placeholders


def _value(shape: Shape, name: str) -> Json:
    if not shape:
        return f"‹{name}›"
    if _ANY in shape:
        return [_value(shape[_ANY], name)]
    return {member: _value(inner, f"{name}.{member}") for member, inner in shape.items()}


def _read(value: Json, shapes: dict[str, Shape]) -> None:
    stack = [value]
    while stack:
        current = stack.pop()
        if isinstance(current, Mapping):
            options = current.get("expressionEvaluationOptions")
            if isinstance(options, Mapping) and str(get(options, "scope", "")).lower() == "inner":
                # Expressions of a nested template with inner scope read its own parameters.
                current = {key: item for key, item in current.items() if key.lower() != "template"}
            stack += [*current.keys(), *current.values()]
        elif isinstance(current, list):
            stack += current
        elif isinstance(current, str) and is_expression(current):
            try:
                _expression(parse(current), shapes)
            except ParseError:
                continue


def _expression(tree: Node, shapes: dict[str, Shape]) -> None:
    stack = [tree]
    while stack:
        node = stack.pop()
        _follow(node, shapes)
        if isinstance(node, FunctionCall):
            stack += node.arguments
        elif isinstance(node, Property):
            stack.append(node.target)
        elif isinstance(node, Index):
            stack += [node.target, node.index]


def _follow(node: Node, shapes: dict[str, Shape]) -> None:
    """Record the members that a chain such as ``parameters('a')[0].b.c`` reads."""
    chain: list[str] = []
    while not isinstance(node, FunctionCall):
        if isinstance(node, Property):
            chain.append(node.name)
        elif isinstance(node, Index):
            index = node.index
            chain.append(index.value if isinstance(index, Literal) and isinstance(index.value, str) else _ANY)
        else:
            return
        node = node.target
    if node.name.lower() != "parameters" or len(node.arguments) != 1 or not isinstance(node.arguments[0], Literal):
        return
    shape = shapes.get(str(node.arguments[0].value).lower())
    for member in reversed(chain):
        if shape is None:
            return
        shape = shape.setdefault(member, {})
