"""Delete what a cleanup's plan has: in the order of dependencies, and only what is still the run's."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING

from azops_tui.arm.resource_id import ResourceId
from azops_tui.azure.errors import AzureFailure, is_missing
from azops_tui.engine.cleanup import CleanupPlan, Deletion, read_plan

if TYPE_CHECKING:
    from azops_tui.azure.cloud import Cloud
    from azops_tui.events.run_view import RunView

_AT_ONCE = 4
"""Number of concurrent deletions."""


@dataclass(slots=True)
class CleanupResult:
    """What came of a cleanup."""

    agreed: int
    """Number of deletions that a person agreed to."""
    changed: int
    """How many of them were gone, or another's, when the deletion began."""
    deleted: list[str] = field(default_factory=list)
    """Ids."""
    failures: dict[Deletion, AzureFailure] = field(default_factory=dict)
    """What Azure refused to delete, and why."""

    @property
    def summary(self) -> str:
        if self.failures:
            failure = next(iter(self.failures.values()))
            names = ", ".join(ResourceId.parse(deletion.id).last_name or deletion.title for deletion in self.failures)
            return f"Deleted {len(self.deleted)}; {len(self.failures)} left ({names}): {failure}"
        summary = f"Deleted {len(self.deleted)} of {self.agreed}."
        return f"{summary} {self.changed} were gone or had changed since the question." if self.changed else summary


async def delete_plan(cloud: Cloud, view: RunView, agreed: CleanupPlan, say: Callable[[str], None]) -> CleanupResult:
    """Delete what was agreed to and is still the run's.

    Args:
        cloud: where it is.
        view: the run that created it.
        agreed: the plan that a person saw.
        say: shows a line.

    Raises:
        AzureFailure: the cloud cannot be read.
    """
    for deployment in agreed.running:
        say(f"Cancelling the deployment {deployment.name} …")
        await _cancel(cloud, deployment.group, deployment.name)
    fresh = {deletion.id.lower(): deletion for deletion in (await read_plan(cloud, view)).deletions}
    left = [deletion for deletion in agreed.deletions if fresh.get(deletion.id.lower()) == deletion]
    result = CleanupResult(len(agreed.deletions), len(agreed.deletions) - len(left))
    pending = left
    while pending:
        result.failures = {}
        for _, batch in groupby(pending, key=lambda deletion: deletion.rank):
            result.failures |= await _delete(cloud, list(batch), say)
        if len(result.failures) == len(pending):
            break
        # What was in use may be free now.
        pending = [deletion for deletion in pending if deletion in result.failures]
    result.deleted = [deletion.id for deletion in left if deletion not in result.failures]
    return result


async def _delete(cloud: Cloud, deletions: list[Deletion], say: Callable[[str], None]) -> dict[Deletion, AzureFailure]:
    """Delete some, a few at once; returns those that Azure refused."""
    failures: dict[Deletion, AzureFailure] = {}
    busy = asyncio.Semaphore(_AT_ONCE)

    async def delete(deletion: Deletion) -> None:
        target = ResourceId.parse(deletion.id)
        async with busy:
            try:
                await (cloud.groups.delete(target.group) if target.is_group else cloud.resources.delete(deletion.id))
            except AzureFailure as failure:
                if not is_missing(failure):
                    failures[deletion] = failure
                    return
        say(f"Deleted {deletion.title}")

    await asyncio.gather(*map(delete, deletions))
    return failures


async def _cancel(cloud: Cloud, group: str, name: str) -> None:
    """Cancel a deployment and wait for its end; one that has ended meanwhile is left as it is."""
    try:
        await cloud.deployments.cancel(group, name)
        while True:
            if (await cloud.deployments.get(group, name)).finished:
                return
            await asyncio.sleep(cloud.poll)
    except AzureFailure as failure:
        if not is_missing(failure) and failure.status != 409:
            raise
