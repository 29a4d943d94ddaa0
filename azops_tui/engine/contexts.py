"""Where one can act: the profiles, and the subscriptions that the present one can see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from azops_tui.azure.errors import AzureFailure
from azops_tui.azure.profiles import Profile, read_profiles

if TYPE_CHECKING:
    from azops_tui.engine.run import Run


@dataclass(frozen=True)
class Context:
    """A profile, or a subscription of the present profile."""

    profile: str
    subscription: str = ""
    """Id of the subscription; empty for that of the profile."""
    name: str = ""
    """Name of the subscription."""
    tenant: str = ""
    production: bool = False
    read_only: bool = False
    current: bool = False

    @property
    def label(self) -> str:
        return f"{self.name or self.subscription} ({self.profile})" if self.subscription else self.profile


async def list_contexts(profile: Profile, run: Run | None) -> list[Context]:
    """Profiles in the order of the configuration, then the other subscriptions of the present profile.

    Args:
        profile: the present one.
        run: its run, if its cloud is open.
    """
    known, _ = read_profiles()
    contexts = [
        Context(
            each.name,
            production=each.production,
            read_only=each.read_only,
            tenant=each.tenant,
            current=each.name == profile.name,
        )
        for each in {**known, profile.name: profile}.values()
    ]
    if run is None:
        return contexts
    try:
        cloud = await run.cloud()
        subscriptions = await cloud.subscriptions()
    except AzureFailure:
        return contexts
    return contexts + [
        Context(
            profile.name,
            subscription=str(each.get("subscriptionId", "")),
            name=str(each.get("displayName", "")),
            tenant=str(each.get("tenantId", "")),
            production=profile.production,
            read_only=profile.read_only,
            current=each.get("subscriptionId") == cloud.subscription,
        )
        for each in subscriptions
    ]


def profile_of(context: Context, present: Profile) -> Profile:
    """The profile to open for a context."""
    known, _ = read_profiles()
    base = present if context.profile == present.name else known[context.profile]
    return msgspec.structs.replace(base, subscription=context.subscription) if context.subscription else base
