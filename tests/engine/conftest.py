"""A journal, and runs of documents written in tests, with everything they say kept for looking at."""

from __future__ import annotations

import asyncio
import contextlib
import textwrap
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from azops_tui.engine.open import open_runbook
from azops_tui.engine.run import Policy, Run
from azops_tui.events import records as ev
from azops_tui.journal.store import Journal


@pytest.fixture(autouse=True)
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The user's folders, in the test's own."""
    for name in ("STATE", "CONFIG", "DATA", "CACHE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name.lower()))


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with Journal(tmp_path / "journal.db") as opened:
        yield opened


class Watched:
    """A run, and every record it showed."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.records: list[ev.Record] = []
        self._news = asyncio.Event()
        run.subscribe(self._take)

    def _take(self, record: ev.Record) -> None:
        self.records.append(record)
        self._news.set()

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait until something holds; it is tried after every record, and now and then."""
        async with asyncio.timeout(30):
            while not condition():
                self._news.clear()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._news.wait(), 0.05)

    @property
    def verdict(self) -> str:
        """What the run amounts to."""
        return self.run.state.verdict

    def events(self, *kinds: type[ev.Event]) -> list[Any]:
        """The events of these kinds, all without any."""
        return [record.event for record in self.records if not kinds or isinstance(record.event, kinds)]

    def output(self, step: str) -> str:
        """What a step wrote, azops' own lines left out."""
        written = self.events(ev.OutputWritten)
        return "".join(event.text for event in written if event.step == step and event.stream != "system")

    def end(self, step: str) -> ev.StepFinished:
        """How a step ended, the last time."""
        found: ev.StepFinished = next(e for e in reversed(self.events(ev.StepFinished)) if e.step == step)
        return found

    def states(self) -> dict[str, str]:
        """The state of every step."""
        return {name: step.state for name, step in self.run.state.steps.items()}


MakeRun = Callable[..., Watched]


@pytest.fixture
async def make_run(tmp_path: Path, journal: Journal) -> AsyncIterator[MakeRun]:
    """Makes a run of a document's text, or of a file; closes it after the test."""
    made: list[Run] = []

    def make(document: str | Path, *, policy: Policy | None = None, **options: Any) -> Watched:
        if isinstance(document, str):
            folder = tmp_path / "documents"
            folder.mkdir(exist_ok=True)
            path = folder / f"{len(made)}.md"
            path.write_text(textwrap.dedent(document).lstrip("\n"), encoding="utf-8")
        else:
            path = document
        run = Run(open_runbook(path), journal=journal, policy=policy or Policy(), **options)
        made.append(run)
        return Watched(run)

    yield make
    for run in made:
        await run.close()
