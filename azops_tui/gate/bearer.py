"""What a bearer token says, unverified: whoever sends it has it from the service."""

from __future__ import annotations

import base64
import json


def tenant_of(authorization: str) -> str:
    """The tenant of a bearer token; empty where there is none to read."""
    try:
        payload = authorization.split(" ", 1)[1].split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        return str(claims.get("tid") or "")
    except (IndexError, ValueError, AttributeError):
        return ""
