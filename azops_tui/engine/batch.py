"""One question about all changes of several steps; deletions and approvals are still asked about one by one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from azops_tui.engine.guard import Need, Policy, Proposal, need
from azops_tui.engine.plan import Planned
from azops_tui.runbook.model import Step

FEWEST = 2
"""Number of changing steps from which they are asked about together."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Steps whose changes a person agrees to with one answer."""

    names: tuple[str, ...]
    proposal: Proposal


def batch_of(steps: Sequence[tuple[Planned, Step]], policy: Policy, place: str) -> Batch | None:
    """The question about all changes of several steps; None if a flag agrees, nobody can be asked, or few change.

    Args:
        steps: what is going to run, in order, each as it is edited.
        policy: who can be asked.
        place: label of the cloud; empty without one.
    """
    if policy.yes or policy.read_only or not policy.interactive:
        return None
    needs: dict[str, Need] = {planned.name: need(step, step.effects) for planned, step in steps if not step.runnable}
    changing = tuple(name for name, needed in needs.items() if needed == "mutate")
    if len(changing) < FEWEST:
        return None
    kinds = {planned.name: (step.native_kind or step.label, step.title) for planned, step in steps}
    size = max(len(name) for name in changing)
    wide = max(len(kinds[name][0]) for name in changing)
    lines = [
        f"{number:>3}  {name:<{size}}  {kinds[name][0]:<{wide}}  {kinds[name][1]}".rstrip()
        for number, name in enumerate(changing, 1)
    ]
    deleting = [name for name, needed in needs.items() if needed == "destroy"]
    if deleting:
        verb = "deletes something and asks" if len(deleting) == 1 else "delete something, and each asks"
        lines += ["", f"{', '.join(deleting)} {verb} when it comes."]
    title = f"Run {len(steps)} steps, {len(changing)} of which change something"
    return Batch(changing, Proposal("mutate", title, (*((f"in {place}", "") if place else ()), *lines), steps=changing))
