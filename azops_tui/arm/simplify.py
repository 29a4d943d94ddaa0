"""Simplifies run-time expressions: known parts are replaced by their values."""

from __future__ import annotations

from azops_tui.arm.environment import REFERENCE, Environment
from azops_tui.arm.errors import ExpressionError, Unknown
from azops_tui.arm.evaluator import compile_node
from azops_tui.arm.limits import CALL_DEPTH
from azops_tui.arm.symbolic import Symbolic
from azops_tui.arm.syntax import Call, Index, Literal, Node, property_of, unparse


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
    if isinstance(node, Call) and node.name.lower() == "lambda":
        return lambda_node(node, environment, depth)
    try:
        value = compile_node(node)(environment)
    except (ExpressionError, Unknown):
        value = None
    else:
        if not isinstance(value, Symbolic):
            if value is None or isinstance(value, (str, int, float, list, dict)):
                return Literal(value)
        elif value.node is not node:
            return simplify(value.node, value.environment.at(uses=None), depth + 1)
    if isinstance(node, Call):
        return Call(node.name, tuple([simplify(argument, environment, depth + 1) for argument in node.arguments]))
    target = simplify(node.target, environment, depth + 1)
    if isinstance(node, Index):
        index = simplify(node.index, environment, depth + 1)
        if isinstance(index, Literal) and isinstance(index.value, str):
            return property_of(target, index.value)
        return Index(target, index)
    return property_of(target, node.name)


def lambda_node(node: Call, environment: Environment, depth: int) -> Node:
    """Simplify a lambda, keeping its own variables."""
    own = {}
    for name in node.arguments[:-1]:
        if isinstance(name, Literal) and isinstance(name.value, str):
            call = Call("lambdaVariables", (name,))
            own[name.value.lower()] = Symbolic(call, environment)
    inside = environment.at(lambdas={**(environment.lambdas or {}), **own})
    for symbolic in own.values():
        symbolic.environment = inside
    return Call(node.name, (*node.arguments[:-1], simplify(node.arguments[-1], inside, depth + 1)))
