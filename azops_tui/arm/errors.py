"""Errors of templates: the public one, and the internal one of expressions without a position."""

from __future__ import annotations

from typing import Any, Literal

from azops_tui.errors import AzopsError


class TemplateError(AzopsError):
    """A template, its parameters or an expression is not valid; the message is the service's.

    The functions of `azops_tui.arm` raise no other exception because of their input.
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
        """Line in the template, from 1; 0 if unknown."""
        self.column = column
        """Column of the token's last character, from 1, as the service counts; 0 if unknown."""
        self.expression = expression
        """The whole expression at fault with its brackets, or empty."""
        self.function = function
        """The template function at fault, or empty."""
        self.target = target
        """Path in the request: ``properties.template.resources[0].name``."""
        self.violation = violation
        """True if the service adds ``additionalInfo`` with the position (a ``TemplateViolation``)."""

    def as_error(self) -> dict[str, Any]:
        """The ``error`` object of a response: code, message and the position of a violation."""
        error: dict[str, Any] = {"code": self.code, "message": self.message}
        if self.violation:
            info = {"lineNumber": self.line, "linePosition": self.column, "path": self.target}
            error["additionalInfo"] = [{"type": "TemplateViolation", "info": info}]
        return error


class ExpressionError(Exception):
    """An expression cannot be evaluated. Callers that know its place in the template raise TemplateError instead."""

    def __init__(
        self, message: str, *, expression: str = "", function: str = "", code: str = "InvalidTemplate"
    ) -> None:
        super().__init__(message)
        self.message = message
        self.expression = expression
        self.function = function
        self.code = code
        self.path: list[str | int] = []
        """Path within the value being evaluated, outermost part first."""
        self.located: Any = None
        """The TemplateSource that `path` starts in; None while the path is not complete."""

    def inside(self, *parts: str | int) -> None:
        """Prepend `parts` to the path unless it is complete."""
        if self.located is None:
            self.path[:0] = parts


class ParseError(ExpressionError):
    """The text between the brackets is not a valid expression."""

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
    """Raised by a function that needs a run-time value; the call then stays symbolic."""
