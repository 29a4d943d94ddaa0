"""``azops history``: the runs in the journal, newest first."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import click

from azops_tui.durations import format_duration
from azops_tui.text import format_table

if TYPE_CHECKING:
    from azops_tui.journal.store import RunRow


@click.command()
@click.option("--limit", "-n", default=20, show_default=True, type=click.IntRange(1), help="Maximum number of runs.")
@click.option("--format", "output", type=click.Choice(["text", "json"]), default="text", show_default=True)
def history(limit: int, output: str) -> None:
    """List past runs, newest first. A run whose process died is listed as interrupted."""
    if output == "json":
        import msgspec

        click.echo(msgspec.json.format(msgspec.json.encode(_runs(limit)), indent=2).decode())
        return
    rows = run_rows(limit)
    click.echo(format_table(rows, ("RUN", "STATE", "STARTED", "STEPS", "RUNBOOK")) if rows else "No runs yet.")


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
