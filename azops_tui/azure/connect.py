"""From a profile to a cloud that can be asked."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from pathlib import Path

from azops_tui.azure.client import Clients
from azops_tui.azure.cloud import Cloud, Endpoint
from azops_tui.azure.credentials import Credential, Prompt, credential_for, local_credential
from azops_tui.azure.errors import AzureFailure, explained
from azops_tui.azure.profiles import CLOUDS, Profile
from azops_tui.azure.request_stats import RequestAttempt, RequestStats
from azops_tui.azure.transport import Transport
from azops_tui.events.azure_views import FailureView
from azops_tui.json_types import Json

_SUBSCRIPTIONS = "2022-12-01"


async def connect(
    profile: Profile,
    endpoint: Endpoint | None = None,
    *,
    on_request: Callable[[RequestAttempt], object] | None = None,
    prompt: Prompt | None = None,
    poll: float | None = None,
) -> Cloud:
    """Opens the cloud of a profile: gets a token, finds the subscription.

    Args:
        profile: which cloud, as whom.
        endpoint: where the local cloud is; needed for a local profile and for no other.
        on_request: told of every attempt at every request.
        prompt: told what to type where, for the credential ``device``.
        poll: seconds between two looks at something that is changing; 1 for the local cloud and 3 elsewhere.

    Raises:
        AzureFailure: there is no token, no such subscription, or nobody answers.
    """
    if profile.cloud == "local" and endpoint is None:
        raise _failure("NoLocalCloud", "The local cloud is not running.", "“azops sim up” starts it.")
    stats = RequestStats(on_request)
    if endpoint is not None:
        transport = Transport(ca=endpoint.ca)
        credential = local_credential(
            transport.session, endpoint.url, endpoint.tenant, endpoint.client_id, endpoint.client_secret
        )
        manager, scope, subscription = endpoint.url, f"{endpoint.url}/.default", endpoint.subscription
    else:
        transport = Transport()
        try:
            with explained():
                credential = credential_for(profile, prompt)
        except BaseException:
            await transport.close()
            raise
        manager, scope = CLOUDS[profile.cloud].manager, CLOUDS[profile.cloud].scope
        subscription = profile.subscription or os.environ.get("AZURE_SUBSCRIPTION_ID", "")
    clients = _clients(profile, credential, transport, stats, manager, scope, poll)
    try:
        found = await _subscription(clients, subscription, credential.kind)
    except BaseException:
        await clients.close()
        raise
    clients.subscription = found["subscriptionId"]
    return Cloud(profile, clients, subscription_name=found.get("displayName") or "", endpoint=endpoint)


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


async def _subscription(clients: Clients, wanted: str, credential: str) -> Json:
    """The subscription by id or name; the default one of ``az``, or the only one, where none is wanted.

    Raises:
        AzureFailure: there is none, or it is not plain which.
    """
    if not wanted and credential == "cli":
        wanted = _az_default()
    if re.fullmatch(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", wanted):
        return await clients.get(f"/subscriptions/{wanted}", _SUBSCRIPTIONS)
    known = [one async for one in clients.pages("/subscriptions", _SUBSCRIPTIONS)]
    usable = [one for one in known if one.get("state", "Enabled") in ("Enabled", "Warned", "PastDue")]
    if wanted:
        usable = [one for one in known if one.get("displayName", "").lower() == wanted.lower()]
    if len(usable) == 1:
        return usable[0]
    names = ", ".join(f"{one.get('displayName')} ({one.get('subscriptionId')})" for one in (usable or known)[:8])
    advice = "Set “subscription” in the profile to an id."
    if not usable and wanted:
        said = f"There is no subscription “{wanted}”" + (f"; there are {names}." if names else ".")
        raise _failure("SubscriptionNotFound", said, advice)
    if not usable:
        raise _failure(
            "SubscriptionNotFound", "The identity can see no subscription.", "Ask its owner for a role on one."
        )
    raise _failure("SubscriptionNotPlain", f"There are several subscriptions: {names}.", advice)


def _az_default() -> str:
    """Id of the subscription that ``az`` acts on; empty where it says none."""
    folder = Path(os.environ.get("AZURE_CONFIG_DIR") or Path.home() / ".azure")
    try:
        known = json.loads((folder / "azureProfile.json").read_text("utf-8-sig"))["subscriptions"]
        return next((str(one["id"]) for one in known if one.get("isDefault")), "")
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return ""


def _failure(code: str, message: str, advice: str) -> AzureFailure:
    return AzureFailure(FailureView(code=code, message=message, advice=advice))
