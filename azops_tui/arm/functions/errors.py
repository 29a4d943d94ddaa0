"""The one exception that template functions raise."""

from __future__ import annotations


class FunctionError(Exception):
    """A template function was called with something it cannot take; the message is worded as the service words it."""

    def __init__(self, message: str, code: str = "InvalidTemplate") -> None:
        super().__init__(message)
        self.message = message
        self.code = code
