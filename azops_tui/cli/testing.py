"""``azops test``: documents on the local cloud, with their examples as tests."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from azops_tui import exits
from azops_tui.cli.answers import read_answers
from azops_tui.cli.junit import DocumentResult, junit
from azops_tui.cli.options import assignments, document_options, fail, find_runbook, guesses_left_out, resolve_profile
from azops_tui.cli.out import echo
from azops_tui.cli.run import perform
from azops_tui.sanitise import clean

if TYPE_CHECKING:
    from azops_tui.azure.profiles import Profile
    from azops_tui.runbook.model import Runbook


@click.command(
    "test",
    epilog=f"Exit codes: {exits.OK} every step of every document passed; {exits.STEP_FAILED} a step failed, or its "
    f"output differs from the example; {exits.USAGE} the command line is not valid; {exits.BAD_INPUT} a document "
    "cannot be run (not valid, values or prerequisites missing, nothing to run), and no step of another one failed.",
)
@click.argument("files", nargs=-1, required=True, type=click.Path())
@click.option(
    "--set", "settings", multiple=True, metavar="NAME=VALUE", help="Set a parameter of all documents that use it."
)
@document_options
@click.option("--junit", "report", type=click.Path(dir_okay=False), help="Write the results as JUnit XML.")
@click.option("--verbose", "-v", is_flag=True, help="Show the output of steps that pass, too.")
def test(
    files: tuple[str, ...],
    settings: tuple[str, ...],
    untagged: str | None,
    answers: str | None,
    report: str | None,
    verbose: bool,
) -> None:
    """Run FILES on a local cloud of their own, and compare every output with the example that the document shows.

    Each document gets an empty cloud. Everything is agreed to, deletions too; nothing is asked, and nothing that was
    remembered is used. Placeholders are filled from --set, --answers and the JSON that earlier steps printed.
    """
    profile = resolve_profile("local", read_only=False)
    values = {**(read_answers(answers) if answers else {}), **assignments(settings)}
    results = [_tested(file, profile, values, untagged=untagged == "bash", verbose=verbose) for file in files]
    for result in results:
        for problem in result.problems:
            echo(clean(f"azops: {clean(problem)}"), err=True)
    if report:
        try:
            Path(report).write_text(junit(results), "utf-8")
        except OSError as error:
            fail(f"the report cannot be written to '{report}': {error.strerror}", exits.BAD_INPUT)
    failed = sum(result.failed for result in results)
    broken = sum(bool(result.problems) and not result.failed for result in results)
    words = [f"{len(results) - failed - broken} of {len(results)} documents passed"]
    words += [f"{failed} failed"] if failed else []
    words += [f"{broken} cannot be run as they are"] if broken else []
    echo(clean("\n" + ", ".join(words)))
    sys.exit(exits.STEP_FAILED if failed else exits.BAD_INPUT if broken else exits.OK)


def _tested(file: str, profile: Profile, values: Mapping[str, str], *, untagged: bool, verbose: bool) -> DocumentResult:
    """Run one document, unless something in it keeps it from running."""
    from azops_tui.engine.open import RunbookError, missing_prerequisites, open_runbook
    from azops_tui.engine.open_values import is_used, open_parameters, required_parameters, shown_in_output
    from azops_tui.engine.plan import plan_run
    from azops_tui.engine.problems import RunError

    path = find_runbook(file)
    result = DocumentResult(str(path))
    try:
        runbook = open_runbook(path, untagged=untagged)
        documents = plan_run(runbook, open_runbook).documents
    except RunbookError as error:
        result.problems.append(str(error))
        return result
    except RunError as error:
        result.problems.append(f"{path}: {error}")
        return result
    result.problems += [str(problem) for document in documents for problem in document.errors]
    unresolved = [problem for document in documents for problem in missing_prerequisites(document)]
    result.problems += [f"{problem.path}:{problem.line}: {problem.message}" for problem in unresolved]
    needed = [*required_parameters(documents, os.environ), *open_parameters(documents, os.environ)]
    for parameter in needed:
        shown = parameter.origin and shown_in_output(parameter.name, parameter.line, runbook)
        if parameter.name not in values and not shown:
            text = f"{parameter.name} has no value ({parameter.help}); --set {parameter.name}=VALUE"
            result.problems.append(f"{path}:{parameter.line}: {text}")
    guesses_left_out(runbook)
    if result.problems:
        return result
    used = {name: value for name, value in values.items() if is_used(name, documents, needed)}
    asyncio.run(_run(runbook, profile, used, result, verbose=verbose))
    if result.view is not None and result.view.verdict == "empty":
        result.problems.append(f"{path}: {result.view.summary()}")
    return result


async def _run(
    runbook: Runbook, profile: Profile, values: Mapping[str, str], result: DocumentResult, *, verbose: bool
) -> None:
    from azops_tui.cli.sign_in import open_cloud
    from azops_tui.engine.cloud import acts_on_cloud
    from azops_tui.engine.problems import ParameterError, RunError
    from azops_tui.engine.taped_run import TEST_POLICY
    from azops_tui.journal.store import JournalError

    policy = TEST_POLICY
    cloud = (lambda: open_cloud(profile)) if acts_on_cloud(runbook) else None
    try:
        run = await perform(runbook, cloud, profile, values, policy, quiet=not verbose)
        result.view = run.state
    except (ParameterError, RunError, JournalError) as error:
        result.problems += str(error).splitlines()
