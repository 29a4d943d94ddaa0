"""Connect to the cloud of a profile."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from pathlib import Path

from azops_tui.azure.client import Clients
from azops_tui.azure.cloud import Cloud, Endpoint
from azops_tui.azure.credentials import Credential, Prompt, credential_for, local_credential, recorded_credential
from azops_tui.azure.errors import AzureFailure, explained
from azops_tui.azure.profiles import CLOUDS, Profile
from azops_tui.azure.request_stats import RequestAttempt, RequestStats
from azops_tui.azure.transport import BorrowedTransport, Transport
from azops_tui.azure.trouble import impatient
from azops_tui.events.azure_views import FailureView
from azops_tui.http_edge import HttpEdge
from azops_tui.json_types import Json

_SUBSCRIPTIONS = "2022-12-01"
_RECORDED_POLL = 0.002
"""Seconds between two polls of recorded operations."""


async def connect(
    profile: Profile,
    endpoint: Endpoint | None = None,
    *,
    on_request: Callable[[RequestAttempt], object] | None = None,
    prompt: Prompt | None = None,
    secret: str = "",
    poll: float | None = None,
    edge: HttpEdge | None = None,
    known: Json = None,
) -> Cloud:
    """Connect to the cloud of a profile: get a token and resolve the subscription.

    Args:
        profile: the cloud and the credential.
        endpoint: of the local cloud; required for a local profile only.
        on_request: receives every attempt of every request.
        prompt: shows the code to sign in with, for the credential ``device``.
        secret: of the credential ``principal``.
        poll: seconds between two polls; by default 1 for the local cloud and 3 elsewhere.
        edge: records or answers the requests; one that is offline needs no sign-in, and its polls do not wait.
        known: the subscription as the service describes it, if it need not be read.

    Raises:
        AzureFailure: sign-in fails, the subscription does not exist, or the cloud cannot be reached.
    """
    if profile.cloud == "local" and endpoint is None:
        raise _failure("NoLocalCloud", "The local cloud is not running.", "“azops sim up” starts it.")
    stats = RequestStats(on_request)
    if edge is not None and edge.is_offline:
        transport, credential, poll = Transport(edge=edge), recorded_credential(), _RECORDED_POLL
        manager = endpoint.url if endpoint is not None else CLOUDS[profile.cloud].manager
        scope, subscription = (
            f"{manager}/.default",
            endpoint.subscription if endpoint is not None else profile.subscription,
        )
    elif endpoint is not None:
        transport = Transport(ca=endpoint.ca, edge=edge)
        assert transport.session is not None
        credential = local_credential(
            transport.session, endpoint.url, endpoint.tenant, endpoint.client_id, endpoint.client_secret
        )
        manager, scope, subscription = endpoint.url, f"{endpoint.url}/.default", endpoint.subscription
    else:
        transport = Transport(edge=edge)
        try:
            with explained():
                credential = credential_for(profile, prompt, secret=secret, transport=BorrowedTransport(transport.sdk))
        except BaseException:
            await transport.close()
            raise
        manager, scope = CLOUDS[profile.cloud].manager, CLOUDS[profile.cloud].scope
        subscription = profile.subscription or os.environ.get("AZURE_SUBSCRIPTION_ID", "")
    clients = _clients(profile, credential, transport, stats, manager, scope, poll)
    try:
        with impatient():
            subscription_json = known or await _subscription(clients, subscription, credential.kind)
    except BaseException:
        await clients.close()
        raise
    clients.subscription = subscription_json["subscriptionId"]
    return Cloud(profile, clients, subscription_name=subscription_json.get("displayName") or "", endpoint=endpoint)


def _clients(
    profile: Profile,
    credential: Credential,
    transport: Transport,
    stats: RequestStats,
    manager: str,
    scope: str,
    poll: float | None,
) -> Clients:
    if poll is None:
        poll = 1.0 if profile.cloud == "local" else 3.0
    return Clients(profile, credential, transport, stats, manager=manager, scope=scope, subscription="", poll=poll)


async def _subscription(clients: Clients, requested: str, credential: str) -> Json:
    """Resolve a subscription by id or name; without either, the default of ``az`` or the only one.

    Raises:
        AzureFailure: no subscription matches, or several do.
    """
    if not requested and credential == "cli":
        requested = _az_default()
    if re.fullmatch(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", requested):
        return await clients.get(f"/subscriptions/{requested}", _SUBSCRIPTIONS)
    known = [item async for item in clients.pages("/subscriptions", _SUBSCRIPTIONS)]
    usable = [item for item in known if item.get("state", "Enabled") in ("Enabled", "Warned", "PastDue")]
    if requested:
        usable = [item for item in known if item.get("displayName", "").lower() == requested.lower()]
    if len(usable) == 1:
        return usable[0]
    names = ", ".join(f"{item.get('displayName')} ({item.get('subscriptionId')})" for item in (usable or known)[:8])
    advice = "Set “subscription” in the profile to an id."
    if not usable and requested:
        message = f"Subscription “{requested}” does not exist" + (f"; known are {names}." if names else ".")
        raise _failure("SubscriptionNotFound", message, advice)
    if not usable:
        raise _failure(
            "SubscriptionNotFound",
            "The identity has no access to any subscription.",
            "Ask for a role on a subscription.",
        )
    raise _failure("SubscriptionNotPlain", f"There are several subscriptions: {names}.", advice)


def _az_default() -> str:
    """Id of the default subscription of ``az``; empty if there is none."""
    folder = Path(os.environ.get("AZURE_CONFIG_DIR") or Path.home() / ".azure")
    try:
        known = json.loads((folder / "azureProfile.json").read_text("utf-8-sig"))["subscriptions"]
        return next((str(entry["id"]) for entry in known if entry.get("isDefault")), "")
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return ""


def _failure(code: str, message: str, advice: str) -> AzureFailure:
    return AzureFailure(FailureView(code=code, message=message, advice=advice))
