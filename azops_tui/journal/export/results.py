"""The results of a run, step by step, as its records tell them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from azops_tui.durations import format_duration
from azops_tui.events import records as ev
from azops_tui.events.azure_views import DeploymentView, FailureView
from azops_tui.events.run_view import RunView
from azops_tui.runbook import parse
from azops_tui.runbook.model import Block, Runbook
from azops_tui.state_glyphs import STATE_GLYPHS

_KEPT = 256 * 1024
"""Characters of a step's output that are kept at its beginning, and at its end."""


@dataclass(slots=True)
class Piece:
    """Consecutive output of one stream of one host."""

    stream: str
    host: str
    text: str


class KeptOutput:
    """Output of any length: its beginning and its end are kept, with a note between them on what is left out."""

    def __init__(self) -> None:
        self._head: list[Piece] = []
        self._tail: list[Piece] = []
        self._room = _KEPT
        self._late = 0
        self.left_out = 0
        """Characters missing in the middle."""

    def add(self, stream: str, host: str, text: str) -> None:
        """Add what a step wrote."""
        early, late = text[: self._room], text[self._room :]
        self._room -= len(early)
        for place, part in ((self._head, early), (self._tail, late)):
            if part:
                place.append(Piece(stream, host, part))
        self._late += len(late)
        if self._late > 2 * _KEPT:
            self._shorten()

    def pieces(self) -> list[Piece]:
        """What is kept; neighbours of the same stream and host are one piece."""
        self._shorten()
        note = f"\n… {self.left_out} characters are left out here; “azops replay --print” prints them all …\n"
        middle = [Piece("system", "", note)] if self.left_out else []
        joined: list[tuple[str, str, list[str]]] = []
        for piece in (*self._head, *middle, *self._tail):
            if joined and joined[-1][:2] == (piece.stream, piece.host):
                joined[-1][2].append(piece.text)
            else:
                joined.append((piece.stream, piece.host, [piece.text]))
        return [Piece(stream, host, "".join(texts)) for stream, host, texts in joined]

    def _shorten(self) -> None:
        """Leave out what is neither beginning nor end."""
        surplus = max(0, self._late - _KEPT)
        self.left_out += surplus
        self._late -= surplus
        gone = 0
        while surplus and len(self._tail[gone].text) <= surplus:
            surplus -= len(self._tail[gone].text)
            gone += 1
        del self._tail[:gone]
        if surplus:
            self._tail[0].text = self._tail[0].text[surplus:]


@dataclass(slots=True)
class ExportedStep:
    """A step and what came of it."""

    info: ev.StepInfo
    code: str
    """What was run last: the document's code, or an edit of it."""
    state: ev.StepState = "waiting"
    order: int | None = None
    """Place in the order in which steps were run, from 1; None if it was not run."""
    started: float | None = None
    duration: float | None = None
    status: int | None = None
    summary: str = ""
    failure: FailureView | None = None
    kept: KeptOutput = field(default_factory=KeptOutput)
    tables: list[ev.TableShown] = field(default_factory=list)
    pictures: list[ev.PictureShown] = field(default_factory=list)
    checks: list[ev.ExpectationChecked] = field(default_factory=list)
    hosts: list[ev.HostFinished] = field(default_factory=list)
    deployments: dict[str, DeploymentView] = field(default_factory=dict)
    """The last view of each deployment, by id in lower case."""

    @property
    def is_edited(self) -> bool:
        """True if it was run with another text than the document's."""
        return self.order is not None and self.code.strip() != self.info.code.strip()

    @property
    def label(self) -> str:
        """Glyph and state: ``● done``."""
        return f"{STATE_GLYPHS[self.state]} {self.state}"

    @property
    def account(self) -> str:
        """Duration and summary, to stand behind the label: `` in 1.2 s. Deployed 7 resources.``"""
        is_timed = self.duration is not None and self.state not in ("waiting", "skipped")
        took = f" in {format_duration(self.duration)}" if is_timed else ""
        return f"{took}. {self.summary}".rstrip() if self.summary else took

    @property
    def hides_output(self) -> bool:
        """True if the document hides what the step prints."""
        return self.info.hide in ("output", "both")

    @property
    def operations(self) -> list[tuple[DeploymentView, list[tuple[str, str, str, str]]]]:
        """Deployments with rows of name, type, state and time of their operations; nested ones are indented."""
        return [
            (
                deployment,
                [
                    ("\u2003" * each.depth + each.name, each.type, each.state, format_duration(each.duration))
                    for each in deployment.operations
                ],
            )
            for deployment in self.deployments.values()
            if deployment.operations
        ]

    @property
    def pieces(self) -> list[Piece]:
        """The output by stream and host; of a very long one the middle is left out."""
        return self.kept.pieces()

    def output(self) -> str:
        """The output as text, with the names of hosts where they change."""
        parts, last = [], ""
        for piece in self.pieces:
            if piece.host != last and piece.host:
                parts.append(f"── {piece.host}\n")
            last = piece.host
            parts.append(piece.text)
        return "".join(parts)


@dataclass(slots=True)
class RunResults:
    """A run for an export."""

    run: int
    view: RunView
    path: str
    document: str
    """The document's text as the run left it."""
    started: float
    steps: dict[str, ExportedStep]
    notices: list[ev.Notice]
    cloud: str = ""
    subscription: str = ""
    parameters: dict[str, str] = field(default_factory=dict)

    @property
    def title(self) -> str:
        return self.view.title or Path(self.path).name

    @property
    def runbook(self) -> Runbook:
        """The document as it was run."""
        plain = parse(self.document, Path(self.path))
        names = {step.name for step in plain.steps}
        if plain.guessed and not names.issuperset(self.steps):
            return parse(self.document, Path(self.path), untagged=True)
        return plain

    def in_document(self, runbook: Runbook) -> dict[int, tuple[Block, ExportedStep]]:
        """Steps that stand in the document itself, by the line of their fence."""
        return {step.line: (step.block, self.steps[step.name]) for step in runbook.steps if step.name in self.steps}

    def elsewhere(self, runbook: Runbook) -> list[ExportedStep]:
        """Steps of prerequisites and included documents."""
        names = {step.name for step in runbook.steps}
        return [step for name, step in self.steps.items() if name not in names]

    @property
    def sentence(self) -> str:
        """What the run was: ``Run 12 of a.md: done in 3 s on 2026-11-24 18:00:00 UTC, local (Demo). 5 steps done.``"""
        took = f" in {format_duration(self.view.duration)}" if self.view.duration is not None else ""
        where = f", {self.cloud}" + (f" ({self.subscription})" if self.subscription else "") if self.cloud else ""
        return (
            f"Run {self.run} of {Path(self.path).name}: {self.view.phase}{took} on {timestamp(self.started)}{where}. "
            f"{self.view.summary()}"
        )


def collect(records: Iterable[ev.Record]) -> RunResults:
    """Fold the records of a run into its results.

    Raises:
        ValueError: the records lack the beginning of the run.
    """
    view = RunView()
    results: RunResults | None = None
    for record in records:
        view.apply(record)
        event = record.event
        if isinstance(event, ev.RunStarted):
            steps = {info.name: ExportedStep(info, info.code) for info in event.steps}
            results = RunResults(
                record.run,
                view,
                event.path,
                event.document,
                event.at,
                steps,
                [],
                event.cloud,
                event.subscription,
                event.parameters,
            )
        elif results is not None:
            _apply(results, event)
    if results is None:
        raise ValueError("the run has no beginning: it ended before its first step")
    return results


def _apply(results: RunResults, event: ev.AnyEvent) -> None:
    if isinstance(event, ev.DocumentChanged):
        results.document = event.document
        known = {event.renamed.get(name, name): step for name, step in results.steps.items()}
        kept = {}
        for info in event.steps:
            before = known.get(info.name)
            if before is None or info.name in event.changed:
                kept[info.name] = ExportedStep(info, info.code)
            else:
                before.info = info
                kept[info.name] = before
        results.steps = kept
        return
    if isinstance(event, ev.Notice):
        results.notices.append(event)
    step = results.steps.get(event.step)
    if step is None:
        return
    match event:
        case ev.StepStarted():
            if event.attempt == 1:
                started = sum(other.order is not None for other in results.steps.values())
                order = started + 1 if step.order is None else step.order
                step = ExportedStep(step.info, event.code or step.code, order=order, started=event.at)
                results.steps[event.step] = step
            step.state = "running"
        case ev.OutputWritten():
            step.kept.add(event.stream, event.host, event.text)
        case ev.TableShown():
            step.tables.append(event)
        case ev.PictureShown():
            step.pictures.append(event)
        case ev.ExpectationChecked():
            step.checks.append(event)
        case ev.HostFinished():
            step.hosts.append(event)
        case ev.DeploymentChanged():
            step.deployments[event.deployment.id.lower()] = event.deployment
        case ev.StepFinished():
            step.state, step.duration, step.status = event.state, event.duration, event.status
            step.summary, step.failure = event.summary, event.failure


def timestamp(at: float) -> str:
    """A time of an event: ``2026-11-24 18:00:00 UTC``."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
