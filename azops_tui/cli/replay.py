"""``azops replay``: shows the journal of a run again."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem

from azops_tui import exits
from azops_tui.cli.console import Console
from azops_tui.cli.options import fail, resolve_profile
from azops_tui.cli.screen import screen, screen_options

if TYPE_CHECKING:
    from azops_tui.events.records import Record
    from azops_tui.journal.store import RunRow


def complete_run(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Complete the number of a past run."""
    from azops_tui.cli.history import run_rows

    return [CompletionItem(row[0], help=f"{row[1]}  {row[4]}") for row in run_rows(50) if row[0].startswith(incomplete)]


@click.command()
@click.argument("run", shell_complete=complete_run)
@click.option("--print", "printed", is_flag=True, help="Print the run instead of opening the screen.")
@screen_options
def replay(run: str, printed: bool, theme: str | None, ascii_only: bool) -> None:
    """Replay RUN (a number from `azops history`, or a file of `azops export --to azops`). No step is executed.

    The screen plays it at its original speed: `space` pauses, `.` advances one step, `<` and `>` change the speed.
    Without a terminal the run is printed.
    """
    from azops_tui.journal.export.archive import ArchiveError
    from azops_tui.replay import Recording

    records: Sequence[Record] | None = None
    row: RunRow | None = None
    if run.isascii() and run.isdigit():
        row = _row(int(run))
    else:
        try:
            # A file is read whole before anything is shown: what is damaged is said at once.
            records = _from_file(Path(run))
        except ArchiveError as error:
            fail(str(error), exits.BAD_INPUT)
    if printed or not sys.stdout.isatty():
        _print(row, records)
        return
    profile = resolve_profile("local", read_only=True)
    what = row.id if row is not None else Recording(Path(run).name, tuple(records or ()))
    sys.exit(screen(None, profile=profile, parameters={}, theme=theme, ascii_only=ascii_only, replay=what))


def _row(number: int) -> RunRow:
    """The run with a number in the journal."""
    from azops_tui.journal.store import Journal

    with Journal() as journal:
        row = journal.run(number)
    if row is None:
        fail(f"run {number} does not exist; `azops history` lists the runs", exits.BAD_INPUT)
    return row


def _from_file(path: Path) -> list[Record]:
    from azops_tui.journal.export import archive

    if path.suffix != archive.SUFFIX and not path.exists():
        fail(f"'{path}' is neither the number of a run nor a file; `azops history` lists the runs", exits.BAD_INPUT)
    return list(archive.read(path))


def _print(row: RunRow | None, records: Sequence[Record] | None) -> None:
    """Print what ``azops run`` printed, of a run in the journal or of the records of a file."""
    from azops_tui.events.run_view import RunView
    from azops_tui.journal.store import Journal

    view = RunView()
    console = Console(view)
    with Journal() if row is not None else nullcontext() as journal:
        for record in (records or ()) if row is None or journal is None else journal.records(row.id):
            view.apply(record)
            console.show(record)
    # A run of a file is not written any more: what has no end was interrupted.
    if view.phase == "running" and (row is None or row.state == "interrupted"):
        view.interrupt()
    console.summary()
