"""``azops replay``: shows the journal of a run again."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from contextlib import nullcontext
from pathlib import Path

import click
from click.shell_completion import CompletionItem

from azops_tui import exits
from azops_tui.cli.console import Console
from azops_tui.cli.options import fail, resolve_profile
from azops_tui.cli.screen import screen, screen_options
from azops_tui.events.records import Record
from azops_tui.replay import Recording


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

    number = int(run) if run.isascii() and run.isdigit() else 0
    try:
        # A file is read whole before anything is shown: what is damaged is said at once.
        records = [] if number else _from_file(Path(run))
        if printed or not sys.stdout.isatty():
            _print(number, records)
            return
        if number:
            _check(number)
    except ArchiveError as error:
        fail(str(error), exits.BAD_INPUT)
    profile = resolve_profile("local", read_only=True)
    shown = screen(
        None,
        profile=profile,
        parameters={},
        theme=theme,
        ascii_only=ascii_only,
        replay=number or Recording(Path(run).name, tuple(records)),
    )
    sys.exit(shown)


def _from_file(path: Path) -> list[Record]:
    from azops_tui.journal.export import archive

    if path.suffix != archive.SUFFIX and not path.exists():
        fail(f"'{path}' is neither the number of a run nor a file; `azops history` lists the runs", exits.BAD_INPUT)
    return list(archive.read(path))


def _check(number: int) -> None:
    from azops_tui.journal.store import Journal

    with Journal() as journal:
        if journal.run(number) is None:
            fail(f"run {number} does not exist; `azops history` lists the runs", exits.BAD_INPUT)


def _print(number: int, records: Iterable[Record]) -> None:
    """Print what ``azops run`` printed."""
    from azops_tui.events.run_view import RunView
    from azops_tui.journal.store import Journal

    if number:
        _check(number)
    with Journal() if number else nullcontext() as journal:
        view = RunView()
        console = Console(view)
        for record in journal.records(number) if journal is not None else records:
            view.apply(record)
            console.show(record)
        if view.phase == "running":
            row = journal.run(number) if journal is not None else None
            if row is None or row.state == "interrupted":
                view.interrupt()
        console.summary()
