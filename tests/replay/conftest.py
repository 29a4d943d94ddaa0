"""Runs of documents that are recorded to a cassette, or replayed from one."""

from __future__ import annotations

import textwrap
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from azops_tui.azure.profiles import profile
from azops_tui.engine.cloud import open_cloud
from azops_tui.engine.guard import Policy
from azops_tui.engine.open import open_runbook
from azops_tui.engine.recorded_cloud import recorded_profile
from azops_tui.engine.run import Run
from azops_tui.events import records as ev
from azops_tui.journal.store import Journal
from azops_tui.replay.tape import RecordMode, Tape

_TIMES = {"at", "duration", "started", "ended", "seconds", "timestamp", "operation", "host", "digest", "run", "id"}


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A simulator that is a thousand times as fast as Azure."""
    monkeypatch.setenv("AZOPS_SIM_SPEED", "1000")


class Taped:
    """What a run with a tape came to."""

    def __init__(self, run: Run, records: list[ev.Record]) -> None:
        self.run = run
        self.records = records

    @property
    def states(self) -> dict[str, str]:
        return {name: step.state for name, step in self.run.state.steps.items()}

    def summary(self, step: str) -> str:
        return self.run.state.step(step).summary

    def output(self, step: str) -> str:
        events = [record.event for record in self.records]
        return "".join(event.text for event in events if isinstance(event, ev.OutputWritten) and event.step == step)

    @property
    def events(self) -> list[Any]:
        return timeless_events(self.records)


def timeless_events(records: Iterable[ev.Record]) -> list[Any]:
    """All events without times, and without ids that every run makes up, after the output by step and stream."""
    output: dict[str, str] = {}
    plain: list[Any] = [output]
    for record in records:
        event = record.event
        if isinstance(event, ev.OutputWritten):
            # Where output is cut into events, and how streams mix, depends on time.
            key = f"{event.step} {event.stream} {event.host}"
            output[key] = output.get(key, "") + event.text
        else:
            plain.append(_timeless(msgspec.to_builtins(event)))
    return plain


def _timeless(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _timeless(item) for name, item in value.items() if name not in _TIMES}
    return [_timeless(item) for item in value] if isinstance(value, list | tuple) else value


RunTaped = Callable[..., Awaitable[Taped]]


@pytest.fixture
def run_taped(tmp_path: Path) -> RunTaped:
    """Runs a document, written here or a file, with a tape; returns it closed."""

    async def perform(
        document: str | Path, cassette: Path, mode: RecordMode = "none", *, local: bool = True, **options: Any
    ) -> Taped:
        path = document if isinstance(document, Path) else tmp_path / "document.md"
        if isinstance(document, str):
            path.write_text(textwrap.dedent(document), "utf-8")
        tape = Tape(cassette, mode, live_shell=options.pop("live_shell", False))
        target = recorded_profile(tape) if tape.is_offline else profile("local")
        records: list[ev.Record] = []
        with Journal(tmp_path / "journal.db") as journal:
            run = Run(
                open_runbook(path),
                journal=journal,
                cloud=(lambda: open_cloud(target, tape)) if local else None,
                profile=target if local else None,
                policy=options.pop("policy", Policy(yes=True, yes_destroy=True, trust_new_hosts=True)),
                tape=tape,
                **options,
            )
            run.subscribe(records.append)
            try:
                await run.run_all()
            finally:
                await run.close()
        return Taped(run, records)

    return perform
