"""Two versions of a document: which step of the new one is which step of the old one.

Names that derive from headings change when a step is inserted before them. A run knows its steps by their names, so a
step keeps the name that the run gave it for as long as the document names it no other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from azops_tui.runbook.model import Runbook, Step


@dataclass(frozen=True, slots=True)
class NewVersion:
    """A new version of a document, its steps named as in the old one."""

    runbook: Runbook
    changed: frozenset[str] = frozenset()
    """Names of the steps whose text is another: they have not been run as they stand."""
    renamed: tuple[tuple[str, str], ...] = ()
    """Old and new names of the steps that the document names otherwise now."""

    @property
    def names(self) -> dict[str, str]:
        """New name by old name."""
        return dict(self.renamed)


def _key(step: Step) -> tuple[str, str, str]:
    """What a step does: equal keys are the same step."""
    attributes = replace(step.attributes, name="")
    return step.label, repr(attributes), step.block.text


def new_version(old: Runbook, new: Runbook, busy: frozenset[str] = frozenset()) -> NewVersion:
    """Name the steps of a new version as the old one names them.

    Args:
        old: the version that a run knows.
        new: the version as it was parsed.
        busy: names of running steps, which keep their names in any case.
    """
    pairs = _pairs(old.steps, new.steps)
    names: dict[int, str] = {}
    renamed: list[tuple[str, str]] = []
    changed: set[str] = set()
    explicit = {step.attributes.name for step in new.steps if step.attributes.name}
    kept = {old.steps[at].name for at in pairs.values()}
    for at, step in enumerate(new.steps):
        before = old.steps[pairs[at]] if at in pairs else None
        own = step.attributes.name
        if before is not None and (before.name in busy or not own):
            names[at] = before.name
        elif before is not None and own != before.name and own not in kept:
            names[at] = own
            renamed.append((before.name, own))
        elif before is not None and own == before.name:
            names[at] = own
        if before is not None and at in names and _key(before) != _key(step):
            changed.add(names[at])
    taken = set(names.values()) | explicit
    for at, step in enumerate(new.steps):
        if at in names:
            continue
        name, number = step.name, 2
        while name in names.values() or (name in taken and name != step.attributes.name):
            name, number = f"{step.name}-{number}", number + 1
        names[at] = name
        taken.add(name)
    runbook = with_names(new, {step.line: names[at] for at, step in enumerate(new.steps)})
    return NewVersion(runbook, frozenset(changed), tuple(renamed))


def with_names(runbook: Runbook, names: Mapping[int, str]) -> Runbook:
    """The runbook with other names of steps, by the lines of their fences."""
    steps = tuple(replace(step, name=names.get(step.line, step.name)) for step in runbook.steps)
    new = {before.name: after.name for before, after in zip(runbook.steps, steps, strict=True)}
    sections = tuple(replace(section, steps=tuple(new[n] for n in section.steps)) for section in runbook.sections)
    return replace(runbook, steps=steps, sections=sections)


def _pairs(old: tuple[Step, ...], new: tuple[Step, ...]) -> dict[int, int]:
    """Index of the old step for the index of a new one: by explicit name, by text, then by place."""
    pairs: dict[int, int] = {}
    by_name = {step.attributes.name: at for at, step in enumerate(old) if step.attributes.name}
    for at, step in enumerate(new):
        if step.attributes.name in by_name:
            pairs[at] = by_name[step.attributes.name]
    left, right = _free(old, set(pairs.values())), _free(new, set(pairs))
    left_keys, right_keys = [_key(old[at]) for at in left], [_key(new[at]) for at in right]
    for a, b, size in SequenceMatcher(None, left_keys, right_keys, autojunk=False).get_matching_blocks():
        pairs.update({right[b + n]: left[a + n] for n in range(size)})
    # Steps that moved.
    left, right = _free(old, set(pairs.values())), _free(new, set(pairs))
    for at in right:
        same = next((place for place in left if _key(old[place]) == _key(new[at])), None)
        if same is not None:
            pairs[at] = same
            left.remove(same)
    # Steps that were edited stand between the same neighbours.
    for at in _free(new, set(pairs)):
        place = pairs[at - 1] + 1 if at - 1 in pairs else 0 if at == 0 else None
        if place is not None and place in left and old[place].kind is new[at].kind:
            follows = place + 1 == len(old) and at + 1 == len(new)
            if follows or pairs.get(at + 1, place + 1) == place + 1:
                pairs[at] = place
                left.remove(place)
    return pairs


def _free(steps: tuple[Step, ...], taken: set[int]) -> list[int]:
    return [at for at in range(len(steps)) if at not in taken]
