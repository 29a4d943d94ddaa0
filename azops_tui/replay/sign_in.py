"""Answers to tools that sign in to a cloud that was recorded: a cassette holds no tokens, and nobody checks one."""

from __future__ import annotations

import base64
import json
import time
from urllib.parse import parse_qs, urlsplit

from azops_tui.http_edge import HttpAnswer, HttpCall
from azops_tui.json_types import Json

_LIFETIME = 86_399


def sign_in_answer(call: HttpCall, tenant: str) -> HttpAnswer:
    """The answer to a request for a token, or for the address where to get one.

    Args:
        call: a request for which :func:`azops_tui.replay.matching.is_sign_in` is true.
        tenant: id of the tenant that the token is for.
    """
    parts = urlsplit(call.url)
    base = f"{parts.scheme}://{parts.netloc}"
    path = parts.path.rstrip("/").lower()
    named = parts.path.strip("/").partition("/")[0] or "common"
    if path.endswith("/token"):
        return _json(_token(call, base, tenant))
    if path.endswith("/openid-configuration"):
        return _json(
            {
                "issuer": f"{base}/{named}/v2.0",
                "authorization_endpoint": f"{base}/{named}/oauth2/v2.0/authorize",
                "token_endpoint": f"{base}/{named}/oauth2/v2.0/token",
                "device_authorization_endpoint": f"{base}/{named}/oauth2/v2.0/devicecode",
                "jwks_uri": f"{base}/{named}/discovery/v2.0/keys",
                "response_types_supported": ["code", "id_token"],
                "subject_types_supported": ["pairwise"],
                "id_token_signing_alg_values_supported": ["RS256"],
            }
        )
    if path.endswith("/discovery/instance"):
        address = f"{base}/{tenant}/v2.0/.well-known/openid-configuration"
        return _json({"tenant_discovery_endpoint": address, "api-version": "1.1", "metadata": []})
    error = {"error": "not_recorded", "error_description": "Nobody can sign in to a cloud that was recorded."}
    return HttpAnswer(400, "Bad Request", (("Content-Type", "application/json"),), json.dumps(error).encode())


def _token(call: HttpCall, base: str, tenant: str) -> Json:
    form = parse_qs(call.body.decode("utf-8", "replace"))
    scope = (form.get("scope") or form.get("resource") or [base])[0]
    now = int(time.time())
    claims = {
        "aud": scope.removesuffix("/.default"),
        "iss": f"{base}/{tenant}/",
        "iat": now,
        "nbf": now,
        "exp": now + _LIFETIME,
        "tid": tenant,
        "appid": (form.get("client_id") or [""])[0],
        "idtyp": "app",
    }
    parts = [{"typ": "JWT", "alg": "none"}, claims]
    encoded = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts]
    return {
        "token_type": "Bearer",
        "expires_in": _LIFETIME,
        "ext_expires_in": _LIFETIME,
        "expires_on": str(now + _LIFETIME),
        "resource": claims["aud"],
        "access_token": ".".join([*encoded, "nobody"]),
    }


def _json(body: Json) -> HttpAnswer:
    return HttpAnswer(200, "OK", (("Content-Type", "application/json; charset=utf-8"),), json.dumps(body).encode())
