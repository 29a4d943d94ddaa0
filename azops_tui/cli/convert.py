"""``azops convert``: notebooks to runbooks and back."""

from __future__ import annotations

from pathlib import Path

import click

from azops_tui import exits
from azops_tui.cli.options import fail, read_runbook
from azops_tui.cli.write import write_file

_LARGEST = 64 * 1024 * 1024


@click.command(
    epilog=f"Exit codes: {exits.OK} converted; {exits.BAD_INPUT} FILE is missing or not valid, or the output exists."
)
@click.argument("file", type=click.Path())
@click.option("--output", "-o", type=click.Path(), help="File to write. [default: standard output]")
@click.option("--outputs", is_flag=True, help="Keep the outputs of a notebook as expected results.")
@click.option("--force", is_flag=True, help="Replace the output file.")
def convert(file: str, output: str | None, outputs: bool, force: bool) -> None:
    """Convert a notebook (.ipynb) to a runbook, or a runbook to a notebook.

    Magics become what they do: %%bash and !command a shell step, %env an export. Shell steps of a runbook become
    %%bash cells. A notebook of a runbook converts back to the same steps.
    """
    import json

    if Path(file).suffix == ".ipynb":
        from azops_tui.runbook.notebooks.read import NotebookError, markdown

        try:
            if Path(file).stat().st_size > _LARGEST:
                fail(f"{file}: the notebook is larger than {_LARGEST // 1024 // 1024} MB.", exits.BAD_INPUT)
            text = markdown(Path(file).read_text("utf-8"), outputs=outputs)
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
            fail(f"{file}: the file cannot be read: {reason}", exits.BAD_INPUT)
        except NotebookError as error:
            fail(f"{file}: {error}", exits.BAD_INPUT)
    else:
        from azops_tui.runbook.notebooks.write import notebook

        text = json.dumps(notebook(read_runbook(file)), indent=1, ensure_ascii=False) + "\n"
    write_file(output, text, force=force)
