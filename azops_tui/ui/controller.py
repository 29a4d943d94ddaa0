"""What the screen needs of a run, whether it is live or a replay. The screen knows nothing else of either."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from azops_tui.errors import AzopsError
from azops_tui.events.records import Record
from azops_tui.events.run_view import RunView
from azops_tui.runbook.model import Runbook

Listener = Callable[[Record], None]


class UserError(AzopsError):
    """Something a person asked for cannot be done; the text is the sentence that says why."""


@dataclass(frozen=True)
class Place:
    """Where a run acts, for the top line."""

    cloud: str
    """Name of the profile or cloud, as ``local``."""
    subscription: str = ""
    read_only: bool = False
    production: bool = False


class Controller(Protocol):
    """A run that can be watched and, where it is live, commanded.

    Commands raise :class:`UserError` with a sentence where they cannot be done. Callbacks may come from any thread.
    """

    @property
    def runbook(self) -> Runbook | None:
        """The document; None until it has been read."""

    @property
    def view(self) -> RunView:
        """The run as it is now."""

    @property
    def place(self) -> Place:
        """Where it acts."""

    @property
    def file_name(self) -> str:
        """Name of the document's file, for the top line."""

    @property
    def replaying(self) -> bool:
        """Whether this is a run of the past, which cannot be commanded."""

    @property
    def busy(self) -> bool:
        """Whether a step runs now."""

    @property
    def can_leave(self) -> bool:
        """Whether the run would go on without the screen."""

    @property
    def parameters(self) -> dict[str, str]:
        """Values that were set for parameters."""

    @property
    def stale_since(self) -> float | None:
        """When what is shown of the cloud was last read, where it cannot be read now; None where it is live."""

    def now(self) -> float:
        """The time of what is shown: the clock's, or the replay's."""

    def subscribe(self, listener: Listener) -> None:
        """Be told every record from now on."""

    async def load(self) -> Runbook | None:
        """Read the document, in a thread where that takes time; None where there is none to read."""

    async def watch(self) -> None:
        """Begin to show what is in the cloud, if there is one; returns when it can be seen."""

    async def refresh(self) -> None:
        """Read the cloud again now."""

    async def run_step(self, name: str) -> None:
        """Run one step; returns when it has ended."""

    async def run_all(self) -> None:
        """Run all steps that are not done."""

    async def run_from(self, name: str) -> None:
        """Run a step and all that follow."""

    async def stop(self) -> None:
        """Stop the step that runs."""

    async def answer(self, question: str, accepted: bool, *, typed: str = "", note: str = "") -> None:
        """Answer a question that waits."""

    async def set_parameters(self, values: dict[str, str]) -> None:
        """Give parameters other values; steps that ran already are not run again."""

    async def edit(self, name: str, code: str) -> None:
        """Give a step other code for this run."""

    async def choices(self, source: str) -> list[str]:
        """What a parameter's dynamic source offers now, such as ``azure.locations``."""

    async def resource(self, identifier: str) -> str:
        """A resource as the service has it, as indented JSON."""

    async def would_delete(self, identifier: str) -> tuple[str, ...]:
        """What deleting a resource or a group would delete, read now, as lines of a question."""

    async def delete(self, identifier: str) -> None:
        """Delete a resource or a group, by id; returns when it is gone."""

    async def tag(self, identifier: str, tags: dict[str, str]) -> None:
        """Replace the tags of a resource or a group."""

    async def lock(self, group: str, locked: bool) -> None:
        """Protect a group from deletion, or take azops's own lock away."""

    async def export(self, identifier: str) -> str:
        """The template that would make a resource, or all that is in a group, as indented JSON."""

    async def portal(self, identifier: str) -> str:
        """The address at which the portal shows it."""

    async def scale(self, group: str, name: str, capacity: int) -> None:
        """Give a scale set another capacity; returns when it has it."""

    async def close(self) -> None:
        """End everything this run holds."""
