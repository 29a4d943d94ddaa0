"""``azops to-bash``: a runbook as one script."""

from __future__ import annotations

import click

from azops_tui import exits
from azops_tui.cli.options import fail, read_runbook
from azops_tui.cli.write import write_file


@click.command(
    "to-bash",
    epilog=f"Exit codes: {exits.OK} written; {exits.BAD_INPUT} FILE is missing or has errors, or the output exists.",
)
@click.argument("file", type=click.Path())
@click.option("--output", "-o", type=click.Path(), help="File to write. [default: standard output]")
@click.option("--force", is_flag=True, help="Replace the output file.")
def to_bash(file: str, output: str | None, force: bool) -> None:
    """Write one bash script that does what the runbook does, for a machine without azops.

    Prerequisites and included runbooks are part of it; native steps become commands of az, ssh and scp. Parameters are
    variables of the environment.
    """
    from azops_tui.engine.open import open_runbook
    from azops_tui.engine.plan import plan_run
    from azops_tui.engine.problems import RunError
    from azops_tui.runbook.to_bash import to_bash as script

    runbook = read_runbook(file)
    try:
        plan = plan_run(runbook, open_runbook)
    except RunError as error:
        fail(str(error), exits.BAD_INPUT)
    for document in plan.documents:
        if document is not runbook and document.errors:
            fail(str(document.errors[0]), exits.BAD_INPUT)
    parameters = {parameter.name: parameter for document in plan.documents for parameter in document.parameters}
    steps = [(planned.name, planned.step, planned.folder) for planned in plan.steps]
    text = script(runbook.title, runbook.path, parameters.values(), steps)
    write_file(output, text, force=force, executable=True)
