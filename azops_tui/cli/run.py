"""``azops run``: a runbook without a screen."""

from __future__ import annotations

import asyncio
import signal
import sys
from typing import TYPE_CHECKING

import click

from azops_tui.cli import exits
from azops_tui.cli.console import Console, table
from azops_tui.cli.options import assignments, complete_step, fail, read_runbook, resolve_profile, runbook_options

if TYPE_CHECKING:
    from azops_tui.azure.profiles import Profile
    from azops_tui.engine import events as ev
    from azops_tui.engine.run import Policy, Run
    from azops_tui.runbook.model import Runbook

_CODES = {
    "done": exits.OK,
    "failed": exits.STEP_FAILED,
    "declined": exits.DECLINED,
    "no-cloud": exits.NO_CLOUD,
}


@click.command(
    epilog="Exit codes: " + "; ".join(f"{code} {meaning}" for code, meaning in exits.HELP) + ".",
)
@click.argument("file", type=click.Path())
@runbook_options
@click.option("--yes", is_flag=True, help="Agree to steps that create or change things, and to gates.")
@click.option("--yes-destroy", is_flag=True, help="Agree to steps that delete things.")
@click.option("--step", "steps", multiple=True, shell_complete=complete_step, help="Run this step only; may be repeated.")
@click.option("--from", "start", shell_complete=complete_step, help="Begin at this step.")
@click.option("--dry-run", is_flag=True, help="Say what would run, and run nothing.")
@click.option("--quiet", "-q", is_flag=True, help="Leave out the output of steps that end well.")
def run(
    file: str,
    settings: tuple[str, ...],
    profile_name: str | None,
    read_only: bool,
    yes: bool,
    yes_destroy: bool,
    steps: tuple[str, ...],
    start: str | None,
    dry_run: bool,
    quiet: bool,
) -> None:
    """Run the steps of FILE in order, and print what they do.

    Steps that create or change something need --yes, steps that delete something --yes-destroy; on a terminal azops
    asks where they are not given. The run is written to the journal as it goes: `azops history` lists it and
    `azops replay` shows it again.
    """
    from azops_tui.engine.run import Policy

    profile = resolve_profile(profile_name, read_only=read_only)
    parameters = assignments(settings)
    runbook = read_runbook(file)
    for name in (*steps, *([start] if start else [])):
        if runbook.step(name) is None:
            known = ", ".join(step.name for step in runbook.steps)
            fail(f"{file} has no step '{name}'; its steps are {known}", exits.USAGE)
    if dry_run:
        click.echo(plan(runbook))
        return
    policy = Policy(yes=yes, yes_destroy=yes_destroy, read_only=profile.read_only, interactive=sys.stdin.isatty())
    sys.exit(asyncio.run(_run(runbook, profile, parameters, policy, steps, start, quiet)))


def plan(runbook: Runbook) -> str:
    """What would run, one line for each step: name, what it does to the world, kind, line, heading."""
    rows = [
        (step.name, str(step.effects), step.label, str(step.line), step.runnable or step.title) for step in runbook.steps
    ]
    return table(rows, ("STEP", "CLASS", "KIND", "LINE", "HEADING")) if rows else "Nothing in this file can be run."


async def _run(
    runbook: Runbook,
    profile: Profile,
    parameters: dict[str, str],
    policy: Policy,
    steps: tuple[str, ...],
    start: str | None,
    quiet: bool,
) -> int:
    from azops_tui.engine.cloud import open_cloud
    from azops_tui.engine.run import ParameterError, Run
    from azops_tui.journal.store import Journal

    journal = Journal()
    try:
        run = Run(
            runbook,
            journal=journal,
            cloud=lambda: open_cloud(profile),
            profile=profile,
            policy=policy,
            parameters=parameters,
        )
    except ParameterError as error:
        journal.close()
        fail(str(error), exits.BAD_INPUT)
    console = Console(run.state, quiet=quiet)
    asking: set[asyncio.Task[None]] = set()

    def show(record: ev.Record) -> None:
        console.show(record)
        event = record.event
        if policy.interactive and type(event).__name__ == "ConfirmationAsked" and event in_questions(run):
            task = asyncio.create_task(_ask(run, event))
            asking.add(task)
            task.add_done_callback(asking.discard)

    run.subscribe(show)
    return 0
