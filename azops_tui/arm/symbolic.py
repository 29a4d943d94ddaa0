"""Values that are known at run time only."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from azops_tui.arm.environment import GENERATE, REFERENCE

if TYPE_CHECKING:
    from azops_tui.arm.environment import Environment, Run
    from azops_tui.arm.syntax import Node


class Symbolic:
    """What an expression will give at run time; ``str()`` is the expression with everything put in that is known.

    Two are equal if their expressions are.
    """

    __slots__ = ("environment", "guess", "node", "text")

    def __init__(self, node: Node, environment: Environment, guess: Any = None) -> None:
        self.node = node
        self.environment = environment
        self.guess = guess
        """What is already known of the value: the outputs of a nested deployment that was expanded."""
        self.text = ""

    def settled(self, run: Run) -> Any:
        """The value in a run in which everything is known. Raises ExpressionError."""
        from azops_tui.arm.evaluator import compile_node

        return compile_node(self.node)(self.environment.at(run=run, place=REFERENCE | GENERATE, uses=None))

    def __str__(self) -> str:
        if not self.text:
            from azops_tui.arm.simplify import simplified

            self.text = simplified(self)
        return self.text

    def __repr__(self) -> str:
        return f"<{self}>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Symbolic) and str(self) == str(other)

    def __hash__(self) -> int:
        return hash(str(self))


def is_known(value: Any) -> bool:
    """Whether nothing in the value is symbolic."""
    if isinstance(value, dict):
        return all(is_known(item) for item in value.values())
    if isinstance(value, list):
        return all(is_known(item) for item in value)
    return not isinstance(value, Symbolic)


def transform(value: Any, change: Callable[[Symbolic], Any]) -> Any:
    """A copy of the value with each symbolic part changed."""
    if isinstance(value, dict):
        return {key: transform(item, change) for key, item in value.items()}
    if isinstance(value, list):
        return [transform(item, change) for item in value]
    return change(value) if isinstance(value, Symbolic) else value


def plain(value: Any) -> Any:
    """A copy that JSON can hold: symbolic parts as their expressions."""
    return transform(value, str)
