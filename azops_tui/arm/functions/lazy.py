"""Functions that evaluate only the arguments they need (`if`, `and`, `or`, `coalesce`), and lambdas."""

from __future__ import annotations

from azops_tui.arm.environment import Compiled, Environment
from azops_tui.arm.errors import ExpressionError, Unknown
from azops_tui.arm.functions.registry import function
from azops_tui.arm.functions.values import type_name, usage
from azops_tui.arm.symbolic import Symbolic
from azops_tui.arm.syntax import FunctionCall, Literal
from azops_tui.json_types import Json


@function("if(condition, trueValue, falseValue): any", "One of two values; the other is not evaluated.", takes="syntax")
def build_if(node: FunctionCall, arguments: list[Compiled]) -> Compiled:
    condition, first, second = arguments

    def call(environment: Environment) -> Json:
        environment.run.step()
        value = condition(environment)
        if isinstance(value, Symbolic):
            # Either branch can be taken, so both contribute dependencies.
            for branch in (first, second):
                try:
                    branch(environment)
                except (ExpressionError, Unknown):
                    continue
            return Symbolic(node, environment)
        if not isinstance(value, bool):
            raise ExpressionError(
                "The template language function 'if' expects its first parameter to be of type 'Boolean'. "
                f"The provided value is of type '{type_name(value)}'. {usage('if')}",
                function="if",
            )
        return first(environment) if value else second(environment)

    return call


@function("and(arg1, arg2, …): bool", "True if all arguments are true.", takes="syntax")
def build_and(node: FunctionCall, arguments: list[Compiled]) -> Compiled:
    return junction(node, arguments, "and", decisive=False)


@function("or(arg1, arg2, …): bool", "True if an argument is true.", takes="syntax")
def build_or(node: FunctionCall, arguments: list[Compiled]) -> Compiled:
    return junction(node, arguments, "or", decisive=True)


def junction(node: FunctionCall, arguments: list[Compiled], name: str, *, decisive: bool) -> Compiled:
    """Evaluate arguments until one has the `decisive` value."""

    def call(environment: Environment) -> Json:
        environment.run.step()
        symbolic = False
        for argument in arguments:
            value = argument(environment)
            if isinstance(value, Symbolic):
                symbolic = True
            elif not isinstance(value, bool):
                raise ExpressionError(
                    f"The template language function '{name}' expects its parameters to be of type 'Boolean'. "
                    f"The provided value is of type '{type_name(value)}'. {usage(name)}",
                    function=name,
                )
            elif value is decisive:
                return decisive
        return Symbolic(node, environment) if symbolic else not decisive

    return call


@function("coalesce(arg1, …): any", "The first argument that is not null; null if all are.", takes="syntax")
def build_coalesce(node: FunctionCall, arguments: list[Compiled]) -> Compiled:
    def call(environment: Environment) -> Json:
        environment.run.step()
        for argument in arguments:
            value = argument(environment)
            if isinstance(value, Symbolic):
                return Symbolic(node, environment)
            if value is not None:
                return value
        return None

    return call


class Lambda:
    """A lambda expression with its environment; functions such as `map` call it."""

    __slots__ = ("arity", "body", "environment", "names")

    def __init__(self, names: tuple[str, ...], body: Compiled, environment: Environment) -> None:
        self.names = names
        self.arity = len(names)
        self.body = body
        self.environment = environment

    def __call__(self, *values: Json) -> Json:
        environment = self.environment
        environment.run.step()
        inside = environment.at(lambdas={**(environment.lambdas or {}), **dict(zip(self.names, values, strict=False))})
        return self.body(inside)


@function(
    "lambda([variableName, …], expression): lambda",
    "A function argument for filter, map, reduce, sort and similar functions.",
    takes="syntax",
)
def build_lambda(node: FunctionCall, arguments: list[Compiled]) -> Compiled:
    names = [argument.value for argument in node.arguments[:-1] if isinstance(argument, Literal)]
    usable = len(names) == len(node.arguments) - 1 and all(isinstance(name, str) for name in names)
    lowered = tuple(str(name).lower() for name in names)
    body = arguments[-1]

    def call(environment: Environment) -> Json:
        if not usable:
            raise ExpressionError(
                "The template language function 'lambda' expects all but its last parameter to be names of variables. "
                + usage("lambda"),
                function="lambda",
            )
        return Lambda(lowered, body, environment)

    return call


@function("lambdaVariables(variableName): any", "The value of a variable of the enclosing lambda.", takes="syntax")
def build_lambda_variables(node: FunctionCall, arguments: list[Compiled]) -> Compiled:
    argument = node.arguments[0]
    name = argument.value if isinstance(argument, Literal) and isinstance(argument.value, str) else None
    computed = arguments[0]

    def call(environment: Environment) -> Json:
        environment.run.step()
        variable = name if name is not None else computed(environment)
        lambdas = environment.lambdas
        if lambdas is None or not isinstance(variable, str) or variable.lower() not in lambdas:
            raise ExpressionError(
                f"The lambda variable '{variable}' is not found. {usage('lambdaVariables')}", function="lambdaVariables"
            )
        return lambdas[variable.lower()]

    return call
