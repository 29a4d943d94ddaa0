"""Credentials for Azure. The profile chooses one; each has a time limit.

Tokens are kept in memory, once for all clients. Nothing of them is written or shown.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import aiohttp
from azure.core.credentials import AccessToken, AccessTokenInfo
from azure.core.exceptions import ClientAuthenticationError, ServiceRequestError

from azops_tui.azure.profiles import CLOUDS, Profile

Prompt = Callable[[str, str, float], object]
"""Receives ``(url, code, expires)`` when a person must sign in; ``expires`` is in seconds since the epoch."""
PATIENCE: Mapping[str, float] = {
    "cli": 18,
    "environment": 18,
    "managed": 10,
    "workload": 18,
    "principal": 18,
    "device": 900,
    "browser": 300,
    "local": 10,
    "recorded": 10,
}
"""Time limit for a token in seconds, by kind of credential."""


class Credential:
    """A credential for the SDK's clients: gets tokens with ``fetch`` under a time limit and caches them."""

    def __init__(
        self,
        kind: str,
        fetch: Callable[[tuple[str, ...], Mapping[str, Any]], Awaitable[AccessTokenInfo]],
        close: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self.kind = kind
        self._fetch = fetch
        self._close = close
        self._tokens: dict[tuple[Any, ...], AccessTokenInfo] = {}
        self._lock = asyncio.Lock()

    async def get_token_info(self, *scopes: str, options: Mapping[str, Any] | None = None) -> AccessTokenInfo:
        """Return a token that is valid for at least five more minutes.

        Raises:
            ClientAuthenticationError: no token can be obtained; the text says why.
        """
        requested = dict(options or {})
        key = (scopes, requested.get("tenant_id"))
        async with self._lock:
            kept = self._tokens.get(key)
            # Claims come with a refusal of the token we have: it must not be given again.
            if kept is not None and not requested.get("claims") and kept.expires_on - time.time() > 300:
                return kept
            patience = PATIENCE[self.kind]
            try:
                async with asyncio.timeout(patience):
                    token = await self._fetch(scopes, requested)
            except TimeoutError:
                message = f"The credential “{self.kind}” returned no token within {patience:.0f} s."
                raise ClientAuthenticationError(message=message) from None
            self._tokens[key] = token
            return token

    async def get_token(
        self, *scopes: str, claims: str | None = None, tenant_id: str | None = None, **kw: Any
    ) -> AccessToken:
        """Return the same as an `AccessToken`, which older clients use."""
        info = await self.get_token_info(
            *scopes, options={"claims": claims, "tenant_id": tenant_id} if claims else None
        )
        return AccessToken(info.token, info.expires_on)

    def forget(self) -> bool:
        """Drop the tokens that the service refused; returns whether a new one can be obtained without a person."""
        self._tokens.clear()
        return self.kind not in ("device", "browser")

    async def close(self) -> None:
        """Release the connections of the credential."""
        if self._close is not None:
            await self._close()

    async def __aenter__(self) -> Credential:
        return self

    async def __aexit__(self, *unused: object) -> None:
        await self.close()


def local_credential(
    session: aiohttp.ClientSession, url: str, tenant: str, client_id: str, client_secret: str
) -> Credential:
    """Credential of the local cloud: a client secret, at the simulator's own token service."""

    async def fetch(scopes: tuple[str, ...], options: Mapping[str, Any]) -> AccessTokenInfo:
        form = {
            "grant_type": "client_credentials",
            "client_id": client_id,
            "client_secret": client_secret,
            "scope": " ".join(scopes),
        }
        try:
            async with session.post(f"{url}/{tenant}/oauth2/v2.0/token", data=form) as answer:
                body = await answer.json(content_type=None)
        except (aiohttp.ClientError, ValueError) as error:
            raise ServiceRequestError(message=str(error), error=error) from error
        if not isinstance(body, dict) or "access_token" not in body:
            body = body if isinstance(body, dict) else {}
            raise ClientAuthenticationError(
                message=str(body.get("error_description") or body.get("error") or "no token")
            )
        return AccessTokenInfo(body["access_token"], int(time.time()) + int(body.get("expires_in", 3600)))

    return Credential("local", fetch)


def recorded_credential() -> Credential:
    """Credential for answers from a recording, which holds no tokens."""

    async def fetch(scopes: tuple[str, ...], options: Mapping[str, Any]) -> AccessTokenInfo:
        return AccessTokenInfo("recorded", int(time.time()) + 86_400)

    return Credential("recorded", fetch)


def credential_for(
    profile: Profile, prompt: Prompt | None = None, *, secret: str = "", transport: Any = None
) -> Credential:
    """Return the credential of a profile of a real cloud; it requests nothing before the first token.

    Args:
        profile: says which; ``default`` takes the environment's if it is set, else that of ``az``.
        prompt: told what to type where, for ``device``. Called in the loop's thread.
        secret: of a ``principal`` without a certificate.
        transport: the SDK's transport of the other clients, so that sign-in trusts the same certificates.

    Raises:
        ClientAuthenticationError: the credential is ``device`` and there is no prompt, or something that it needs is
            not set; the text names it.
    """
    kind = profile.credential
    if kind == "default":
        kind = "cli"
        if os.environ.get("AZURE_CLIENT_ID") and os.environ.get("AZURE_TENANT_ID"):
            kind = "workload" if os.environ.get("AZURE_FEDERATED_TOKEN_FILE") else "environment"
    if kind in ("device", "browser"):
        return _interactive(kind, profile, prompt)
    if missing := _missing(kind, profile, secret):
        raise ClientAuthenticationError(message=missing)
    return _quiet(kind, profile, secret, transport)


def _missing(kind: str, profile: Profile, secret: str) -> str:
    """What a credential needs and does not have, as a sentence; empty if it has all."""
    unset = [name for name in _VARIABLES.get(kind, ()) if not os.environ.get(name)]
    if kind == "workload" and profile.client_id:
        unset = [name for name in unset if name != "AZURE_CLIENT_ID"]
    if kind == "environment" and not (
        os.environ.get("AZURE_CLIENT_SECRET") or os.environ.get("AZURE_CLIENT_CERTIFICATE_PATH")
    ):
        unset.append("AZURE_CLIENT_SECRET or AZURE_CLIENT_CERTIFICATE_PATH")
    if unset:
        return f"The credential “{kind}” needs {', '.join(unset)} in the environment, not set here."
    if kind != "principal":
        return ""
    lacks = [name for name, value in (("tenant", profile.tenant), ("client_id", profile.client_id)) if not value]
    if lacks:
        return f"The credential “principal” needs {' and '.join(lacks)} in the profile “{profile.name}”."
    if not secret and not profile.certificate:
        named = f"azops secret has no “{profile.secret}”" if profile.secret else "the profile names neither"
        return f"The credential “principal” needs a secret or a certificate; {named}."
    if profile.certificate and not os.path.isfile(os.path.expanduser(profile.certificate)):
        return f"The certificate {profile.certificate} of the profile “{profile.name}” does not exist."
    return ""


_VARIABLES = {
    "environment": ("AZURE_TENANT_ID", "AZURE_CLIENT_ID"),
    "workload": ("AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_FEDERATED_TOKEN_FILE"),
}
"""Variables that a credential reads."""


def _quiet(kind: str, profile: Profile, secret: str, transport: Any) -> Credential:
    """A non-interactive credential of the SDK."""
    if kind == "cli":
        return Credential(kind, lambda scopes, options: asyncio.to_thread(_az_token, profile.tenant, scopes, options))
    credentials: list[Any] = []

    async def fetch(scopes: tuple[str, ...], options: Mapping[str, Any]) -> AccessTokenInfo:
        if not credentials:
            # The import takes a quarter of a second: in a thread the screen does not stand still.
            identity = await asyncio.to_thread(__import__, "azure.identity.aio", fromlist=["aio"])
            credentials.append(_sdk_credential(identity, kind, profile, secret, transport))
        token: AccessTokenInfo = await credentials[0].get_token_info(*scopes, options=dict(options))
        return token

    async def close() -> None:
        if credentials:
            await credentials[0].close()

    return Credential(kind, fetch, close)


def _sdk_credential(identity: Any, kind: str, profile: Profile, secret: str, transport: Any) -> Any:
    """The SDK's credential of a kind; it sends each request once, because a refusal does not change by itself."""
    common: dict[str, Any] = {"retry_total": 0, **({"transport": transport} if transport is not None else {})}
    own = {"client_id": profile.client_id} if profile.client_id else {}
    if kind == "managed":
        return identity.ManagedIdentityCredential(**own, **common)
    common["authority"] = CLOUDS[profile.cloud].authority
    if kind == "environment":
        return identity.EnvironmentCredential(**common)
    if kind == "workload":
        return identity.WorkloadIdentityCredential(**own, **common)
    if profile.certificate:
        path = os.path.expanduser(profile.certificate)
        return identity.CertificateCredential(profile.tenant, profile.client_id, path, **common)
    return identity.ClientSecretCredential(profile.tenant, profile.client_id, secret, **common)


def _az_token(tenant: str, scopes: tuple[str, ...], options: Mapping[str, Any]) -> AccessTokenInfo:
    """Read a token from ``az``.

    The SDK's asynchronous credential kills an ``az`` that hangs but never waits for its end; this one waits.

    Raises:
        ClientAuthenticationError: ``az`` is missing, not signed in, or too slow.
    """
    import azure.identity as identity

    # A little less than the limit of the caller, which could not end the process.
    limit: Any = PATIENCE["cli"] * 0.9
    try:
        credential = identity.AzureCliCredential(tenant_id=tenant, process_timeout=limit)
        token: AccessTokenInfo = credential.get_token_info(*scopes, options=dict(options))
        return token
    except identity.CredentialUnavailableError as error:
        if isinstance(error.__cause__, subprocess.TimeoutExpired):
            raise ClientAuthenticationError(message="Timed out waiting for Azure CLI") from None
        raise


def _interactive(kind: str, profile: Profile, prompt: Prompt | None) -> Credential:
    """An interactive credential; the SDK has only a blocking version, so it runs in a thread."""
    if kind == "device" and prompt is None:
        message = "Signing in with a device code needs a terminal to show the code."
        raise ClientAuthenticationError(message=message)
    credentials: list[Any] = []

    async def fetch(scopes: tuple[str, ...], options: Mapping[str, Any]) -> AccessTokenInfo:
        loop = asyncio.get_running_loop()

        def ask(url: str, code: str, expires: Any) -> None:
            if prompt is not None:
                loop.call_soon_threadsafe(prompt, url, code, expires.timestamp())

        def work() -> AccessTokenInfo:
            if not credentials:
                import azure.identity as identity

                common: dict[str, Any] = {"authority": CLOUDS[profile.cloud].authority, "timeout": int(PATIENCE[kind])}
                if profile.tenant:
                    common["tenant_id"] = profile.tenant
                if os.path.isfile(bundle := os.environ.get("REQUESTS_CA_BUNDLE", "")):
                    common["connection_verify"] = bundle
                if kind == "device":
                    credentials.append(identity.DeviceCodeCredential(prompt_callback=ask, **common))
                else:
                    credentials.append(identity.InteractiveBrowserCredential(**common))
            token: AccessTokenInfo = credentials[0].get_token_info(*scopes, options=dict(options))
            return token

        return await asyncio.to_thread(work)

    async def close() -> None:
        if credentials:
            credentials[0].close()

    return Credential(kind, fetch, close)
