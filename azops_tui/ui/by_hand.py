"""What a person does to the cloud from the panes, outside any step."""

from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING

from azops_tui.events.run_view import RunView
from azops_tui.ui.problems import UserError

if TYPE_CHECKING:
    from azops_tui.engine.cleanup import CleanupPlan
    from azops_tui.engine.cloud_actions import CloudActions
    from azops_tui.engine.resource_detail import ResourceDetail
    from azops_tui.engine.run import Run


class CloudByHand:
    """Base of a live run: its cloud actions, each recorded as done by hand."""

    @property
    def view(self) -> RunView:
        """Current state of the run."""
        raise NotImplementedError

    async def _open_run(self) -> Run:
        raise NotImplementedError

    async def refresh(self) -> None:
        """Read the cloud again now."""
        raise NotImplementedError

    async def _actions(self) -> CloudActions:
        return (await self._open_run()).actions

    async def resource(self, identifier: str) -> str:
        """A resource as the service returns it, as indented JSON; secrets are masked."""
        from azops_tui.secrets.named import hide_named_secrets

        run = await self._open_run()
        shown = hide_named_secrets(await run.actions.resource(identifier))
        return run.redact(json.dumps(shown, indent=2, ensure_ascii=False))

    async def act(self, identifier: str, action: str, argument: str) -> str:
        """Carry out an action of a resource's type; returns its result as text or JSON, empty if it has none."""
        run = await self._open_run()
        result = await run.actions.act(identifier, action, argument)
        await self.refresh()
        outputs = result.get("value") if isinstance(result, dict) else None
        if isinstance(outputs, list):  # a command that ran: its output, not the JSON around it
            return run.redact("\n".join(str(output.get("message", "")) for output in outputs).strip() + "\n")
        return run.redact(json.dumps(result, indent=2, ensure_ascii=False)) if result is not None else ""

    async def would_delete(self, identifier: str) -> tuple[str, ...]:
        """Read what a deletion would delete, as the lines of a question."""
        return await (await self._actions()).preview_deletion(identifier)

    async def delete(self, identifier: str) -> None:
        """Delete a resource group or a resource."""
        await (await self._actions()).delete(identifier)
        await self.refresh()

    async def plan_cleanup(self) -> CleanupPlan:
        """Read what the run created in Azure and what of it exists."""
        return await (await self._actions()).plan_cleanup(self.view)

    async def clean_up(self, agreed: CleanupPlan) -> str:
        """Delete what the run created, as a person agreed; returns a sentence about what came of it."""
        summary = await (await self._actions()).clean_up(self.view, agreed)
        await self.refresh()
        return summary

    async def tag(self, identifier: str, tags: dict[str, str]) -> None:
        """Replace the tags of a resource group or a resource."""
        await (await self._actions()).tag(identifier, tags)
        await self.refresh()

    async def detail(self, identifier: str) -> ResourceDetail:
        """A resource or a group with its locks, rights, history and references; secrets are masked."""
        from azops_tui.secrets.named import hide_named_secrets

        run = await self._open_run()
        detail = await run.actions.detail(identifier)
        shown = run.redact(json.dumps(hide_named_secrets(detail.resource)))
        return dataclasses.replace(detail, resource=json.loads(shown))

    async def lock(self, target: str, locked: bool) -> None:
        """Lock a resource group, by name, or a resource, by id, against deletion; or remove azops's lock."""
        await (await self._actions()).lock(target, locked)
        await self.refresh()

    async def export(self, identifier: str) -> str:
        """Export the template of a resource group or a resource, as indented JSON."""
        return json.dumps(await (await self._actions()).export_template(identifier), indent=2, ensure_ascii=False)

    async def portal(self, identifier: str) -> str:
        """Address of a resource group or a resource in the Azure portal."""
        url = await (await self._actions()).portal_url(identifier)
        if not url:
            raise UserError("The local cloud has no portal; J shows the resource as the service has it.")
        return url

    async def would_scale(self, group: str, name: str, capacity: int) -> tuple[str, ...]:
        """Read what another capacity of a scale set would do, as the lines of a question."""
        return await (await self._actions()).preview_scale(group, name, capacity)

    async def scale(self, group: str, name: str, capacity: int) -> None:
        shown = next(
            (s.capacity for s in self.view.scale_sets.values() if (s.group, s.name) == (group, name)), capacity
        )
        await (await self._actions()).scale(group, name, capacity, shown=shown)
