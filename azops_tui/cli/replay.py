"""``azops replay``: shows the journal of a run again."""

from __future__ import annotations

import sys

import click
from click.shell_completion import CompletionItem

from azops_tui import exits
from azops_tui.cli.console import Console
from azops_tui.cli.options import fail, resolve_profile
from azops_tui.cli.screen import screen, screen_options


def complete_run(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Complete the number of a past run."""
    from azops_tui.cli.history import run_rows

    return [CompletionItem(row[0], help=f"{row[1]}  {row[4]}") for row in run_rows(50) if row[0].startswith(incomplete)]


@click.command()
@click.argument("run", type=click.IntRange(1), shell_complete=complete_run)
@click.option("--print", "printed", is_flag=True, help="Print the run instead of opening the screen.")
@screen_options
def replay(run: int, printed: bool, theme: str | None, ascii_only: bool) -> None:
    """Replay RUN (a number from `azops history`) at its original speed. No step is executed.

    `space` pauses, `.` advances one step, `<` and `>` change the speed. Without a terminal the run is printed.
    """
    from azops_tui.events.run_view import RunView
    from azops_tui.journal.store import Journal

    journal = Journal()
    try:
        row = journal.run(run)
        if row is None:
            fail(f"run {run} does not exist; `azops history` lists the runs", exits.BAD_INPUT)
        if printed or not sys.stdout.isatty():
            view = RunView()
            console = Console(view)
            for record in journal.records(run):
                view.apply(record)
                console.show(record)
            if row.state == "interrupted":
                view.interrupt()
            console.summary()
            return
    finally:
        journal.close()
    profile = resolve_profile("local", read_only=True)
    sys.exit(screen(None, profile=profile, parameters={}, theme=theme, ascii_only=ascii_only, replay=run))
