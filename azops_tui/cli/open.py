"""``azops open``: a runbook on the screen."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import click

from azops_tui import exits
from azops_tui.cli.answers import read_answers
from azops_tui.cli.named_profile import agreed_profile
from azops_tui.cli.new import scratch_page
from azops_tui.cli.options import (
    assignments,
    document_options,
    fail,
    find_runbook,
    read_runbook,
    read_sandbox,
    resolve_profile,
    runbook_options,
    sandbox_options,
    warn_unknown_parameters,
)
from azops_tui.cli.screen import screen, screen_options
from azops_tui.cli.tapes import open_offline, recorded
from azops_tui.files import read_file

if TYPE_CHECKING:
    from azops_tui.replay.tape import Tape


@click.command("open")
@click.argument("file", type=click.Path(), required=False)
@runbook_options
@document_options
@screen_options
@sandbox_options
@click.option(
    "--replay",
    type=click.Path(dir_okay=False),
    metavar="CASSETTE",
    help="Show a recorded subscription, and replay steps: no cloud, no host, no shell.",
)
@click.option(
    "--last/--no-last",
    default=None,
    help="Show what came of the steps in earlier runs, dimmed. [default: if the last run was not done to its end]",
)
@click.option(
    "--dashboard",
    is_flag=True,
    help="Show outputs and forms without code; steps with refresh= run at once, and again for as long as it is open.",
)
def open_(
    file: str | None,
    settings: tuple[str, ...],
    profile_name: str | None,
    read_only: bool,
    untagged: str | None,
    answers: str | None,
    theme: str | None,
    ascii_only: bool,
    sandbox: bool,
    allow_write: tuple[str, ...],
    allow_host: tuple[str, ...],
    replay: str | None,
    last: bool | None,
    dashboard: bool,
) -> None:
    """Open FILE on the screen, with the effects of its steps beside it.

    FILE is a Markdown file or the name of a runbook that ships with azops. Nothing runs until you press a key,
    but for the read steps of a dashboard that say how often they are run. With --replay FILE may be left out, to look
    at the panes.
    """
    if replay is not None:
        sys.exit(_replayed(file, replay, profile_name, assignments(settings), theme, ascii_only=ascii_only))
    if file is None:
        fail("name a runbook to open; `azops` alone lists them", exits.USAGE)
    profile = resolve_profile(agreed_profile(file, profile_name), read_only=read_only)
    limits = read_sandbox(sandbox, profile.read_only, allow_write, allow_host)
    parameters = {**(read_answers(answers) if answers else {}), **assignments(settings)}
    path = find_runbook(file)
    if parameters or not _readable(path) or not sys.stdin.isatty():
        # Errors are reported here; otherwise the screen reads the document and reports them.
        runbook = read_runbook(file)
        warn_unknown_parameters(runbook, parameters)
    sys.exit(
        screen(
            path,
            profile=profile,
            parameters=parameters,
            theme=theme,
            ascii_only=ascii_only,
            untagged=None if untagged is None else untagged == "bash",
            sandbox=limits,
            last=last,
            is_dashboard=dashboard,
        )
    )


def _replayed(
    file: str | None,
    cassette: str,
    profile_name: str | None,
    parameters: dict[str, str],
    theme: str | None,
    *,
    ascii_only: bool,
) -> int:
    """Open a document, or an empty page, on a recorded cloud; return the exit code."""
    tape = open_offline(cassette, profile_name)
    profile = recorded(tape, read_only=False)
    tape.close()

    def new_tape() -> Tape:
        return open_offline(cassette)

    with scratch_page() if file is None else nullcontext(find_runbook(file)) as path:
        return screen(
            path,
            profile=profile,
            parameters=parameters,
            theme=theme,
            ascii_only=ascii_only,
            tape=new_tape,
            pane=1 if file is None else 0,
        )


def _readable(path: Path) -> bool:
    """Return whether the path is a file of UTF-8 text."""
    try:
        read_file(path, 16 << 20).decode()
    except (OSError, ValueError):
        return False
    return True
