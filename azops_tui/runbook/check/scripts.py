"""Shell steps whose failures are lost."""

from __future__ import annotations

from collections.abc import Iterator

from azops_tui.runbook.check.finding import DocumentFinding
from azops_tui.runbook.model import Runbook, StepKind
from azops_tui.runbook.shell import read


def lost_failures(runbook: Runbook) -> Iterator[DocumentFinding]:
    """Report ``export X=$(command)``, which succeeds in bash even if the command fails."""
    for step in runbook.steps:
        for place in read(step.code).lost_failures if step.kind is StepKind.SHELL else ():
            line = step.line + 1 + place.row if step.code == step.block.text else step.line
            message = (
                f"step '{step.name}': if the command in {place.by} {place.name}=$(…) fails, plain bash goes on; "
                f"write {place.name}=$(…) and then {place.by} {place.name}"
            )
            yield DocumentFinding.warning("lost-failure", line, message)
