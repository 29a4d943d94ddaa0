"""``azops history``: the runs in the journal, newest first."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import click

from azops_tui import exits
from azops_tui.cli.options import fail
from azops_tui.cli.out import echo
from azops_tui.durations import format_duration
from azops_tui.sanitise import clean
from azops_tui.text import format_table

_STEPS = ("STEP", "STATE", "SUMMARY")
_LEDGER = ("SENT", "STEP", "METHOD", "STATUS", "OUTCOME", "RESOURCE")

if TYPE_CHECKING:
    from azops_tui.events.run_view import RunView
    from azops_tui.events.step_view import LedgerEntry
    from azops_tui.journal.store import RunRow


@click.command()
@click.argument("run", type=click.IntRange(1), required=False)
@click.option("--limit", "-n", default=20, show_default=True, type=click.IntRange(1), help="Maximum number of runs.")
@click.option("--format", "output", type=click.Choice(["text", "json"]), default="text", show_default=True)
def history(run: int | None, limit: int, output: str) -> None:
    """List past runs, newest first; with RUN, the steps and the ledger of that run.

    A run whose process died is listed as interrupted. Its ledger says which operations were in flight.
    """
    if run is not None:
        _show_run(run, output)
        return
    if output == "json":
        import msgspec

        echo(clean(msgspec.json.format(msgspec.json.encode(_runs(limit)), indent=2).decode()))
        return
    rows = run_rows(limit)
    echo(clean(format_table(rows, ("RUN", "STATE", "STARTED", "STEPS", "RUNBOOK")) if rows else "No runs yet."))
    for row in rows:
        if row[1] == "interrupted" and (number := len(_view(int(row[0])).in_flight)):
            writes = "write was" if number == 1 else "writes were"
            echo(clean(f"Run {row[0]} was interrupted while {number} {writes} in flight: azops history {row[0]}"))


def _view(run: int) -> RunView:
    """The end of a run as its events left it."""
    from azops_tui.events.run_view import RunView
    from azops_tui.journal.store import Journal

    with Journal() as journal:
        row = journal.run(run)
        if row is None:
            fail(f"run {run} does not exist; `azops history` lists the runs", exits.BAD_INPUT)
        view = RunView().apply_all(journal.records(run))
    if row.state == "interrupted":
        view.interrupt()
    return view


def _show_run(run: int, output: str) -> None:
    """Print the steps and the ledger of a run."""
    view = _view(run)
    if output == "json":
        import msgspec

        steps = {step.name: step.state for step in view.steps.values()}
        ledger = [{**msgspec.to_builtins(entry), "outcome": entry.outcome} for entry in view.requests.values()]
        body = {"run": run, "state": view.phase, "steps": steps, "ledger": ledger}
        echo(clean(msgspec.json.format(msgspec.json.encode(body), indent=2).decode()))
        return
    echo(clean(f"Run {run} of {view.path}: {view.phase}, {view.summary()}"))
    echo()
    echo(clean(format_table([(step.name, step.state, step.summary) for step in view.steps.values()], _STEPS)))
    if view.requests:
        echo()
        echo(clean(format_table([_ledger_row(entry) for entry in view.requests.values()], _LEDGER)))
    for entry in view.in_flight:
        echo(clean(f"\nIn flight at its end: {entry.method} {entry.resource}"))
        if entry.operation:
            echo(clean(f"  {entry.operation.partition('?')[0]}"))


def _ledger_row(entry: LedgerEntry) -> tuple[str, ...]:
    sent = datetime.fromtimestamp(entry.sent).strftime("%H:%M:%S")
    return (sent, entry.step, entry.method, str(entry.status or "-"), entry.outcome, entry.resource)


def run_rows(limit: int) -> list[tuple[str, ...]]:
    """Return runs as rows: number, state with duration, start time, steps, runbook."""
    rows: list[tuple[str, ...]] = []
    for run in _runs(limit):
        took = f" in {format_duration(run.finished - run.started)}" if run.finished is not None else ""
        started = datetime.fromtimestamp(run.started).strftime("%Y-%m-%d %H:%M:%S")
        rows.append((str(run.id), f"{run.state}{took}", started, f"{run.done}/{run.steps}", run.path))
    return rows


def _runs(limit: int) -> list[RunRow]:
    from azops_tui.journal.store import Journal

    journal = Journal()
    try:
        return list(journal.runs(limit))
    finally:
        journal.close()
