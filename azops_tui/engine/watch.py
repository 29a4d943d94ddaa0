"""Poll the cloud and record what changed, also outside the run.

The watch reads all resource groups, and the resources, deployments and scale sets of the groups of interest. It polls
quickly while something is changing and slowly otherwise, so that an idle screen sends few requests. Its events are for
:meth:`Run.observe`, which journals them while a run is open and only shows them otherwise.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Literal

from azops_tui.azure.errors import AzureFailure, is_missing
from azops_tui.engine.watch_scope import WatchScope
from azops_tui.events import records as ev
from azops_tui.events.azure_views import DeploymentView, GroupView, MachineView, ResourceView, ScaleSetView

if TYPE_CHECKING:
    from azops_tui.azure.cloud import Cloud

_FEW = 12
"""Number of groups up to which all groups of a subscription are read."""
_AT_ONCE = 4
"""Number of concurrent reads."""
_RECENT = 10
"""Number of deployments of a group that are read."""
_EVERYTHING_LASTS = 60.0
"""Seconds after which all resources of a large subscription are read again."""
SOON_S = 4.0
"""Seconds after which a read that has not ended is reported."""
_LONGEST_READ_S = 60.0
"""Seconds after which a read is given up and begun again."""
LOCAL_PAUSE_S = 3.0
"""Seconds between two reads of the local cloud while nothing is changing."""
_SETTLED = frozenset({"", "Succeeded", "Failed", "Canceled"})
"""States that do not change on their own."""


class CloudWatch:
    """Watches one cloud.

    Args:
        cloud: cloud to read.
        emit: takes an event for each change.
        interest: returns the names of the groups to read, such as :attr:`Run.groups`; all groups of a small
            subscription are read anyway.
        scope: what else is asked for: whole subscription, machines.
        quick: seconds between two reads while something is changing; by default the cloud's own.
        slow: seconds between two reads while nothing is changing.
    """

    def __init__(
        self,
        cloud: Cloud,
        emit: Callable[[ev.Event], None],
        *,
        interest: Callable[[], Iterable[str]] = tuple,
        scope: WatchScope | None = None,
        quick: float | None = None,
        slow: float | None = None,
    ) -> None:
        local = cloud.profile.cloud == "local"
        self._cloud = cloud
        self._emit = emit
        self._interest = interest
        self._scope = scope or WatchScope()
        self._everything_read = float("-inf")
        self._machines: tuple[MachineView, ...] = ()
        self._quick = quick if quick is not None else cloud.poll
        self._slow = slow if slow is not None else (LOCAL_PAUSE_S if local else 20.0)
        self._task: asyncio.Task[None] | None = None
        self._gate = asyncio.Semaphore(_AT_ONCE)
        self._groups: tuple[GroupView, ...] | None = None
        self._resources: dict[str, object] = {}
        self._deployments: dict[str, DeploymentView] = {}
        self._scale_sets: dict[str, ScaleSetView] = {}
        self._problem = ""
        self._changing = False
        self.read_at: float | None = None
        """Time of the last complete read, in seconds since the epoch; None before the first."""

    @property
    def live(self) -> bool:
        """True if the last read succeeded."""
        return not self._problem

    @property
    def problem(self) -> str:
        """Why the last read failed; empty if it succeeded."""
        return self._problem

    def start(self) -> None:
        """Start polling; does nothing if it is started already."""
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run(), name="cloud-watch")

    async def close(self) -> None:
        """Stop polling."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    async def look(self) -> bool:
        """Read the cloud once and record what changed.

        Returns:
            True if something is changing, so that the next read should come soon.

        Raises:
            AzureFailure: the cloud cannot be read.
        """
        groups = tuple(await self._cloud.groups.list())
        if groups != self._groups:
            self._groups = groups
            self._emit(ev.GroupsChanged(at=time.time(), groups=groups))
        names = {group.name.lower(): group.name for group in groups}
        self._forget(names)
        selected = self._selected(names)
        self._changing = any(group.state not in _SETTLED for group in groups)
        try:
            async with asyncio.TaskGroup() as tasks:
                for name in selected:
                    tasks.create_task(self._group(name))
                if self._scope.everything and len(selected) < len(names):
                    tasks.create_task(self._everything({name.lower() for name in selected}, names))
                tasks.create_task(self._sets(set(names) if self._scope.everything else set(map(str.lower, selected))))
                if self._scope.machines:
                    tasks.create_task(self._all_machines())
        except* AzureFailure as failures:
            raise _first(failures) from None
        self.read_at = time.time()
        return self._changing

    async def _run(self) -> None:
        from azops_tui.azure.trouble import impatient

        failures = 0
        while True:
            try:
                with impatient():
                    pause = self._quick if await self._look_or_report() else self._slow
                failures = 0
                if self._problem:
                    self._problem = ""
                    self._notify("Azure can be read again.", "info")
            except Exception as error:  # whatever fails, the next read may succeed
                failures += 1
                pause = min(self._slow * 2 ** min(failures, 6), 60.0)
                self._fail(error)
            await asyncio.sleep(pause)

    async def _look_or_report(self) -> bool:
        """Read the cloud once; report it if Azure does not answer soon, and give up after a while.

        Raises:
            AzureFailure: the cloud cannot be read.
            TimeoutError: it has not answered for a minute.
        """
        began = time.monotonic()
        look = asyncio.ensure_future(self.look())
        try:
            if not (await asyncio.wait([look], timeout=SOON_S))[0] and not self._problem:
                self._report(f"Azure has not answered for {time.monotonic() - began:.0f} s; azops waits for it.")
            async with asyncio.timeout(_LONGEST_READ_S - SOON_S):
                return await look
        finally:
            look.cancel()

    def _fail(self, failure: Exception) -> None:
        """Report once that the cloud cannot be read."""
        self._report(f"Azure cannot be read: {str(failure) or 'it did not answer for a minute.'}")

    def _report(self, text: str) -> None:
        if text != self._problem:
            self._problem = text
            self._notify(text, "warning")

    def _notify(self, text: str, level: Literal["info", "warning"]) -> None:
        self._emit(ev.Notice(at=time.time(), text=text, level=level))

    def _selected(self, names: dict[str, str]) -> list[str]:
        """Names of the groups to read, of all groups by name in lower case."""
        if len(names) <= _FEW:
            return list(names.values())
        interest = {name.lower() for name in (*self._interest(), *self._scope.groups)}
        return [name for key, name in names.items() if key in interest]

    def _forget(self, names: dict[str, str]) -> None:
        """Drop what was in groups that no longer exist."""
        for name in [name for name in self._resources if name not in names]:
            del self._resources[name]
        for key in [key for key, view in self._deployments.items() if view.group.lower() not in names]:
            del self._deployments[key]
        for key in [key for key, view in self._scale_sets.items() if view.group.lower() not in names]:
            self._emit(ev.ScaleSetGone(at=time.time(), id=self._scale_sets.pop(key).id))

    async def _group(self, name: str) -> None:
        async with self._gate:
            try:
                resources = tuple(await self._cloud.groups.resources(name))
                if self._resources.get(name.lower()) != resources:
                    self._resources[name.lower()] = resources
                    self._emit(ev.ResourcesChanged(at=time.time(), group=name, resources=resources))
                self._changing |= any(resource.state not in _SETTLED for resource in resources)
                for deployment in (await self._cloud.deployments.list(name))[:_RECENT]:
                    await self._deployment(name, deployment)
            except AzureFailure as failure:
                if not is_missing(failure):
                    raise

    async def _everything(self, selected: set[str], names: dict[str, str]) -> None:
        """Read the resources of all groups that are not read one by one, and list their deployments."""
        if time.monotonic() - self._everything_read < _EVERYTHING_LASTS:
            return
        by_group: dict[str, list[ResourceView]] = defaultdict(list)
        for resource in await self._cloud.resources.everything():
            by_group[resource.group.lower()].append(resource)
        for key, name in names.items():
            resources = tuple(by_group.get(key, ()))
            if key not in selected and self._resources.get(key) != resources:
                self._resources[key] = resources
                self._emit(ev.ResourcesChanged(at=time.time(), group=name, resources=resources))
        await asyncio.gather(*(self._newest(name) for key, name in names.items() if key not in selected))
        self._everything_read = time.monotonic()

    async def _newest(self, name: str) -> None:
        """Read the newest deployment of a group, and those that still run."""
        async with self._gate:
            try:
                listed = (await self._cloud.deployments.list(name))[:_RECENT]
                for number, deployment in enumerate(listed):
                    if not number or not deployment.finished:
                        await self._deployment(name, deployment)
            except AzureFailure as failure:
                if not is_missing(failure):
                    raise

    async def _all_machines(self) -> None:
        machines = tuple(await self._cloud.machines.list())
        if machines != self._machines:
            self._machines = machines
            self._emit(ev.MachinesChanged(at=time.time(), machines=machines))

    async def _deployment(self, group: str, listed: DeploymentView) -> None:
        """Read the operations of a deployment that is new, changed, or not finished."""
        key = listed.id.lower()
        known = self._deployments.get(key)
        is_same = known is not None and (known.state, known.correlation_id) == (listed.state, listed.correlation_id)
        if is_same and listed.finished:
            return
        view = await self._cloud.deployments.get(group, listed.name)
        self._changing |= not view.finished
        if view != known:
            self._deployments[key] = view
            self._emit(ev.DeploymentChanged(at=time.time(), deployment=view))

    async def _sets(self, groups: set[str]) -> None:
        """Read the scale sets of the groups, with their instances."""
        listed = await self._cloud.scale_sets.list()
        ids = {view.id.lower() for view in listed}
        for key in [key for key in self._scale_sets if key not in ids]:
            self._emit(ev.ScaleSetGone(at=time.time(), id=self._scale_sets.pop(key).id))
        for scale_set in listed:
            if scale_set.group.lower() not in groups:
                continue
            async with self._gate:
                try:
                    view = await self._cloud.scale_sets.get(scale_set.group, scale_set.name)
                except AzureFailure as failure:
                    if not is_missing(failure):
                        raise
                    continue
            states = {view.state, *(instance.state for instance in view.instances)}
            self._changing |= not states <= _SETTLED or len(view.instances) != view.capacity
            if self._scale_sets.get(view.id.lower()) != view:
                self._scale_sets[view.id.lower()] = view
                self._emit(ev.ScaleSetChanged(at=time.time(), scale_set=view))


def _first(error: BaseException) -> BaseException:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error
