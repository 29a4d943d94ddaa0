"""A template with its text, and errors with positions in it."""

from __future__ import annotations

from typing import Any

from azops_tui.arm.errors import ExpressionError, ParseError, TemplateError
from azops_tui.arm.reader import Document, Path, show
from azops_tui.json_types import Json


class TemplateSource:
    """A template and its document. Raises TemplateError if it is not an object."""

    def __init__(self, document: Document) -> None:
        if not isinstance(document.value, dict):
            line, column = document.position()
            raise TemplateError(
                "InvalidTemplate",
                "Deployment template validation failed: 'The template must be a JSON object.'.",
                line=line,
                column=column,
            )
        self.document = document
        self.template: dict[str, Json] = document.value

    def error(
        self, message: str, path: Path, *, code: str = "InvalidTemplate", cause: Exception | None = None
    ) -> TemplateError:
        """A TemplateError about the node at `path` of this template."""
        line, column = self.document.position(path)
        expression = cause.expression if isinstance(cause, ExpressionError) else ""
        function = cause.function if isinstance(cause, ExpressionError) else ""
        return TemplateError(
            code,
            message,
            line=line,
            column=column,
            expression=expression,
            function=function,
            target=show((*self.document.shown, *path)),
        )

    def invalid(
        self, message: str, path: Path, cause: Exception | None = None, *, violation: bool = False
    ) -> TemplateError:
        """The error of a template that does not pass validation."""
        if isinstance(cause, ParseError):
            message = (
                f"Deployment template language expression evaluation failed: '{cause.message}'. "
                "Please see https://aka.ms/arm-template-expressions for usage details."
            )
        else:
            message = f"Deployment template validation failed: '{message}'."
        error = self.error(message, path, cause=cause)
        error.violation = violation
        return error

    def where(self, path: Path) -> str:
        """Position of a node in messages: ``at line '1' and column '2'``."""
        line, column = self.document.position(path)
        return f"at line '{line or 1}' and column '{column or 1}'"

    def guarded(self, path: Path, make: Any, *arguments: Any) -> Any:
        try:
            return make(*arguments)
        except ExpressionError as error:
            raise self.invalid(error.message, path, error) from None
