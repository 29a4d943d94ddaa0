"""Renders the events of a run as text: progress, then a summary."""

from __future__ import annotations

import os
import sys
from typing import TextIO

import click

from azops_tui.cli.out import echo
from azops_tui.durations import format_duration
from azops_tui.enforcement import enforcement
from azops_tui.events import records as ev
from azops_tui.events.azure_views import DeploymentView, FailureView, ScaleSetView
from azops_tui.events.run_view import RunView
from azops_tui.sanitise import clean
from azops_tui.text import format_table
from azops_tui.ui.glyphs import glyphs, provisioning

_COLOURS = {
    "done": "green",
    "failed": "red",
    "running": "cyan",
    "asking": "yellow",
    "stopped": "yellow",
    "unknown": "red",
}


class Console:
    """Prints records as they arrive.

    Args:
        view: the state of the run; the console only reads it.
        stream: output stream; standard output by default.
        quiet: hide the output of steps that succeed.
    """

    def __init__(self, view: RunView, *, stream: TextIO | None = None, quiet: bool = False) -> None:
        self.view = view
        self.stream = stream or sys.stdout
        self.quiet = quiet
        encoding = (getattr(self.stream, "encoding", "") or "").lower().replace("-", "")
        self.glyphs = glyphs(not encoding.startswith("utf"))
        self._held: list[str] = []
        self._partial: dict[str, str] = {}
        self._operations: dict[tuple[str, str], str] = {}
        self._scale_sets: dict[str, str] = {}
        self._predicted: set[str] = set()
        """Predicted changes already shown, which the next question does not repeat."""

    def show(self, record: ev.Record) -> None:
        """Print a record, if it is one that people see."""
        event = record.event
        match event:
            case ev.RunStarted():
                self._run_started(event, record.run)
            case ev.StepStarted():
                self._step_started(event)
            case ev.OutputWritten():
                self._output(event)
            case ev.DeploymentChanged() if event.step:
                self._deployment(event.deployment)
            case ev.ForeseenChanges():
                self._changes(event)
            case ev.ScaleSetChanged() if event.step:
                self._scale_set(event.scale_set)
            case ev.HostFinished():
                self._host(event)
            case ev.TableShown():
                self._table(event)
            case ev.PictureShown():
                self._picture(event)
            case ev.ExpectationChecked():
                self._detail(("as expected: " if event.passed else "not as expected: ") + event.text)
                for line in event.difference:
                    self._detail("  " + click.style(clean(line), fg={"-": "red", "+": "green"}.get(line[:1])))
            case ev.ConfirmationAsked():
                self._asked(event)
            case ev.ConfirmationAnswered():
                by = "with the list of all changes" if event.by == "list" else f"by {event.by}"
                self._detail(f"{'agreed' if event.accepted else 'declined'} {by}")
            case ev.RequestRefused():
                self._detail(f"{self._state('stopped')} refused: {event.text}")
            case ev.Notice():
                self._detail(f"{event.level}: {event.text}" if event.level != "info" else event.text)
            case ev.StepFinished():
                self._step_finished(event)
            case _:
                return

    def summary(self) -> None:
        """Print the result of the run: failed steps with their reason, and the command that replays it."""
        view = self.view
        self._line()
        for step in view.failed:
            self._line(f"{self._state(step.state)} {step.name} (line {step.line}): {step.summary}".rstrip(": "))
        states = {"no-cloud": "failed", "declined": "stopped", "empty": "skipped"}
        state = "skipped" if view.count("skipped") == len(view.steps) else states.get(view.verdict, view.verdict)
        duration = f" in {format_duration(view.duration)}" if view.duration is not None else ""
        self._line(f"{self._state(state)} {view.summary()}{duration}")
        for entry in view.in_flight if view.phase == "interrupted" else ():
            self._detail(f"in flight at its end: {entry.method} {entry.resource}")
        if view.run:
            self._line(click.style(f"  run {view.run}; azops replay {view.run} shows it again", dim=True))

    def _run_started(self, event: ev.RunStarted, run: int) -> None:
        modes = enforcement(gate=event.gate, fence=event.fence, read_only=event.read_only, brief=True)
        if not event.gate:
            modes[0] = "gate off: requests are neither held nor recorded"
        parts = (event.cloud, event.subscription, *modes) if event.cloud else modes if event.fence else ()
        where = f" {self.glyphs.separator} ".join(filter(None, parts))
        self._line(click.style(event.title, bold=True) + click.style(f"   {event.path}", dim=True))
        self._line(click.style(f"{where}   run {run}" if where else f"run {run}", dim=True))

    def _step_started(self, event: ev.StepStarted) -> None:
        step = self.view.step(event.step)
        again = f", attempt {event.attempt}" if event.attempt > 1 else ""
        self._line()
        self._line(f"{self._state('running')} {click.style(event.step, bold=True)}  {step.effects}{again}")
        self._held.clear()
        self._partial.clear()

    def _step_finished(self, event: ev.StepFinished) -> None:
        hold = self._holds(event.step)
        for host, unfinished in self._partial.items():
            if unfinished:
                self._output_line(unfinished, host, hold=hold)
        self._partial.clear()
        if event.state not in ("done", "skipped"):
            for line in self._held:
                self._line(line)
        self._held.clear()
        step = self.view.step(event.step)
        known = f" {event.summary}" if event.summary else ""
        self._line(f"{self._state(event.state)} {event.step}  {format_duration(event.duration)} {known}".rstrip())
        failure = event.failure or step.failure
        if failure is not None:
            self._failure(failure, event.summary)

    def _failure(self, failure: FailureView, shown: str) -> None:
        place = f" ({failure.target})" if failure.target else ""
        if failure.message and failure.message not in shown:
            self._detail(f"{failure.code}{place}: {failure.message}")
        if failure.advice and failure.advice not in shown:
            self._detail(failure.advice)
        if failure.correlation_id:
            self._detail(f"correlation id {failure.correlation_id}")

    def _output(self, event: ev.OutputWritten) -> None:
        *whole, unfinished = (self._partial.get(event.host, "") + event.text).split("\n")
        self._partial[event.host] = unfinished
        hold = self._holds(event.step)
        for line in whole:
            self._output_line(line, event.host, hold=hold)

    def _holds(self, step: str) -> bool:
        """Return whether a step's output is hidden unless it fails."""
        return self.quiet or self.view.step(step).hide in ("output", "both")

    def _output_line(self, text: str, host: str, *, hold: bool) -> None:
        """Print a line of output, or keep it in case the step fails."""
        line = f"  {self.glyphs.quote} " + (click.style(f"{host}: ", dim=True) if host else "") + text
        line = line.rstrip()
        if hold:
            self._held.append(line)
            del self._held[:-200]
        else:
            self._line(line)

    def _deployment(self, deployment: DeploymentView) -> None:
        for operation in deployment.operations:
            key = (deployment.id, operation.id or operation.resource_id)
            if self._operations.get(key) == operation.state or operation.state == "Waiting":
                continue
            self._operations[key] = operation.state
            indent = "  " * operation.depth
            state = self._state(provisioning(operation.state))
            took = f"  {format_duration(operation.duration)}" if provisioning(operation.state) != "running" else ""
            self._detail(f"{indent}{state} {operation.name}  {operation.type}{took}")

    def _changes(self, event: ev.ForeseenChanges) -> None:
        from azops_tui.arm.whatif import COLOURS
        from azops_tui.engine.whatif import change_lines, question_lines

        self._predicted = set(question_lines(event))
        self._detail(f"{event.step}: {question_lines(event)[0]}")
        if event.note:
            self._detail(f"  {clean(event.note)}")
        for line in change_lines(event):
            self._detail("  " + click.style(clean(str(line)), fg=COLOURS.get(line.mark)))

    def _scale_set(self, scale_set: ScaleSetView) -> None:
        ready = sum(instance.state == "Succeeded" for instance in scale_set.instances)
        text = f"{scale_set.name}: {ready} of {scale_set.capacity} instances ready"
        if self._scale_sets.get(scale_set.id) != text:
            self._scale_sets[scale_set.id] = text
            self._detail(text)

    def _host(self, event: ev.HostFinished) -> None:
        if unfinished := self._partial.pop(event.host, ""):
            self._output_line(unfinished, event.host, hold=self._holds(event.step))
        if event.problem:
            self._detail(f"{self._state('unknown')} {event.host}: {event.problem}")
        elif event.status:
            self._detail(f"{self._state('failed')} {event.host}: exit status {event.status}")

    def _table(self, event: ev.TableShown) -> None:
        for number, line in enumerate(format_table(event.rows, event.columns).split("\n")):
            self._detail(click.style(line, bold=True) if number == 0 else line)

    def _picture(self, event: ev.PictureShown) -> None:
        """Draw a picture with coloured blocks on a terminal; name it elsewhere."""
        if self._holds(event.step):
            return
        if self.stream.isatty() and event.small and self.glyphs.half:
            from azops_tui.ui.pictures import block_rows

            for row in block_rows(event):
                cells = (click.style(self.glyphs.half, fg=upper, bg=lower, reset=False) for upper, lower in row)
                self._detail("".join(cells) + click.style(""))
        self._detail(f"a picture of {event.width} x {event.height} pixels; `azops export` has it")

    def _asked(self, event: ev.ConfirmationAsked) -> None:
        self._detail(f"{self._state('asking')} {event.title}")
        for line in event.lines:
            if line not in self._predicted:
                self._detail(f"  {line}")
        self._predicted.clear()

    def _state(self, state: str) -> str:
        return click.style(self.glyphs.state(state), fg=_COLOURS.get(state))

    def _detail(self, text: str) -> None:
        self._line(f"  {text}")

    def _line(self, text: str = "") -> None:
        try:
            echo(clean(text, colours=True), file=self.stream)
        except OSError as error:
            # The reader has gone, as with `| head`. The run goes on.
            echo(
                clean(
                    f"azops: output can no longer be written: {error.strerror}. The journal has all of it.",
                    colours=True,
                ),
                err=True,
            )
            with open(os.devnull, "w") as nowhere:
                os.dup2(nowhere.fileno(), self.stream.fileno())
