"""Sign-in: metadata of the cloud's endpoints, and tokens for those who know a client secret.

The secrets are azops's own, which only the user can read, and the passwords of applications in the directory.
"""

from __future__ import annotations

import hmac

from azops_tui.json_types import Json
from azops_tui.simulator.arm_reply import ArmReply
from azops_tui.simulator.arm_request import ArmRequest
from azops_tui.simulator.cloud import CLIENT, TENANT
from azops_tui.simulator.directory import client_object_id
from azops_tui.simulator.routing import Route
from azops_tui.simulator.services import ArmServices
from azops_tui.simulator.tokens import AccessTokens

LIFETIME = 86_399


def metadata(base: str, api_version: str) -> Json:
    """The body of ``/metadata/endpoints``: an object for 2022-09-01 and 2015-01-01, a list for 2019-05-01."""
    if api_version.startswith("2015"):
        return {
            "galleryEndpoint": f"{base}/",
            "graphEndpoint": f"{base}/",
            "portalEndpoint": f"{base}/",
            "authentication": {"loginEndpoint": f"{base}/", "audiences": [f"{base}/"]},
        }
    body: dict[str, Json] = {
        "name": "AzopsLocal",
        "portal": f"{base}/",
        "authentication": {
            "loginEndpoint": base,
            "audiences": [base, f"{base}/"],
            "tenant": "common",
            "identityProvider": "AAD",
        },
        "media": base,
        "graphAudience": f"{base}/",
        "graph": f"{base}/",
        "microsoftGraphResourceId": f"{base}/",
        "batch": base,
        "resourceManager": f"{base}/",
        "sqlManagement": base,
        "vmImageAliasDoc": f"{base}/simulator/aliases.json",
        "gallery": f"{base}/",
        "activeDirectoryDataLake": base,
        "logAnalyticsResourceId": base,
        "suffixes": {
            "storage": "core.windows.net",
            "keyVaultDns": "vault.azure.net",
            "acrLoginServer": "azurecr.io",
            "sqlServerHostname": "database.windows.net",
        },
    }
    return [body] if api_version.startswith("2019") else body


def openid_configuration(base: str, tenant: str) -> Json:
    """The discovery document of a tenant."""
    return {
        "issuer": f"{base}/{tenant}/v2.0",
        "authorization_endpoint": f"{base}/{tenant}/oauth2/v2.0/authorize",
        "token_endpoint": f"{base}/{tenant}/oauth2/v2.0/token",
        "device_authorization_endpoint": f"{base}/{tenant}/oauth2/v2.0/devicecode",
        "end_session_endpoint": f"{base}/{tenant}/oauth2/v2.0/logout",
        "jwks_uri": f"{base}/{tenant}/discovery/v2.0/keys",
        "response_types_supported": ["code", "id_token", "code id_token", "id_token token"],
        "response_modes_supported": ["query", "fragment", "form_post"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt", "client_secret_basic"],
        "scopes_supported": ["openid", "profile", "email", "offline_access"],
        "claims_supported": ["sub", "iss", "aud", "exp", "iat", "tid", "ver"],
        "tenant_region_scope": None,
        "cloud_instance_name": "azops.local",
        "msgraph_host": "graph.azops.local",
    }


def instance_discovery(base: str, tenant: str) -> Json:
    """The body of ``/common/discovery/instance``."""
    return {"tenant_discovery_endpoint": f"{base}/{tenant}/v2.0/.well-known/openid-configuration", "metadata": []}


def token(base: str, tenant: str, form: dict[str, str], tokens: AccessTokens) -> Json:
    """The body of the token endpoint."""
    client = form.get("client_id") or CLIENT
    audience = ((form.get("scope") or form.get("resource") or base).split() or [base])[0].removesuffix("/.default")
    now = int(tokens.now())
    claims = {
        "aud": audience,
        "iss": f"{base}/{tenant}/",
        "iat": now,
        "nbf": now,
        "exp": now + LIFETIME,
        "appid": client,
        "oid": client_object_id(client),
        "sub": client_object_id(client),
        "tid": tenant if tenant not in ("common", "organizations") else TENANT,
        "ver": "1.0",
    }
    return {
        "token_type": "Bearer",
        "expires_in": LIFETIME,
        "ext_expires_in": LIFETIME,
        "access_token": tokens.issue(claims),
    }


def _answer_metadata(services: ArmServices, request: ArmRequest) -> ArmReply:
    return ArmReply(200, metadata(services.cloud.base, request.api_version))


def _answer_openid(services: ArmServices, request: ArmRequest) -> ArmReply:
    return ArmReply(200, openid_configuration(services.cloud.base, request.params["tenant"]))


def _answer_discovery(services: ArmServices, request: ArmRequest) -> ArmReply:
    return ArmReply(200, instance_discovery(services.cloud.base, TENANT))


def _answer_token(services: ArmServices, request: ArmRequest) -> ArmReply:
    cloud, form = services.cloud, request.form()
    client, secret = form.get("client_id") or CLIENT, form.get("client_secret", "")
    if not hmac.compare_digest(secret.encode(), cloud.tokens.secret.encode()) and not cloud.directory.knows_password(
        client, secret
    ):
        message = f"AADSTS7000215: Invalid client secret provided for app '{client}'."
        return ArmReply(401, {"error": "invalid_client", "error_description": message, "error_codes": [7000215]})
    return ArmReply(200, token(cloud.base, request.params["tenant"], form, cloud.tokens))


URLS = (
    Route("GET", "/metadata/endpoints", _answer_metadata, is_public=True),
    Route("GET", "/{tenant}/.well-known/openid-configuration", _answer_openid, is_public=True),
    Route("GET", "/{tenant}/v2.0/.well-known/openid-configuration", _answer_openid, is_public=True),
    Route("GET", "/common/discovery/instance", _answer_discovery, is_public=True),
    Route("POST", "/{tenant}/oauth2/token", _answer_token, is_public=True),
    Route("POST", "/{tenant}/oauth2/v2.0/token", _answer_token, is_public=True),
)
