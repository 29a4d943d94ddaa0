"""Names of steps: explicit, or derived from the heading; unique in the document."""

from __future__ import annotations

import re
from collections.abc import Sequence

from azops_tui.runbook.model import Problem, Severity

_LONGEST = 48


def step_names(steps: Sequence[tuple[str, str, int]]) -> tuple[list[str], list[Problem]]:
    """Return a name for each step, and an error for each explicit name that is used twice.

    A made name never takes one that is given anywhere in the document; under one heading they count on: ``-2``, ``-3``.

    Args:
        steps: for each its own name or an empty string, its heading, and its line.
    """
    problems: list[Problem] = []
    explicit: dict[str, int] = {}
    for name, _, line in steps:
        if name and name in explicit:
            message = f"step '{name}' has the name of the step at line {explicit[name]}"
            problems.append(Problem(Severity.ERROR, line, message))
        elif name:
            explicit[name] = line
    names: list[str] = []
    taken: set[str] = set()
    counts: dict[str, int] = {}
    for own, heading, _ in steps:
        name = own
        if not own or own in taken:
            base = own or slug(heading)
            name = base
            while name in taken or name in explicit:
                counts[base] = counts.get(base, 1) + 1
                name = f"{base}-{counts[base]}"
        taken.add(name)
        names.append(name)
    return names, problems


def slug(heading: str) -> str:
    """Convert a heading to a short name: lower case, words joined by hyphens."""
    name = re.sub(r"[\W_]+", "-", heading.casefold()).strip("-") or "step"
    return name if len(name) <= _LONGEST else name[:_LONGEST].rpartition("-")[0] or name[:_LONGEST]
