"""Evaluate syntax trees.

Each expression is compiled once to Python closures and cached, so a loop of 800 resources does not parse its text 800
times. Run-time values become `Symbolic`.
"""

from __future__ import annotations

from typing import TypeGuard

from azops_tui.arm.environment import Compiled, Environment
from azops_tui.arm.errors import ExpressionError, Unknown
from azops_tui.arm.functions import FUNCTIONS, FunctionError, TemplateFunction
from azops_tui.arm.functions.arity import arity_message
from azops_tui.arm.parser import parse
from azops_tui.arm.symbolic import KnownPart, Symbolic
from azops_tui.arm.syntax import FunctionCall, Index, Literal, Node, Property
from azops_tui.json_types import Json

KEPT = 8192
"""Number of compiled expressions in the cache."""
_compiled: dict[str, Compiled] = {}
KEPT_NODES = 16384
_compiled_nodes: dict[int, tuple[Node, Compiled]] = {}
"""Compiled nodes by `id`; the node is kept so that its `id` is not used again. Simplifying compiles every subtree."""


def evaluate_text(text: str, environment: Environment) -> Json:
    """Evaluate a string of a template. Raises ExpressionError."""
    try:
        call = _compiled.get(text)
        if call is None:
            # Parsing an expression takes as long as several evaluations.
            environment.run.charge(8 + (len(text) >> 4))
            if len(_compiled) >= KEPT:
                _compiled.clear()
            call = _compiled[text] = compile_node(parse(text))
        return call(environment)
    except ExpressionError as error:
        error.expression = error.expression or text
        raise


def compile_node(node: Node) -> Compiled:
    """The closure that evaluates a node; it raises ExpressionError."""
    if isinstance(node, Literal):
        value = node.value
        return lambda environment: value
    kept = _compiled_nodes.get(id(node))
    if kept is not None:
        return kept[1]
    if isinstance(node, Property):
        name = node.name
        call = compile_property(node, node.target, lambda environment: name)
    elif isinstance(node, Index):
        call = compile_property(node, node.target, compile_node(node.index))
    elif is_lambda(node):
        call = misplaced
    else:
        call = compile_call(node)
    if len(_compiled_nodes) >= KEPT_NODES:
        _compiled_nodes.clear()
    _compiled_nodes[id(node)] = node, call
    return call


def misplaced(environment: Environment) -> Json:
    """Raise the error of a lambda outside a function that takes one."""
    listed = ", ".join(sorted(function.name for function in FUNCTIONS.values() if function.takes_lambda))
    raise ExpressionError(
        "The template function 'lambda' is not expected at this location: it must be an argument of one of the "
        f"functions {listed}. Please see https://aka.ms/arm-functions#lambda for usage details.",
        function="lambda",
    )


def compile_property(node: Node, target: Node, key: Compiled) -> Compiled:
    of = compile_node(target)

    def select(environment: Environment) -> Json:
        environment.run.step()
        container = of(environment)
        selector = key(environment)
        if isinstance(container, Symbolic) or isinstance(selector, Symbolic):
            return predicted_member(container, selector, node, environment)
        return member(container, selector, environment)

    return select


def predicted_member(container: Json, selector: Json, node: Node, environment: Environment) -> Json:
    """A member of a symbolic value: its value if it is known already, else symbolic."""
    guess = container.guess if isinstance(container, Symbolic) and not isinstance(selector, Symbolic) else None
    if guess is not None:
        try:
            value = member(guess, selector, environment)
        except ExpressionError:
            return Symbolic(node, environment)
        if isinstance(value, KnownPart):
            return Symbolic(node, environment, value)
        return value
    return Symbolic(node, environment)


def member(container: Json, selector: Json, environment: Environment) -> Json:
    """``container[selector]``; property names ignore case. Raises ExpressionError."""
    if isinstance(container, dict):
        if isinstance(selector, str):
            if selector in container:
                return container[selector]
            lowered = selector.lower()
            environment.run.steps += len(container) >> 4
            for key, value in container.items():
                if key.lower() == lowered:
                    return value
            available = ", ".join(list(container)[:50])
            raise ExpressionError(
                f"The language expression property '{selector}' doesn't exist, available properties are '{available}'."
            )
        raise ExpressionError(
            f"The language expression property '{show(selector)}' can't be evaluated, property name must be a string."
        )
    if isinstance(container, list):
        if type(selector) is float and selector.is_integer():
            selector = int(selector)
        if type(selector) is not int:
            raise ExpressionError(
                f"The language expression property '{show(selector)}' can't be evaluated, "
                "array index must be an integer."
            )
        if 0 <= selector < len(container):
            return container[selector]
        raise ExpressionError(f"The language expression property array index '{selector}' is out of bounds.")
    raise ExpressionError(
        f"The language expression property '{show(selector)}' can't be evaluated. "
        "Please see https://aka.ms/arm-template-expressions for usage details."
    )


def show(value: Json) -> str:
    return str(value)[:100]


def compile_call(node: FunctionCall) -> Compiled:
    lowered = node.name.lower()
    function = FUNCTIONS.get(lowered) or (FUNCTIONS["list*"] if lowered.startswith("list") else None)
    takes_lambda = function is not None and function.takes_lambda
    arguments = [
        compile_call(argument) if takes_lambda and is_lambda(argument) else compile_node(argument)
        for argument in node.arguments
    ]
    if "." in lowered:
        return compile_user_function(node, arguments)
    if function is None:
        return unknown_function(node)
    count = len(arguments)
    if count < function.minimum or (function.maximum is not None and count > function.maximum):
        return wrong_count(node, function)
    if function.takes == "syntax":
        compiled: Compiled = function.body(node, arguments)
        return compiled
    if function.takes == "environment":
        return compile_context_function(node, function, arguments)
    return compile_function(node, function, arguments)


def is_lambda(node: Node) -> TypeGuard[FunctionCall]:
    return isinstance(node, FunctionCall) and node.name.lower() == "lambda"


def unknown_function(node: FunctionCall) -> Compiled:
    def unknown(environment: Environment) -> Json:
        raise ExpressionError(
            f"The template function '{node.name}' is not valid. "
            "Please see https://aka.ms/arm-functions for usage details.",
            function=node.name,
        )

    return unknown


def wrong_count(node: FunctionCall, function: TemplateFunction) -> Compiled:
    def wrong(environment: Environment) -> Json:
        message = arity_message(function, len(node.arguments), node.name)
        raise ExpressionError(message, function=node.name if function.name == "list*" else function.name)

    return wrong


def compile_context_function(node: FunctionCall, function: TemplateFunction, arguments: list[Compiled]) -> Compiled:
    """A call of a function that needs the template around it, such as `parameters`."""
    name, body = function.name, function.body

    def call(environment: Environment) -> Json:
        environment.run.step()
        values = [argument(environment) for argument in arguments]
        if any(isinstance(value, Symbolic) for value in values):
            return Symbolic(node, environment)
        try:
            return body(environment, name, values)
        except Unknown:
            return Symbolic(node, environment)
        except FunctionError as error:
            raise ExpressionError(error.message, function=name, code=error.code) from None
        except ExpressionError as error:
            error.function = error.function or name
            raise

    return call


def compile_function(node: FunctionCall, function: TemplateFunction, arguments: list[Compiled]) -> Compiled:
    """A call of a function that takes values and gives a value."""
    body, partial = function.body, function.partial
    shift = 3 if function.compares else 7

    def call(environment: Environment) -> Json:
        run = environment.run
        run.step()
        values = []
        symbolic = False
        for argument in arguments:
            value = argument(environment)
            kind = type(value)
            if kind is Symbolic:
                symbolic = True
            elif kind is list or kind is dict:
                run.steps += run.measure(value)[0] >> shift
            values.append(value)
        if symbolic and not partial:
            return Symbolic(node, environment)
        try:
            return run.account(body(*values))
        except Unknown:
            return Symbolic(node, environment)
        except FunctionError as error:
            raise ExpressionError(error.message, function=function.name, code=error.code) from None
        except ExpressionError as error:
            error.function = error.function or function.name
            raise
        except (TypeError, ValueError, ArithmeticError, LookupError, AttributeError) as error:
            # No function should raise these; catch them so that a template cannot crash the program.
            raise ExpressionError(
                f"The template language function '{function.name}' was invoked with a parameter that is not valid: "
                f"{error}.",
                function=function.name,
            ) from None

    return call


def compile_user_function(node: FunctionCall, arguments: list[Compiled]) -> Compiled:
    lowered = node.name.lower()

    def call(environment: Environment) -> Json:
        environment.run.charge(4)
        function = environment.context.user_function(lowered)
        if function is None:
            raise ExpressionError(
                f"The template function '{node.name}' is not valid. "
                "Please see https://aka.ms/arm-functions for usage details.",
                function=node.name,
            )
        values = [argument(environment) for argument in arguments]
        environment.run.enter()
        try:
            return function(environment, values)
        except Unknown:
            return Symbolic(node, environment)
        finally:
            environment.run.leave()

    return call
