"""What a front end sees of a run, and the commands that a live run takes besides."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from azops_tui.enforcement import FenceKind
from azops_tui.events.records import Record
from azops_tui.events.run_view import RunView
from azops_tui.runbook.model import Runbook

if TYPE_CHECKING:
    from azops_tui.engine.cleanup import CleanupPlan
    from azops_tui.engine.contexts import Context
    from azops_tui.engine.earlier import EarlierResult
    from azops_tui.engine.resource_detail import ResourceDetail
    from azops_tui.ui.writing.working import WorkingDocument

Listener = Callable[[Record], None]


@dataclass(frozen=True)
class Place:
    """Cloud that a run acts on, for the top line."""

    cloud: str
    """Name of the profile or cloud, such as ``local``."""
    subscription: str = ""
    read_only: bool = False
    production: bool = False
    gate: bool = True
    fence: FenceKind = ""


class Controller(Protocol):
    """A run that can be watched: live, or replayed from the journal."""

    @property
    def live(self) -> LiveRun | None:
        """The same run, as one that takes commands; None for a replay."""

    @property
    def runbook(self) -> Runbook | None:
        """The document; None until it has been read."""

    @property
    def view(self) -> RunView:
        """Current state of the run."""

    @property
    def place(self) -> Place:
        """Cloud that the run acts on."""

    @property
    def file_name(self) -> str:
        """File name of the document."""

    def now(self) -> float:
        """Current time of the run: the clock, or the time that the replay has reached."""

    def subscribe(self, listener: Listener) -> None:
        """Call ``listener`` with every record from now on. Calls may come from any thread."""

    async def load(self) -> Runbook | None:
        """Read the document; None if there is none to read."""

    async def watch(self) -> None:
        """Start to show the cloud, or to play the replay."""

    async def close(self) -> None:
        """End the run and release everything it holds."""


class LiveRun(Controller, Protocol):
    """A run that takes commands.

    A command that cannot be carried out raises an error whose text is a sentence for people.
    """

    @property
    def busy(self) -> bool:
        """True while a step runs."""

    @property
    def guesses(self) -> str:
        """What the document leaves open about its fences, for a question; empty if nothing is to be asked."""

    @property
    def to_fetch(self) -> tuple[str, ...]:
        """Addresses of prerequisites that may be fetched; empty once a person has answered."""

    @property
    def guessed(self) -> frozenset[str]:
        """Names of the steps that run only after the question about guesses."""

    @property
    def untrusted(self) -> bool:
        """True if a person must trust the document before its first step."""

    async def trust_lines(self) -> tuple[str, ...]:
        """What a person is told of the document before trusting it."""

    async def trust(self, *, guesses: bool) -> None:
        """Trust the document as it is now, fetch its prerequisites, and take guessed steps or leave them."""

    async def fetch_prerequisites(self, agreed: bool) -> None:
        """Fetch and trust the prerequisites on the web, or leave them out."""

    async def take_guesses(self, agreed: bool) -> None:
        """Run guessed steps from now on, or leave them out."""

    @property
    def parameters(self) -> dict[str, str]:
        """Parameter values set by the user."""

    @property
    def writing(self) -> WorkingDocument | None:
        """The document as it is being written; None until it has been read."""

    def detected_secrets(self) -> list[tuple[str, str]]:
        """The secrets that tools printed unasked: the mask of each, and its value; they go to the screen only."""

    def meter(self) -> list[str]:
        """Counts of the run's requests by service, and what is left of the limits, as lines."""

    @property
    def unread(self) -> str:
        """Why nothing is known of the cloud yet; empty once it was read."""

    @property
    def waits_for(self) -> str:
        """What azops waits for while the cloud cannot be read, as a sentence; empty while it can."""

    @property
    def stale_since(self) -> float | None:
        """Time of the last successful read while the cloud is unreachable; None when data is live."""

    async def contexts(self) -> list[Context]:
        """Profiles, and the subscriptions that the current one can see, as places to switch to."""

    async def switch(self, context: Context) -> None:
        """Go on in another profile or subscription, with a new run; the page stays open."""

    async def refresh(self) -> None:
        """Read the cloud again now."""

    async def look_at(self, group: str) -> None:
        """Read the resources of a group from now on, also in a large subscription; of all groups if it is empty."""

    @property
    def is_dashboard(self) -> bool:
        """True if outputs and forms are shown without code, and nothing is changed by hand."""

    async def run_step(self, name: str, *, by_key: bool = True, hosts: Sequence[str] = ()) -> None:
        """Run one step; returns when it has ended.

        Args:
            name: the step.
            by_key: False if no person asked for it, so that any change it makes is asked about.
            hosts: names of the hosts on which the step is tried again; empty for all.
        """

    async def run_on_hosts(self, hosts: str, command: str) -> None:
        """Run a command that no step has on hosts; returns when it has ended."""

    async def save_hosts(self, step: str, hosts: Sequence[str], folder: Path) -> None:
        """Write all that a step wrote on hosts, the last time that it ran on each, to files in a folder."""

    async def run_all(self) -> None:
        """Run all steps that are not done."""

    async def run_from(self, name: str) -> None:
        """Run a step and all that follow."""

    async def earlier(self, *, always: bool) -> Mapping[str, EarlierResult]:
        """What came of the steps in earlier runs, by name; with ``always`` also if it was not to be shown by itself."""

    async def save_as(self, name: str) -> None:
        """Give a scratch page a name; the run goes on."""

    async def restart_session(self) -> None:
        """End the sessions; the next step begins with the variables of the run's beginning."""

    async def run_anew(self) -> None:
        """End this run and run everything in a new one; returns when it has ended."""

    async def stop(self) -> None:
        """Stop the running step."""

    async def answer(
        self,
        question: str,
        accepted: bool,
        *,
        typed: str = "",
        note: str = "",
        values: Mapping[str, str] | None = None,
    ) -> None:
        """Answer a pending question."""

    async def set_parameters(self, values: dict[str, str]) -> None:
        """Change parameter values; steps that have run are not run again."""

    async def choices(self, source: str) -> list[str]:
        """Current values of a parameter's dynamic source, such as ``azure.locations``."""

    async def resource(self, identifier: str) -> str:
        """A resource as the service returns it, as indented JSON; secrets are masked."""

    async def act(self, identifier: str, action: str, argument: str) -> str:
        """Carry out an action of a resource's type; returns its result as text or JSON, empty if it has none."""

    async def would_delete(self, identifier: str) -> tuple[str, ...]:
        """Read what deleting a resource or a group would delete, as the lines of a question."""

    async def delete(self, identifier: str) -> None:
        """Delete a resource or a group, by id; returns when it is gone."""

    async def plan_cleanup(self) -> CleanupPlan:
        """Read what the run created in Azure and what of it exists."""

    async def clean_up(self, agreed: CleanupPlan) -> str:
        """Delete what the run created, as a person agreed; returns a sentence about what came of it."""

    async def tag(self, identifier: str, tags: dict[str, str]) -> None:
        """Replace the tags of a resource or a group."""

    async def detail(self, identifier: str) -> ResourceDetail:
        """A resource or a group with its locks, rights, history and references; secrets are masked."""

    async def lock(self, target: str, locked: bool) -> None:
        """Lock a resource group, by name, or a resource, by id, against deletion; or remove azops's lock."""

    async def export(self, identifier: str) -> str:
        """Export the template of a resource or a group, as indented JSON."""

    async def portal(self, identifier: str) -> str:
        """Address of a resource or a group in the Azure portal."""

    async def would_scale(self, group: str, name: str, capacity: int) -> tuple[str, ...]:
        """Read what another capacity of a scale set would do, as the lines of a question."""

    async def scale(self, group: str, name: str, capacity: int) -> None:
        """Set the capacity of a scale set; returns when it has that many instances."""
