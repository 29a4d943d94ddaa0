"""Declares template functions: each body carries its name, arguments, evaluation and cost in one decorator."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from types import ModuleType
from typing import Any, Literal, TypeVar

Body = TypeVar("Body", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class TemplateFunction:
    """One function of the template language."""

    signature: str
    """As documented: ``substring(text, start, [length]): string``."""
    help: str
    """One sentence that says what the function returns."""
    body: Callable[..., Any]
    """What `takes` describes; raises FunctionError or ExpressionError."""
    name: str
    """With its documented capitals; calls may write it in any case."""
    minimum: int
    """Fewest arguments."""
    maximum: int | None
    """Most arguments; None without a limit."""
    takes: Literal["values", "environment", "syntax"] = "values"
    """How the body is called.

    ``values``: with the evaluated arguments. ``environment``: with the environment, the name and a list of the
    evaluated arguments. ``syntax``: with the call and its compiled arguments; it returns the closure that evaluates
    the call, so it decides which arguments to evaluate.
    """
    partial: bool = False
    """True if it works with lists and objects that have unknown elements."""
    compares: bool = False
    """True if it compares every element of its arguments, which costs more steps."""

    @property
    def takes_lambda(self) -> bool:
        """True if an argument is a lambda, which may stand nowhere else."""
        return "lambda(" in self.signature.partition("(")[2]


def function(
    signature: str,
    help: str,
    *,
    takes: Literal["values", "environment", "syntax"] = "values",
    partial: bool = False,
    compares: bool = False,
) -> Callable[[Body], Body]:
    """Declare the decorated Python function as the body of a template function.

    The number of arguments follows from the signature: optional ones stand in brackets, ``…`` allows any number. A body
    can serve several template functions.
    """
    name, minimum, maximum = arguments_of(signature)

    def declare(body: Body) -> Body:
        declared = TemplateFunction(signature, help, body, name, minimum, maximum, takes, partial, compares)
        body.__dict__.setdefault("template_functions", []).append(declared)
        return body

    return declare


def declared_functions(modules: Iterable[ModuleType]) -> dict[str, TemplateFunction]:
    """The functions declared in the modules by name in lower case."""
    return {
        declared.name.lower(): declared
        for module in modules
        for body in vars(module).values()
        if getattr(body, "__module__", "") == module.__name__
        for declared in getattr(body, "template_functions", ())
    }


def arguments_of(signature: str) -> tuple[str, int, int | None]:
    """Name, fewest and most arguments of a signature.

    >>> arguments_of("filter(inputArray, lambda(element, [index])): array")
    ('filter', 2, 2)
    >>> arguments_of("concat(arg1, [arg2], …): string")
    ('concat', 1, None)
    """
    name, _, inside = signature.rpartition("): ")[0].partition("(")
    arguments = [""]
    depth = 0
    for character in inside:
        depth += (character in "([{") - (character in ")]}")
        if character == "," and not depth:
            arguments.append("")
        else:
            arguments[-1] += character
    names = [argument.strip() for argument in arguments if argument.strip()]
    counted = [argument for argument in names if argument != "…"]
    minimum = sum(not argument.startswith("[") for argument in counted)
    is_open = any("…" in argument and not argument.startswith("lambda(") for argument in names)
    return name, minimum, None if is_open else len(counted)
