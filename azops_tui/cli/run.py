"""``azops run``: runs a runbook without a screen."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Mapping
from contextlib import nullcontext
from typing import TYPE_CHECKING

import click

from azops_tui import exits
from azops_tui.cli.answers import collect_values
from azops_tui.cli.console import Console
from azops_tui.cli.named_profile import agreed_profile
from azops_tui.cli.options import (
    assignments,
    complete_step,
    document_options,
    fail,
    read_sandbox,
    read_with_guesses,
    resolve_profile,
    runbook_options,
    sandbox_options,
)
from azops_tui.cli.out import echo
from azops_tui.cli.prerequisites import agree_to_outside_files, fetch_prerequisites
from azops_tui.cli.prompt import Asker
from azops_tui.cli.tapes import open_tape, recorded, tape_options
from azops_tui.sanitise import clean
from azops_tui.text import format_table

if TYPE_CHECKING:
    from azops_tui.azure.cloud import Cloud
    from azops_tui.azure.profiles import Profile
    from azops_tui.engine.guard import Policy
    from azops_tui.engine.run import Run
    from azops_tui.replay.tape import Tape
    from azops_tui.runbook.model import Runbook


@click.command(
    epilog="Exit codes: " + "; ".join(f"{code} {meaning}" for code, meaning in exits.HELP) + ".",
)
@click.argument("file", type=click.Path())
@runbook_options
@click.option("--yes", is_flag=True, help="Confirm steps that create or change resources, and gates.")
@click.option("--yes-destroy", is_flag=True, help="Confirm steps that delete resources.")
@click.option("--trust-new-hosts", is_flag=True, help="Trust and record SSH keys of unknown hosts.")
@click.option(
    "--step", "steps", multiple=True, shell_complete=complete_step, help="Run only this step; may be repeated."
)
@click.option("--tag", "tags", multiple=True, help="Run only steps with this tag; may be repeated.")
@click.option("--from", "start", shell_complete=complete_step, help="Start at this step.")
@document_options
@click.option(
    "--fill-from-output",
    is_flag=True,
    help="Fill placeholders such as <appId> from the JSON that earlier steps printed.",
)
@click.option("--fetch", is_flag=True, help="Fetch prerequisites from the web (HTTPS), and trust what they hold now.")
@click.option("--strict", is_flag=True, help="Fail steps whose output differs from the example of the document.")
@sandbox_options
@tape_options
@click.option("--dry-run", is_flag=True, help="Show what would run without running it.")
@click.option("--meter", is_flag=True, help="Print the number of requests by service, and what is left of limits.")
@click.option("--quiet", "-q", is_flag=True, help="Hide the output of steps that succeed.")
def run(
    file: str,
    settings: tuple[str, ...],
    profile_name: str | None,
    read_only: bool,
    yes: bool,
    yes_destroy: bool,
    trust_new_hosts: bool,
    steps: tuple[str, ...],
    tags: tuple[str, ...],
    start: str | None,
    untagged: str | None,
    answers: str | None,
    fill_from_output: bool,
    fetch: bool,
    strict: bool,
    sandbox: bool,
    allow_write: tuple[str, ...],
    allow_host: tuple[str, ...],
    record: str | None,
    record_mode: str,
    replay: str | None,
    live_shell: bool,
    dry_run: bool,
    meter: bool,
    quiet: bool,
) -> None:
    """Run the steps of FILE in order and print their progress.

    Steps that create or change something need --yes, steps that delete something need --yes-destroy; on a terminal
    azops asks instead. The run is recorded in the journal: `azops history` lists it and `azops replay` shows it again.
    """
    from azops_tui.cli.sign_in import open_cloud
    from azops_tui.engine.cloud import acts_on_cloud
    from azops_tui.engine.guard import Policy

    tape = open_tape(record, record_mode, replay, live_shell=live_shell) if not dry_run else None
    if tape is not None and tape.is_offline:
        if profile_name:
            fail("--cloud and --replay exclude each other: the cassette is the cloud", exits.USAGE)
        profile = recorded(tape, read_only=read_only)
    else:
        profile_name = profile_name if dry_run else agreed_profile(file, profile_name)
        profile = resolve_profile(profile_name, read_only=read_only)
    limits = read_sandbox(sandbox, profile.read_only, allow_write, allow_host)
    runbook = read_with_guesses(file, untagged)
    if not dry_run and runbook.prerequisites and fetch_prerequisites(runbook, agreed=fetch):
        runbook = read_with_guesses(file, untagged)
    steps = tuple(_step_name(runbook, name) for name in steps)
    start = _step_name(runbook, start) if start else start
    steps = _add_tagged(runbook, steps, tags)
    if dry_run:
        echo(clean(plan(runbook, steps)))
        return
    agree_to_outside_files(runbook, agreed=yes)
    parameters = collect_values(runbook, assignments(settings), answers, fill_from_output=fill_from_output)
    policy = Policy(
        yes=yes,
        yes_destroy=yes_destroy,
        read_only=profile.read_only,
        interactive=sys.stdin.isatty(),
        trust_new_hosts=trust_new_hosts,
        strict=strict,
        fill_from_output=fill_from_output,
        sandbox=limits,
        trust_documents=True,
    )
    chosen = profile_name or os.environ.get("AZOPS_CLOUD")
    is_needed = bool(chosen) or acts_on_cloud(runbook)
    if tape is not None and tape.is_offline:
        is_needed = bool(tape.header.cloud)
    cloud = (lambda: open_cloud(profile, tape)) if is_needed else None
    sys.exit(asyncio.run(execute(runbook, cloud, profile, parameters, policy, steps, start, meter, quiet, tape)))


def _step_name(runbook: Runbook, name: str) -> str:
    """The name of the step with this name or ``id``."""
    step = runbook.step(name)
    if step is None:
        known = ", ".join(step.name for step in runbook.steps)
        fail(f"{runbook.path} has no step '{name}'; its steps are {known}", exits.USAGE)
    return step.name


def _add_tagged(runbook: Runbook, steps: tuple[str, ...], tags: tuple[str, ...]) -> tuple[str, ...]:
    """The selected steps and those with one of the tags, in the order of the document."""
    known = {tag for step in runbook.steps for tag in step.attributes.tags}
    for tag in tags:
        if tag not in known:
            names = f"its tags are {', '.join(sorted(known))}" if known else "its steps have no tags"
            fail(f"{runbook.path} has no step with the tag '{tag}'; {names}", exits.USAGE)
    if not tags:
        return steps
    return tuple(
        step.name for step in runbook.steps if step.name in steps or not set(tags).isdisjoint(step.attributes.tags)
    )


def plan(runbook: Runbook, selected: tuple[str, ...] = ()) -> str:
    """Return the steps that would run as a table: name, class, kind, line, heading."""
    rows = [
        (step.name, str(step.effects), step.label, str(step.line), step.runnable or step.title)
        for step in runbook.steps
        if not selected or step.name in selected
    ]
    return format_table(rows, ("STEP", "CLASS", "KIND", "LINE", "HEADING")) if rows else "This file has no steps."


async def execute(
    runbook: Runbook,
    cloud: Callable[[], Awaitable[Cloud]] | None,
    profile: Profile,
    parameters: dict[str, str],
    policy: Policy,
    steps: tuple[str, ...],
    start: str | None,
    meter: bool,
    quiet: bool,
    tape: Tape | None = None,
) -> int:
    """Run a runbook, or some of its steps, and print its progress; returns the exit code."""
    from azops_tui.engine.problems import ParameterError, RunError
    from azops_tui.journal.store import JournalError
    from azops_tui.replay.tracks import CassetteError

    try:
        run = await perform(runbook, cloud, profile, parameters, policy, steps, start, quiet=quiet, tape=tape)
    except (CassetteError, ParameterError, RunError, JournalError) as error:
        fail(str(error), exits.BAD_INPUT)
    for line in run.meter() if meter else ():
        echo(clean(f"  {line}"))
    return exits.OF_VERDICT[run.state.verdict]


async def perform(
    runbook: Runbook,
    cloud: Callable[[], Awaitable[Cloud]] | None,
    profile: Profile,
    parameters: Mapping[str, str],
    policy: Policy,
    steps: tuple[str, ...] = (),
    start: str | None = None,
    *,
    quiet: bool = False,
    tape: Tape | None = None,
) -> Run:
    """Run a runbook, or some of its steps, print its progress, and return the run, closed.

    Raises:
        ParameterError: a value is not valid for its parameter.
        RunError: the document cannot run.
        JournalError: the run cannot be written to the journal.
    """
    from azops_tui.engine.run import Run
    from azops_tui.journal.store import Journal

    with Journal() as journal:
        run = Run(
            runbook,
            journal=journal,
            cloud=cloud,
            profile=profile if cloud else None,
            policy=policy,
            parameters=parameters,
            tape=tape,
        )
        console = Console(run.state, quiet=quiet)
        run.subscribe(console.show)
        with Asker(run) if policy.interactive else nullcontext() as asker:
            if asker is not None:
                run.subscribe(asker.show)
            try:
                await _until_done(run, steps, start)
            finally:
                await run.close()
        console.summary()
    return run


async def _until_done(run: Run, steps: tuple[str, ...], start: str | None) -> None:
    """Run the selected steps. An interrupt stops the running step and skips the following ones."""

    async def work() -> None:
        if start is not None:
            await run.run_from(start)
        elif steps:
            for name in steps:
                if await run.run_step(name) not in ("done", "skipped", "running"):
                    return
        else:
            await run.run_all()

    stops: set[asyncio.Task[None]] = set()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, lambda: stops.add(asyncio.ensure_future(run.stop())))
    await work()
    if stops:
        await asyncio.wait(stops)
