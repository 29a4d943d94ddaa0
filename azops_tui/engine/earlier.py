"""What came of a document's steps in earlier runs, from the journal."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from azops_tui import paths
from azops_tui.events import records as ev
from azops_tui.events.run_view import RunView
from azops_tui.events.step_view import StepView
from azops_tui.journal.store import Journal, RunRow

_RUNS = 5
"""Number of runs of the document that are read, the latest first."""
_LISTED = 300
_RECORDS = 50_000
"""Records read of a run; what a longer run did after them is not shown."""
_ENDED: frozenset[ev.StepState] = frozenset({"done", "failed", "unknown", "stopped"})


@dataclass(frozen=True)
class EarlierResult:
    """How a step ended in an earlier run."""

    run: int
    at: float
    """When it was started, in seconds since the epoch."""
    step: StepView


def earlier_results(path: Path, journal_path: Path | None = None, *, always: bool = True) -> dict[str, EarlierResult]:
    """The latest results of each step in earlier runs of a document, by the name of the step.

    Args:
        path: the document.
        journal_path: the journal; the user's if None.
        always: False for no results if the last run of the document was done to its end.

    Raises:
        JournalError: the journal cannot be read.
    """
    if not (journal_path or paths.state() / "journal.db").is_file():
        return {}
    with Journal(journal_path) as journal:
        rows = [row for row in journal.runs(_LISTED) if row.state != "running" and _is_same(row, path)][:_RUNS]
        results: dict[str, EarlierResult] = {}
        if not rows or (rows[0].state == "done" and not always):
            return results
        for row in rows:
            view = RunView().apply_all(islice(journal.records(row.id), _RECORDS))
            view.interrupt()
            for name, step in view.steps.items():
                if step.state in _ENDED and not step.edited and step.started is not None:
                    results.setdefault(name, EarlierResult(row.id, step.started, step))
    return results


def _is_same(row: RunRow, path: Path) -> bool:
    return Path(row.path).name == path.name and Path(row.path).resolve() == path.resolve()
