"""``azops cleanup``: deletes what a past run created in Azure, and nothing else."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import click

from azops_tui import exits
from azops_tui.cli.options import complete_profile, fail, resolve_profile
from azops_tui.cli.out import echo
from azops_tui.cli.replay import complete_run
from azops_tui.sanitise import clean


@click.command()
@click.argument("run", type=click.IntRange(1), shell_complete=complete_run)
@click.option("--yes-destroy", is_flag=True, help="Confirm the deletion without a question.")
@click.option("--read-only", is_flag=True, help="Refuse to delete anything.")
@click.option(
    "--cloud",
    "profile_name",
    metavar="PROFILE",
    shell_complete=complete_profile,
    help="Profile of the cloud. [default: that of the run]",
)
def cleanup(run: int, yes_destroy: bool, read_only: bool, profile_name: str | None) -> None:
    """Delete what RUN (a number from `azops history`) created in Azure, and nothing else.

    The run's ledger names what it created; a fresh read shows what of it exists. You see the list, and type a name to
    agree. The cleanup is a run of its own in the journal.
    """
    from azops_tui.cli.run import execute
    from azops_tui.cli.sign_in import open_cloud
    from azops_tui.engine.guard import Policy
    from azops_tui.events.records import RunStarted
    from azops_tui.journal.store import Journal, JournalError
    from azops_tui.runbook.parsing import parse_document

    try:
        with Journal() as journal:
            started = next((r.event for r in journal.records(run) if isinstance(r.event, RunStarted)), None)
    except JournalError as error:
        fail(str(error), exits.BAD_INPUT)
    if started is None:
        fail(f"run {run} does not exist; `azops history` lists the runs", exits.BAD_INPUT)
    if not started.cloud:
        echo(clean(f"Run {run} had no cloud; it created nothing in Azure."))
        return
    profile = resolve_profile(profile_name or started.profile or started.cloud, read_only=read_only)
    text = f"# Clean up after run {run}\n\n```yaml {{azops=cleanup name=cleanup}}\nrun: {run}\n```\n"
    policy = Policy(yes_destroy=yes_destroy, read_only=profile.read_only, interactive=sys.stdin.isatty())
    runbook = parse_document(text, Path(started.path))
    sys.exit(asyncio.run(execute(runbook, lambda: open_cloud(profile), profile, {}, policy, (), None, False, False)))
