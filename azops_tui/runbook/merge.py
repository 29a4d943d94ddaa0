"""Three-way merge of texts by lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from azops_tui.runbook.source_lines import split_lines


@dataclass(frozen=True, slots=True)
class Merge:
    """Result of a merge."""

    text: str
    """Both changes; where they conflict, the lines of ``mine``."""
    conflicts: int = 0
    """Number of places that both changed, each in another way."""


@dataclass(frozen=True, slots=True)
class _Change:
    """Lines ``first`` to ``end`` (exclusive, from 0) of the base, replaced by others."""

    first: int
    end: int
    lines: tuple[str, ...]


def merge(base: str, mine: str, theirs: str) -> Merge:
    """Apply to a text what two others changed in it.

    Args:
        base: the text that both began with.
        mine: one change of it; it wins where both changed the same lines.
        theirs: the other change.
    """
    if mine in (base, theirs):
        return Merge(theirs)
    if theirs == base:
        return Merge(mine)
    lines = split_lines(base)
    ours, others = _changes(lines, split_lines(mine)), _changes(lines, split_lines(theirs))
    result: list[str] = []
    at = conflicts = 0
    while ours or others:
        group_ours, group_others, first, end = _next_group(ours, others)
        result += lines[at:first]
        my_lines = _applied(lines, group_ours, first, end)
        their_lines = _applied(lines, group_others, first, end)
        if group_ours and group_others and my_lines != their_lines:
            conflicts += 1
        result += my_lines if group_ours else their_lines
        at = end
    return Merge("".join([*result, *lines[at:]]), conflicts)


def _next_group(ours: list[_Change], others: list[_Change]) -> tuple[list[_Change], list[_Change], int, int]:
    """Take the next changes that touch each other, from either side, and the lines of the base that they span."""
    queue = min((side for side in (ours, others) if side), key=lambda side: (side[0].first, side[0].end))
    first, end = queue[0].first, queue[0].end
    taken: tuple[list[_Change], list[_Change]] = ([], [])
    grew = True
    while grew:
        grew = False
        for side, group in zip((ours, others), taken, strict=True):
            while side and side[0].first <= end:
                change = side.pop(0)
                group.append(change)
                end = max(end, change.end)
                grew = True
    return taken[0], taken[1], first, end


def _applied(lines: Sequence[str], changes: Sequence[_Change], first: int, end: int) -> list[str]:
    result: list[str] = []
    at = first
    for change in changes:
        result += [*lines[at : change.first], *change.lines]
        at = change.end
    return [*result, *lines[at:end]]


def _changes(before: list[str], after: list[str]) -> list[_Change]:
    head = 0
    while head < min(len(before), len(after)) and before[head] == after[head]:
        head += 1
    tail = 0
    while tail < min(len(before), len(after)) - head and before[-1 - tail] == after[-1 - tail]:
        tail += 1
    old, new = before[head : len(before) - tail], after[head : len(after) - tail]
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    return [_Change(head + a, head + b, tuple(new[c:d])) for tag, a, b, c, d in matcher.get_opcodes() if tag != "equal"]


def pick(before: str, after: str, first: int, last: int) -> str:
    """The text ``before`` with only those changes of ``after`` that touch its lines ``first`` to ``last``, from 1."""
    old, new = split_lines(before), split_lines(after)
    result: list[str] = []
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        touches = c < last and d >= first if c < d else first <= c + 1 <= last + 1
        result += new[c:d] if tag == "equal" or touches else old[a:b]
    return "".join(result)
