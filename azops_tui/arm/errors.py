"""What goes wrong with a template: the public error, and the inner one of expressions that know not where they are."""

from __future__ import annotations

from typing import Any, Literal

from azops_tui.errors import AzopsError


class TemplateError(AzopsError):
    """A template, its parameters or an expression is not valid; worded as the service words it.

    It is the only exception that the functions of `azops_tui.arm` raise because of what they were given.
    """

    def __init__(
        self,
        code: str,
        message: str,
        *,
        line: int = 0,
        column: int = 0,
        expression: str = "",
        function: str = "",
        target: str = "",
        violation: bool = False,
    ) -> None:
        super().__init__(message)
        self.code = code
        """The service's code, such as ``InvalidTemplate``."""
        self.message = message
        """The service's sentence."""
        self.line = line
        """Line in the template, from 1; 0 where it is not known."""
        self.column = column
        """Column in that line as the service counts (the last character of the token), from 1; 0 where not known."""
        self.expression = expression
        """The whole expression at fault with its brackets, or empty."""
        self.function = function
        """The template function at fault, or empty."""
        self.target = target
        """Path in the request as the service gives it: ``properties.template.resources[0].name``."""
        self.violation = violation
        """Whether the service adds ``additionalInfo`` with the position (a ``TemplateViolation``)."""

    def as_error(self) -> dict[str, Any]:
        """The ``error`` object of a response: code, message and, where there is one, the position."""
        error: dict[str, Any] = {"code": self.code, "message": self.message}
        if self.violation:
            info = {"lineNumber": self.line, "linePosition": self.column, "path": self.target}
            error["additionalInfo"] = [{"type": "TemplateViolation", "info": info}]
        return error


class ExpressionError(Exception):
    """An expression cannot be evaluated; caught by whoever knows which part of the template it belongs to."""

    def __init__(
        self, message: str, *, expression: str = "", function: str = "", code: str = "InvalidTemplate"
    ) -> None:
        super().__init__(message)
        self.message = message
        self.expression = expression
        self.function = function
        self.code = code
        self.path: list[str | int] = []
        """Where in the value that was being evaluated, outermost first."""
        self.located: Any = None
        """The deployment whose template `path` begins in; None while it does not begin at a template."""

    def inside(self, *parts: str | int) -> None:
        """Says that the value so far stands at `parts` of a larger one; not said of what has its place already."""
        if self.located is None:
            self.path[:0] = parts


class ParseError(ExpressionError):
    """The text between the brackets is not an expression."""

    def __init__(self, message: str, *, expression: str, position: int) -> None:
        super().__init__(message, expression=expression)
        self.position = position
        """Offset of the character at fault in the expression with its brackets, from 0."""


def not_found(kind: Literal["parameter", "variable"], name: str) -> ExpressionError:
    """The error of an expression that names a parameter or variable that the template does not have."""
    return ExpressionError(
        f"The template {kind} '{name}' is not found. Please see https://aka.ms/arm-syntax-{kind}s for usage details."
    )


class Unknown(Exception):  # noqa: N818 - not an error: the value will be known at run time
    """Raised inside a function when what it needs is known at run time only; the call then stays symbolic."""
