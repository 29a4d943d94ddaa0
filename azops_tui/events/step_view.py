"""Views of a step, its hosts, its questions and its tables, as events left them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from azops_tui.events import records as ev
from azops_tui.events.azure_views import FailureView
from azops_tui.text import LineTail

TAIL_LINES = 1_000
"""Number of lines of output that a view keeps; the journal has all."""
_LINE_LIMIT = 2_048
"""Number of characters of a line that a view keeps."""


@dataclass(slots=True)
class HostRun:
    """A command of a step on one host."""

    host: str
    step: str
    address: str = ""
    started: float = 0.0
    finished: bool = False
    status: int | None = None
    duration: float = 0.0
    problem: str = ""
    reason: str = ""
    """Why there is no status: ``unreachable``, ``timed out``, ``lost``, ``stopped`` or ``not run``."""
    digest: str = ""
    output: LineTail = field(default_factory=lambda: LineTail(TAIL_LINES, _LINE_LIMIT))

    @property
    def state(self) -> ev.StepState:
        """``waiting``, ``running``, ``done``, ``failed``, or ``unknown`` if there is no exit status."""
        if not self.finished:
            return "running" if self.started else "waiting"
        if self.status is None:
            return "unknown"
        return "done" if self.status == 0 else "failed"


@dataclass(slots=True)
class Variable:
    """A variable of the run, fit to be shown."""

    name: str
    value: str
    """``•••`` for a secret."""
    secret: bool = False
    origin: str = "parameter"
    step: str = ""
    """Step that set the variable last; empty for a parameter."""


@dataclass(slots=True)
class Question:
    """A question that waits for a person's answer."""

    id: str
    kind: Literal["mutate", "destroy", "gate", "hostkey", "values", "trust"]
    title: str
    lines: tuple[str, ...]
    typed: str
    step: str
    at: float
    steps: tuple[str, ...] = ()
    """Names of the steps that the answer covers; empty for a single step."""
    values: tuple[ev.AskedValue, ...] = ()
    """Values to enter, for a question of the kind ``values``."""


@dataclass(slots=True)
class LedgerEntry:
    """A write that the run sent to Azure."""

    step: str
    """Name of the step that sent it; empty for a person."""
    method: str
    resource: str
    effect: str
    """``M`` or ``D``."""
    sent: float
    """Seconds since the epoch."""
    answered: bool = False
    status: int | None = None
    operation: str = ""
    """URL of the operation that goes on after the answer; empty if there is none."""
    problem: str = ""
    duration: float = 0.0
    ended: str = ""
    """State in which the operation ended; empty while it is not known to have ended."""

    @property
    def is_in_flight(self) -> bool:
        """True if the write may still be taking effect, or may have taken effect without an answer."""
        if not self.answered or self.status is None:
            return True
        return bool(self.operation) and not self.ended

    @property
    def outcome(self) -> str:
        """How far the write came, in one or two words."""
        if not self.answered:
            return "no answer yet"
        if self.status is None:
            return "no answer"
        return self.ended or ("in progress" if self.operation else "refused" if self.status >= 400 else "done")


@dataclass(slots=True)
class Table:
    """A table that a step shows."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(slots=True)
class StepView:
    """A step and its results so far."""

    name: str
    title: str = ""
    kind: str = ""
    effects: str = ""
    line: int = 0
    code: str = ""
    hide: str = ""
    """What the document hides: ``input``, ``output`` or ``both``."""
    source: str = ""
    """The code in the document."""
    edited: bool = False
    """True if its text was edited and has not been run since."""
    state: ev.StepState = "waiting"
    attempt: int = 0
    started: float | None = None
    duration: float | None = None
    """In seconds; None until the step has ended."""
    status: int | None = None
    failure: FailureView | None = None
    summary: str = ""
    output: LineTail = field(default_factory=lambda: LineTail(TAIL_LINES, _LINE_LIMIT))
    written: int = 0
    """Characters of output so far."""
    checks: list[ev.ExpectationChecked] = field(default_factory=list)
    table: Table | None = None
    pictures: list[ev.PictureShown] = field(default_factory=list)
    hosts: dict[str, HostRun] = field(default_factory=dict)
    host_differences: dict[tuple[str, ...], tuple[str, ...]] = field(default_factory=dict)
    """Lines that differ from the output of most hosts, by hosts."""
    deployments: list[str] = field(default_factory=list)
    """Ids of its deployments, in lower case."""
    scale_sets: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    """Why requests of the step were refused, each reason once."""
    """Ids of the scale sets it changed, in lower case."""
    foreseen: ev.ForeseenChanges | None = None
    """The changes of its deployment, as predicted last."""

    def tail(self, count: int) -> list[str]:
        """The last ``count`` lines of output, including one without an end."""
        return self.output.tail(count)
