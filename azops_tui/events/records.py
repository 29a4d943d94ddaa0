"""The events of a run: small frozen records of everything it does.

The journal writes an event before it is shown; the screen, the console, the exports and a replay only render events.
Text in events has passed the sanitiser and the redactor. Times are seconds since the epoch (UTC).

Long because all events of a run stand in one place.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from azops_tui.enforcement import FenceKind
from azops_tui.events.azure_views import (
    ChangeView,
    DeploymentView,
    FailureView,
    GroupView,
    MachineView,
    ResourceView,
    ScaleSetView,
)

StepState = Literal["waiting", "running", "done", "failed", "skipped", "asking", "stopped", "unknown"]
"""The eight states; :mod:`azops_tui.state_glyphs` has their glyphs."""
RunState = Literal["running", "done", "failed", "stopped", "interrupted"]


class Event(msgspec.Struct, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    """Base of all events. ``at`` is when it happened; ``step`` names the step; empty for the run itself."""

    at: float
    step: str = ""


class StepInfo(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What front ends show of a step before it runs; a replay has no document to read it from."""

    name: str
    title: str
    """The heading it stands under."""
    kind: str
    """``shell``, ``python``, ``powershell``, or ``azops=deploy`` and the like."""
    effects: str
    """``R``, ``R M``, ``M``, ``D`` …: reads, mutates, destroys."""
    line: int
    code: str = ""
    hide: str = ""
    """What the document hides: ``input``, ``output`` or ``both``."""


class RunStarted(Event, frozen=True, kw_only=True):
    """A run began; the first event of every run."""

    path: str
    title: str
    digest: str
    """SHA-256 of the document's bytes, hexadecimal."""
    document: str
    """The document's text, so that a replay shows what was run."""
    cloud: str
    """``local``, ``public``, ``usgov`` or ``china``; empty for a run without a cloud."""
    subscription: str = ""
    profile: str = ""
    """Name of the profile that the cloud was opened with."""
    gate: bool = True
    """False if the profile turned the gate off, so that the run has no ledger."""
    fence: FenceKind = ""
    """The fence around the scripts of the run."""
    read_only: bool = False
    parameters: dict[str, str] = {}
    """Secrets as ``•••``."""
    steps: tuple[StepInfo, ...] = ()
    version: str = ""


class DocumentChanged(Event, frozen=True, kw_only=True):
    """The document has other text: somebody edited it while it was open. Steps that are not named here are the same."""

    document: str
    digest: str
    """SHA-256 of the document's bytes, hexadecimal."""
    steps: tuple[StepInfo, ...]
    """All steps of the run, in their new order; a step keeps its name as long as it is the same step."""
    changed: tuple[str, ...] = ()
    """Names of the steps whose text is another now."""
    renamed: dict[str, str] = {}
    """New name by old name."""


class SessionRestarted(Event, frozen=True, kw_only=True):
    """The sessions began anew: variables, functions and the folder are as at the beginning of the run."""

    parameters: dict[str, str] = {}
    """Secrets as ``•••``."""


class RunFinished(Event, frozen=True, kw_only=True):
    """A run ended; the last event of every run that was not interrupted."""

    state: RunState
    duration: float
    done: int = 0
    failed: int = 0
    skipped: int = 0


class StepStarted(Event, frozen=True, kw_only=True):
    """A step began. ``code`` is what is really run, after an edit and with secrets hidden."""

    attempt: int = 1
    code: str = ""
    hosts: tuple[str, ...] = ()
    """Names of the hosts that are tried again, while the others keep their results; empty for all."""


class OutputWritten(Event, frozen=True, kw_only=True):
    """Text that a step wrote; pieces of any size, in order."""

    text: str
    stream: Literal["stdout", "stderr", "system"] = "stdout"
    """``system`` stands for azops itself, for example the progress of a native step."""
    host: str = ""
    """Name of the host, for steps that run on hosts."""


class VariableSet(Event, frozen=True, kw_only=True):
    """A variable of the run has a new value."""

    name: str
    value: str
    """``•••`` for a secret."""
    secret: bool = False
    origin: str = "step"
    """``step``, ``parameter``, ``capture`` or ``output``."""


class AskedValue(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A value that a person is asked for."""

    name: str
    """Name of the variable that gets it."""
    help: str = ""
    value: str = ""
    """What is offered; empty for a secret."""
    source: str = ""
    """Where the offered value comes from, as ``the output of create-sp``; also for a secret."""
    secret: bool = False
    required: bool = False
    """True if an empty value is not accepted."""


class ConfirmationAsked(Event, frozen=True, kw_only=True):
    """The run waits for a person. Answered by ``Run.answer(id, …)``."""

    id: str
    kind: Literal["mutate", "destroy", "gate", "hostkey", "values", "trust"]
    title: str
    """What is about to happen, as ``Delete resource group``."""
    lines: tuple[str, ...] = ()
    """What exactly, to what, where."""
    typed: str = ""
    """The word to type to agree; empty if a plain yes is enough."""
    by: str = ""
    """What has answered it already, as in :class:`ConfirmationAnswered`; empty if a person is asked."""
    steps: tuple[str, ...] = ()
    """Names of the steps whose changes one answer covers; empty for a single step."""
    values: tuple[AskedValue, ...] = ()
    """Values to enter, for a question of the kind ``values``."""


class ConfirmationAnswered(Event, frozen=True, kw_only=True):
    """A question was answered.

    ``by`` is ``user``, a flag such as ``--yes``, ``policy``, ``key`` (the key that started the step on the local cloud)
    or ``list`` (the answer to the list of all changes).
    """

    id: str
    accepted: bool
    by: str = "user"
    note: str = ""


class DeploymentChanged(Event, frozen=True, kw_only=True):
    """A deployment, or one of its operations, changed."""

    deployment: DeploymentView


class ForeseenChanges(Event, frozen=True, kw_only=True):
    """The predicted changes of a step's deployment; recorded before a person is asked to agree to them."""

    changes: tuple[ChangeView, ...]
    """Changes of all resources that the template or its group has, without the resources as they would be after."""
    scope: str = ""
    """Id of the resource group that is deployed to."""
    note: str = ""
    """Why the prediction does not come from the service's own what-if, or not all of it; empty if it does."""


class ScaleSetChanged(Event, frozen=True, kw_only=True):
    """A scale set, or one of its instances, changed."""

    scale_set: ScaleSetView


class ScaleSetGone(Event, frozen=True, kw_only=True):
    """A scale set no longer exists."""

    id: str


class GroupsChanged(Event, frozen=True, kw_only=True):
    """All resource groups of the subscription."""

    groups: tuple[GroupView, ...]


class ResourcesChanged(Event, frozen=True, kw_only=True):
    """All resources of a resource group."""

    group: str
    resources: tuple[ResourceView, ...]


class HostsChosen(Event, frozen=True, kw_only=True):
    """The hosts on which a step is going to run, in their order."""

    hosts: tuple[str, ...]


class MachinesChanged(Event, frozen=True, kw_only=True):
    """All virtual machines of the subscription, with their power states and addresses."""

    machines: tuple[MachineView, ...]


class SignInAsked(Event, frozen=True, kw_only=True):
    """A person must enter a code to sign in; shown and never journalled."""

    url: str
    code: str
    expires: float
    """Seconds since the epoch."""


class SignInEnded(Event, frozen=True, kw_only=True):
    """The sign-in with a code has ended, one way or the other."""


class HostStarted(Event, frozen=True, kw_only=True):
    """A command began on a host."""

    host: str
    address: str = ""


class HostFinished(Event, frozen=True, kw_only=True):
    """A command ended on a host; ``status`` is None if the connection was lost."""

    host: str
    status: int | None
    duration: float
    problem: str = ""
    """Why there is no status, or what failed before the command ran: one sentence."""
    reason: Literal["", "unreachable", "timed out", "lost", "stopped", "not run"] = ""
    """Why there is no status, as a word to count hosts by; empty in older journals."""
    digest: str = ""
    """Equal for hosts with equal output, however long."""


class HostDifference(msgspec.Struct, frozen=True):
    """How the output of some hosts differs from that of most hosts."""

    hosts: tuple[str, ...]
    lines: tuple[str, ...]
    """Lines that begin with ``-`` or ``+``."""


class HostsCompared(Event, frozen=True, kw_only=True):
    """A command has ended on all hosts, and some wrote something else than most."""

    differences: tuple[HostDifference, ...]


class TableShown(Event, frozen=True, kw_only=True):
    """A step, for example of the kind ``resources``, shows a table."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


class PictureShown(Event, frozen=True, kw_only=True):
    """A step shows a picture, for example a figure of matplotlib."""

    png: bytes
    width: int = 0
    """In pixels; 0 if the picture cannot be read."""
    height: int = 0
    small: bytes = b""
    """The picture in small, for terminals: 3 bytes (red, green, blue) for each pixel, row by row."""
    small_width: int = 0


class ExpectationChecked(Event, frozen=True, kw_only=True):
    """A result was compared with an expectation."""

    passed: bool
    text: str
    """What was expected and whether it is so: one sentence."""
    score: float | None = None
    difference: tuple[str, ...] = ()
    """What differs: each expected value or line (``- …``) before the actual one (``+ …``)."""
    whole_difference: tuple[str, ...] = ()
    """The whole difference of outputs in the unified form."""


class RequestSent(Event, frozen=True, kw_only=True):
    """A write was sent to Azure; recorded before it is sent. Answered by :class:`RequestAnswered` of the same id."""

    id: int
    method: str
    resource: str
    """Id of the resource; host and path for a service other than the resource manager."""
    effect: Literal["R", "M", "D"]
    host: str


class RequestAnswered(Event, frozen=True, kw_only=True):
    """A write was answered; without a status it is not known whether it took effect."""

    id: int
    status: int | None
    operation: str = ""
    """URL at which the service tells how the operation goes on."""
    duration: float = 0.0
    problem: str = ""


class OperationEnded(Event, frozen=True, kw_only=True):
    """The operation that a write began has ended, as a later request of the run was told."""

    id: int
    """That of the write's :class:`RequestSent`."""
    state: str
    """``Succeeded``, ``Failed`` or ``Canceled``."""


class RequestHeld(Event, frozen=True, kw_only=True):
    """A request is held until a person is asked."""

    method: str
    resource: str
    effect: Literal["R", "M", "D"]
    host: str


class RequestRefused(Event, frozen=True, kw_only=True):
    """A request was not sent."""

    method: str
    resource: str
    effect: Literal["R", "M", "D"]
    host: str
    code: str
    """``ReadOnlyRun``, ``NotAgreed`` or ``ConnectionRefused``."""
    text: str
    """One sentence: what was refused and why."""


class Notice(Event, frozen=True, kw_only=True):
    """A message for people that is not output of a step."""

    text: str
    level: Literal["info", "warning", "error"] = "info"


class StepFinished(Event, frozen=True, kw_only=True):
    """A step ended."""

    state: Literal["done", "failed", "skipped", "stopped", "unknown"]
    duration: float
    status: int | None = None
    """Exit status of the step's shell; None if it has none."""
    failure: FailureView | None = None
    summary: str = ""
    """One sentence: what the step did, or what failed and what to do."""


AnyEvent = (
    RunStarted
    | RunFinished
    | DocumentChanged
    | SessionRestarted
    | StepStarted
    | OutputWritten
    | VariableSet
    | ConfirmationAsked
    | ConfirmationAnswered
    | DeploymentChanged
    | ForeseenChanges
    | ScaleSetChanged
    | ScaleSetGone
    | GroupsChanged
    | ResourcesChanged
    | HostsChosen
    | MachinesChanged
    | SignInAsked
    | SignInEnded
    | HostStarted
    | HostFinished
    | HostsCompared
    | TableShown
    | PictureShown
    | ExpectationChecked
    | RequestSent
    | RequestAnswered
    | OperationEnded
    | RequestHeld
    | RequestRefused
    | Notice
    | StepFinished
)
"""The union that the journal decodes."""


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """An event with its place in the journal: ``seq`` counts from 1 within a run."""

    run: int
    seq: int
    event: AnyEvent
