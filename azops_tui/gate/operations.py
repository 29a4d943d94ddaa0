"""Operations that go on after the answer to a write: where the service tells of them, and whether they have ended.

See <https://learn.microsoft.com/azure/azure-resource-manager/management/async-operations> (read in November 2026).
"""

from __future__ import annotations

import json
from collections.abc import Mapping

_ENDED = ("Succeeded", "Failed", "Canceled")


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
