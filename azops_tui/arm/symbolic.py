"""Symbolic values: expressions whose values are known only at run time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from azops_tui.arm.environment import GENERATE, REFERENCE, Environment, EvaluationRun
from azops_tui.arm.errors import ExpressionError, Unknown
from azops_tui.arm.limits import CALL_DEPTH
from azops_tui.arm.syntax import FunctionCall, Index, Literal, Node, property_of, unparse


class Symbolic:
    """The run-time value of an expression; ``str()`` is the expression with known parts replaced by their values.

    Equal if the expressions are equal.
    """

    __slots__ = ("environment", "guess", "node", "text")

    def __init__(self, node: Node, environment: Environment, guess: Any = None) -> None:
        self.node = node
        self.environment = environment
        self.guess = guess
        """Known part of the value: the outputs of an expanded nested deployment."""
        self.text = ""

    def settled(self, run: EvaluationRun) -> Any:
        """Evaluate the expression in a run with run-time values. Raises ExpressionError."""
        return run.compile_node(self.node)(self.environment.at(run=run, place=REFERENCE | GENERATE, uses=None))

    def __str__(self) -> str:
        if not self.text:
            self.text = simplified(self)
        return self.text

    def __repr__(self) -> str:
        return f"<{self}>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Symbolic) and str(self) == str(other)

    def __hash__(self) -> int:
        return hash(str(self))


class KnownPart(dict[str, Any]):
    """Known part of a reference to a nested deployment; leads to the values of its outputs."""


def is_known(value: Any) -> bool:
    """True if no part of the value is symbolic."""
    if isinstance(value, dict):
        return all(is_known(item) for item in value.values())
    if isinstance(value, list):
        return all(is_known(item) for item in value)
    return not isinstance(value, Symbolic)


def transform(value: Any, change: Callable[[Symbolic], Any]) -> Any:
    """A copy of the value with `change` applied to each symbolic part."""
    if isinstance(value, dict):
        return {key: transform(item, change) for key, item in value.items()}
    if isinstance(value, list):
        return [transform(item, change) for item in value]
    return change(value) if isinstance(value, Symbolic) else value


def plain(value: Any) -> Any:
    """A copy for JSON, with symbolic parts as their expressions."""
    return transform(value, str)


def simplified(value: Symbolic) -> str:
    """Return the simplified expression of a symbolic value as text, with brackets."""
    try:
        return unparse(simplify(value.node, value.environment.at(uses=None, place=REFERENCE), 0))
    except RecursionError:
        return unparse(value.node)


def simplify(node: Node, environment: Environment, depth: int) -> Node:
    """Return the node with every known part replaced by its value."""
    if isinstance(node, Literal) or depth > CALL_DEPTH:
        return node
    if isinstance(node, FunctionCall) and node.name.lower() == "lambda":
        return lambda_node(node, environment, depth)
    try:
        value = environment.run.compile_node(node)(environment)
    except (ExpressionError, Unknown):
        value = None
    else:
        if not isinstance(value, Symbolic):
            if value is None or isinstance(value, (str, int, float, list, dict)):
                return Literal(value)
        elif value.node is not node:
            return simplify(value.node, value.environment.at(uses=None), depth + 1)
    if isinstance(node, FunctionCall):
        return FunctionCall(
            node.name, tuple([simplify(argument, environment, depth + 1) for argument in node.arguments])
        )
    target = simplify(node.target, environment, depth + 1)
    if isinstance(node, Index):
        index = simplify(node.index, environment, depth + 1)
        if isinstance(index, Literal) and isinstance(index.value, str):
            return property_of(target, index.value)
        return Index(target, index)
    return property_of(target, node.name)


def lambda_node(node: FunctionCall, environment: Environment, depth: int) -> Node:
    """Simplify a lambda; its own variables stay."""
    own = {}
    for name in node.arguments[:-1]:
        if isinstance(name, Literal) and isinstance(name.value, str):
            call = FunctionCall("lambdaVariables", (name,))
            own[name.value.lower()] = Symbolic(call, environment)
    inside = environment.at(lambdas={**(environment.lambdas or {}), **own})
    for symbolic in own.values():
        symbolic.environment = inside
    return FunctionCall(node.name, (*node.arguments[:-1], simplify(node.arguments[-1], inside, depth + 1)))
