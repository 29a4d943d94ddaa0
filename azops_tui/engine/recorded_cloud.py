"""A cloud that exists only in a cassette."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from azops_tui.azure.profiles import CLOUDS, CloudName, Profile
from azops_tui.replay.fakes import MANAGER, TENANT

if TYPE_CHECKING:
    from azops_tui.azure.cloud import Cloud
    from azops_tui.replay.tape import Tape

CLIENT = "00000000-0000-0000-0000-000000000003"
"""Application as which scripts act on a recorded cloud."""


NO_SECRET = "no-secret-is-needed-offline"


class RecordedEndpoint(msgspec.Struct, frozen=True, kw_only=True):
    """Endpoint of a local cloud that was recorded: nothing listens there."""

    url: str
    subscription: str
    subscription_name: str
    tenant: str
    ca: str = ""
    bundle: str = ""
    client_id: str = CLIENT
    client_secret: str = NO_SECRET
    az_config: str = "/nonexistent/azops-recorded"
    known_hosts: str = ""
    ssh_config: str = ""
    programs: str = ""


def recorded_profile(tape: Tape, *, read_only: bool = False) -> Profile:
    """The profile of the cloud of a cassette; it needs no configuration and no credential."""
    header = tape.header
    names: tuple[CloudName, ...] = ("local", *CLOUDS)
    cloud: CloudName = next((name for name in names if name == header.cloud), "public")
    return Profile(
        name=header.profile or "recorded",
        cloud=cloud,
        subscription=header.subscription,
        tenant=header.tenant,
        read_only=read_only,
    )


def recorded_pointers(cloud: Cloud, folder: Path) -> dict[str, str]:
    """The variables that point tools at a recorded cloud, of which the gate answers every request.

    Args:
        cloud: the open cloud.
        folder: configuration folder of ``az``; it is made.
    """
    from azops_tui.simulator.az_config import CLOUD, write_az_config

    profile = cloud.profile
    is_local = cloud.endpoint is not None
    tenant = cloud.endpoint.tenant if cloud.endpoint is not None else profile.tenant or TENANT
    write_az_config(
        folder,
        url=MANAGER,
        subscription=cloud.subscription,
        name=cloud.subscription_name,
        tenant=tenant,
        client_id=CLIENT,
        client_secret=NO_SECRET,
        cloud=CLOUD if is_local else CLOUDS[profile.cloud].az_name,
    )
    return {
        "AZURE_CONFIG_DIR": str(folder),
        "AZURE_AUTHORITY_HOST": MANAGER if is_local else CLOUDS[profile.cloud].authority,
        "AZURE_TENANT_ID": tenant,
        "AZURE_CLIENT_ID": CLIENT,
        "AZURE_CLIENT_SECRET": NO_SECRET,
    }


async def open_recorded(profile: Profile, tape: Tape) -> Cloud:
    """Open the cloud of a cassette.

    Raises:
        AzureFailure: the cassette names no subscription.
    """
    from azops_tui.azure.connect import connect

    header = tape.header
    endpoint: RecordedEndpoint | None = None
    if profile.cloud == "local":
        from azops_tui.simulator.endpoint import DEMO_SUBSCRIPTION, DEMO_TENANT

        # The ids of every local cloud are known, so the run has them as it had them when it was recorded.
        endpoint = RecordedEndpoint(
            url=MANAGER,
            subscription=DEMO_SUBSCRIPTION,
            subscription_name=header.subscription_name,
            tenant=DEMO_TENANT,
        )
        tape.know_cloud(
            cloud="local",
            profile=profile.name,
            subscription=DEMO_SUBSCRIPTION,
            name=header.subscription_name,
            tenant=DEMO_TENANT,
        )
    known = None
    if not header.version and header.subscription:
        # A plain recording need not have the request for the subscription itself.
        known = {"subscriptionId": header.subscription, "displayName": header.subscription_name or header.subscription}
    return await connect(profile, endpoint, edge=tape, known=known)


async def repeat_writes(cloud: Cloud, tape: Tape) -> None:
    """Bring a new local cloud to the state in which the recording had it, before a step goes on there.

    Raises:
        TimeoutError: an operation does not end.
    """
    for exchange in tape.played_writes():
        await cloud.repeat(exchange.method, exchange.uri, exchange.sent)
