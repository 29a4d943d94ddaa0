"""Access tokens of one simulator: signed, so that no other token is accepted."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Callable

from azops_tui.json_types import Json


class AccessTokens:
    """Issues and checks tokens with a key that lives as long as the simulator.

    Attributes:
        secret: the client secret of azops itself. As a bearer token it opens everything.
    """

    def __init__(self, now: Callable[[], float]) -> None:
        self.now = now
        self.secret = secrets.token_urlsafe(32)
        self._key = secrets.token_bytes(32)

    def issue(self, claims: dict[str, Json]) -> str:
        """A JSON web token with these claims."""
        text = f"{_part({'alg': 'HS256', 'typ': 'JWT'})}.{_part(claims)}"
        return f"{text}.{self._signature(text)}"

    def accepts(self, authorization: str) -> bool:
        """Whether an Authorization header holds a token of this simulator that has not expired."""
        scheme, _, token = authorization.partition(" ")
        token = token.strip()
        if scheme.lower() != "bearer" or not token.isascii():
            return False
        if hmac.compare_digest(token, self.secret):
            return True
        text, _, signature = token.rpartition(".")
        if not hmac.compare_digest(signature, self._signature(text)):
            return False
        claims = json.loads(base64.urlsafe_b64decode(text.partition(".")[2] + "=="))
        return bool(claims.get("exp", 0) > self.now())

    def _signature(self, text: str) -> str:
        return _base64(hmac.digest(self._key, text.encode(), hashlib.sha256))


def _part(value: Json) -> str:
    return _base64(json.dumps(value).encode())


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
