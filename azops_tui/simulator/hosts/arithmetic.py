"""Arithmetic of the simulated shell: ``$((…))``."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable

from azops_tui.simulator.hosts.control import ExpansionError

_TOKEN = re.compile(r"\s*(\d+|[A-Za-z_]\w*|\*\*|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%<>()!~&|^?:])")
_BINARY: list[dict[str, Callable[[int, int], int]]] = [
    {"||": lambda a, b: int(bool(a) or bool(b))},
    {"&&": lambda a, b: int(bool(a) and bool(b))},
    {"==": operator.eq, "!=": operator.ne},
    {"<": operator.lt, ">": operator.gt, "<=": operator.le, ">=": operator.ge},
    {"+": operator.add, "-": operator.sub},
    {"*": operator.mul, "/": lambda a, b: int(a / b), "%": lambda a, b: a - b * int(a / b)},
]


def calculate(text: str, variables: dict[str, str]) -> int:
    """Evaluate an arithmetic expression, including its assignments.

    Raises:
        ExpansionError: the expression is not valid, or divides by zero.
    """
    assigned = re.fullmatch(r"\s*([A-Za-z_]\w*)\s*([-+*/%]?)=(?!=)(.*)", text, re.DOTALL)
    if assigned:
        name, sign, rest = assigned.groups()
        result = calculate(f"{variables.get(name) or 0} {sign} ({rest})" if sign else rest, variables)
        variables[name] = str(result)
        return result
    stepped = re.fullmatch(r"\s*([A-Za-z_]\w*)(\+\+|--)\s*", text)
    if stepped:
        before = calculate(variables.get(stepped[1], "") or "0", variables)
        variables[stepped[1]] = str(before + (1 if stepped[2] == "++" else -1))
        return before
    tokens: list[str] = []
    position = 0
    while text[position:].strip():
        match = _TOKEN.match(text, position)
        if match is None:
            raise ExpansionError(f"{text}: syntax error: operand expected")
        tokens.append(match[1])
        position = match.end()
    if not tokens:
        return 0
    try:
        result, rest_at = _level(tokens, 0, 0, variables)
    except ZeroDivisionError:
        raise ExpansionError(f"{text}: division by 0") from None
    except (IndexError, ValueError, RecursionError):
        raise ExpansionError(f"{text}: syntax error: operand expected") from None
    if rest_at != len(tokens):
        raise ExpansionError(f"{text}: syntax error in expression")
    return result


def _level(tokens: list[str], at: int, level: int, variables: dict[str, str]) -> tuple[int, int]:
    if level == len(_BINARY):
        return _operand(tokens, at, variables)
    value, at = _level(tokens, at, level + 1, variables)
    while at < len(tokens) and tokens[at] in _BINARY[level]:
        act = _BINARY[level][tokens[at]]
        other, at = _level(tokens, at + 1, level + 1, variables)
        value = int(act(value, other))
    return value, at


def _operand(tokens: list[str], at: int, variables: dict[str, str]) -> tuple[int, int]:
    token = tokens[at]
    if token == "(":
        value, at = _level(tokens, at + 1, 0, variables)
        if tokens[at] != ")":
            raise ValueError
        return value, at + 1
    if token in "-+!":
        value, at = _operand(tokens, at + 1, variables)
        return {"-": -value, "+": value, "!": int(not value)}[token], at
    if token.isdigit():
        return int(token), at + 1
    if token.isidentifier():
        held = variables.get(token, "")
        return (int(held) if re.fullmatch(r"-?\d+", held) else 0), at + 1
    raise ValueError
