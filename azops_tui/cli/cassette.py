"""``azops cassette``: lists, checks, compares and shortens recordings."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from azops_tui import exits
from azops_tui.cli.formats import FORMATS, formatted
from azops_tui.cli.options import fail, read_runbook
from azops_tui.cli.out import echo
from azops_tui.json_types import Json
from azops_tui.sanitise import clean

if TYPE_CHECKING:
    from azops_tui.replay.cassette import Cassette

_FILE = click.argument("file", type=click.Path(dir_okay=False))
_FORMAT = click.option("--output", "-o", type=click.Choice(FORMATS), default="table", show_default=True, help="Format.")


@click.group()
def cassette() -> None:
    """Inspect recordings that `azops run --record` made, or other recordings in vcrpy's format."""


@contextmanager
def _opened(file: str) -> Iterator[Cassette]:
    from azops_tui.replay.reading import read_cassette
    from azops_tui.replay.tracks import CassetteError

    try:
        opened = read_cassette(Path(file))
    except CassetteError as error:
        fail(str(error), exits.BAD_INPUT)
    try:
        yield opened
    finally:
        opened.close()


@cassette.command(
    epilog=f"Exit codes: {exits.OK} nothing was found; {exits.STEP_FAILED} something must not be committed; "
    f"{exits.BAD_INPUT} the file is not a cassette."
)
@click.argument("files", nargs=-1, required=True, type=click.Path(dir_okay=False))
def check(files: tuple[str, ...]) -> None:
    """Check that FILES are safe to commit: no secrets, tokens, ids of subscriptions or tenants, e-mail addresses.

    Nothing that is found is printed, only its place.
    """
    from azops_tui.replay.review import review

    number = 0
    for file in files:
        with _opened(file) as tape:
            findings = review(tape, Path(file))
            for finding in findings:
                echo(clean(f"{file}: {finding}"))
            if not findings:
                echo(clean(f"{file}: safe to commit ({len(tape.tracks)} entries)"))
            number += len(findings)
    sys.exit(exits.STEP_FAILED if number else exits.OK)


@cassette.command()
@_FILE
@click.option("--step", "steps", multiple=True, help="Only entries of this step; may be repeated.")
@click.option("--entry", type=int, help="Print this entry whole.")
@_FORMAT
def show(file: str, steps: tuple[str, ...], entry: int | None, output: str) -> None:
    """List the entries of a cassette, or print one."""
    with _opened(file) as tape:
        if entry is not None:
            track = next((track for track in tape.tracks if track.order == entry), None)
            if track is None:
                fail(f"{file} has no entry {entry}", exits.USAGE)
            from azops_tui.replay.writing import entry_text

            echo(clean(entry_text(track, tape.load(track))))
            return
        rows: list[Json] = [
            {
                "entry": track.order,
                "step": track.step,
                "what": track.label,
                "result": _result(tape, track),
                "at": track.at,
                "seconds": track.seconds,
                "bytes": track.size,
            }
            for track in tape.tracks
            if not steps or track.step in steps
        ]
    echo(clean(formatted(rows, output)))


def _result(tape: Cassette, track: object) -> Json:
    from azops_tui.replay.tracks import HostsRun, HttpExchange, SessionRun, Track

    assert isinstance(track, Track)
    match tape.load(track):
        case HttpExchange() as exchange:
            return exchange.status
        case SessionRun() as run:
            return run.status
        case HostsRun() as run:
            ends = [event.status for event in run.events if event.stream == "finished"]
            return f"{ends.count(0)} of {len(ends)}"
    return ""


@cassette.command()
@_FILE
@_FORMAT
def stats(file: str, output: str) -> None:
    """Count the entries of a cassette by step: requests, scripts, hosts, time and size."""
    with _opened(file) as tape:
        rows: dict[str, dict[str, Json]] = defaultdict(
            lambda: {
                "step": "",
                "requests": 0,
                "writes": 0,
                "polls": 0,
                "scripts": 0,
                "hosts": 0,
                "seconds": 0.0,
                "bytes": 0,
            }
        )
        seen: set[tuple[str, str]] = set()
        for track in tape.tracks:
            for name in (track.step, "(all)"):
                row = rows[name]
                row["step"] = name
                row["requests"] += track.kind == "http"
                row["writes"] += track.kind == "http" and not track.group.startswith(("GET ", "HEAD "))
                row["polls"] += (track.step, track.key) in seen
                row["scripts"] += track.kind == "session"
                row["hosts"] += track.kind == "hosts"
                row["seconds"] = round(row["seconds"] + track.seconds, 3)
                row["bytes"] += track.size
            if track.kind == "http":
                seen.add((track.step, track.key))
        total = rows.pop("(all)", None)
    echo(clean(formatted([*rows.values(), *([total] if total else [])], output)))


@cassette.command(
    epilog=f"Exit codes: {exits.OK} the cassettes hold the same; {exits.STEP_FAILED} they differ; {exits.BAD_INPUT} a "
    "file is not a cassette."
)
@click.argument("first", type=click.Path(dir_okay=False))
@click.argument("second", type=click.Path(dir_okay=False))
def diff(first: str, second: str) -> None:
    """Show how two recordings differ: entries of only the first (-) or second (+), and other results (~)."""
    from azops_tui.replay.review import differences

    with _opened(first) as old, _opened(second) as new:
        lines = list(differences(old, new))
    for line in lines:
        echo(clean(line))
    sys.exit(exits.STEP_FAILED if lines else exits.OK)


@cassette.command()
@_FILE
@click.option("--unused", metavar="RUNBOOK", help="Replay this runbook, and drop the entries that it does not use.")
@click.option("--step", "steps", multiple=True, help="Drop the entries of this step; may be repeated.")
@click.option("--polls", is_flag=True, help="Drop polls that were answered as the poll before.")
def trim(file: str, unused: str | None, steps: tuple[str, ...], polls: bool) -> None:
    """Drop entries of a cassette, and write it anew."""
    if not (unused or steps or polls):
        fail("name what to drop: --unused RUNBOOK, --step NAME or --polls", exits.USAGE)
    from azops_tui.replay.fakes import Fakes
    from azops_tui.replay.tracks import CassetteError
    from azops_tui.replay.trimming import repeated_polls
    from azops_tui.replay.writing import write_cassette
    from azops_tui.secrets.redact import Redactor

    used = _used_by(unused, file) if unused else None
    with _opened(file) as tape:
        dropped = repeated_polls(tape) if polls else set()
        before = len(tape.tracks)
        tape.tracks = [
            track
            for track in tape.tracks
            if track.order not in dropped and track.step not in steps and (used is None or track.order in used)
        ]
        fakes = Fakes(Redactor().redact)
        fakes.remember(tape.header.ids)
        try:
            write_cassette(Path(file), tape, fakes)
        except CassetteError as error:
            fail(str(error), exits.BAD_INPUT)
        echo(clean(f"{file}: {before - len(tape.tracks)} of {before} entries were dropped"))


def _used_by(document: str, file: str) -> set[int]:
    """Orders of the entries that the replay of a runbook uses."""
    from azops_tui.engine.taped_run import taped_run
    from azops_tui.journal.store import Journal
    from azops_tui.replay.tape import Tape
    from azops_tui.replay.tracks import CassetteError

    runbook = read_runbook(document, quiet=True)

    async def replay(folder: str) -> set[int]:
        tape = Tape(Path(file))
        with Journal(Path(folder) / "journal.db") as journal:
            run = taped_run(runbook, journal, tape)
            try:
                await run.run_all()
            finally:
                await run.close()
        if run.state.verdict != "done":
            fail(
                f"{document} does not replay from {file}, so nothing was dropped: {run.state.summary()}",
                exits.STEP_FAILED,
            )
        return tape.played

    try:
        with tempfile.TemporaryDirectory() as folder:
            return asyncio.run(replay(folder))
    except CassetteError as error:
        fail(str(error), exits.BAD_INPUT)
