"""Parts of a template to values: strings are evaluated, keys too, and property copies are written out.

A part is turned once into a builder, so a loop only does what changes from turn to turn. Parts without expressions are
given as they are, not copied: whoever gets a value must not change it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from azops_tui.arm.environment import Environment
from azops_tui.arm.errors import ExpressionError
from azops_tui.arm.evaluator import evaluate_text
from azops_tui.arm.limits import COPY_COUNT, VALUE_DEPTH
from azops_tui.arm.parser import is_expression, unescape
from azops_tui.arm.symbolic import Symbolic
from azops_tui.arm.syntax import FunctionCall, Literal
from azops_tui.json_types import Json

Builder = Callable[[Environment], Json]


@dataclass(frozen=True, slots=True)
class Constant:
    """A part without expressions."""

    value: Json

    def __call__(self, environment: Environment) -> Json:
        return self.value


def builder(value: Json, depth: int = 0) -> Builder:
    """What makes the value of a part of a template in an environment; it raises ExpressionError."""
    if depth > VALUE_DEPTH:
        raise ExpressionError(f"The template is nested more than {VALUE_DEPTH} levels deep.")
    kind = type(value)
    if kind is str:
        if value[:1] != "[":
            return Constant(value)
        if is_expression(value):
            return ExpressionBuilder(value)
        return Constant(unescape(value))
    if kind is dict:
        return object_builder(value, depth)
    if kind is list:
        return array_builder(value, depth)
    return Constant(value)


class ExpressionBuilder:
    """A string that is an expression."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text

    def __call__(self, environment: Environment) -> Json:
        value = evaluate_text(self.text, environment)
        environment.run.spend(len(value) if type(value) is str else 8)
        return value


def array_builder(values: list[Json], depth: int) -> Builder:
    builders = [builder(value, depth + 1) for value in values]
    if all(type(item) is Constant for item in builders):
        constants = [item.value for item in builders if type(item) is Constant]
        return Constant(values if all(map(_is, constants, values)) else constants)

    def build(environment: Environment) -> Json:
        result: list[Json] = []
        try:
            for item in builders:
                result.append(item(environment))  # noqa: PERF401 - its length says which one fails
        except ExpressionError as error:
            error.inside(len(result))
            raise
        return result

    return build


def _is(first: Json, second: Json) -> bool:
    return first is second


def object_builder(values: dict[str, Json], depth: int) -> Builder:
    loops: list[CopyLoop] = []
    pairs: list[tuple[str, Builder | None, Builder]] = []
    plain = True
    for key, value in values.items():
        if len(key) == 4 and key.lower() == "copy" and is_property_copy(value):
            loops = [CopyLoop(item, index, depth) for index, item in enumerate(value)]
            plain = False
            continue
        name = builder(key) if key[:1] == "[" else None
        if type(name) is Constant:
            pairs.append((name.value, None, builder(value, depth + 1)))
            plain = plain and name.value == key
            continue
        part = builder(value, depth + 1)
        plain = plain and name is None and type(part) is Constant and part.value is value
        pairs.append((key, name, part))
    if plain:
        return Constant(values)
    if not loops and all(name is None and type(part) is Constant for _, name, part in pairs):
        return Constant({key: part.value for key, _, part in pairs if type(part) is Constant})
    weight = sum(len(key) + 8 for key, _, _ in pairs)

    def build(environment: Environment) -> Json:
        environment.run.spend(weight)
        result: dict[str, Json] = {}
        key = ""
        try:
            for key, name, part in pairs:
                if name is None:
                    result[key] = part(environment)
                else:
                    result[property_name(name(environment))] = part(environment)
        except ExpressionError as error:
            error.inside(key)
            raise
        for loop in loops:
            try:
                result[loop.name(environment)] = loop.values(environment)
            except ExpressionError as error:
                error.inside("copy", loop.index)
                raise
        return result

    return build


def property_name(value: Json) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, Symbolic):
        return str(value)
    raise ExpressionError("The name of a property must be a string.")


def is_property_copy(value: Json) -> bool:
    """Whether a property called ``copy`` makes other properties: a list of objects with a name and a count."""
    return (
        type(value) is list
        and len(value) > 0
        and all(
            type(item) is dict and {"name", "count"} <= {key.lower() for key in item} and len(item) <= 5
            for item in value
        )
    )


class CopyLoop:
    """One property copy: its name, and the values it makes."""

    def __init__(self, definition: dict[str, Json], index: int, depth: int = 0) -> None:
        parts = {key.lower(): value for key, value in definition.items()}
        self.index = index
        self.name_part = builder(parts.get("name"))
        self.count_part = builder(parts.get("count"))
        self.input = builder(parts.get("input"), depth + 1)

    def name(self, environment: Environment) -> str:
        return property_name(self.name_part(environment))

    def values(self, environment: Environment) -> Json:
        """The list of values. Raises ExpressionError."""
        name = self.name(environment)
        counted = self.count_part(environment)
        if isinstance(counted, Symbolic) and environment.run.allow_missing:
            return Symbolic(FunctionCall("copy", (Literal(name), counted.node)), counted.environment)
        count = loop_count(counted, name)
        if type(self.input) is Constant:
            environment.run.spend(16 * count)
            return [self.input.value] * count
        build = self.input
        outer = environment.copies or {}
        lowered = name.lower()
        own_default = "" not in outer
        run = environment.run
        result = []
        for index in range(count):
            run.step()
            # A new environment for each turn, for a symbolic value keeps it.
            copies = {**outer, lowered: index}
            if own_default:
                copies[""] = index
            try:
                result.append(build(environment.at(copies=copies)))
            except ExpressionError as error:
                error.inside("input")
                raise
        return result


def loop_count(count: Json, name: str) -> int:
    """The number of turns of a loop. Raises ExpressionError where it is none."""
    if type(count) is float and count.is_integer():
        count = int(count)
    if isinstance(count, Symbolic):
        raise ExpressionError(
            f"The copy count of the loop '{name}' must be known before the deployment begins; it is '{count}'."
        )
    if type(count) is not int or not 0 <= count <= COPY_COUNT:
        shown = f"'{count}'" if type(count) is int else "not an integer"
        raise ExpressionError(
            f"The copy count of the loop '{name}' is {shown}. The copy count must be an integer value between 0 and "
            f"{COPY_COUNT}. Please see https://aka.ms/arm-copy for usage details."
        )
    return count
