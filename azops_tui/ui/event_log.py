"""What the screen keeps of the records beyond the run's view: events as sentences, and more lines of output.

Both are bounded; the journal has everything.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from azops_tui.durations import format_duration
from azops_tui.events import records as ev
from azops_tui.events.records import Record
from azops_tui.text import LineTail
from azops_tui.ui.format import count

EVENTS = 2_000
LINES = 20_000
"""Lines of output kept for each step."""
_LONGEST = 4_096

_AGREED_BY = {
    "key": "not asked, for the key that starts a step is agreement on the local cloud",
    "list": "agreed with the list of all changes",
    **{flag: f"not asked, for {flag} agrees" for flag in ("--yes", "--yes-destroy", "--trust-new-hosts")},
}
"""Why nobody was asked, by what agreed."""


@dataclass(frozen=True)
class LogEntry:
    """An event as a sentence."""

    seq: int
    at: float
    state: str
    """Name of the state whose glyph precedes the text; empty for none."""
    text: str


def empty_output() -> LineTail:
    """Return the output of a step that has written nothing."""
    return LineTail(LINES, _LONGEST)


class EventLog:
    """Events and output, record by record."""

    def __init__(self) -> None:
        self.entries: deque[LogEntry] = deque(maxlen=EVENTS)
        self.outputs: dict[str, LineTail] = {}
        self.ready: dict[str, deque[tuple[float, int]]] = {}
        """Times and numbers of ready instances of each scale set, by its id in lower case."""

    def clear(self) -> None:
        self.entries.clear()
        self.outputs.clear()
        self.ready.clear()

    def take(self, record: Record) -> None:
        event = record.event
        if isinstance(event, ev.OutputWritten):
            self.outputs.setdefault(event.step, empty_output()).feed(event.text)
            return
        if isinstance(event, ev.ScaleSetChanged):
            history = self.ready.setdefault(event.scale_set.id.lower(), deque(maxlen=EVENTS))
            history.append((event.at, sum(instance.state == "Succeeded" for instance in event.scale_set.instances)))
        if isinstance(event, ev.DocumentChanged) and event.renamed:
            self.outputs = {event.renamed.get(name, name): output for name, output in self.outputs.items()}
        if isinstance(event, ev.RunStarted):
            self.outputs.clear()
        if isinstance(event, ev.StepStarted) and event.attempt == 1:
            self.outputs[event.step] = empty_output()
        description = describe_event(event)
        if description is not None:
            self.entries.append(LogEntry(record.seq, event.at, *description))


def describe_event(event: ev.Event) -> tuple[str, str] | None:
    """State and sentence of an event; None for one that is not news by itself (output, polls)."""
    match event:
        case ev.RunStarted():
            return "running", f"run began on {event.cloud or 'no cloud'}"
        case ev.RunFinished():
            return event.state, f"run {event.state} after {format_duration(event.duration)}"
        case ev.StepStarted():
            again = f", attempt {event.attempt}" if event.attempt > 1 else ""
            return "running", f"{event.step} began{again}"
        case ev.StepFinished():
            why = f": {event.summary}" if event.summary else ""
            return event.state, f"{event.step} {event.state} in {format_duration(event.duration)}{why}"
        case ev.SessionRestarted():
            return "", "the session was restarted; variables are as at the beginning"
        case ev.DocumentChanged():
            others = f": {', '.join(event.changed)} edited" if event.changed else ""
            return "", f"the document changed{others}"
        case ev.VariableSet():
            return "", f"{event.name} = {event.value.splitlines()[0] if event.value else ''}"
        case ev.ConfirmationAsked():
            return ("", f"{event.title}: {_AGREED_BY[event.by]}") if event.by else ("asking", f"asked: {event.title}")
        case ev.ConfirmationAnswered() if event.by in _AGREED_BY:
            return None  # the question says so already
        case ev.ConfirmationAnswered():
            note = f", “{event.note}”" if event.note else ""
            state, verb = ("done", "agreed") if event.accepted else ("stopped", "declined")
            return state, f"{verb} by {event.by}{note}"
        case ev.HostFinished():
            how = event.problem or (f"status {event.status}" if event.status is not None else "contact lost")
            return ("done" if event.status == 0 else "failed"), f"{event.host}: {how}"
        case ev.ExpectationChecked():
            return ("done" if event.passed else "failed"), event.text
        case ev.TableShown():
            return "", f"a table of {count(len(event.rows), 'row')}"
        case ev.PictureShown():
            return "", f"a picture of {event.width} x {event.height} pixels"
        case ev.RequestSent():
            return "running", f"sent {event.method} {event.resource}"
        case ev.RequestAnswered():
            known = event.status is not None and event.status < 400
            return ("done" if known else "failed"), f"answered {event.status or event.problem}"
        case ev.RequestRefused():
            return "stopped", f"refused: {event.text}"
        case ev.Notice():
            return {"error": "failed", "warning": "asking"}.get(event.level, ""), event.text
        case ev.ForeseenChanges():
            from azops_tui.arm.whatif import summary

            return "", f"what-if: {summary(event.changes)}"
        case ev.DeploymentChanged() if event.deployment.finished:
            state = "done" if event.deployment.state == "Succeeded" else "failed"
            return state, f"deployment {event.deployment.name} {event.deployment.state}"
        case _:
            return None
