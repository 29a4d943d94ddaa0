"""``azops fmt``: formats documents."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from azops_tui import exits
from azops_tui.cli.options import fail, find_runbook
from azops_tui.cli.out import echo
from azops_tui.files import replace_file
from azops_tui.sanitise import clean


@click.command(
    epilog=f"Exit codes: {exits.OK} formatted; {exits.STEP_FAILED} with --check, a file would change;"
    f" {exits.BAD_INPUT} a file is missing or cannot be formatted without a change of what it means."
)
@click.argument("files", nargs=-1, required=True, type=click.Path())
@click.option("--check", is_flag=True, help="Change nothing; list the files that would change.")
def fmt(files: tuple[str, ...], check: bool) -> None:
    """Format FILES in the style of mdformat.

    Lines, front matter and the code of fences stay as they are. A file whose steps, parameters or expected results
    would not be the same afterwards is left as it is.
    """
    from azops_tui.engine.open import RunbookError, open_runbook
    from azops_tui.runbook.format import FormattingError, format_document

    code = exits.OK
    for file in files:
        try:
            runbook = open_runbook(find_runbook(file))
            text = format_document(runbook.text, runbook.path)
        except RunbookError as error:
            fail(str(error), exits.BAD_INPUT)
        except FormattingError as error:
            echo(clean(f"azops: {file}: {error}"), err=True)
            code = exits.BAD_INPUT
            continue
        if text == runbook.text:
            continue
        echo(clean(f"{'would format' if check else 'formatted'} {file}"))
        if check:
            code = code or exits.STEP_FAILED
        else:
            replace_file(Path(runbook.path).resolve(), text.encode())
    sys.exit(code)
