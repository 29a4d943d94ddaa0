"""``azops export``: a run as a document for others."""

from __future__ import annotations

import io
import json
import mimetypes
from pathlib import Path
from typing import TYPE_CHECKING

import click

from azops_tui import exits
from azops_tui.cli.options import fail
from azops_tui.cli.out import echo
from azops_tui.cli.write import write_file
from azops_tui.journal.export import archive
from azops_tui.sanitise import clean

if TYPE_CHECKING:
    from azops_tui.journal.export.results import RunResults

_LARGEST_IMAGE = 4 * 1024 * 1024


@click.command(
    epilog=f"Exit codes: {exits.OK} exported; {exits.BAD_INPUT} RUN does not exist, or the output exists or cannot be "
    "written."
)
@click.argument("run", type=click.IntRange(1))
@click.option("--to", "form", type=click.Choice(["md", "html", "ipynb", "json", "azops"]), help="Format. [default: md]")
@click.option("--output", "-o", type=click.Path(), help="File to write. [default: standard output]")
@click.option("--beside", is_flag=True, help="Write FILE.run-N.md (or another suffix) beside the runbook.")
@click.option("--dashboard", is_flag=True, help="Leave out the code and the expected results (md, html).")
@click.option("--force", is_flag=True, help="Replace the output file.")
def export(run: int, form: str | None, output: str | None, beside: bool, dashboard: bool, force: bool) -> None:
    """Export RUN (a number from `azops history`): its document, with states, times, outputs and tables in place.

    md runs again as before, html is one page that needs nothing else, ipynb opens in Jupyter, json is for programs, and
    azops is a file that `azops replay FILE` plays on another machine. Secrets are masked in all of them.
    """
    from azops_tui.journal.export.results import collect
    from azops_tui.journal.store import Journal

    if output and beside:
        fail("--output and --beside exclude each other", exits.USAGE)
    form = form or (Path(output).suffix.lstrip(".") if output else "md")
    if form not in ("md", "html", "ipynb", "json", "azops"):
        fail(f"{output}: the format of .{form} is not known; name one with --to", exits.USAGE)
    if dashboard and form not in ("md", "html"):
        fail(f"--dashboard is for md and html; {form} has the code in any case", exits.USAGE)
    with Journal() as journal:
        if journal.run(run) is None:
            fail(f"run {run} does not exist; `azops history` lists the runs", exits.BAD_INPUT)
        if form == "azops":
            packed = io.BytesIO()
            archive.write(journal.records(run), packed)
            _write_bytes(run, output, packed.getvalue(), force)
            return
        try:
            results = collect(journal.records(run))
        except ValueError as error:
            fail(f"run {run} cannot be exported: {error}", exits.BAD_INPUT)
    if beside:
        path = Path(results.path)
        output = str(path.with_name(f"{path.stem}.run-{run}.{form}"))
    write_file(output, _text(results, form, dashboard), force=force)
    if beside:
        echo(clean(f"{output} was written."))


def _text(results: RunResults, form: str, dashboard: bool) -> str:
    if form == "md":
        from azops_tui.journal.export.markdown import markdown

        return markdown(results, dashboard=dashboard)
    if form == "html":
        from azops_tui.journal.export.html import html

        folder = Path(results.path).parent
        return html(results, dashboard=dashboard, load_image=lambda source: _image(folder, source))
    if form == "ipynb":
        from azops_tui.journal.export.notebook import as_notebook

        return json.dumps(as_notebook(results), indent=1, ensure_ascii=False) + "\n"
    from azops_tui.journal.export.data import data

    return json.dumps(data(results), indent=2, ensure_ascii=False) + "\n"


def _image(folder: Path, source: str) -> tuple[str, bytes] | None:
    """An image in the folder of the document, or below it; others are not read."""
    kind, _ = mimetypes.guess_type(source)
    if kind not in ("image/png", "image/jpeg", "image/gif", "image/webp", "image/svg+xml"):
        return None
    try:
        path = (folder / source).resolve()
        if not path.is_relative_to(folder.resolve()) or not path.is_file() or path.stat().st_size > _LARGEST_IMAGE:
            return None
        return kind, path.read_bytes()
    except (OSError, ValueError):
        return None


def _write_bytes(run: int, output: str | None, content: bytes, force: bool) -> None:
    path = Path(output or f"run-{run}{archive.SUFFIX}")
    if path.exists() and not force:
        fail(f"{path} exists. Pass --force to replace it.", exits.BAD_INPUT)
    try:
        path.write_bytes(content)
    except OSError as error:
        fail(f"{path} cannot be written: {error.strerror or error}", exits.BAD_INPUT)
    echo(clean(f"{path} was written; `azops replay {path}` plays it."))
