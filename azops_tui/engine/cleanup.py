"""What a run created in Azure and what of it exists now: the plan of a cleanup.

The run's ledger and its deployments name the candidates. Of those, the plan has what a fresh read shows to be the
run's: the answer to the PUT was 201, which stands for "created", or the resource's time of creation lies in the run.
Whatever azops cannot tell is kept, and a group with anything that the run did not create is kept, too.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from azops_tui.arm.resource_id import ResourceId
from azops_tui.azure.errors import AzureFailure, is_missing
from azops_tui.durations import parse_timestamp
from azops_tui.engine.problems import GATE_OFF, problem
from azops_tui.events.azure_views import DeploymentView, ResourceView
from azops_tui.events.run_view import RunView
from azops_tui.json_types import Json

if TYPE_CHECKING:
    from azops_tui.azure.cloud import Cloud
    from azops_tui.journal.store import Journal

_CLOCKS = 300.0
"""Seconds by which the clocks of Azure and of this machine may differ."""
_AT_ONCE = 4
"""Number of concurrent reads."""
_DEPLOYMENT = "microsoft.resources/deployments"
_ORDER: dict[str, int] = {
    "microsoft.authorization/locks": 0,
    "microsoft.network/privateendpoints": 4,
    "microsoft.network/networkinterfaces": 4,
    "microsoft.network/bastionhosts": 4,
    "microsoft.network/applicationgateways": 4,
    "microsoft.network/azurefirewalls": 4,
    "microsoft.network/virtualnetworkgateways": 4,
    "microsoft.network/loadbalancers": 5,
    "microsoft.network/virtualnetworks": 6,
    "microsoft.network/natgateways": 7,
    "microsoft.network/networksecuritygroups": 7,
    "microsoft.network/routetables": 7,
    "microsoft.network/publicipaddresses": 8,
    "microsoft.network/publicipprefixes": 9,
    "microsoft.network/applicationsecuritygroups": 8,
    "microsoft.compute/disks": 8,
    "microsoft.compute/snapshots": 8,
    "microsoft.compute/images": 8,
    "microsoft.compute/availabilitysets": 8,
    "microsoft.compute/proximityplacementgroups": 9,
    "microsoft.managedidentity/userassignedidentities": 9,
    "microsoft.keyvault/vaults": 9,
    "microsoft.storage/storageaccounts": 9,
    "microsoft.operationalinsights/workspaces": 9,
}
"""Place in the order of deletion by type; what uses others comes before them."""
_ELSEWHERE, _LAST = 3, 10
"""Place of a type that the table does not have; place of the deployments, which are only records."""


@dataclass(slots=True)
class _Candidate:
    """A resource that the run sent a PUT for, or that one of its deployments has."""

    target: ResourceId
    began: float
    ended: float
    is_new: bool = False
    """True if the service answered 201."""


@dataclass(frozen=True, slots=True)
class Deletion:
    """A resource, a deployment's record or a resource group to delete."""

    id: str
    rank: int
    created: float = 0.0
    """Time of creation in seconds since the epoch; 0 where it was not read."""

    @property
    def title(self) -> str:
        target = ResourceId.parse(self.id)
        return f"{target.name}  {target.type}" if target.namespace else f"{target.group}  resource group"


@dataclass(slots=True)
class CleanupPlan:
    """What to delete, and what stays."""

    deletions: list[Deletion] = field(default_factory=list)
    """In the order of deletion."""
    running: list[DeploymentView] = field(default_factory=list)
    """Deployments that are still running; to be cancelled first."""
    kept: list[str] = field(default_factory=list)
    """Sentences about what stays, and why."""
    groups: dict[str, int] = field(default_factory=dict)
    """Groups to delete as a whole, with the number of resources in them."""

    def lines(self) -> list[str]:
        """The plan as the lines of a question."""
        lines = []
        for deletion in self.deletions:
            inside = self.groups.get(deletion.id.lower())
            lines.append(deletion.title + (f" with {_counted(inside, 'resource')}" if inside is not None else ""))
        lines += [f"{view.name} is still running; it is cancelled first." for view in self.running]
        return [*lines, *self.kept]


def past_run(journal: Journal, number: int) -> RunView:
    """The end of another run of the journal.

    Raises:
        StepProblem: it does not exist or has not ended.
    """
    row = journal.run(number)
    if row is None:
        raise problem("RunNotFound", f"Run {number} does not exist.", "“azops history” lists the runs.")
    if row.state == "running":
        raise problem("RunNotEnded", f"Run {number} has not ended.", "Wait for its end, or stop it.")
    view = RunView().apply_all(journal.records(number))
    if not view.gate:
        raise problem("NoLedger", GATE_OFF.format(f"run {number} has no ledger to clean up from"))
    return view


async def read_plan(cloud: Cloud, view: RunView) -> CleanupPlan:
    """Read what a run created and what of it exists now.

    Raises:
        AzureFailure: the cloud cannot be read.
    """
    return await _Planner(cloud, view).plan()


class _Planner:
    def __init__(self, cloud: Cloud, view: RunView) -> None:
        self._cloud = cloud
        self._view = view
        self._plan = CleanupPlan()
        self._candidates: dict[str, _Candidate] = {}
        self._listed: dict[str, list[ResourceView]] = {}
        """Resources of the groups that exist, by the group's name in lower case."""
        self._own: dict[str, Deletion] = {}
        self._busy = asyncio.Semaphore(_AT_ONCE)

    async def plan(self) -> CleanupPlan:
        changed = self._read_ledger()
        await self._read_deployments()
        await self._read_groups()
        await asyncio.gather(*map(self._judge, list(self._candidates.values())))
        self._add_implicit()
        self._fold_children()
        self._add_groups()
        self._plan.deletions = sorted(self._own.values(), key=lambda deletion: (deletion.rank, deletion.id.lower()))
        if changed:
            more = f", and {len(changed) - 3} more" if len(changed) > 3 else ""
            self._plan.kept.append(f"Not undone: {'; '.join(changed[:3])}{more}")
        return self._plan

    def _read_ledger(self) -> list[str]:
        """Collect the candidates of the ledger; returns the writes that a cleanup does not undo."""
        changed: list[str] = []
        for entry in self._view.requests.values():
            if entry.answered and entry.status is not None and entry.status >= 300:
                continue
            target = ResourceId.parse(entry.resource)
            what = f"{entry.method} {entry.resource}"
            ended = entry.sent + entry.duration
            if entry.method == "DELETE":
                for key in [key for key in self._candidates if _is_within(key, target.key)]:
                    del self._candidates[key]
            elif entry.method != "PUT" or not target.subscription or target.tail or not (target.group or target.types):
                changed.append(what)
            elif target.subscription.lower() != self._cloud.subscription.lower():
                self._plan.kept.append(f"Kept: {target.id} is in another subscription than the profile's.")
            else:
                known = self._candidates.setdefault(target.key, _Candidate(target, entry.sent, ended))
                known.ended = max(known.ended, ended)
                known.is_new |= entry.status == 201
        return list(dict.fromkeys(changed))

    async def _read_deployments(self) -> None:
        """Add what the run's deployments created, from their operations."""
        journalled = {key: view for key, view in self._view.deployments.items() if key in self._candidates}
        for candidate in [one for one in self._candidates.values() if one.target.type.lower() == _DEPLOYMENT]:
            deployment = journalled.get(candidate.target.key)
            try:
                fresh = await self._cloud.deployments.get(candidate.target.group, candidate.target.last_name)
                began = fresh.started or candidate.began
                if began <= candidate.ended + _CLOCKS:
                    deployment = fresh
                    if not fresh.finished:
                        self._plan.running.append(fresh)
            except AzureFailure as failure:
                if not is_missing(failure):
                    raise
            if deployment is None:
                continue
            candidate.ended = max(candidate.ended, candidate.began + (deployment.duration or 0))
            ended = candidate.ended if deployment.finished else float("inf")
            for operation in deployment.operations:
                if operation.state != "Waiting" and operation.action == "Create" and operation.resource_id:
                    target = ResourceId.parse(operation.resource_id)
                    # The record of a nested deployment is its parent's.
                    is_new = target.type.lower() == _DEPLOYMENT
                    self._candidates.setdefault(target.key, _Candidate(target, candidate.began, ended, is_new))

    async def _read_groups(self) -> None:
        names = {one.target.group.lower(): one.target.group for one in self._candidates.values() if one.target.group}

        async def read(name: str) -> None:
            async with self._busy:
                try:
                    self._listed[name.lower()] = await self._cloud.resources.list(name, times=True)
                except AzureFailure as failure:
                    if not is_missing(failure):
                        raise

        await asyncio.gather(*map(read, names.values()))

    async def _judge(self, candidate: _Candidate) -> None:
        """Add a candidate to the deletions if it exists and the run created it."""
        target = candidate.target
        if target.is_group or (target.group and target.group.lower() not in self._listed):
            return
        listed = {view.id.lower(): view for view in self._listed.get(target.group.lower(), [])}.get(target.key)
        created = listed.created if listed is not None else 0.0
        if listed is None:
            async with self._busy:
                try:
                    body = await self._cloud.resources.get(target.id)
                except AzureFailure as failure:
                    if is_missing(failure):
                        return
                    if failure.view.code != "InvalidResourceType" and failure.status != 405:
                        raise
                    body = None
            created = _created(body)
        if target.type.lower() == _DEPLOYMENT:
            if candidate.is_new or candidate.ended == float("inf"):
                self._own[target.key] = Deletion(target.id, _LAST)
            return
        if created and not candidate.began - _CLOCKS <= created <= candidate.ended + _CLOCKS:
            when = "existed before the run" if created < candidate.began else "was created again after the run"
            self._plan.kept.append(f"Kept: {target.name} ({target.type}) {when}.")
        elif created or candidate.is_new:
            self._own[target.key] = Deletion(target.id, _rank(target), created)
        elif target.parent is None:
            self._plan.kept.append(f"Kept: {target.name} ({target.type}); azops cannot tell who created it.")

    def _add_implicit(self) -> None:
        """Add what Azure created for a resource of the run, such as the disk of a virtual machine."""
        for resource in [view for views in self._listed.values() for view in views]:
            owner = self._own.get(resource.managed_by.lower())
            key = resource.id.lower()
            if owner is not None and key not in self._own and resource.created >= owner.created - _CLOCKS > 0:
                self._own[key] = Deletion(resource.id, _rank(ResourceId.parse(resource.id)), resource.created)

    def _fold_children(self) -> None:
        """Drop resources that are deleted with a parent, and deployments of groups that are deleted."""
        for key in list(self._own):
            if any(other != key and _is_within(key, other) for other in self._own):
                del self._own[key]

    def _add_groups(self) -> None:
        """Replace the resources of a group by the group if the run created all of it."""
        for candidate in self._candidates.values():
            name = candidate.target.group.lower()
            if not candidate.target.is_group or name not in self._listed:
                continue
            if not candidate.is_new:
                self._plan.kept.append(
                    f"Kept: the group {candidate.target.group} existed before, or azops cannot tell."
                )
                continue
            keys = [view.id.lower() for view in self._listed[name]]
            foreign = [key for key in keys if not any(_is_within(key, own) for own in self._own)]
            if foreign:
                names = ", ".join(sorted(ResourceId.parse(key).name for key in foreign)[:5])
                self._plan.kept.append(
                    f"Kept: the group {candidate.target.group} has {_counted(len(foreign), 'resource')} that the run "
                    f"did not create: {names}"
                )
                continue
            for key in [key for key in self._own if _is_within(key, candidate.target.key)]:
                del self._own[key]
            self._own[candidate.target.key] = Deletion(candidate.target.id, _LAST + 1)
            self._plan.groups[candidate.target.key] = len(keys)


def _rank(target: ResourceId) -> int:
    rank = _ORDER.get(target.type.lower())
    if rank is not None:
        return rank
    if "/providers/" in target.scope.lower():
        return 1  # an extension of another resource, such as a role assignment
    return 2 if target.parent is not None else _ELSEWHERE


def _is_within(key: str, other: str) -> bool:
    """True for the id itself and for ids below it, both in lower case."""
    return key == other or key.startswith(other + "/")


def _created(body: Json) -> float:
    """Time of creation that a resource reports itself; 0 if it reports none."""
    stamp = ((body or {}).get("systemData") or {}).get("createdAt") if isinstance(body, dict) else None
    return (parse_timestamp(stamp) or 0.0) if isinstance(stamp, str) else 0.0


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'s' * (number != 1)}"


def common_name(plan: CleanupPlan, run: int) -> str:
    """The word to type: the name of the group if all is in a single one, else the number of the run."""
    groups: Iterable[str] = {ResourceId.parse(deletion.id).group.lower() for deletion in plan.deletions}
    names = sorted({ResourceId.parse(deletion.id).group for deletion in plan.deletions})
    return names[0] if len(set(groups)) == 1 and names[0] else f"run-{run}"
