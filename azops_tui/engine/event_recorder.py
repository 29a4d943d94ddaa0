"""The only path of events: secrets are hidden, the journal writes, the view is updated, then subscribers are told."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import msgspec

from azops_tui import bugs
from azops_tui.events import records as ev
from azops_tui.events.azure_views import DeploymentView, ScaleSetView
from azops_tui.events.run_view import RunView
from azops_tui.events.step_view import StepView
from azops_tui.journal.store import Journal, JournalError
from azops_tui.secrets.redact import Redactor

Subscriber = Callable[[ev.Record], object]
E = TypeVar("E", bound=ev.Event)


class EventRecorder:
    """Records the events of a run.

    Before the run has a number, and after it ended, events are shown but not journalled: their record has run 0.
    """

    def __init__(self, journal: Journal, redactor: Redactor) -> None:
        self.journal = journal
        self.redactor = redactor
        bugs.redactors.add(redactor)
        self.view = RunView()
        self.run = 0
        self.open = False
        """True while events are journalled."""
        self.broken = ""
        """Why the journal cannot be written; empty while it works."""
        self._subscribers: list[Subscriber] = []

    def subscribe(self, subscriber: Subscriber) -> Callable[[], None]:
        """Call ``subscriber`` with every record from now on; returns a function that ends the subscription."""
        self._subscribers.append(subscriber)
        return lambda: self._subscribers.remove(subscriber) if subscriber in self._subscribers else None

    def hide(self, value: str) -> None:
        """Keep a value out of every event from now on."""
        self.redactor.add(value)

    def record(self, event: ev.Event) -> None:
        """Journal an event and show it; an event that says nothing new is dropped."""
        if self._is_known(event):
            return
        # Output passed the redactor piece by piece already, where a secret split over two pieces is still found.
        if not isinstance(event, ev.OutputWritten):
            event = redacted(event, self.redactor)
        record = self._journalled(event)
        self.view.apply(record)
        for subscriber in tuple(self._subscribers):
            try:
                subscriber(record)
            except Exception as error:  # one that shows badly must not stop the run, nor the others
                asyncio.get_running_loop().call_exception_handler(
                    {"message": "a subscriber of the run failed", "exception": error}
                )

    def _journalled(self, event: Any) -> ev.Record:
        if self.open and not self.broken:
            try:
                return self.journal.append(self.run, event)
            except JournalError as error:
                self.broken = f"{error} The run stops after this step."
                notice = ev.Notice(at=time.time(), text=self.broken, level="error")
                for subscriber in tuple(self._subscribers):
                    subscriber(ev.Record(run=0, seq=0, event=notice))
        return ev.Record(run=0, seq=0, event=event)

    def _is_known(self, event: ev.Event) -> bool:
        """Whether an event says nothing new: a step and the watch of the cloud both see the same deployment."""
        view = self.view
        match event:
            case ev.DeploymentChanged():
                return self._is_seen(event.step, event.deployment, view.deployments, lambda step: step.deployments)
            case ev.ScaleSetChanged():
                return self._is_seen(event.step, event.scale_set, view.scale_sets, lambda step: step.scale_sets)
            case ev.GroupsChanged():
                return bool(event.groups) and event.groups == view.groups
            case ev.ResourcesChanged():
                return view.resources.get(event.group.lower()) == event.resources
        return False

    def _is_seen(
        self,
        step: str,
        new: DeploymentView | ScaleSetView,
        known: Mapping[str, DeploymentView | ScaleSetView],
        ids_of: Callable[[StepView], list[str]],
    ) -> bool:
        key, is_same = new.id.lower(), known.get(new.id.lower()) == new
        if step:
            return is_same and key in ids_of(self.view.step(step))
        # A step of azops's own that acts on it knows more than the watch: also what has not begun. Of what the tools of
        # a script do, the gate sees only the request.
        return is_same or any(
            item.state == "running" and item.kind.startswith("azops=") and key in ids_of(item)
            for item in self.view.steps.values()
        )


def redacted(event: E, redactor: Redactor) -> E:
    """The event with every secret in any of its texts hidden; the same object where there was none."""
    return _walk(event, redactor)  # type: ignore[no-any-return]  # what goes in as E comes out as E


def _walk(value: Any, redactor: Redactor) -> Any:
    if isinstance(value, str):
        return redactor.redact(value)
    if isinstance(value, msgspec.Struct):
        changes = {}
        for name in value.__struct_fields__:
            before = getattr(value, name)
            after = _walk(before, redactor)
            if after is not before and after != before:
                changes[name] = after
        return msgspec.structs.replace(value, **changes) if changes else value
    if isinstance(value, tuple | list):
        return type(value)(_walk(item, redactor) for item in value)
    if isinstance(value, dict):
        return {_walk(key, redactor): _walk(item, redactor) for key, item in value.items()}
    return value
