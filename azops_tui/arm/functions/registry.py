"""The table of template functions: what each is called, takes and returns, and the Python function that does it.

The modules beside this one fill the table when `azops_tui.arm.functions` is imported. Functions that need the template
around them (`parameters`, `reference`, `copyIndex`, …) or their arguments unevaluated (`if`, `and`, …) are listed as
*special*: the evaluator supplies what they do, the table what they look like.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from azops_tui.json_types import Json

"""A value as JSON has it: dict, list, str, int, float, bool or None."""

Implementation = Callable[..., Json]
AnyImplementation = TypeVar("AnyImplementation", bound=Implementation)


@dataclass(frozen=True, slots=True)
class Function:
    """One function of the template language."""

    name: str
    """As documented, with its capitals: ``resourceGroup``. Calls may write it in any case."""
    implementation: Implementation | None
    """Called with evaluated arguments; raises FunctionError. None where the evaluator supplies it."""
    minimum: int
    """Fewest arguments."""
    maximum: int | None
    """Most arguments; None where there is no limit."""
    signature: str
    """For people, as ``substring(text, start, [length]): string``."""
    help: str
    """One sentence that says what it returns."""
    special: bool = False
    """Whether the evaluator handles the call itself: it needs the template, the scope, or lazy arguments."""


FUNCTIONS: dict[str, Function] = {}
"""Every function by its name in lower case."""


def function(
    name: str, *, minimum: int, maximum: int | None, signature: str, help: str
) -> Callable[[AnyImplementation], AnyImplementation]:
    """Puts the decorated Python function into the table as the template function `name`."""

    def add(implementation: AnyImplementation) -> AnyImplementation:
        FUNCTIONS[name.lower()] = Function(name, implementation, minimum, maximum, signature, help)
        return implementation

    return add


def special(name: str, *, minimum: int, maximum: int | None, signature: str, help: str) -> None:
    """Lists a function that the evaluator handles itself."""
    FUNCTIONS[name.lower()] = Function(name, None, minimum, maximum, signature, help, special=True)
