"""A live run as a controller. Everything heavy is imported and opened after the first paint, in workers."""

from __future__ import annotations

import asyncio
import importlib
import json
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from azops_tui.events.records import Notice, Record
from azops_tui.events.run_view import RunView
from azops_tui.runbook.model import Runbook
from azops_tui.ui.controller import Listener, Place, UserError

if TYPE_CHECKING:
    from azops_tui.azure.cloud import Cloud
    from azops_tui.azure.profiles import Profile
    from azops_tui.engine.cloud_actions import CloudActions
    from azops_tui.engine.run import Run
    from azops_tui.engine.watch import CloudWatch


class LiveController:
    """Runs a document.

    Args:
        path: the document.
        profile: the cloud to act on, and what may be done there.
        parameters: values that win over the document's own.
        journal_path: the journal; the user's where None.
        hand_over: gives the terminal to an interactive step while the context is entered.
    """

    replaying = False
    can_leave = False  # the run lives in this process

    def __init__(
        self,
        path: Path,
        *,
        profile: Profile,
        parameters: dict[str, str],
        journal_path: Path | None = None,
        hand_over: Callable[[], AbstractContextManager[object]] = nullcontext,
    ) -> None:
        self.path = path
        self.profile = profile
        self.parameters = dict(parameters)
        self.hand_over = hand_over
        self._journal_path = journal_path
        self._runbook: Runbook | None = None
        self._run: Run | None = None
        self._empty = RunView()
        self._run_lock = asyncio.Lock()
        self._watch: CloudWatch | None = None
        self._listeners: list[Listener] = []
        self._subscription = ""
        self._problem = ""

    @property
    def runbook(self) -> Runbook | None:
        """The document."""
        return self._runbook

    @property
    def view(self) -> RunView:
        """The run as it is."""
        return self._run.state if self._run else self._empty

    @property
    def place(self) -> Place:
        """Where it acts."""
        profile = self.profile
        return Place(profile.name, self._subscription or profile.subscription, profile.read_only, profile.production)

    @property
    def file_name(self) -> str:
        """Name of the document's file."""
        return self.path.name

    @property
    def busy(self) -> bool:
        """Whether a step runs."""
        return bool(self._run and self._run.running)

    @property
    def stale_since(self) -> float | None:
        """When the cloud was last read, where it cannot be read now."""
        return None if self._watch is None or self._watch.live else self._watch.read_at

    def now(self) -> float:
        """The clock."""
        return time.time()

    def subscribe(self, listener: Listener) -> None:
        """Be told every record."""
        self._listeners.append(listener)

    def _tell(self, record: Record) -> None:
        for listener in self._listeners:
            listener(record)

    async def load(self) -> Runbook | None:
        """Read the document, once. Its run is made when it is first needed, or when the first screen is there."""
        if self._runbook is not None:
            return self._runbook
        self._runbook = await asyncio.to_thread(self._read)
        if self._runbook.prerequisites:
            await self._need_run()
        else:
            from azops_tui.engine.plan import Planned

            book = self._runbook
            self._empty.announce(Planned(step.name, step, book).info for step in book.steps)
        return self._runbook

    def _read(self) -> Runbook:
        # Loaded here, in a thread, so that keys work meanwhile.
        from azops_tui.engine.open import open_runbook

        return open_runbook(self.path)

    async def _need_run(self) -> Run:
        """The run that steps belong to, made once."""
        if self._runbook is None:
            raise UserError("The document is still being read.")
        async with self._run_lock:
            if self._run is None:
                await asyncio.to_thread(_warm, "azops_tui.engine.run", "azops_tui.journal.store")
                from azops_tui.engine.cloud import open_cloud
                from azops_tui.engine.run import Policy, Run
                from azops_tui.journal.store import Journal

                self._run = Run(
                    self._runbook,
                    journal=Journal(self._journal_path),
                    cloud=lambda: open_cloud(self.profile),
                    policy=Policy(read_only=self.profile.read_only, interactive=True),
                    parameters=self.parameters,
                    profile=self.profile,
                    hand_over=self.hand_over,
                )
                self._run.subscribe(self._tell)
        return self._run

    async def _open_cloud(self) -> Cloud:
        cloud = await (await self._need_run()).cloud()
        self._subscription = cloud.subscription_name
        return cloud

    async def watch(self) -> None:
        """Open the cloud and begin to watch it. What fails is said once; steps will try again."""
        run = await self._need_run()
        await asyncio.to_thread(_warm, "azops_tui.azure.connect", "azops_tui.engine.cloud", "azops_tui.engine.watch")
        try:
            cloud = await self._open_cloud()
        except Exception as error:
            self._tell(Record(run=0, seq=0, event=Notice(at=time.time(), text=str(error), level="error")))
            return
        from azops_tui.engine.watch import CloudWatch

        self._watch = CloudWatch(cloud, run.observe, interest=run.groups)
        self._watch.start()

    async def refresh(self) -> None:
        """Read the cloud again."""
        if self._watch is None:
            await self.watch()
        else:
            await self._watch.look()

    async def run_step(self, name: str) -> None:
        """Run a step. On the local cloud, where nothing can be lost, its key is agreement to changes."""
        await (await self._need_run()).run_step(name, agreed=self.profile.cloud == "local")

    async def run_all(self) -> None:
        """Run what is not done."""
        await (await self._need_run()).run_all()

    async def run_from(self, name: str) -> None:
        """Run a step and all behind it."""
        await (await self._need_run()).run_from(name)

    async def stop(self) -> None:
        """Stop what runs."""
        await (await self._need_run()).stop()

    async def answer(self, question: str, accepted: bool, *, typed: str = "", note: str = "") -> None:
        """Answer a question."""
        if not (await self._need_run()).answer(question, accepted, typed=typed, note=note):
            raise UserError("That question does not wait any more, or the name did not match.")

    async def set_parameters(self, values: dict[str, str]) -> None:
        """Give parameters other values."""
        await (await self._need_run()).set_parameters(values)
        self.parameters.update(values)

    async def edit(self, name: str, code: str) -> None:
        """Other code for a step."""
        (await self._need_run()).edit(name, code)

    async def choices(self, source: str) -> list[str]:
        """What a source offers."""
        from azops_tui.ui.choices import read_choices

        return await read_choices(source, self.path.resolve().parent, self._open_cloud)

    async def resource(self, identifier: str) -> str:
        """A resource as JSON."""
        return json.dumps(await (await self._actions()).resource(identifier), indent=2, ensure_ascii=False)

    async def would_delete(self, identifier: str) -> tuple[str, ...]:
        """What a deletion would delete, read now."""
        return await (await self._actions()).preview_deletion(identifier)

    async def delete(self, identifier: str) -> None:
        """Delete a group or a resource."""
        await (await self._actions()).delete(identifier)
        await self.refresh()

    async def tag(self, identifier: str, tags: dict[str, str]) -> None:
        """Replace the tags of a group or a resource."""
        await (await self._actions()).tag(identifier, tags)
        await self.refresh()

    async def lock(self, group: str, locked: bool) -> None:
        """Lock a resource group against deletion, or remove its lock."""
        await (await self._actions()).lock(group, locked)
        await self.refresh()

    async def export(self, identifier: str) -> str:
        """The template of a group or of a resource."""
        return json.dumps(await (await self._actions()).export_template(identifier), indent=2, ensure_ascii=False)

    async def portal(self, identifier: str) -> str:
        """Where the portal shows it."""
        url = await (await self._actions()).portal_url(identifier)
        if not url:
            raise UserError("The local cloud has no portal; J shows the resource as the service has it.")
        return url

    async def scale(self, group: str, name: str, capacity: int) -> None:
        """Another capacity for a scale set."""
        seen = [one.capacity for one in self.view.scale_sets.values() if (one.group, one.name) == (group, name)]
        await (await self._actions()).scale(group, name, capacity, shown=seen[0] if seen else capacity)

    async def _actions(self) -> CloudActions:
        return (await self._need_run()).actions

    async def close(self) -> None:
        """End the run, the watch and the cloud."""
        if self._watch is not None:
            await self._watch.close()
        if self._run is not None:
            await self._run.close()


def _warm(*modules: str) -> None:
    """Import modules, in a thread, so that keys work meanwhile."""
    for module in modules:
        importlib.import_module(module)
