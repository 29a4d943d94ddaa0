"""The one exception that template functions raise."""

from __future__ import annotations


class FunctionError(Exception):
    """A template function got an argument that it does not accept; the message is the service's."""

    def __init__(self, message: str, code: str = "InvalidTemplate") -> None:
        super().__init__(message)
        self.message = message
        self.code = code
