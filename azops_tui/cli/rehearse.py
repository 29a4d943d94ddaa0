"""``azops rehearse``: a runbook on local clouds that fail."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING

import click

from azops_tui import exits
from azops_tui.cli.answers import collect_values
from azops_tui.cli.options import assignments, document_options, fail, read_with_guesses, resolve_profile
from azops_tui.cli.out import echo
from azops_tui.durations import format_duration
from azops_tui.sanitise import clean

if TYPE_CHECKING:
    from collections.abc import Mapping

    from azops_tui.azure.profiles import Profile
    from azops_tui.engine.rehearsal import Rehearsal
    from azops_tui.runbook.model import Runbook

_FIRST_S = 1800.0
"""Seconds that the run without a fault may take."""
_WORDS = {
    "ends": "ends all the same",
    "stops": "stops, and says why",
    "unclear": "stops, and does not say why",
    "hangs": "does not end",
    "not met": "did not meet it",
}


@click.command(
    epilog=f"Exit codes: {exits.OK} every run ended, or stopped with a message that names the cause; "
    f"{exits.STEP_FAILED} one did not, or the document fails without a fault; {exits.USAGE} the command line is not "
    f"valid; {exits.BAD_INPUT} the document cannot be run, or writes nothing to Azure.",
)
@click.argument("file", type=click.Path())
@click.option("--set", "settings", multiple=True, metavar="NAME=VALUE", help="Set a parameter.")
@document_options
@click.option("--faults", default=10, show_default=True, type=click.IntRange(1, 1000), help="Number of runs to fail.")
@click.option("--fault", "chosen", multiple=True, metavar="SPEC", help="Use this fault instead; may be repeated.")
@click.option("--seed", default=0, show_default=True, help="Makes the choice of faults repeatable.")
@click.option(
    "--limit",
    type=click.FloatRange(min=1),
    help="Seconds after which a run hangs. [default: four times that of the run without a fault, at least 30]",
)
def rehearse(
    file: str,
    settings: tuple[str, ...],
    untagged: str | None,
    answers: str | None,
    faults: int,
    chosen: tuple[str, ...],
    seed: int,
    limit: float | None,
) -> None:
    """Run FILE on a local cloud, then again and again on new ones where one kind of write meets a fault.

    The faults are those of `azops sim fault --help`. Everything is agreed to, deletions too. A run may end all the
    same, because a request is repeated, or stop with a message that names the cause.
    """
    from azops_tui.simulator.fault_specs import FaultSpecError, parse_fault

    try:
        for spec in chosen:
            parse_fault(spec)
    except FaultSpecError as error:
        fail(str(error), exits.USAGE)
    profile = resolve_profile("local", read_only=False)
    runbook = read_with_guesses(file, untagged)
    values = collect_values(runbook, assignments(settings), answers, fill_from_output=True)
    sys.exit(asyncio.run(_all(runbook, profile, values, chosen, faults, seed, limit)))


async def _all(
    runbook: Runbook,
    profile: Profile,
    values: Mapping[str, str],
    chosen: tuple[str, ...],
    count: int,
    seed: int,
    limit: float | None,
) -> int:
    from azops_tui.engine.problems import ParameterError, RunError
    from azops_tui.engine.rehearsal import draw_faults, rehearse
    from azops_tui.errors import AzopsError

    try:
        first = await rehearse(runbook, profile, values, "", seed=seed, limit=_FIRST_S)
        if first.outcome != "ends":
            where = f" at {first.step}" if first.step else ""
            fail(clean(f"Without a fault the document fails{where}: {first.sentence}"), exits.STEP_FAILED)
        specs = list(chosen) or draw_faults(first.places, count, seed)
        if not specs:
            fail("The document writes nothing to Azure: there is nothing that could fail.", exits.BAD_INPUT)
        echo(clean(f"Without a fault it ends after {format_duration(first.seconds)}."))
        limit = limit or max(30.0, 4 * first.seconds)
        results = []
        for spec in specs:
            results.append(await rehearse(runbook, profile, values, spec, seed=seed, limit=limit))
            echo(clean("\n".join(_lines(results[-1]))))
    except (ParameterError, RunError, AzopsError) as error:
        fail(str(error), exits.BAD_INPUT)
    bad = sum(not result.is_safe for result in results)
    unmet = sum(result.outcome == "not met" for result in results)
    words = [f"{len(results) - bad - unmet} of {len(results)} runs ended or stopped safely"]
    words += [f"{bad} did not"] if bad else []
    words += [f"{unmet} did not meet their fault"] if unmet else []
    echo(clean("\n" + ", ".join(words)))
    return exits.STEP_FAILED if bad else exits.OK


def _lines(result: Rehearsal) -> list[str]:
    from azops_tui.simulator.fault_specs import describe, parse_fault

    where = f" at {result.step}" if result.step else ""
    mark = "✓" if result.is_safe else "✗"
    lines = [f"{mark} {describe(parse_fault(result.fault))}", f"    {_WORDS[result.outcome]}{where}"]
    if result.sentence:
        lines[-1] += f": {result.sentence}"
    if result.in_flight:
        writes = "1 write is" if result.in_flight == 1 else f"{result.in_flight} writes are"
        lines.append(f"    {writes} not known to have ended")
    if not result.is_safe:
        lines.append(f"    again: --fault '{result.fault}'")
    return [clean(line) for line in lines]
