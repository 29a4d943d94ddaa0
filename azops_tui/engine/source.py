"""Where a run gets its cloud from: opened when first needed, and only once."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from azops_tui.engine.problems import StepProblem, problem
from azops_tui.engine.step_runner import explain
from azops_tui.events.azure_views import FailureView

if TYPE_CHECKING:
    from azops_tui.azure.cloud import Cloud
    from azops_tui.azure.profiles import Profile


class CloudSource:
    """Holds the cloud of a run.

    Args:
        given: the cloud, or what opens it; None for a run without one.
        profile: of the cloud, where it is known before the cloud is open.
    """

    def __init__(self, given: Callable[[], Awaitable[Cloud]] | Cloud | None, profile: Profile | None = None) -> None:
        self._given = given
        self._profile = profile
        self._lock = asyncio.Lock()
        self.cloud: Cloud | None = None
        """The cloud, once it is open."""

    @property
    def wanted(self) -> bool:
        """Whether the run has a cloud, open or not."""
        return self._given is not None

    @property
    def profile(self) -> Profile | None:
        """Its profile, as far as it is known."""
        return self._profile or (self.cloud.profile if self.cloud is not None else None)

    @property
    def where(self) -> str:
        """Subscription and profile, as ``Demo subscription (local)``; empty before it is open."""
        cloud = self.cloud
        return f"{cloud.subscription_name or cloud.subscription} ({cloud.profile.name})" if cloud is not None else ""

    async def open(self) -> Cloud:
        """The cloud. One that could not be opened is tried again by the next call.

        Raises:
            StepProblem: the run has none, or it cannot be opened (``NoCloud``).
        """
        async with self._lock:
            if self.cloud is None:
                if self._given is None:
                    raise problem("NoCloud", "The run has no cloud.")
                if not callable(self._given):
                    self.cloud = self._given
                    return self.cloud
                try:
                    opened = self._given()
                    self.cloud = await opened if inspect.isawaitable(opened) else opened
                except StepProblem:
                    raise
                except Exception as error:
                    view = explain(error).failure or FailureView(code="", message=str(error))
                    name = self._profile.name if self._profile is not None else "run's"
                    text = f"The {name} cloud cannot be opened: {view.message}"
                    raise StepProblem(FailureView(code="NoCloud", message=text, advice=view.advice)) from error
            return self.cloud

    async def close(self) -> None:
        """Close a cloud that was opened here; one that was given open belongs to who gave it."""
        if self.cloud is not None and self.cloud is not self._given:
            await self.cloud.close()
