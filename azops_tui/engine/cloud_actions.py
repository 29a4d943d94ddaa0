"""Run cloud actions that are not part of a step: a person deletes, tags, locks or scales what a pane shows.

Each action is written to the journal before and after; a read-only run refuses all that change something.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import TYPE_CHECKING

from azops_tui.arm.resource_id import ResourceId, split_id
from azops_tui.engine.cleanup import CleanupPlan, read_plan
from azops_tui.engine.cloud import RunCloud
from azops_tui.engine.deletion_preview import group_lines, resource_lines
from azops_tui.engine.problems import GATE_OFF, RunError
from azops_tui.engine.resource_actions import action_of
from azops_tui.engine.resource_detail import ResourceDetail, read_detail
from azops_tui.engine.scale_preview import scale_lines
from azops_tui.events import records as ev
from azops_tui.json_types import Json

if TYPE_CHECKING:
    from azops_tui.azure.cloud import Cloud
    from azops_tui.events.run_view import RunView


class CloudActions:
    """Actions on the cloud of a run.

    Every method raises StepProblem if the cloud cannot be opened and AzureFailure if the cloud refuses the request.
    Those that change something raise RunError if the run is read-only.

    Args:
        cloud: the run's.
        begin: begins the run, so that the journal has a place for what is done.
        is_read_only: tells whether the run may only read, once the cloud is known.
        observe: takes events.
        created: ids of resources that the run deployed, in lower case.
    """

    def __init__(
        self,
        cloud: RunCloud,
        begin: Callable[[], Awaitable[None]],
        is_read_only: Callable[[], bool],
        observe: Callable[[ev.Event], None],
        created: Collection[str],
    ) -> None:
        self._cloud = cloud
        self._begin = begin
        self._is_read_only = is_read_only
        self._observe = observe
        self._created = created

    async def resource(self, resource_id: str) -> Json:
        """Read a resource as the service has it."""
        return await (await self._cloud.open()).resources.get(resource_id)

    async def export_template(self, resource_id: str) -> Json:
        """Export the template of a resource group or of a single resource."""
        cloud = await self._cloud.open()
        group = _group_name(resource_id)
        if group:
            return await cloud.groups.export(group, [])
        return await cloud.groups.export(ResourceId.parse(resource_id).group, [resource_id])

    async def portal_url(self, resource_id: str) -> str:
        """Address of a resource in the Azure portal; empty for the local cloud, which has none."""
        cloud = await self._cloud.open()
        return f"{cloud.portal.rstrip('/')}/#@{cloud.profile.tenant}/resource{resource_id}" if cloud.portal else ""

    async def preview_deletion(self, resource_id: str) -> tuple[str, ...]:
        """Read what deleting a resource group or a resource would delete, as the lines of a question."""
        cloud = await self._cloud.open()
        if group := _group_name(resource_id):
            return tuple(await group_lines(cloud, group, self._created))
        return tuple(await resource_lines(cloud, resource_id, self._created))

    async def delete(self, resource_id: str) -> None:
        """Delete a resource group or a resource. The caller has asked already."""
        group = _group_name(resource_id)

        async def delete(cloud: Cloud) -> None:
            await (cloud.groups.delete(group) if group else cloud.resources.delete(resource_id))

        await self._act(f"Delete {'the resource group ' + group if group else resource_id}", delete)

    async def plan_cleanup(self, view: RunView) -> CleanupPlan:
        """Read what a run created and what of it exists.

        Raises:
            RunError: the run has no ledger.
        """
        if not view.gate:
            raise RunError(GATE_OFF.format("this run has no ledger to clean up from"))
        return await read_plan(await self._cloud.open(), view)

    async def clean_up(self, view: RunView, agreed: CleanupPlan) -> str:
        """Delete what a run created, as a person agreed; returns a sentence about what came of it.

        Raises:
            RunError: Azure refused some of the deletions, or the run is read-only.
        """
        from azops_tui.engine.cleanup_deletion import delete_plan

        summary = ""

        def say(text: str) -> None:
            self._observe(ev.Notice(at=time.time(), text=text))

        async def delete(cloud: Cloud) -> None:
            nonlocal summary
            result = await delete_plan(cloud, view, agreed, say)
            summary = result.summary
            if result.failures:
                raise RunError(summary)

        await self._act(f"Delete what run {view.run} created", delete)
        return summary

    async def tag(self, resource_id: str, tags: Mapping[str, str]) -> None:
        """Replace the tags of a resource group or a resource."""
        group = _group_name(resource_id)
        shown = ", ".join(f"{name}={value}" for name, value in tags.items()) or "none"

        async def tag(cloud: Cloud) -> None:
            if group:
                await cloud.groups.tag(group, dict(tags))
            else:
                await cloud.resources.tag(resource_id, dict(tags))

        await self._act(f"Set the tags of {resource_id.rpartition('/')[2]} to {shown}", tag)

    async def lock(self, target: str, locked: bool) -> None:
        """Lock a resource group, by name, or a resource, by id, against deletion; or remove azops's lock."""
        is_resource = target.startswith("/")

        async def lock(cloud: Cloud) -> None:
            if is_resource:
                await (cloud.references.lock(target) if locked else cloud.references.unlock(target))
            else:
                await (cloud.groups.lock(target) if locked else cloud.groups.unlock(target))

        what = target.rpartition("/")[2] if is_resource else f"the resource group {target}"
        await self._act(f"{'Lock' if locked else 'Unlock'} {what}", lock)

    async def detail(self, resource_id: str) -> ResourceDetail:
        """Read a resource or a group with its locks, rights, history and references."""
        return await read_detail(await self._cloud.open(), resource_id)

    async def act(self, resource_id: str, action_id: str, argument: str = "") -> Json:
        """Carry out an action of the resource's type; returns its result if that is for people.

        Args:
            resource_id: id of the resource.
            action_id: id of the action, see :mod:`azops_tui.engine.resource_actions`.
            argument: what the action asks for, such as a script.
        """
        action = action_of(split_id(resource_id)[1], action_id)
        result: list[Json] = [None]

        async def act(cloud: Cloud) -> None:
            special = _SPECIAL.get(action_id)
            if action.post:
                body = action.body(argument) if action.body is not None else None
                result[0] = await cloud.resources.operate("POST", resource_id, action.post, body)
            elif special is not None:
                await special(cloud, resource_id, argument)

        if action.effect == "R":
            await act(await self._cloud.open())
        else:
            name = resource_id.rpartition("/")[2]
            await self._act(f"{action.label.capitalize()}: {name} ({action.command(resource_id, argument)})", act)
        return result[0] if action.answer else None

    async def preview_scale(self, group: str, name: str, capacity: int) -> tuple[str, ...]:
        """Read what another capacity would do, as the lines of a question."""
        return tuple(await scale_lines(await self._cloud.open(), group, name, capacity))

    async def scale(self, group: str, name: str, capacity: int, *, shown: int) -> None:
        """Set the capacity of a scale set and report its instances as they change.

        Args:
            group: name of the scale set's resource group.
            name: name of the scale set.
            capacity: number of instances to scale to.
            shown: capacity that the person saw and agreed to change; scaling in from another one is refused.
        """

        async def scale(cloud: Cloud) -> None:
            now = (await cloud.scale_sets.get(group, name)).capacity
            if capacity < now and now != shown:
                raise RunError(f"{name} has {now} instances now, not {shown}; nothing was changed.")
            async for view in cloud.scale_sets.scale(group, name, capacity):
                self._observe(ev.ScaleSetChanged(at=time.time(), scale_set=view))

        await self._act(f"Scale {name} in {group} to {capacity} instances", scale)

    async def _act(self, title: str, action: Callable[[Cloud], Awaitable[None]]) -> None:
        """Run an action between two notices; ``title`` is one sentence without a full stop."""
        if self._is_read_only():
            raise RunError(f"The run is read-only; this was not done: {title}.")
        await self._begin()
        self._observe(ev.Notice(at=time.time(), text=f"By hand: {title}."))
        try:
            await action(await self._cloud.open())
        except Exception as error:
            self._observe(ev.Notice(at=time.time(), text=f"By hand: {title}: {error}", level="error"))
            raise
        self._observe(ev.Notice(at=time.time(), text=f"By hand: {title}: done."))


async def _upgrade(cloud: Cloud, resource_id: str, argument: str) -> None:
    scale_set, _, instance = resource_id.rpartition("/virtualMachines/")
    await cloud.resources.operate("POST", scale_set, "manualupgrade", {"instanceIds": [instance]})


async def _protect(cloud: Cloud, resource_id: str, argument: str, *, protected: bool = True) -> None:
    """Read the instance, set its protection, and write it back: there is no PATCH for one."""
    instance = await cloud.resources.get(resource_id)
    kept = {name: instance[name] for name in ("location", "tags") if instance.get(name)}
    policy = {"protectFromScaleIn": protected, "protectFromScaleSetActions": False}
    body = {**kept, "properties": {"protectionPolicy": policy}}
    await cloud.resources.operate("PUT", resource_id, "", body)


async def _unprotect(cloud: Cloud, resource_id: str, argument: str) -> None:
    await _protect(cloud, resource_id, argument, protected=False)


async def _cancel(cloud: Cloud, resource_id: str, argument: str) -> None:
    target = ResourceId.parse(resource_id)
    await cloud.deployments.cancel(target.group, resource_id.rpartition("/")[2])


async def _redeploy(cloud: Cloud, resource_id: str, argument: str) -> None:
    """Deploy what a deployment deployed, under its own name.

    Raises:
        RunError: it has a secure parameter, whose value nobody can read.
    """
    deployment = await cloud.resources.get(resource_id)
    exported = await cloud.resources.operate("POST", resource_id, "exportTemplate")
    template = (exported or {}).get("template") or {}
    parameters = (deployment.get("properties") or {}).get("parameters") or {}
    secure = [name for name, value in parameters.items() if str(value.get("type", "")).lower().startswith("secure")]
    if secure:
        names = ", ".join(sorted(secure))
        raise RunError(
            f"The values of {names} are secret, so they cannot be read to deploy again. Run its step instead."
        )
    values = {name: {"value": value.get("value")} for name, value in parameters.items()}
    body = {"properties": {"mode": "Incremental", "template": template, "parameters": values}}
    await cloud.resources.operate("PUT", resource_id, "", body)


async def _scale_nodes(cloud: Cloud, resource_id: str, argument: str) -> None:
    """Set the number of nodes of a cluster's first pool."""
    if not argument.isdigit() or int(argument) > _MOST_NODES:
        raise RunError(f"'{argument}' is not a number of nodes from 0 to {_MOST_NODES}.")
    pools = (await cloud.resources.get(f"{resource_id}/agentPools")).get("value") or []
    if not pools:
        raise RunError(f"{resource_id.rpartition('/')[2]} has no node pool.")
    pool = pools[0]
    body = {"properties": {**(pool.get("properties") or {}), "count": int(argument)}}
    await cloud.resources.operate("PUT", pool["id"], "", body)


_MOST_NODES = 1000
_SPECIAL: dict[str, Callable[[Cloud, str, str], Awaitable[None]]] = {
    "upgrade": _upgrade,
    "protect": _protect,
    "unprotect": _unprotect,
    "cancel": _cancel,
    "redeploy": _redeploy,
    "scale": _scale_nodes,
}
"""Actions that take more than one POST, by id."""


def _group_name(resource_id: str) -> str:
    """Name of the resource group that the id stands for; empty if it is the id of anything else."""
    target = ResourceId.parse(resource_id)
    return target.group if target.is_group else ""
