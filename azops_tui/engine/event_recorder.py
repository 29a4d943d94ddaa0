"""The one way events take: secrets hidden, into the journal, into the state, then to whoever shows them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any, TypeVar

import msgspec

from azops_tui.events import records as ev
from azops_tui.events.run_view import RunView
from azops_tui.journal.store import Journal, JournalError
from azops_tui.secrets.redact import Redactor

Subscriber = Callable[[ev.Record], object]
E = TypeVar("E", bound=ev.Event)


class Emitter:
    """Takes events of one run.

    Before the run has a number, and after it ended, events are shown and not journalled: their record has run 0.
    """

    def __init__(self, journal: Journal, redactor: Redactor) -> None:
        self.journal = journal
        self.redactor = redactor
        self.state = RunView()
        self.run = 0
        self.open = False
        """Whether events are journalled now."""
        self.broken = ""
        """Why the journal cannot be written; empty while it can."""
        self._subscribers: list[Subscriber] = []

    def subscribe(self, subscriber: Subscriber) -> Callable[[], None]:
        """Show every record from now on; returns what ends that."""
        self._subscribers.append(subscriber)
        return lambda: self._subscribers.remove(subscriber) if subscriber in self._subscribers else None

    def send(self, event: ev.Event) -> None:
        """Journal an event and show it."""
        if self._known(event):
            return
        # Output passed the redactor piece by piece already, where a secret split over two pieces is still found.
        if not isinstance(event, ev.OutputWritten):
            event = redacted(event, self.redactor)
        record = self._journalled(event)
        self.state.apply(record)
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

    def _known(self, event: ev.Event) -> bool:
        """Whether it says what was said already: a step and a look around both see the same deployment."""
        state = self.state
        match event:
            case ev.DeploymentChanged():
                known = state.deployments.get(event.deployment.id.lower())
                seen = not event.step or event.deployment.id.lower() in state.step(event.step).deployments
                return seen and known == event.deployment
            case ev.ScaleSetChanged():
                shown = state.scale_sets.get(event.scale_set.id.lower())
                seen = not event.step or event.scale_set.id.lower() in state.step(event.step).scale_sets
                return seen and shown == event.scale_set
            case ev.GroupsChanged():
                return bool(event.groups) and event.groups == state.groups
            case ev.ResourcesChanged():
                return state.resources.get(event.group.lower()) == event.resources
        return False


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
