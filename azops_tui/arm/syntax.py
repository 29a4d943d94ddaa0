"""Syntax trees of template expressions, and their text.

>>> from azops_tui.arm.parser import parse
>>> tree = parse("[concat( 'a' , parameters('n').x[0])]")
>>> unparse(tree)
"[concat('a', parameters('n').x[0])]"
>>> parse(unparse(tree)) == tree
True
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")


@dataclass(frozen=True, slots=True)
class Literal:
    """A string or number; after simplification also an object, array, boolean or null."""

    value: Any


@dataclass(frozen=True, slots=True)
class FunctionCall:
    """``name(arguments)``; the name of a user-defined function includes its namespace."""

    name: str
    arguments: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Property:
    """``target.name``."""

    target: Node
    name: str


@dataclass(frozen=True, slots=True)
class Index:
    """``target[index]``."""

    target: Node
    index: Node


Node = Literal | FunctionCall | Property | Index


def calls(node: Node) -> Iterator[FunctionCall]:
    """Yield every call in an expression, outermost first."""
    stack: list[Node] = [node]
    while stack:
        current = stack.pop()
        if isinstance(current, FunctionCall):
            yield current
            stack += reversed(current.arguments)
        elif isinstance(current, Property):
            stack.append(current.target)
        elif isinstance(current, Index):
            stack += [current.index, current.target]


def text_argument(call: FunctionCall) -> str | None:
    """Return the first argument if it is a string literal."""
    first = call.arguments[0] if call.arguments else None
    return first.value if isinstance(first, Literal) and isinstance(first.value, str) else None


def unparse(node: Node) -> str:
    """The expression as text with brackets and normalised spaces; a literal string is escaped."""
    if isinstance(node, Literal) and isinstance(node.value, str):
        return "[" + node.value if node.value.startswith("[") and node.value.endswith("]") else node.value
    return f"[{inner(node)}]"


def inner(node: Node) -> str:
    """The expression as text without brackets."""
    if isinstance(node, Literal):
        return literal(node.value)
    if isinstance(node, FunctionCall):
        return f"{node.name}({', '.join([inner(argument) for argument in node.arguments])})"
    if isinstance(node, Property):
        return f"{inner(node.target)}.{node.name}"
    return f"{inner(node.target)}[{inner(node.index)}]"


def literal(value: Any) -> str:
    """A JSON value as an expression."""
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    if value is None or isinstance(value, bool):
        return {None: "null()", True: "true()", False: "false()"}[value]
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return f"float('{value!r}')"
    if isinstance(value, list):
        return f"createArray({', '.join([literal(item) for item in value])})"
    if isinstance(value, dict):
        return f"createObject({', '.join([f'{literal(key)}, {literal(item)}' for key, item in value.items()])})"
    return str(value)[1:-1]


def property_of(target: Node, name: str) -> Node:
    """``target.name``, or ``target['name']`` where the name is not an identifier."""
    return Property(target, name) if IDENTIFIER.match(name) else Index(target, Literal(name))
