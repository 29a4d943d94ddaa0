"""Operations that go on after the answer to a write: where the service tells of them, and whether they have ended.

See <https://learn.microsoft.com/azure/azure-resource-manager/management/async-operations> (read in November 2026).
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Coroutine, Mapping
from typing import Any
from urllib.parse import urlsplit

_ENDED = ("Succeeded", "Failed", "Canceled")


class OperationBook:
    """The operations that go on, by number: which URL tells of each, and the task that says that it goes on."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        """By the path of the URL, in lower case."""
        self._lines: dict[int, asyncio.Task[None]] = {}

    def begin(self, number: int, url: str, lines: Coroutine[Any, Any, None] | None) -> None:
        """Follow an operation; ``lines`` says again and again that it goes on."""
        self._numbers[urlsplit(url).path.lower()] = number
        if lines is not None:
            self._lines[number] = asyncio.ensure_future(lines)

    def number(self, path: str) -> int:
        """Number of the operation that a path tells of; 0 if it tells of none."""
        return self._numbers.get(path.lower(), 0)

    def goes_on(self, number: int) -> bool:
        return number in self._numbers.values()

    def end(self, number: int) -> None:
        self._numbers = {path: known for path, known in self._numbers.items() if known != number}
        if (line := self._lines.pop(number, None)) is not None:
            line.cancel()

    def close(self) -> None:
        """Say no more."""
        for line in self._lines.values():
            line.cancel()


def operation_url(status: int, headers: Mapping[str, str]) -> str:
    """URL of the operation that a write began; empty if it has ended with the answer.

    Args:
        status: HTTP status of the answer.
        headers: of the answer, with names in lower case. ``Location`` stands for an operation in a 202 only.
    """
    own = headers.get("azure-asyncoperation") or headers.get("operation-location") or ""
    return own or (headers.get("location", "") if status == 202 else "")


def operation_state(status: int, body: bytes) -> str:
    """How an operation ended, from an answer of its URL; empty if it goes on or the answer does not tell."""
    if status == 202 or status >= 300:
        return ""
    try:
        document = json.loads(body or b"null")
    except ValueError:
        return ""
    if not isinstance(document, dict):
        return "Succeeded"
    properties = document.get("properties")
    state = document.get("status") or (properties.get("provisioningState") if isinstance(properties, dict) else None)
    if not isinstance(state, str):
        return "Succeeded"
    return {word.lower(): word for word in _ENDED}.get(state.lower().replace("cancelled", "canceled"), "")
