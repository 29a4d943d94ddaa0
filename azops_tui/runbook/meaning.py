"""What a runbook means, without where it stands in the file: to tell whether a rewrite has changed anything."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from azops_tui.runbook.model import Runbook, Step


def meaning(runbook: Runbook) -> tuple[Any, ...]:
    """Everything of a runbook that decides how it runs, comparable and without line numbers."""
    return (
        runbook.title,
        runbook.front_matter,
        [replace(parameter, line=0) for parameter in runbook.parameters],
        runbook.requires,
        [link.target for link in runbook.prerequisites],
        [meaning_of_step(step) for step in runbook.steps],
        [(section.level, section.title, section.steps) for section in runbook.sections],
    )


def meaning_of_step(step: Step) -> tuple[Any, ...]:
    """Everything of a step that decides how it runs, without line numbers."""
    return (
        step.name,
        step.title,
        step.kind,
        step.code,
        step.native,
        step.effects,
        step.attributes,
        [replace(expectation, line=0) for expectation in step.expectations],
    )
